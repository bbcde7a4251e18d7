import type { CommandEvent, EndedEvent } from '../events.js';
import { feed } from '../flow/feed.js';
import { Meter } from '../flow/meter.js';
import { eventStream } from './event-stream.js';
import { offerLocally } from './local-offer.js';
import { messageReports } from './message-reports.js';
import type { PushOptions } from './options.js';
import { type Loss, lostFrames, NO_LOSS, pushReason } from './push-end.js';
import { openPushSource, type PushSource } from './push-source.js';
import { PushTargets } from './push-targets.js';
import { type SettledPushOptions, settledPush } from './settled-options.js';
import { metered, reportStats } from './stats-reports.js';

type Report = (event: CommandEvent) => void;

/**
 * Publishes one input (a file, a capture, a stream), or several one after the other, to a server, to several, or, without a
 * URL, through a server of its own. Aborting ends the stream in an orderly way; before it has
 * begun, that throws the signal's reason.
 *
 * @throws {MediaError | FfmpegError | NetworkError | ProtocolError | RejectedError} of several servers the failure of the first
 * that failed, after the others have everything
 */
export function push(options: PushOptions, signal?: AbortSignal): AsyncIterable<CommandEvent> {
  return eventStream((report, stop) => run(settledPush(options), report, stop), signal);
}

async function run(options: SettledPushOptions, report: Report, signal: AbortSignal): Promise<void> {
  const source = await openPushSource(options, report, signal);
  try {
    if (options.url === undefined && (options.targets ?? []).length === 0) {
      await offer(source, options, report, signal);
    } else {
      await publish(source, options, report, signal);
    }
  } finally {
    await source.close();
  }
}

async function publish(
  source: PushSource,
  options: SettledPushOptions,
  report: Report,
  signal: AbortSignal,
): Promise<void> {
  const targets = new PushTargets(options, source, report, signal);
  const meter = new Meter();
  try {
    await targets.ready();
    const nobody = new AbortController();
    targets.over.then(() => nobody.abort());
    await feed(metered(source.tags, meter), targets.broadcast, AbortSignal.any([signal, nobody.signal]));
    await targets.finish();
  } finally {
    targets.close();
  }
  const reason = pushReason(targets.loss, source.failedPlays(), signal);
  report({ ...(targets.only?.summary(reason) ?? summaryOf(meter, targets.loss, reason)), final: true });
}

/** Lets a server on the loopback have the stream, for whoever wants to play it. */
async function offer(
  source: PushSource,
  options: SettledPushOptions,
  report: Report,
  signal: AbortSignal,
): Promise<void> {
  const local = await offerLocally(options, report, messageReports(options.messages, report));
  report({ event: 'started', role: 'publisher', playUrls: local.playUrls, durationMs: source.durationMs });
  const meter = new Meter();
  const stopStats = reportStats('publisher', meter, () => ({ ...nothingWaits, durationMs: source.durationMs }), report);
  try {
    await feed(metered(source.tags, meter), local.broadcast, signal);
  } finally {
    stopStats();
    await local.close();
  }
  const reason = pushReason(NO_LOSS, source.failedPlays(), signal);
  report({ ...summaryOf(meter, NO_LOSS, reason), final: true });
}

const nothingWaits = { queueMs: 0, queueBytes: 0, droppedFrames: 0 };

function summaryOf(meter: Meter, loss: Loss, reason: string): Omit<EndedEvent, 'final'> {
  const { positionMs, bytes, audioTags, videoTags, dataTags } = meter.read();
  const amount = { bytes, durationMs: positionMs, audioTags, videoTags, dataTags, ...lostFrames(loss) };
  return { event: 'ended', role: 'publisher', reason, ...amount };
}
