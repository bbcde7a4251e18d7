import type { CommandEvent, Role, StatsEvent } from '../events.js';
import type { Meter } from '../flow/meter.js';
import type { MediaTag } from '../media/tag.js';

const EVERY_MS = 1_000;

/** What only the command itself knows of its progress. */
export type Progress = Pick<StatsEvent, 'durationMs' | 'queueMs' | 'queueBytes' | 'droppedFrames'> &
  Partial<Omit<StatsEvent, 'event' | 'role'>>;

/** How the connection does. */
export interface ConnectionStats {
  readonly reconnects: number;
  readonly rttMs: number | null;
  readonly uptimeMs: number | null;
}

/** The same, rounded, of an endpoint. */
export function connectionStats({ reconnects, rttMs, uptimeMs }: ConnectionStats): ConnectionStats {
  return {
    reconnects,
    rttMs: rttMs === null ? null : toTenths(rttMs),
    uptimeMs: uptimeMs === null ? null : Math.round(uptimeMs),
  };
}

/** Reports the stream's progress once a second until the returned function is called. */
export function reportStats(
  role: Role,
  meter: Meter,
  progress: () => Progress,
  report: (event: CommandEvent) => void,
): () => void {
  const timer = setInterval(() => {
    const { positionMs, bytes, bitrateKbps, fps, skewMs } = meter.read();
    report({
      event: 'stats',
      role,
      positionMs,
      bytes,
      bitrateKbps: toTenths(bitrateKbps),
      fps: toTenths(fps),
      skewMs,
      reconnects: 0,
      ...progress(),
    });
  }, EVERY_MS);
  return () => clearInterval(timer);
}

/** Rounded for events. */
export function toTenths(value: number): number {
  return Math.round(value * 10) / 10;
}

/** The same tags, counted as they go by. */
export async function* metered(
  source: AsyncIterable<readonly MediaTag[]>,
  meter: Meter,
): AsyncGenerator<readonly MediaTag[], void, undefined> {
  for await (const tags of source) {
    meter.add(tags);
    yield tags;
  }
}
