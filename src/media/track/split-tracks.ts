import { ByteReader } from '../../bytes/reader.js';
import { readIfWhole } from '../../codec/record.js';
import { MediaError } from '../../errors.js';
import { readModEx } from '../enhanced-header.js';
import type { MediaTag } from '../tag.js';

/** One track of a tag with multitrack header. */
export interface TrackTag {
  readonly trackId: number;
  /** As if the track were alone. */
  readonly tag: MediaTag;
}

const MANY_TRACKS_MANY_CODECS = 2;
const ONE_TRACK = 0;

/**
 * The tracks of an enhanced tag with multitrack header (E-RTMP v2, "Multitrack Streaming"), each as a tag of its own without
 * that header and without modifiers. What is cut off is left out.
 */
export function splitTracks(tag: MediaTag): TrackTag[] {
  const r = new ByteReader(tag.body, MediaError);
  const tracks: TrackTag[] = [];
  readIfWhole(() => {
    const first = r.u8('tag header');
    readModEx(r, first & 0x0f);
    const types = r.u8('multitrack type');
    const form = types >> 4;
    const sharedFourCc = form === MANY_TRACKS_MANY_CODECS ? undefined : r.bytes(4, 'FourCC');
    do {
      const fourCc = sharedFourCc ?? r.bytes(4, 'FourCC');
      const trackId = r.u8('track id');
      const payload = form === ONE_TRACK ? r.rest() : r.bytes(r.u24('size of track'), 'track');
      const body = Buffer.concat([Uint8Array.of((first & 0xf0) | (types & 0x0f)), fourCc, payload]);
      tracks.push({ trackId, tag: { kind: tag.kind, timestampMs: tag.timestampMs, body } });
    } while (!r.atEnd);
  });
  return tracks;
}
