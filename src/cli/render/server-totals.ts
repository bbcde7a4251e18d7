import type { EndedEvent, StatsEvent, TargetStats, WarningEvent } from '../../events.js';

/** Adds up what the servers of one push tell of themselves. */
export class ServerTotals {
  readonly #newest = new Map<string, StatsEvent>();

  /** What they do together, with the newest of this one. */
  together(stats: StatsEvent): StatsEvent {
    this.#newest.set(stats.target ?? '', stats);
    const all = [...this.#newest.values()];
    const running = all.filter(({ state }) => state === 'running');
    const total = (read: (one: StatsEvent) => number): number => all.reduce((sum, one) => sum + read(one), 0);
    const { target: _, url: __, state: ___, ...rest } = running.at(-1) ?? stats;
    return {
      ...rest,
      positionMs: Math.max(...all.map(({ positionMs }) => positionMs)),
      bytes: total(({ bytes }) => bytes),
      bitrateKbps: running.reduce((sum, { bitrateKbps }) => sum + bitrateKbps, 0),
      queueMs: Math.max(0, ...running.map(({ queueMs }) => queueMs)),
      queueBytes: Math.max(0, ...running.map(({ queueBytes }) => queueBytes)),
      droppedFrames: total(({ droppedFrames }) => droppedFrames),
      reconnects: total(({ reconnects }) => reconnects),
      targets: all.map(targetStats),
    };
  }

  /** It will not get the stream any more. */
  failed({ target = '' }: WarningEvent): void {
    const newest = this.#newest.get(target);
    if (newest !== undefined) this.#newest.set(target, { ...newest, state: 'failed' });
  }

  /** It has what it is to get. */
  ended({ target = '' }: EndedEvent): void {
    if (this.#newest.get(target)?.state !== 'failed') this.#newest.delete(target);
  }
}

function targetStats(stats: StatsEvent): TargetStats {
  const { target = '', state = 'connecting', bytes, bitrateKbps, skewMs, queueMs, queueBytes } = stats;
  const { droppedFrames, droppedAudio = 0, droppedVideo = 0, lossRate = 0, unconfirmedFrames = 0 } = stats;
  const { capacityKbps = null, bandwidthUse = null, reconnects, retries = 0, rttMs = null, uptimeMs = null } = stats;
  const dropped = { droppedFrames, droppedAudio, droppedVideo, lossRate, unconfirmedFrames };
  const connection = { capacityKbps, bandwidthUse, reconnects, retries, rttMs, uptimeMs };
  return { target, state, bytes, bitrateKbps, skewMs, queueMs, queueBytes, ...dropped, ...connection };
}
