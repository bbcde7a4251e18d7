import { ReconnectingPublisher } from '../endpoint/reconnecting-publisher.js';
import type { CommandEvent } from '../events.js';
import { Broadcast, type SubscribeOptions } from '../flow/broadcast.js';
import { feed } from '../flow/feed.js';
import { Meter } from '../flow/meter.js';
import { parseRtmpUrl } from '../rtmp/url.js';
import { eventStream } from './event-stream.js';
import { offerLocally } from './local-offer.js';
import { messageReports } from './message-reports.js';
import type { PushOptions } from './options.js';
import { openPushSource, type PushSource } from './push-source.js';
import { reconnecting } from './reconnection.js';
import { connectionStats, metered, reportStats } from './stats-reports.js';

/**
 * Media that may wait for a slow server: of a live input before some is left out, of a file before the file has to wait, which
 * costs nothing.
 */
const MAX_WAITING_BYTES = { live: 32 * 1024 * 1024, lossless: 8 * 1024 * 1024 } as const;

type Report = (event: CommandEvent) => void;

/**
 * Publishes one input (a file, a capture, a stream), or several one after the other, to a server or, without a URL, through a server of its own. Aborting
 * ends the stream in an orderly way.
 *
 * @throws {MediaError | FfmpegError | NetworkError | ProtocolError | RejectedError}
 */
export function push(options: PushOptions, signal: AbortSignal): AsyncIterable<CommandEvent> {
  return eventStream((report, stop) => run(options, report, stop), signal);
}

async function run(options: PushOptions, report: Report, signal: AbortSignal): Promise<void> {
  const source = await openPushSource(options, report, signal);
  try {
    if (options.url === undefined) {
      await offer(source, options, report, signal);
    } else {
      await publish(options.url, source, options, report, signal);
    }
  } finally {
    await source.close();
  }
}

async function publish(
  target: string,
  source: PushSource,
  options: PushOptions,
  report: Report,
  signal: AbortSignal,
): Promise<void> {
  const url = parseRtmpUrl(target, options);
  const { maxQueueMs } = options;
  const { memory } = source;
  const connection = reconnecting(
    { role: 'publisher', url, use: source.clock === 'wall' ? 'live' : 'file', memory, signal, report },
    options,
  );
  const publisher = await ReconnectingPublisher.open(connection);
  report({ event: 'started', role: 'publisher', url: url.redacted, durationMs: source.durationMs });

  const place: SubscribeOptions = Number.isFinite(maxQueueMs)
    ? { mode: 'live', join: 'beginning', maxLagMs: maxQueueMs }
    : { mode: 'lossless', join: 'beginning' };
  const broadcast = new Broadcast({ maxBytes: MAX_WAITING_BYTES[place.mode], gopCache: false, memory });
  publisher.attach(broadcast, place);
  const leave = (): void => publisher.leave(); // even when all that is left to do is to wait for the server
  signal.addEventListener('abort', leave, { once: true });
  const failed = new AbortController();
  publisher.finished.catch(() => failed.abort());
  const stopStats = reportStats('publisher', publisher.sent, () => progressOf(publisher, source), report);
  try {
    await feed(source.tags, broadcast, AbortSignal.any([signal, failed.signal]));
    broadcast.end();
    await publisher.finished;
  } finally {
    signal.removeEventListener('abort', leave);
    stopStats();
    publisher.close();
  }
  const { droppedTags: droppedFrames, unconfirmedTags: unconfirmedFrames, reconnects } = publisher;
  const loss = { droppedFrames, unconfirmedFrames, reconnects };
  reportEnd(publisher.sent, source, loss, url.redacted, report, signal);
}

/** Lets a server on the loopback have the stream, for whoever wants to play it. */
async function offer(
  source: PushSource,
  { messages }: PushOptions,
  report: Report,
  signal: AbortSignal,
): Promise<void> {
  const local = await offerLocally(report, messageReports(messages, report));
  report({ event: 'started', role: 'publisher', playUrls: local.playUrls, durationMs: source.durationMs });
  const meter = new Meter();
  const stopStats = reportStats('publisher', meter, () => ({ ...nothingWaits, durationMs: source.durationMs }), report);
  try {
    await feed(metered(source.tags, meter), local.broadcast, signal);
  } finally {
    stopStats();
    await local.close();
  }
  reportEnd(meter, source, NO_LOSS, undefined, report, signal);
}

function reasonOf({ droppedFrames, reconnects }: Loss, failedPlays: number, signal: AbortSignal): string {
  if (signal.aborted) return 'interrupted';
  const losses = [
    droppedFrames === 0 ? '' : reconnects > 0 ? MISSED : 'the server was too slow for all of it',
    failedPlays > 0 ? `inputs failed, ${failedPlays === 1 ? 'once' : `${failedPlays} times`}` : '',
  ].filter((loss) => loss !== '');
  return losses.length === 0 ? 'everything was sent' : `end of the input; ${losses.join(', and ')}`;
}

/** What a server did not get, and how often there was no connection to it. */
interface Loss {
  readonly droppedFrames: number;
  readonly unconfirmedFrames: number;
  readonly reconnects: number;
}

const NO_LOSS: Loss = { droppedFrames: 0, unconfirmedFrames: 0, reconnects: 0 };
const MISSED = 'the server missed something while the connection was lost';

const nothingWaits = { queueMs: 0, queueBytes: 0, droppedFrames: 0 };

function progressOf(publisher: ReconnectingPublisher, { durationMs }: PushSource) {
  return {
    durationMs,
    queueMs: publisher.queueMs,
    queueBytes: publisher.queueBytes,
    droppedFrames: publisher.droppedTags,
    ...connectionStats(publisher),
    droppedAudio: publisher.dropped.audio,
    droppedVideo: publisher.dropped.video,
    lossRate: publisher.lossRate,
    unconfirmedFrames: publisher.unconfirmedTags,
  };
}

function reportEnd(
  meter: Meter,
  source: PushSource,
  loss: Loss,
  url: string | undefined,
  report: Report,
  signal: AbortSignal,
): void {
  const { positionMs, bytes, audioTags, videoTags, dataTags } = meter.read();
  report({
    event: 'ended',
    role: 'publisher',
    reason: reasonOf(loss, source.failedPlays(), signal),
    ...(url === undefined ? {} : { url }),
    bytes,
    durationMs: positionMs,
    audioTags,
    videoTags,
    dataTags,
    droppedFrames: loss.droppedFrames,
    ...(loss.unconfirmedFrames === 0 ? {} : { unconfirmedFrames: loss.unconfirmedFrames }),
    final: true,
  });
}
