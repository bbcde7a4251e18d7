import { defineMessage } from './define-message.js';

/** How the receiver is to take the limit (RTMP 5.4.5). */
export type PeerBandwidthLimit = 'hard' | 'soft' | 'dynamic';

/** Set Peer Bandwidth (RTMP 5.4.5): limits what the receiver may send ahead of acknowledgements. */
export interface SetPeerBandwidth {
  readonly type: 'setPeerBandwidth';
  readonly sizeBytes: number;
  readonly limit: PeerBandwidthLimit;
}

const LIMITS = ['hard', 'soft', 'dynamic'] as const;

export const setPeerBandwidth = defineMessage<SetPeerBandwidth>({
  read: (reader) => ({
    type: 'setPeerBandwidth',
    sizeBytes: reader.u32('peer bandwidth'),
    // Every server seen sends 2; a number that the document does not know is taken as that.
    limit: LIMITS[reader.u8('peer bandwidth limit type')] ?? 'dynamic',
  }),
  write(writer, message) {
    writer.u32(message.sizeBytes).u8(LIMITS.indexOf(message.limit));
  },
});
