const HEADER_BYTES = 5;
/** NAL unit of SEI, unregistered user data (H.264 D.1.7): type 6, payload type 5, 32 bytes: 16 of UUID, 16 digits. */
const NAL_HEADER = [0, 0, 0, 36, 6, 5, 32];
const UUID = Buffer.from('rtmpkit-latency-', 'latin1');
const DIGITS = 16;
const DIGITS_AT = HEADER_BYTES + NAL_HEADER.length + UUID.length;
const STAMP_BYTES = UUID.length + DIGITS;

/** Writes the time into a frame of video, as SEI at its begin. The clock is the machine's: other processes read the same. */
export function stamp(body: Uint8Array): void {
  body.set(NAL_HEADER, HEADER_BYTES);
  body.set(UUID, HEADER_BYTES + NAL_HEADER.length);
  body.set(Buffer.from(`${nowUs()}`.padStart(DIGITS, '0'), 'latin1'), DIGITS_AT);
}

/** Finds stamps in a stream of bytes, whatever its format, and tells how old they are. */
export class StampReader {
  #tail = Buffer.alloc(0);

  /** @returns the age of every stamp that is complete in these bytes, in ms */
  read(bytes: Uint8Array): number[] {
    const arrivedUs = nowUs();
    const all = Buffer.concat([this.#tail, bytes]);
    const agesMs: number[] = [];
    let from = 0;
    for (let at = all.indexOf(UUID); at >= 0 && at + STAMP_BYTES <= all.length; at = all.indexOf(UUID, from)) {
      from = at + STAMP_BYTES;
      agesMs.push((arrivedUs - Number(all.toString('latin1', at + UUID.length, from))) / 1000);
    }
    this.#tail = Buffer.from(all.subarray(Math.max(from, all.length - STAMP_BYTES + 1)));
    return agesMs;
  }
}

function nowUs(): number {
  return Math.round(Number(process.hrtime.bigint() / 1000n));
}
