import { readRecord } from '../codec/record.js';

/** Layout of the channels of an enhanced audio track (E-RTMP v2, MultichannelConfig). */
export type MultichannelConfig =
  | { readonly order: 'unspecified'; readonly channelCount: number }
  /** A bit for each channel that is there, FrontLeft lowest. */
  | { readonly order: 'native'; readonly channelCount: number; readonly channelMask: number }
  /** For each channel where it belongs: 0 FrontLeft … 23 BottomFrontRight, 254 unused, 255 unknown. */
  | { readonly order: 'custom'; readonly channelCount: number; readonly channels: Uint8Array }
  | { readonly order: 'reserved'; readonly channelCount: number };

/** @throws {MediaError} `ERR_MEDIA_DAMAGED` */
export function parseMultichannelConfig(payload: Uint8Array): MultichannelConfig {
  return readRecord('a channel layout', payload, (r) => {
    const order = r.u8('channel order');
    const channelCount = r.u8('channel count');
    switch (order) {
      case 0:
        return { order: 'unspecified', channelCount };
      case 1:
        return { order: 'native', channelCount, channelMask: r.u32('channel mask') };
      case 2:
        return { order: 'custom', channelCount, channels: r.bytes(channelCount, 'channels') };
      default:
        return { order: 'reserved', channelCount };
    }
  });
}
