import type { StatsEvent } from '../../events.js';
import { alike, type Figure } from './figure.js';
import { bitrate, clock, counted } from './quantities.js';

/** The figures of one or all relays, the most important first. */
export function relayFigures(stats: StatsEvent): Figure[] {
  const { sources = [], targets = [], droppedFrames, reconnects, skewMs } = stats;
  const running = targets.filter(({ state }) => state === 'running').length;
  const onAir = sources.filter((source) => source.onAir === true).length;
  const queue = `${Math.round(stats.queueMs)} ms`;
  const all: (Figure | undefined)[] = [
    alike(clock(stats.positionMs)),
    alike(bitrate(stats.bitrateKbps)),
    onAir === 0 ? { long: 'no source', short: 'no source', isAlarming: true } : undefined,
    {
      long: `${running} of ${counted(targets.length, 'target')}`,
      short: `${running}/${targets.length} to`,
      isAlarming: running < targets.length,
    },
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
