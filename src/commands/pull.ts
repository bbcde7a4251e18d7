import { RecycledMemory } from '../bytes/recycled-memory.js';
import { ReconnectingPlayer } from '../endpoint/reconnecting-player.js';
import { connectionEnded } from '../endpoint/rtmp-failure.js';
import type { PlayEnd } from '../endpoint/rtmp-player.js';
import type { CommandEvent, EndedEvent, WarningEvent } from '../events.js';
import { Broadcast } from '../flow/broadcast.js';
import { feed } from '../flow/feed.js';
import { Meter } from '../flow/meter.js';
import { trim } from '../flow/trim.js';
import { isRtmpUrl, parseRtmpUrl } from '../rtmp/url.js';
import { eventStream } from './event-stream.js';
import type { PullOptions } from './options.js';
import { choosePullTarget, openPullOutput, type PullOutput, type PullSummary } from './pull-output.js';
import { reconnecting } from './reconnection.js';
import { repair } from './repair.js';
import { connectionStats, metered, type Progress, reportStats } from './stats-reports.js';

/** Media that may wait for a slow disk before the server has to wait. More would leave the caches of the machine. */
const MAX_WAITING_BYTES = 8 * 1024 * 1024;

type Report = (event: CommandEvent) => void;

/**
 * Records a stream, or repairs an FLV file when the source is one. Aborting completes the file.
 *
 * @throws {UsageError | NetworkError | ProtocolError | RejectedError | MediaError | OutputError}
 */
export function pull(options: PullOptions, signal: AbortSignal): AsyncIterable<CommandEvent> {
  return eventStream(
    (report, stop) => (isRtmpUrl(options.source) ? record(options, report, stop) : repair(options, report, stop)),
    signal,
  );
}

async function record(options: PullOptions, report: Report, signal: AbortSignal): Promise<void> {
  const url = parseRtmpUrl(options.source, options);
  const target = await choosePullTarget(options, url.streamName);
  const connection = { role: 'player', url, use: 'file', memory: new RecycledMemory(), signal, report } as const;
  const player = await ReconnectingPlayer.open(reconnecting(connection, options));
  try {
    const output = await openPullOutput(target);
    report({ event: 'started', role: 'player', url: url.redacted, output: output.name });
    const meter = new Meter();
    const summary = await transfer(player, output, meter, options, report, signal);
    const { positionMs, audioTags, videoTags, dataTags } = meter.read();
    if (player.end?.kind === 'closed') {
      if (audioTags + videoTags + dataTags === 0) {
        throw connectionEnded('before any media came');
      }
      report(cutShort);
    }
    report({
      event: 'ended',
      role: 'player',
      reason: reasonOf(player.end, summary, signal),
      url: url.redacted,
      output: output.name,
      ...amountOf(summary),
      durationMs: positionMs,
      audioTags,
      videoTags,
      dataTags,
      final: true,
    });
  } finally {
    player.stop();
  }
}

/** Moves the stream into the output, until one of them ends. What has come is written even when the network fails. */
async function transfer(
  player: ReconnectingPlayer,
  { sink }: PullOutput,
  meter: Meter,
  { durationMs }: PullOptions,
  report: Report,
  signal: AbortSignal,
): Promise<PullSummary> {
  const broadcast = new Broadcast({ maxBytes: MAX_WAITING_BYTES, gopCache: false, memory: player.memory });
  sink.attach(broadcast, { mode: 'lossless', join: 'beginning' });
  const outputOver = new AbortController();
  const onOver = (): void => outputOver.abort();
  sink.finished.then(onOver, onOver);
  const stopStats = reportStats(
    'player',
    meter,
    () => ({ ...progressOf(sink, durationMs), ...connectionStats(player) }),
    report,
  );
  const tags = durationMs === undefined ? player : trim(player, durationMs);
  try {
    await feed(metered(tags, meter), broadcast, AbortSignal.any([signal, outputOver.signal]));
  } finally {
    stopStats();
    broadcast.end();
    await sink.finished;
  }
  return sink.finished;
}

function amountOf(summary: PullSummary): Pick<EndedEvent, 'bytes' | 'mediaBytes'> {
  return 'sizeBytes' in summary
    ? { bytes: summary.sizeBytes, mediaBytes: summary.mediaBytes }
    : { bytes: summary.bytes };
}

function progressOf(sink: PullOutput['sink'], durationMs: number | undefined): Progress {
  return {
    durationMs: durationMs ?? null,
    queueMs: sink.subscription?.queueMs ?? 0,
    queueBytes: sink.subscription?.queueBytes ?? 0,
    droppedFrames: 0, // a recording waits, it does not drop
  };
}

const cutShort: WarningEvent = {
  event: 'warning',
  code: 'WARN_CLOSED_WITHOUT_END',
  message: 'the server closed the connection without saying that the stream is over',
  advice: 'the recording is complete up to here; the server may know more',
};

function reasonOf(end: PlayEnd | undefined, summary: PullSummary, signal: AbortSignal): string {
  if (signal.aborted) {
    return 'interrupted';
  }
  if ('by' in summary && summary.by === 'consumer') {
    return 'the reader of the output has closed it';
  }
  switch (end?.kind) {
    case 'told':
      return 'end of stream';
    case 'closed':
      return 'the server closed the connection';
    default:
      return 'the wanted duration is reached';
  }
}
