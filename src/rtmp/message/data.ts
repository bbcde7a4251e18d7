import { readAmf0Values } from '../../amf/amf0-reader.js';
import { encodeAmf0 } from '../../amf/amf0-writer.js';
import type { AmfValue } from '../../amf/value.js';
import { withFormatByte, withoutFormatByte } from './format-byte.js';
import type { AmfEncoding } from './type-id.js';

/** Data (RTMP 7.1.2): an event's name, then its values. */
export interface DataMessage {
  readonly type: 'data';
  readonly encoding: AmfEncoding;
  readonly values: readonly AmfValue[];
}

/** @throws {ProtocolError} `ERR_AMF`, `ERR_TRUNCATED`, `ERR_LIMIT`. */
export function decodeData(payload: Uint8Array, encoding: AmfEncoding): DataMessage {
  return { type: 'data', encoding, values: readAmf0Values(encoding === 'amf3' ? withoutFormatByte(payload) : payload) };
}

export function encodeData(message: DataMessage): Uint8Array {
  const values = encodeAmf0(...message.values);
  return message.encoding === 'amf3' ? withFormatByte(values) : values;
}
