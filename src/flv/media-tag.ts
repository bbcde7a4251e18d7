import type { MediaTag } from '../media/tag.js';
import { FLV_AMF3_SCRIPT, FLV_AUDIO, FLV_SCRIPT, FLV_VIDEO, type FlvTag } from './tag.js';

/**
 * The tag as it travels through the house. `undefined` for what has no place in a stream: encrypted tags and unknown types.
 */
export function toMediaTag(tag: FlvTag): MediaTag | undefined {
  if (tag.filtered) return undefined;
  const { timestampMs, body } = tag;
  switch (tag.typeId) {
    case FLV_AUDIO:
      return { kind: 'audio', timestampMs, body };
    case FLV_VIDEO:
      return { kind: 'video', timestampMs, body };
    case FLV_SCRIPT:
      return { kind: 'data', timestampMs, body: withoutSetDataFrame(body) };
    case FLV_AMF3_SCRIPT:
      return { kind: 'data', timestampMs, body: withoutSetDataFrame(withoutFormatByte(body)) };
    default:
      return undefined;
  }
}

/** AMF3 data begins with a byte 0; AMF0 values follow, which may switch to AMF3 (protocol.md 4.3). Some leave the byte out. */
function withoutFormatByte(body: Uint8Array): Uint8Array {
  return body[0] === 0 ? body.subarray(1) : body;
}

/** AMF0 string `@setDataFrame`: what OBS puts in front of the metadata of its files, as if they were sent to a server. */
const SET_DATA_FRAME = Uint8Array.of(2, 0, 13, ...new TextEncoder().encode('@setDataFrame'));

function withoutSetDataFrame(body: Uint8Array): Uint8Array {
  for (let i = 0; i < SET_DATA_FRAME.length; i++) {
    if (body[i] !== SET_DATA_FRAME[i]) return body;
  }
  return body.subarray(SET_DATA_FRAME.length);
}
