/**
 * The payload of a NAL unit (H.264 7.3.1, H.265 7.3.1.1): without the header of `headerSizeBytes` and without the bytes 03
 * that keep start codes from appearing inside.
 */
export function nalPayload(nal: Uint8Array, headerSizeBytes: number): Uint8Array {
  const payload = new Uint8Array(Math.max(nal.length - headerSizeBytes, 0));
  let length = 0;
  let zeros = 0;
  for (let i = headerSizeBytes; i < nal.length; i++) {
    const byte = nal[i] ?? 0;
    if (byte === 3 && zeros >= 2) {
      zeros = 0;
      continue;
    }
    zeros = byte === 0 ? zeros + 1 : 0;
    payload[length++] = byte;
  }
  return payload.subarray(0, length);
}
