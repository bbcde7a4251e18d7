import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { FlvDamage } from '../../src/flv/item.js';
import { toMediaTag } from '../../src/flv/media-tag.js';
import { FlvReader } from '../../src/flv/reader.js';
import { readMetadata } from '../../src/media/metadata.js';
import type { MediaTag } from '../../src/media/tag.js';
import { isMetadata } from '../../src/media/tag-info.js';

const TYPE_IDS: Record<MediaTag['kind'], number> = { audio: 8, video: 9, data: 18 };

/** A whole FLV, written from the layout of FLV E.2 to E.4 without any of our own writing code. */
export function flvBytes(tags: readonly MediaTag[]): Buffer {
  return Buffer.concat([FLV_START, ...tags.map(flvTagBytes)]);
}

/** File header and first size word. */
export const FLV_START = Buffer.from('464c5601050000000900000000', 'hex');

export function flvTagBytes({ kind, timestampMs, body }: MediaTag): Buffer {
  const bytes = Buffer.alloc(11 + body.length + 4);
  const u32 = timestampMs % 2 ** 32;
  bytes.writeUInt8(TYPE_IDS[kind], 0);
  bytes.writeUIntBE(body.length, 1, 3);
  bytes.writeUIntBE(u32 % 2 ** 24, 4, 3);
  bytes.writeUInt8(Math.floor(u32 / 2 ** 24), 7);
  bytes.set(body, 11);
  bytes.writeUInt32BE(11 + body.length, 11 + body.length);
  return bytes;
}

/** What a file holds. */
export interface FlvContent {
  readonly tags: readonly MediaTag[];
  readonly damages: readonly FlvDamage[];
  /** Of the first metadata. */
  readonly metadata: ReadonlyMap<string, unknown>;
}

export function parseFlv(bytes: Uint8Array): FlvContent {
  const reader = new FlvReader();
  const items = [...reader.receive(bytes), ...reader.end()];
  const tags = items.flatMap((item) => (item.type === 'tag' ? (toMediaTag(item) ?? []) : []));
  const metadata = tags.find(isMetadata);
  return {
    tags,
    damages: items.filter((item) => item.type === 'damage'),
    metadata: (metadata && readMetadata(metadata)) ?? new Map(),
  };
}

export async function readFlvFile(path: string): Promise<FlvContent> {
  return parseFlv(await readFile(path));
}

/** Everything but metadata, which a recorder writes anew. */
export function withoutMetadata(tags: readonly MediaTag[]): MediaTag[] {
  return tags.filter((tag) => !isMetadata(tag));
}

/** Says where the media (all but metadata) that came differs from what was sent; `undefined` when it does not. */
export function differenceIn(received: readonly MediaTag[], sent: readonly MediaTag[]): string | undefined {
  const came = withoutMetadata(received).map(lineOf);
  const expected = withoutMetadata(sent).map(lineOf);
  const at = Array.from({ length: Math.max(came.length, expected.length) }, (_, i) => i).find(
    (i) => came[i] !== expected[i],
  );
  return at === undefined
    ? undefined
    : `tag ${at} (${came.length} came, ${expected.length} were sent): sent ${expected[at]}, received ${came[at]}`;
}

/** All that can differ: kind, timestamp modulo 2^32, size and digest of the body. */
function lineOf({ kind, timestampMs, body }: MediaTag): string {
  const digest = createHash('sha1').update(body).digest('hex').slice(0, 12);
  return `${kind} at ${timestampMs % 2 ** 32} ms, ${body.length} bytes ${digest}`;
}
