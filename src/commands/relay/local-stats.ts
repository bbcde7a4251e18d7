import type { TargetStats } from '../../events.js';
import type { Subscription } from '../../flow/sink.js';
import type { Rate } from './rate.js';

/** The stats of a target on this machine, which has no connection that could be lost or measured. */
export function localStats(
  told: Pick<TargetStats, 'target' | 'state' | 'bytes' | 'lossRate'>,
  subscription: Subscription | undefined,
  rate: Rate,
): TargetStats {
  return {
    ...told,
    bitrateKbps: rate.of(told.bytes),
    capacityKbps: null,
    bandwidthUse: null,
    skewMs: null,
    queueMs: subscription?.queueMs ?? 0,
    queueBytes: subscription?.queueBytes ?? 0,
    droppedFrames: subscription?.droppedTags ?? 0,
    droppedAudio: subscription?.dropped.audio ?? 0,
    droppedVideo: subscription?.dropped.video ?? 0,
    unconfirmedFrames: 0,
    reconnects: 0,
    retries: 0,
    rttMs: null,
    uptimeMs: rate.ageMs,
  };
}
