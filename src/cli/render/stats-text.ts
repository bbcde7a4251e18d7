import type { StatsEvent, TargetStats } from '../../events.js';
import { bitrate, clock, counted, volume } from '../../text/quantities.js';
import {
  bandwidthFigure,
  droppedFigure,
  queueFigure,
  reconnectsFigure,
  rttFigure,
  skewFigure,
  targetsFigure,
} from './delivery-figures.js';
import { alike, type Figure } from './figure.js';
import { relayFigures } from './relay-figures.js';

/** The figures of a stream or a server, the most important first. */
export function figures(stats: StatsEvent, etaSeconds?: number): Figure[] {
  if (stats.sources !== undefined) return relayFigures(stats);
  return stats.connections === undefined ? streamFigures(stats, etaSeconds) : serverFigures(stats);
}

/** All of them in one line for logs. */
export function statsSentence(stats: StatsEvent): string {
  return figures(stats)
    .map(({ long }) => long)
    .join(', ');
}

function streamFigures(stats: StatsEvent, etaSeconds: number | undefined): Figure[] {
  const { positionMs, durationMs } = stats;
  const all: (Figure | undefined)[] = [
    durationMs === null
      ? alike(clock(positionMs))
      : { long: `${clock(positionMs)} of ${clock(durationMs)}`, short: `${clock(positionMs)}/${clock(durationMs)}` },
    etaSeconds === undefined ? undefined : alike(`ETA ${clock(etaSeconds * 1_000)}`),
    stats.targets === undefined ? undefined : targetsFigure(stats.targets, 'server'),
    alike(bitrate(stats.bitrateKbps)),
    bandwidthFigure(stats),
    alike(`${Math.round(stats.fps)} fps`),
    queueFigure(stats),
    droppedFigure(stats),
    reconnectsFigure(stats),
    skewFigure(stats),
    rttFigure(stats),
    ...(stats.targets ?? []).filter(({ state }) => state !== 'running').map(troubleFigure),
  ];
  return all.filter((figure) => figure !== undefined);
}

/** A server that does not get the stream, and why. */
function troubleFigure({ target, state }: TargetStats): Figure {
  return { ...alike(`${target} ${state}`), isAlarming: true };
}

function serverFigures(stats: StatsEvent): Figure[] {
  const { publishers = 0, players = 0, connections = 0, latencyMs = 0, droppedFrames } = stats;
  const all: (Figure | undefined)[] = [
    { long: counted(publishers, 'publisher'), short: `${publishers} pub` },
    { long: counted(players, 'player'), short: `${players} play` },
    { long: counted(connections, 'connection'), short: `${connections} conn` },
    alike(bitrate(stats.bitrateKbps)),
    latencyMs === 0 ? undefined : { long: `bursts of ${latencyMs} ms`, short: `burst ${latencyMs} ms` },
    { long: `${volume(stats.queueBytes)} buffered`, short: `buf ${volume(stats.queueBytes)}` },
    { long: `${droppedFrames} dropped`, short: `${droppedFrames} drop`, isAlarming: droppedFrames > 0 },
    { long: `up ${clock(stats.positionMs)}`, short: clock(stats.positionMs) },
  ];
  return all.filter((figure) => figure !== undefined);
}
