// Builds FLV bytes for tests from the layout of FLV E.2 to E.4 alone, without any of our own writing code.

export interface BuiltTag {
  readonly typeId: number;
  readonly timestampMs: number;
  readonly body: Uint8Array;
  /** Set the filter bit. */
  readonly filtered?: boolean;
  /** What stands behind the tag, when it is not 11 + the body's size. */
  readonly sizeWord?: number;
  readonly streamId?: number;
}

export function bytesOf(hex: string): Uint8Array {
  return Uint8Array.from(Buffer.from(hex.replaceAll(/[^0-9a-fA-F]/g, ''), 'hex'));
}

export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(Buffer.concat(parts));
}

/** Header and first size word. */
export function buildHeader(options: { flags?: number; dataOffset?: number; version?: number } = {}): Uint8Array {
  const dataOffset = options.dataOffset ?? 9;
  const bytes = Buffer.alloc(dataOffset + 4);
  bytes.write('FLV', 'latin1');
  bytes.writeUInt8(options.version ?? 1, 3);
  bytes.writeUInt8(options.flags ?? 5, 4);
  bytes.writeUInt32BE(dataOffset, 5);
  return Uint8Array.from(bytes);
}

export function buildTag(tag: BuiltTag): Uint8Array {
  const bytes = Buffer.alloc(11 + tag.body.length + 4);
  bytes.writeUInt8(tag.typeId | (tag.filtered === true ? 0x20 : 0), 0);
  bytes.writeUIntBE(tag.body.length, 1, 3);
  const u32 = tag.timestampMs >>> 0;
  bytes.writeUIntBE(u32 % 0x1000000, 4, 3);
  bytes.writeUInt8(Math.floor(u32 / 0x1000000), 7);
  bytes.writeUIntBE(tag.streamId ?? 0, 8, 3);
  bytes.set(tag.body, 11);
  bytes.writeUInt32BE(tag.sizeWord ?? 11 + tag.body.length, 11 + tag.body.length);
  return Uint8Array.from(bytes);
}

export function buildFlv(tags: readonly BuiltTag[]): Uint8Array {
  return concat(buildHeader(), ...tags.map(buildTag));
}

/** Body bytes that look like coded media, not like tags: no zero bytes. */
export function payload(sizeBytes: number, seed = 1): Uint8Array {
  const bytes = new Uint8Array(sizeBytes);
  let state = seed * 2654435761 || 1;
  for (let i = 0; i < sizeBytes; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    bytes[i] = 1 + ((state >>> 24) % 255);
  }
  return bytes;
}

/** The avcC of protocol.md 11.6: 64x64, Constrained Baseline, level 1.0, 25 frames/s. */
const AVC_CONFIG = bytesOf(
  `01 42 c0 0a ff e1 00 17 67 42 c0 0a d9 04 26 c0 44 00 00 03 00 04 00 00 03 00 c8 3c 48 99 20
   01 00 05 68 cb 83 cb 20`,
);
/** AAC-LC, 44100 Hz, stereo. */
const AAC_CONFIG = bytesOf('12 10');

export function avcSequenceHeader(timestampMs = 0, config: Uint8Array = AVC_CONFIG): BuiltTag {
  return { typeId: 9, timestampMs, body: concat(bytesOf('17 00 00 00 00'), config) };
}

export function aacSequenceHeader(timestampMs = 0, config: Uint8Array = AAC_CONFIG): BuiltTag {
  return { typeId: 8, timestampMs, body: concat(bytesOf('af 00'), config) };
}

export function avcKeyframe(timestampMs: number, sizeBytes = 200): BuiltTag {
  return { typeId: 9, timestampMs, body: concat(bytesOf('17 01 00 00 00'), payload(sizeBytes, timestampMs + 3)) };
}

export function avcFrame(timestampMs: number, sizeBytes = 60): BuiltTag {
  return { typeId: 9, timestampMs, body: concat(bytesOf('27 01 00 00 28'), payload(sizeBytes, timestampMs + 5)) };
}

export function aacFrame(timestampMs: number, sizeBytes = 30): BuiltTag {
  return { typeId: 8, timestampMs, body: concat(bytesOf('af 01'), payload(sizeBytes, timestampMs + 7)) };
}

function amfString(text: string): Uint8Array {
  const encoded = Buffer.from(text);
  return concat(Uint8Array.of(encoded.length >> 8, encoded.length & 0xff), encoded);
}

/** AMF0 (protocol.md 4.1), for numbers, booleans, strings, number arrays and objects of these. */
export function amf0(value: unknown): Uint8Array {
  if (typeof value === 'number') {
    const bytes = Buffer.alloc(9);
    bytes.writeDoubleBE(value, 1);
    return Uint8Array.from(bytes);
  }
  if (typeof value === 'boolean') return Uint8Array.of(1, value ? 1 : 0);
  if (typeof value === 'string') return concat(Uint8Array.of(2), amfString(value));
  if (Array.isArray(value)) {
    const count = Buffer.alloc(5, 0x0a);
    count.writeUInt32BE(value.length, 1);
    return concat(count, ...value.map(amf0));
  }
  return concat(Uint8Array.of(3), ...members(value as Record<string, unknown>));
}

function members(record: Record<string, unknown>): Uint8Array[] {
  const parts = Object.entries(record).flatMap(([name, value]) => [amfString(name), amf0(value)]);
  return [...parts, Uint8Array.of(0, 0, 9)];
}

/** Script tag: string `onMetaData`, ECMA array. */
export function metadata(properties: Record<string, unknown>, timestampMs = 0): BuiltTag {
  const count = Buffer.alloc(5, 0x08);
  count.writeUInt32BE(Object.keys(properties).length, 1);
  return { typeId: 18, timestampMs, body: concat(amf0('onMetaData'), count, ...members(properties)) };
}

/** Seconds of H.264 (25 frames/s, a keyframe per second) and AAC, interleaved, headers and metadata first. */
export function buildRecording(seconds: number, startMs = 0): BuiltTag[] {
  const tags = [metadata({ width: 64, height: 64 }, startMs), avcSequenceHeader(startMs), aacSequenceHeader(startMs)];
  for (let ms = 0; ms < seconds * 1000; ms += 20) {
    if (ms % 40 === 0) tags.push(ms % 1000 === 0 ? avcKeyframe(startMs + ms) : avcFrame(startMs + ms));
    tags.push(aacFrame(startMs + ms));
  }
  return tags;
}

/** `bytes` cut into pieces whose sizes `nextSize` gives. */
export function split(bytes: Uint8Array, nextSize: () => number): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; ) {
    const size = Math.max(1, nextSize());
    pieces.push(bytes.slice(at, at + size));
    at += size;
  }
  return pieces;
}
