import { FlvStreamSink } from '../endpoint/flv-stream-sink.js';
import { recordingName } from '../endpoint/recording-name.js';
import { refuseSameFile } from '../endpoint/same-file.js';
import { UsageError } from '../errors.js';
import { dataTarget } from './pull-data-target.js';
import { type Destination, destinationOf, pathOf } from './pull-destination.js';
import { fileTarget } from './pull-file-target.js';
import { type PullTarget, streamOutput } from './pull-output.js';
import { commandTarget, pictureTarget, windowTarget } from './pull-program-target.js';
import type { TargetOptions } from './pull-target-options.js';
import type { SettledPullOptions } from './settled-options.js';

/**
 * Settles where to write before anything is asked of the network, so that nobody waits for a stream that has no place to go.
 *
 * @throws {UsageError} `ERR_OUTPUT_EXISTS` and for what does not go together
 * @throws {FfmpegError} when a program that is needed is missing
 */
export async function choosePullTargets(options: TargetOptions): Promise<PullTarget[]> {
  const { outputs, streamName } = options;
  // With `./` in front it is plain to see, also for whoever hides keys, that this is a path and begins with a name.
  const wanted = outputs.length === 0 ? [`./${recordingName(streamName, new Date())}`] : outputs;
  const destinations = wanted.map(destinationOf);
  checkTogether(destinations, options);
  return Promise.all(destinations.map((destination) => targetOf(destination, options)));
}

/** @throws {UsageError} when a file is to be written that is being read */
export async function refuseSource({ source, outputs }: Pick<SettledPullOptions, 'source' | 'outputs'>): Promise<void> {
  for (const path of outputs.map(destinationOf).map(pathOf)) {
    if (path !== undefined) await refuseSameFile(source, path);
  }
}

function targetOf(destination: Destination, options: TargetOptions): Promise<PullTarget> | PullTarget {
  switch (destination.kind) {
    case 'file':
      return fileTarget(destination.path, options);
    case 'stream':
      return { open: async () => streamOutput(new FlvStreamSink(destination.stream), '-') };
    case 'window':
      return windowTarget(options.title);
    case 'command':
      return commandTarget(destination);
    case 'picture':
      return pictureTarget(destination.path, options);
    case 'data':
      return dataTarget(destination.target, options);
  }
}

function checkTogether(destinations: readonly Destination[], options: TargetOptions): void {
  const { append = false, overwrite, segmentMs, splitOnChange = false } = options;
  const inParts = segmentMs !== undefined ? '--segment' : splitOnChange ? '--split-on-change' : undefined;
  if (append && overwrite) throw contradiction('--append goes on in a file, --overwrite replaces it');
  if (append && inParts !== undefined) throw contradiction(`--append goes on in one file, ${inParts} makes several`);
  const files = destinations.filter(({ kind }) => kind === 'file');
  const fileOption = append ? '--append' : inParts;
  if (files.length === 0 && fileOption !== undefined) throw contradiction(`${fileOption} needs a file as output`);
  const paths = destinations.map(pathOf).filter((path) => path !== undefined);
  const twice = paths.find((path, i) => paths.indexOf(path) !== i && !path.startsWith('/dev/'));
  if (twice !== undefined) throw contradiction(`${twice} is named as output twice`);
}

function contradiction(message: string): UsageError {
  return new UsageError('ERR_USAGE', message, { stage: 'options' });
}
