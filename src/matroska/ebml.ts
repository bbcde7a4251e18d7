import { ByteWriter } from '../bytes/writer.js';

/** Element ids (Matroska, RFC 9559 5.1; EBML, RFC 8794 11.2) with their length marker. */
export const ID = {
  EBML: 0x1a45dfa3,
  EBMLVersion: 0x4286,
  EBMLReadVersion: 0x42f7,
  EBMLMaxIDLength: 0x42f2,
  EBMLMaxSizeLength: 0x42f3,
  DocType: 0x4282,
  DocTypeVersion: 0x4287,
  DocTypeReadVersion: 0x4285,
  Void: 0xec,
  CRC32: 0xbf,
  Segment: 0x18538067,
  SeekHead: 0x114d9b74,
  Seek: 0x4dbb,
  SeekID: 0x53ab,
  SeekPosition: 0x53ac,
  Info: 0x1549a966,
  TimestampScale: 0x2ad7b1,
  Duration: 0x4489,
  Title: 0x7ba9,
  MuxingApp: 0x4d80,
  WritingApp: 0x5741,
  Tracks: 0x1654ae6b,
  TrackEntry: 0xae,
  TrackNumber: 0xd7,
  TrackUID: 0x73c5,
  TrackType: 0x83,
  FlagEnabled: 0xb9,
  FlagDefault: 0x88,
  FlagLacing: 0x9c,
  DefaultDuration: 0x23e383,
  Language: 0x22b59c,
  CodecID: 0x86,
  CodecPrivate: 0x63a2,
  CodecDelay: 0x56aa,
  SeekPreRoll: 0x56bb,
  ContentEncodings: 0x6d80,
  ContentEncoding: 0x6240,
  ContentEncodingOrder: 0x5031,
  ContentEncodingScope: 0x5032,
  ContentEncodingType: 0x5033,
  ContentCompression: 0x5034,
  ContentCompAlgo: 0x4254,
  ContentCompSettings: 0x4255,
  Video: 0xe0,
  PixelWidth: 0xb0,
  PixelHeight: 0xba,
  DisplayWidth: 0x54b0,
  DisplayHeight: 0x54ba,
  Colour: 0x55b0,
  MatrixCoefficients: 0x55b1,
  Range: 0x55b9,
  TransferCharacteristics: 0x55ba,
  Primaries: 0x55bb,
  Projection: 0x7670,
  ProjectionPoseRoll: 0x7675,
  Audio: 0xe1,
  SamplingFrequency: 0xb5,
  OutputSamplingFrequency: 0x78b5,
  Channels: 0x9f,
  Cluster: 0x1f43b675,
  Timestamp: 0xe7,
  SimpleBlock: 0xa3,
  BlockGroup: 0xa0,
  Block: 0xa1,
  BlockDuration: 0x9b,
  ReferenceBlock: 0xfb,
  Cues: 0x1c53bb6b,
  CuePoint: 0xbb,
  CueTime: 0xb3,
  CueTrackPositions: 0xb7,
  CueTrack: 0xf7,
  CueClusterPosition: 0xf1,
  CueRelativePosition: 0xf0,
  Tags: 0x1254c367,
  Chapters: 0x1043a770,
  Attachments: 0x1941a469,
} as const;

export type ElementId = (typeof ID)[keyof typeof ID];

const LONG_SIZE_BYTES = 8;
/** The greatest size that 8 bytes can say means that it is not known (RFC 8794 6.2). */
const UNKNOWN_SIZE = Uint8Array.of(0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff);

/** An element with these contents, one behind the other. */
export function element(id: ElementId, ...contents: readonly Uint8Array[]): Uint8Array {
  const sizeBytes = contents.reduce((sum, { length }) => sum + length, 0);
  const writer = writeSize(writeId(new ByteWriter(sizeBytes + 12), id), sizeBytes, shortestSize(sizeBytes));
  for (const content of contents) {
    writer.bytes(content);
  }
  return writer.toBytes();
}

/** The start of an element whose contents are written elsewhere; its size takes 8 bytes. */
export function elementStart(id: ElementId, sizeBytes: number): Uint8Array {
  return writeSize(writeId(new ByteWriter(12), id), sizeBytes, LONG_SIZE_BYTES).toBytes();
}

/** The same for an element that ends where its parent does. */
export function endlessElementStart(id: ElementId): Uint8Array {
  return writeId(new ByteWriter(12), id).bytes(UNKNOWN_SIZE).toBytes();
}

export function unsigned(id: ElementId, value: number): Uint8Array {
  return element(id, bigEndian(value, Math.max(1, Math.ceil(Math.log2(value + 1) / 8))));
}

/** In 8 bytes, so that its place does not depend on its value. */
export function longUnsigned(id: ElementId, value: number): Uint8Array {
  return element(id, bigEndian(value, 8));
}

export function float(id: ElementId, value: number): Uint8Array {
  return element(id, new ByteWriter(16).f64(value).toBytes());
}

export function text(id: ElementId, value: string): Uint8Array {
  return element(id, new TextEncoder().encode(value));
}

/** The bytes of an id, as `SeekID` wants them. */
export function idBytes(id: ElementId): Uint8Array {
  return writeId(new ByteWriter(4), id).toBytes();
}

/** Nothing, in so many bytes: at least 9. */
export function voidElement(sizeBytes: number): Uint8Array {
  const contentSizeBytes = sizeBytes - 1 - LONG_SIZE_BYTES;
  return Buffer.concat([elementStart(ID.Void, contentSizeBytes), new Uint8Array(contentSizeBytes)]);
}

export const MIN_VOID_SIZE_BYTES = 1 + LONG_SIZE_BYTES;

function writeId(writer: ByteWriter, id: ElementId): ByteWriter {
  for (let shift = 24; shift >= 0; shift -= 8) {
    if (id >>> shift > 0) writer.u8((id >>> shift) & 0xff);
  }
  return writer;
}

function writeSize(writer: ByteWriter, value: number, sizeBytes: number): ByteWriter {
  const bytes = bigEndian(value, sizeBytes);
  bytes[0] = (bytes[0] ?? 0) | (0x100 >> sizeBytes);
  return writer.bytes(bytes);
}

/** All ones mean unknown, so one less is the greatest value. */
function shortestSize(value: number): number {
  let sizeBytes = 1;
  while (value >= 2 ** (7 * sizeBytes) - 1) sizeBytes++;
  return sizeBytes;
}

function bigEndian(value: number, sizeBytes: number): Uint8Array {
  const bytes = new Uint8Array(sizeBytes);
  let left = value;
  for (let i = sizeBytes - 1; i >= 0; i--) {
    bytes[i] = left % 256;
    left = Math.floor(left / 256);
  }
  return bytes;
}
