/** Signature, version, flags and data offset (FLV E.2). */
export const FLV_HEADER_SIZE_BYTES = 9;
/** `FLV` */
export const FLV_SIGNATURE_SIZE_BYTES = 3;
export const PREVIOUS_TAG_SIZE_BYTES = 4;

const FLAG_AUDIO = 0x04;
const FLAG_VIDEO = 0x01;
/** FFmpeg's probe takes no greater version; every real file says 1. */
const MAX_VERSION = 4;

/** The header of an FLV (FLV E.2), at the beginning of a file or, where recordings were joined, further on. */
export interface FlvHeader {
  readonly type: 'header';
  readonly atByte: number;
  readonly version: number;
  /** What the writer expected. Only a hint: live servers announce both and send one. */
  readonly hasAudio: boolean;
  readonly hasVideo: boolean;
  /** From the header's first byte to the size word before the first tag. */
  readonly dataOffsetBytes: number;
}

/** Whether `FLV` stands at `offset`; the caller has made sure that three bytes are there. */
export function hasFlvSignature(view: DataView, offset: number): boolean {
  return view.getUint8(offset) === 0x46 && view.getUint16(offset + 1) === 0x4c56;
}

/** Whether the nine bytes at `offset` can only be a header: the usual offset, no unknown flags. For finding one inside other bytes. */
export function isCertainFlvHeader(view: DataView, offset: number): boolean {
  if (!hasFlvSignature(view, offset)) return false;
  const version = view.getUint8(offset + 3);
  const flags = view.getUint8(offset + 4);
  const dataOffsetBytes = view.getUint32(offset + 5);
  return (
    version >= 1 &&
    version <= MAX_VERSION &&
    (flags & ~(FLAG_AUDIO | FLAG_VIDEO)) === 0 &&
    dataOffsetBytes === FLV_HEADER_SIZE_BYTES
  );
}

/** Reads the nine bytes at `offset`, which begin with the signature. */
export function readFlvHeader(view: DataView, offset: number, atByte: number): FlvHeader {
  const flags = view.getUint8(offset + 4);
  return {
    type: 'header',
    atByte,
    version: view.getUint8(offset + 3),
    hasAudio: (flags & FLAG_AUDIO) !== 0,
    hasVideo: (flags & FLAG_VIDEO) !== 0,
    dataOffsetBytes: view.getUint32(offset + 5),
  };
}

/** What comes before the first tag: the header and a size word of 0 (FLV E.2, E.3), 13 bytes. */
export function encodeFlvHeader(kinds: { readonly hasAudio: boolean; readonly hasVideo: boolean }): Uint8Array {
  const flags = (kinds.hasAudio ? FLAG_AUDIO : 0) | (kinds.hasVideo ? FLAG_VIDEO : 0);
  return Uint8Array.of(0x46, 0x4c, 0x56, 1, flags, 0, 0, 0, FLV_HEADER_SIZE_BYTES, 0, 0, 0, 0);
}
