import { ByteWriter } from '../../bytes/writer.js';
import { EXTENDED_TIMESTAMP_MARK, ONE_BYTE_CSIDS } from '../../rtmp/chunk/chunk-header.js';

/** How a message is cut into chunks (RTMP 5.3.1): every form that is allowed, also those that no good sender chooses. */
export interface ChunkForm {
  readonly fmt: 0 | 1 | 2 | 3;
  readonly csid: number;
  /** Bytes of the basic header. Default: as few as it takes */
  readonly basicHeaderBytes?: 1 | 2 | 3;
  /** Time for fmt 0, delta for 1 and 2; for 3 what the one before had. */
  readonly timestampField: number;
  readonly typeId: number;
  readonly streamId: number;
  readonly chunkSizeBytes: number;
  /** Whether continuations have an extended timestamp again, as they should (RTMP 5.3.1.3). Default: yes */
  readonly repeatsTimestamp?: boolean;
}

const CONTINUATION = 3;

/** The chunks of one message, each by itself, so that others may go between them. */
export function chunksOf(form: ChunkForm, payload: Uint8Array): Uint8Array[] {
  const chunks = [chunk(form, form.fmt, payload, 0)];
  for (let at = form.chunkSizeBytes; at < payload.length; at += form.chunkSizeBytes) {
    chunks.push(chunk(form, CONTINUATION, payload, at));
  }
  return chunks;
}

function chunk(form: ChunkForm, fmt: ChunkForm['fmt'], payload: Uint8Array, at: number): Uint8Array {
  const w = new ByteWriter(form.chunkSizeBytes > payload.length ? payload.length + 18 : form.chunkSizeBytes + 18);
  writeBasicHeader(w, fmt, form);
  const isExtended = form.timestampField >= EXTENDED_TIMESTAMP_MARK;
  if (fmt < 3) w.u24(Math.min(form.timestampField, EXTENDED_TIMESTAMP_MARK));
  if (fmt < 2) w.u24(payload.length).u8(form.typeId);
  if (fmt === 0) w.u32LittleEndian(form.streamId);
  if (isExtended && (at === 0 || form.repeatsTimestamp !== false)) w.u32(form.timestampField);
  return w.bytes(payload.subarray(at, at + form.chunkSizeBytes)).toBytes();
}

function writeBasicHeader(w: ByteWriter, fmt: number, { csid, basicHeaderBytes = shortest(csid) }: ChunkForm): void {
  switch (basicHeaderBytes) {
    case 1:
      w.u8((fmt << 6) | csid);
      return;
    case 2:
      w.u8(fmt << 6).u8(csid - ONE_BYTE_CSIDS);
      return;
    case 3:
      w.u8((fmt << 6) | 1).u16LittleEndian(csid - ONE_BYTE_CSIDS);
  }
}

function shortest(csid: number): 1 | 2 | 3 {
  if (csid < ONE_BYTE_CSIDS) return 1;
  return csid < 320 ? 2 : 3;
}
