import { repairFlv } from '../endpoint/flv-repair.js';
import { UsageError } from '../errors.js';
import type { CommandEvent } from '../events.js';
import { isRtmpUrl } from '../rtmp/url.js';
import { checkOutput } from './existing-output.js';
import { destinationOf } from './pull-destination.js';
import { refuseSource } from './pull-target.js';
import { damageWarning } from './push-input.js';
import { checkRecordingName, foreignMuxer, tellFlvByDefault } from './recording-extension.js';
import { recordingWarning } from './recording-warning.js';
import type { SettledPullOptions } from './settled-options.js';

/** Whether a pull is one from one FLV file into another file of ours, whole: then even what no stream can carry is kept. */
export function isRepair(options: SettledPullOptions): boolean {
  const { source, outputs, append, segmentMs, splitOnChange, maxSizeBytes, only, startMs, durationMs } = options;
  const wishes = [append, splitOnChange].some((wish) => wish === true);
  const limits = [segmentMs, maxSizeBytes, only, startMs, durationMs].some((limit) => limit !== undefined);
  const [output] = outputs.map(destinationOf);
  const isOne = outputs.length === 1 && output?.kind === 'file' && foreignMuxer(output.path) === undefined;
  return !isRtmpUrl(source) && !wishes && !limits && (outputs.length === 0 || isOne);
}

/**
 * `pull damaged.flv fixed.flv`: writes a whole file of what is whole in another, as FLV or in another format.
 *
 * @throws {UsageError | MediaError | OutputError}
 */
export async function repair(
  { source, outputs, overwrite }: Pick<SettledPullOptions, 'source' | 'outputs' | 'overwrite'>,
  report: (event: CommandEvent) => void,
  signal: AbortSignal,
): Promise<void> {
  const [output] = outputs.map(destinationOf);
  if (output?.kind !== 'file') {
    throw new UsageError('ERR_USAGE', 'the name of the repaired file is missing', {
      stage: 'options',
      advice: 'rtmpkit pull damaged.flv fixed.flv',
    });
  }
  const { path } = output;
  checkRecordingName(path);
  await refuseSource({ source, outputs });
  await checkOutput(path, { overwrite });
  await tellFlvByDefault(path, report);
  report({ event: 'started', role: 'file', output: path });
  const summary = await repairFlv(source, path, {
    overwrite,
    signal,
    onDamage: (damage) => report(damageWarning(damage)),
    onTrackNotice: (notice) => report(recordingWarning(notice)),
  });
  const { sizeBytes, mediaBytes, durationMs, audioTags, videoTags, dataTags, skippedBytes, isAborted } = summary;
  report({
    event: 'ended',
    role: 'file',
    reason: isAborted ? 'interrupted' : 'everything that was whole is kept',
    output: path,
    bytes: sizeBytes,
    mediaBytes,
    durationMs,
    audioTags,
    videoTags,
    dataTags,
    skippedBytes,
    final: true,
  });
}
