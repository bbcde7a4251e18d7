import { handled } from '../endpoint/completion.js';
import { isContainer } from '../endpoint/container/container-kind.js';
import type { CommandEvent, EndedEvent } from '../events.js';
import { Broadcast } from '../flow/broadcast.js';
import { feed } from '../flow/feed.js';
import { Meter } from '../flow/meter.js';
import { isRtmpUrl, parseRtmpUrl } from '../rtmp/url.js';
import { eventStream } from './event-stream.js';
import type { PullOptions } from './options.js';
import type { PullTarget } from './pull-output.js';
import { PullOutputs } from './pull-outputs.js';
import { select } from './pull-selection.js';
import { openFileSource, openPlayerSource, type PullSource } from './pull-source.js';
import { choosePullTargets, refuseSource } from './pull-target.js';
import { isRepair, repair } from './repair.js';
import { type SettledPullOptions, settledPull } from './settled-options.js';
import { metered, reportStats } from './stats-reports.js';
import { WarningGate } from './warning-gate.js';

/** Media that may wait for a slow output before the server has to wait. More would leave the caches of the machine. */
const MAX_WAITING_BYTES = 8 * 1024 * 1024;

type Report = (event: CommandEvent) => void;

/**
 * Records or shows a stream, in as many places as are wanted; or repairs or converts a file when the source is one. Aborting
 * completes the files; before media flows it throws the signal's reason.
 *
 * @throws {UsageError | NetworkError | ProtocolError | RejectedError | MediaError | OutputError | FfmpegError} of several
 * outputs the failure of the first, after the others have ended
 */
export function pull(options: PullOptions, signal?: AbortSignal): AsyncIterable<CommandEvent> {
  return eventStream((report, stop) => start(settledPull(options), report, stop), signal);
}

async function start(options: SettledPullOptions, report: Report, signal: AbortSignal): Promise<void> {
  const isWholeFlv = isRepair(options) && !(await isContainer(options.source));
  return isWholeFlv ? repair(options, report, signal) : gated(options, report, signal);
}

/** What a stream or FFmpeg makes us warn of may come with every frame. */
async function gated(options: SettledPullOptions, report: Report, signal: AbortSignal): Promise<void> {
  const warnings = new WarningGate(report);
  try {
    await run(options, warnings.report, signal);
  } finally {
    warnings.close();
  }
}

async function run(options: SettledPullOptions, report: Report, signal: AbortSignal): Promise<void> {
  if (isRtmpUrl(options.source)) {
    const url = parseRtmpUrl(options.source, options);
    const targets = await choosePullTargets({ ...options, title: url.redacted, streamName: url.streamName, report });
    await record(await openPlayerSource(url, options, report, signal), targets, options, report, signal);
  } else {
    await refuseSource(options);
    const targets = await choosePullTargets({ ...options, title: options.source, streamName: '', report });
    await record(await openFileSource(options, report, signal), targets, options, report, signal);
  }
}

async function record(
  source: PullSource,
  targets: readonly PullTarget[],
  options: SettledPullOptions,
  report: Report,
  signal: AbortSignal,
): Promise<void> {
  try {
    const outputs = await PullOutputs.open(targets, source.url, report);
    const meter = new Meter();
    const selection = await select(source, options, report);
    await transfer({ ...source, tags: metered(selection.tags, meter) }, outputs, meter, options, report, signal);
    const { positionMs, bytes, audioTags, videoTags, dataTags } = meter.read();
    // What was wanted is complete even if the source has come to its end, or broken off, meanwhile.
    const isEmpty = audioTags + videoTags === 0 && outputs.writtenBytes === 0;
    const mediaReason = selection.reason ?? source.reason(isEmpty);
    if (outputs.failure !== undefined) throw outputs.failure;
    const { reason: outputReason, ...amount } = outputs.end;
    report({
      event: 'ended',
      role: source.url === undefined ? 'file' : 'player',
      reason: signal.aborted ? 'interrupted' : (mediaReason ?? outputReason ?? 'end of stream'),
      ...(source.url === undefined ? {} : { url: source.url }),
      bytes,
      durationMs: positionMs,
      audioTags,
      videoTags,
      dataTags,
      ...amount, // of one file, which holds more than this stream when it was appended to
      ...droppedBy(outputs),
      ...attemptsOf(source),
      final: true,
    });
  } finally {
    source.stop();
  }
}

/** Moves the stream into the outputs, until it ends or nobody wants any more. What has come is written even when the network fails. */
async function transfer(
  source: PullSource,
  outputs: PullOutputs,
  meter: Meter,
  options: SettledPullOptions,
  report: Report,
  signal: AbortSignal,
): Promise<void> {
  const broadcast = new Broadcast({ maxBytes: MAX_WAITING_BYTES, gopCache: false, memory: source.memory });
  outputs.attach(broadcast);
  const nobody = new AbortController();
  const over = handled(outputs.finished.finally(() => nobody.abort()));
  const stop = (): void => outputs.stop();
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  const durationMs = options.durationMs ?? source.durationMs ?? null;
  const stopStats = reportStats(
    'player',
    meter,
    () => ({ durationMs, ...outputs.queue, ...source.connection() }),
    report,
  );
  try {
    await feed(source.tags, broadcast, AbortSignal.any([signal, nobody.signal]));
  } finally {
    stopStats();
    broadcast.end();
    await over;
    signal.removeEventListener('abort', stop);
  }
}

function attemptsOf(source: PullSource): Pick<EndedEvent, 'reconnects' | 'retries'> {
  const { reconnects, retries } = source.connection();
  return reconnects === undefined || retries === undefined ? {} : { reconnects, retries };
}

/** Only a window ever misses something. */
function droppedBy({ queue: { droppedFrames } }: PullOutputs): { droppedFrames?: number } {
  return droppedFrames === 0 ? {} : { droppedFrames };
}
