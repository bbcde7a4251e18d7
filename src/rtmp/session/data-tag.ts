import type { MediaTag } from '../../media/tag.js';
import type { TagFormat } from '../../media/tag-format.js';
import { isMetadata } from '../../media/tag-info.js';
import { withoutFormatByte } from '../message/format-byte.js';
import type { AmfEncoding } from '../message/type-id.js';

const AMF0_STRING = 0x02;
const AVM_PLUS = 0x11;
const AMF0_STRING_HEADER_SIZE_BYTES = 3;

const SET_DATA_FRAME = amf0String('@setDataFrame');
const CLEAR_DATA_FRAME = amf0String('@clearDataFrame');

/**
 * The tag body of a data message: the event's name, then its values. A publisher's `@setDataFrame` in front is an order to
 * the server and is cut off; rtmpdump puts it before a tag that has one already.
 *
 * `undefined`: no event. `@clearDataFrame` is one of those, because a broadcast has no tag that takes metadata back.
 */
export function dataTagBody(payload: Uint8Array, encoding: AmfEncoding): Uint8Array | undefined {
  let body = encoding === 'amf3' ? withoutFormatByte(payload) : payload;
  while (startsWith(body, SET_DATA_FRAME)) {
    body = body.subarray(SET_DATA_FRAME.length);
  }
  const beginsWithName = body[0] === AMF0_STRING || body[0] === AVM_PLUS;
  return beginsWithName && !startsWith(body, CLEAR_DATA_FRAME) ? body : undefined;
}

const utf8 = new TextDecoder();

/** The name of a data tag's event; `undefined` when it is not a plain AMF0 string. */
export function dataTagName(body: Uint8Array): string | undefined {
  if (body[0] !== AMF0_STRING) {
    return undefined;
  }
  const lengthBytes = ((body[1] ?? 0) << 8) | (body[2] ?? 0);
  return utf8.decode(body.subarray(AMF0_STRING_HEADER_SIZE_BYTES, AMF0_STRING_HEADER_SIZE_BYTES + lengthBytes));
}

/**
 * The format for a publisher's tags: `@setDataFrame` goes in front of metadata, as FFmpeg and OBS send it. Some servers
 * keep no other.
 */
export function publisherTagFormat(format: TagFormat): TagFormat {
  return {
    key: `${format.key}/setDataFrame`,
    encode: (tags, take) => format.encode(tags.some(isMetadata) ? tags.map(withSetDataFrame) : tags, take),
  };
}

function withSetDataFrame(tag: MediaTag): MediaTag {
  if (!isMetadata(tag) || startsWith(tag.body, SET_DATA_FRAME)) {
    return tag;
  }
  const body = new Uint8Array(SET_DATA_FRAME.length + tag.body.length);
  body.set(SET_DATA_FRAME);
  body.set(tag.body, SET_DATA_FRAME.length);
  return { ...tag, body };
}

function startsWith(body: Uint8Array, beginning: Uint8Array): boolean {
  return body.length >= beginning.length && beginning.every((byte, index) => body[index] === byte);
}

function amf0String(text: string): Uint8Array {
  return Uint8Array.of(AMF0_STRING, 0, text.length, ...new TextEncoder().encode(text));
}
