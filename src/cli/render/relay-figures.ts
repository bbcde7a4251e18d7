import type { StatsEvent, TargetStats } from '../../events.js';
import { bitrate, clock, counted } from '../../text/quantities.js';
import { alike, type Figure } from './figure.js';

/** The figures of one or all relays, the most important first. */
export function relayFigures(stats: StatsEvent): Figure[] {
  const { sources = [], targets = [], droppedFrames, reconnects, skewMs } = stats;
  const onAir = sources.filter((source) => source.onAir === true).length;
  const queue = `${Math.round(stats.queueMs)} ms`;
  const all: (Figure | undefined)[] = [
    alike(clock(stats.positionMs)),
    alike(bitrate(stats.bitrateKbps)),
    onAir === 0 ? { long: 'no source', short: 'no source', isAlarming: true } : undefined,
    targetsFigure(targets, 'target'),
    { long: `queue ${queue}`, short: `q ${queue}` },
    { long: `${droppedFrames} dropped`, short: `${droppedFrames} drop`, isAlarming: droppedFrames > 0 },
    reconnects === 0
      ? undefined
      : { long: counted(reconnects, 'reconnect'), short: `${reconnects} re`, isAlarming: true },
    alike(`${Math.round(stats.fps)} fps`),
    skewMs === null ? undefined : alike(`A/V ${skewMs > 0 ? '+' : ''}${Math.round(skewMs)} ms`),
  ];
  return all.filter((figure) => figure !== undefined);
}

/** How many of them get the stream. */
export function targetsFigure(targets: readonly TargetStats[], noun: 'target' | 'server'): Figure {
  const running = targets.filter(({ state }) => state === 'running').length;
  return {
    long: `${running} of ${counted(targets.length, noun)}`,
    short: `${running}/${targets.length} to`,
    isAlarming: running < targets.length,
  };
}
