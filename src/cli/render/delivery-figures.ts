import type { StatsEvent, TargetStats } from '../../events.js';
import { bitrate, clock, counted, share, volume } from '../../text/quantities.js';
import { shortTime } from '../../text/stream-words.js';
import { alike, type Figure } from './figure.js';

/** More of what the way carries is used than is good for it. */
const ALARMING_USE = 0.95;

/** What waits. */
export function queueFigure({ queueMs, queueBytes }: StatsEvent): Figure {
  const queue = `${Math.round(queueMs)} ms`;
  return { long: queueBytes > 0 ? `queue ${queue} (${volume(queueBytes)})` : `queue ${queue}`, short: `q ${queue}` };
}

/** Of several targets, those whose figure is the largest. */
function largest(stats: StatsEvent, read: (target: Delivery) => number): Delivery {
  const running = (stats.targets ?? []).filter(({ state }) => state === 'running');
  return running.reduce<Delivery>((most, one) => (read(one) > read(most) ? one : most), running[0] ?? stats);
}

type Delivery = Pick<StatsEvent, 'capacityKbps' | 'bandwidthUse' | 'lossRate' | 'rttMs'>;

/** How much of what the way to a target carries is used: of several where that is most. Nothing while it is not known. */
export function bandwidthFigure(stats: StatsEvent): Figure | undefined {
  const { capacityKbps, bandwidthUse } = largest(stats, (one) => one.bandwidthUse ?? 0);
  if (typeof capacityKbps !== 'number' || typeof bandwidthUse !== 'number') return undefined;
  const use = `${Math.round(bandwidthUse * 100)}%`;
  return { long: `${use} of ${bitrate(capacityKbps)}`, short: `bw ${use}`, isAlarming: bandwidthUse >= ALARMING_USE };
}

/** How many frames were dropped; in words also of which kinds, and their share: of several targets where that is most. */
export function droppedFigure(stats: StatsEvent): Figure {
  const { droppedFrames } = stats;
  const of = (kind: 'droppedAudio' | 'droppedVideo'): number =>
    stats.targets?.reduce((sum, one) => sum + one[kind], 0) ?? stats[kind] ?? 0;
  const [audio, video] = [of('droppedAudio'), of('droppedVideo')];
  const lossRate = largest(stats, (one) => one.lossRate ?? 0).lossRate ?? 0;
  const details = [
    audio > 0 ? `${audio} audio` : '',
    video > 0 ? `${video} video` : '',
    lossRate > 0 ? share(lossRate) : '',
  ].filter((detail) => detail !== '');
  const tail = details.length === 0 ? '' : ` (${details.join(', ')})`;
  return {
    long: `${droppedFrames} dropped${tail}`,
    short: `${droppedFrames} drop`,
    isAlarming: droppedFrames > 0,
  };
}

/** How many connections there were after the first one; in words also since when there is the present one. */
export function reconnectsFigure({ reconnects, uptimeMs, targets }: StatsEvent): Figure | undefined {
  if (reconnects === 0) return undefined;
  const isOfOne = targets === undefined && typeof uptimeMs === 'number';
  const since = isOfOne ? ` (up ${clock(uptimeMs)})` : '';
  return { long: `${counted(reconnects, 'reconnect')}${since}`, short: `${reconnects} re`, isAlarming: true };
}

export function skewFigure({ skewMs }: StatsEvent): Figure | undefined {
  if (skewMs === null) return undefined;
  const rounded = Math.round(skewMs);
  const signed = rounded > 0 ? `+${rounded}` : String(rounded);
  return { long: `A/V ${signed} ms`, short: `A/V ${signed}` };
}

/** Of several targets the longest. */
export function rttFigure(stats: StatsEvent): Figure | undefined {
  const { rttMs } = largest(stats, (one) => one.rttMs ?? 0);
  return typeof rttMs === 'number' ? alike(`RTT ${shortTime(rttMs)}`) : undefined;
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
