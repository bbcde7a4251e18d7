/** The only format of type 15, 16 and 17 payloads: AMF0 values, of which each may switch to AMF3 for itself. */
const FORMAT_AMF0 = 0;

/**
 * The AMF0 values of a type 15 or 17 payload (E-RTMP v2): what stands behind its format byte. Some encoders leave that
 * byte out. It can be told by the first value, which is a name: a string never begins with 0.
 */
export function withoutFormatByte(payload: Uint8Array): Uint8Array {
  return payload[0] === FORMAT_AMF0 ? payload.subarray(1) : payload;
}

/** The payload of a type 15 or 17 message from its AMF0 values. */
export function withFormatByte(values: Uint8Array): Uint8Array {
  const payload = new Uint8Array(1 + values.length);
  payload[0] = FORMAT_AMF0;
  payload.set(values, 1);
  return payload;
}
