import type { StatsEvent } from '../../events.js';
import { bitrate, clock } from '../../text/quantities.js';
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

/** The figures of one or all relays, the most important first. */
export function relayFigures(stats: StatsEvent): Figure[] {
  const { sources = [], targets = [] } = stats;
  const onAir = sources.filter((source) => source.onAir === true).length;
  const all: (Figure | undefined)[] = [
    alike(clock(stats.positionMs)),
    alike(bitrate(stats.bitrateKbps)),
    onAir === 0 ? { long: 'no source', short: 'no source', isAlarming: true } : undefined,
    targetsFigure(targets, 'target'),
    bandwidthFigure(stats),
    queueFigure(stats),
    droppedFigure(stats),
    reconnectsFigure(stats),
    alike(`${Math.round(stats.fps)} fps`),
    skewFigure(stats),
    rttFigure(stats),
  ];
  return all.filter((figure) => figure !== undefined);
}
