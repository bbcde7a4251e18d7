import type { ByteReader } from '../bytes/reader.js';
import { MediaError } from '../errors.js';
import { MAX_MOD_EX_COUNT, PACKET_MOD_EX } from './packet-type.js';

/** Where a tag's payload stands in its body. With several tracks: that of the first. */
export interface PayloadPlace {
  readonly payloadOffset: number;
  readonly payloadSizeBytes: number;
}

/** The (first) track of a tag with multitrack header (E-RTMP v2). */
export interface TagTrack {
  readonly id: number;
  readonly form: 'one-track' | 'many-tracks' | 'many-tracks-many-codecs';
}

export interface ModEx {
  /** The first packet type that is not ModEx. */
  readonly packetType: number;
  /** TimestampOffsetNano, 0 to 999999: belongs to the presentation time of this tag only. */
  readonly presentationOffsetNs: number;
}

export interface EnhancedPacket extends PayloadPlace {
  /** Behind the multitrack header, where there is one. */
  readonly packetType: number;
  readonly fourCc: number;
  readonly track: TagTrack | undefined;
}

const MOD_EX_TIMESTAMP_OFFSET_NANO = 0;
const MAX_PRESENTATION_OFFSET_NS = 999_999;

const TRACK_FORMS = ['one-track', 'many-tracks', 'many-tracks-many-codecs'] as const;

/** Reads modifiers up to the packet type behind them; those of unknown type are skipped. */
export function readModEx(r: ByteReader, firstPacketType: number): ModEx {
  let packetType = firstPacketType;
  let presentationOffsetNs = 0;
  for (let count = 0; packetType === PACKET_MOD_EX; count++) {
    if (count === MAX_MOD_EX_COUNT) {
      throw new MediaError('ERR_MEDIA_DAMAGED', `a tag holds more than ${MAX_MOD_EX_COUNT} modifiers`);
    }
    const shortSize = r.u8('size of modifier') + 1;
    const data = r.bytes(shortSize < 256 ? shortSize : r.u16('size of modifier') + 1, 'modifier');
    const types = r.u8('types behind modifier');
    if (types >> 4 === MOD_EX_TIMESTAMP_OFFSET_NANO) presentationOffsetNs = timestampOffsetNano(data);
    packetType = types & 0x0f;
  }
  return { packetType, presentationOffsetNs };
}

function timestampOffsetNano(data: Uint8Array): number {
  const [high, middle, low] = data;
  if (high === undefined || middle === undefined || low === undefined) return 0;
  const offsetNs = (high << 16) | (middle << 8) | low;
  return offsetNs <= MAX_PRESENTATION_OFFSET_NS ? offsetNs : 0;
}

/** Reads FourCC and, for `multitrackType`, the header of the first track. */
export function readEnhancedPacket(r: ByteReader, packetType: number, multitrackType: number): EnhancedPacket {
  if (packetType === multitrackType) return readFirstTrack(r, multitrackType);
  const fourCc = r.u32('FourCC');
  return { packetType, fourCc, track: undefined, payloadOffset: r.offset, payloadSizeBytes: r.remaining };
}

function readFirstTrack(r: ByteReader, multitrackType: number): EnhancedPacket {
  const types = r.u8('multitrack type');
  const packetType = types & 0x0f;
  const form = TRACK_FORMS[types >> 4];
  if (form === undefined) {
    throw new MediaError('ERR_MEDIA_UNSUPPORTED', `multitrack type ${types >> 4} is outside 0..2`);
  }
  if (packetType === multitrackType) {
    throw new MediaError('ERR_MEDIA_DAMAGED', 'a multitrack header stands within another');
  }
  // For all tracks or, with many codecs, for this one: the same place.
  const fourCc = r.u32('FourCC');
  const id = r.u8('track id');
  const payloadSizeBytes = form === 'one-track' ? r.remaining : r.u24('size of track');
  if (payloadSizeBytes > r.remaining) {
    throw new MediaError(
      'ERR_MEDIA_DAMAGED',
      `track ${id} needs ${payloadSizeBytes} bytes, but only ${r.remaining} are left`,
    );
  }
  return { packetType, fourCc, track: { id, form }, payloadOffset: r.offset, payloadSizeBytes };
}

/** Number of a FourCC (the bytes of its text), as `videocodecid` and `audiocodecid` have it. */
export function fourCc(text: string): number {
  return [...text].reduce((number, character) => number * 256 + character.charCodeAt(0), 0);
}

/** The payload of a tag; a view. */
export function tagPayload(body: Uint8Array, { payloadOffset, payloadSizeBytes }: PayloadPlace): Uint8Array {
  return body.subarray(payloadOffset, payloadOffset + payloadSizeBytes);
}
