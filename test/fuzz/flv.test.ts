import { describe, expect, it } from 'vitest';
import { MediaError } from '../../src/errors.js';
import type { FlvItem } from '../../src/flv/item.js';
import { keyframesFromAmf } from '../../src/flv/keyframe-index.js';
import { toMediaTag } from '../../src/flv/media-tag.js';
import { FlvReader } from '../../src/flv/reader.js';
import { FlvRecording } from '../../src/flv/recording.js';
import { encodeFlvTags, type FlvTag } from '../../src/flv/tag.js';
import { outlineOf } from '../../src/flv/tag-outline.js';
import { readMetadata } from '../../src/media/metadata.js';
import {
  aacFrame,
  aacSequenceHeader,
  avcFrame,
  avcKeyframe,
  avcSequenceHeader,
  type BuiltTag,
  buildFlv,
  buildHeader,
  buildTag,
  concat,
  metadata,
  payload,
} from '../support/flv-builder.js';
import { withoutStacks } from '../support/without-stacks.js';

const SEED = Number(process.env['FUZZ_SEED'] ?? 1);
const RANDOM_INPUTS = 80_000;
const MUTATED_INPUTS = 100_000;
const DAMAGED_FILES = 30_000;

/** What a reader may hold: the largest tag, and what came with its last piece. */
const MAX_BUFFERED_BYTES = 16 * 1024 * 1024 + 4096;

/** Numbers from a seed, 0 up to but not including `limit` (xorshift32). */
function randomNumbers(seed: number): (limit: number) => number {
  let state = (seed * 2654435761) >>> 0 || 1;
  return (limit) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % limit;
  };
}

type Random = ReturnType<typeof randomNumbers>;

/** All items, or the error. Anything but a `MediaError` is a failure of the test. */
function read(bytes: Uint8Array, nextSize: () => number): FlvItem[] | MediaError {
  const reader = new FlvReader();
  const items: FlvItem[] = [];
  try {
    for (let at = 0; at < bytes.length; ) {
      const size = 1 + nextSize();
      items.push(...reader.receive(bytes.subarray(at, at + size)));
      at += size;
      if (reader.bufferedBytes > MAX_BUFFERED_BYTES) throw new Error(`holds ${reader.bufferedBytes} bytes`);
    }
    items.push(...reader.end());
    return items;
  } catch (error) {
    if (error instanceof MediaError) return error;
    throw error;
  }
}

/** A form in which results can be compared quickly. */
function summary(result: FlvItem[] | MediaError): string {
  if (result instanceof MediaError) return `${result.code} ${result.message}`;
  return result
    .map((item) => {
      if (item.type !== 'tag') return JSON.stringify(item);
      const { atByte, typeId, filtered, timestampMs, body } = item;
      return `tag ${atByte} ${typeId} ${filtered} ${timestampMs} ${Buffer.from(body).toString('latin1')}`;
    })
    .join('\n');
}

/** Items stand one behind the other, inside of the input. */
function checkOrder(items: readonly FlvItem[], sizeBytes: number): void {
  let at = 0;
  for (const item of items) {
    if (item.type === 'notice') continue;
    if (item.atByte < at || item.atByte > sizeBytes)
      throw new Error(`${item.type} at ${item.atByte}, expected from ${at} on`);
    at = item.atByte;
    if (item.type === 'tag') at += 11 + item.body.length;
    if (item.type === 'damage') at += item.skippedBytes;
    if (item.type === 'header') at += 9;
    if (at > sizeBytes) throw new Error(`${item.type} at ${item.atByte} ends at ${at} of ${sizeBytes}`);
  }
}

/** Nothing but `MediaError`, and (looked at in one of three) whole and in pieces the same. */
function check(bytes: Uint8Array, random: Random): FlvItem[] {
  const pieceSize = 1 + random(1 + random(200));
  const result = read(bytes, () => random(pieceSize));
  if (random(3) === 0) {
    const whole = read(bytes, () => bytes.length);
    if (summary(whole) !== summary(result)) expect(summary(result)).toBe(summary(whole));
  }
  if (result instanceof MediaError) return [];
  checkOrder(result, bytes.length);
  return result;
}

function run(inputs: number, name: string, one: (random: Random) => void): void {
  for (let i = 0; i < inputs; i++) {
    const seed = SEED * 1_000_003 + i;
    try {
      one(randomNumbers(seed));
    } catch (error) {
      throw new Error(`${name}: input ${i} with FUZZ_SEED=${SEED} fails`, { cause: error });
    }
  }
}

const TYPES = [8, 9, 15, 18, 0x28, 0x29, 0x46, 0, 3];

function randomInput(random: Random): Uint8Array {
  const bytes = new Uint8Array(random(random(10) === 0 ? 2000 : 120));
  for (let i = 0; i < bytes.length; i++) {
    const kind = random(8);
    if (kind < 2) bytes[i] = random(256);
    else if (kind < 4) bytes[i] = TYPES[random(TYPES.length)]!;
    else if (kind === 4) bytes[i] = random(20);
  }
  return random(2) === 0 ? bytes : concat(buildHeader(), bytes);
}

const SAMPLES: readonly BuiltTag[] = [
  metadata({ duration: 3, width: 64, keyframes: { times: [0, 1], filepositions: [13, 200] } }),
  avcSequenceHeader(),
  aacSequenceHeader(),
  avcKeyframe(0, 40),
  avcFrame(40, 20),
  aacFrame(20, 9),
  { typeId: 3, timestampMs: 9, body: payload(3) },
  { typeId: 15, timestampMs: 9, body: payload(30) },
  { ...aacFrame(0xffffffff, 9), filtered: true },
  { typeId: 9, timestampMs: 60, body: new Uint8Array(0) },
];

function randomFile(random: Random): Uint8Array {
  const tags = Array.from({ length: 1 + random(8) }, () => {
    const tag = SAMPLES[random(SAMPLES.length)]!;
    return { ...tag, timestampMs: random(3) === 0 ? random(2 ** 32) : tag.timestampMs + random(100) };
  });
  const bytes = random(8) === 0 ? concat(buildFlv(tags), buildFlv(tags)) : buildFlv(tags);
  return random(10) === 0 ? concat(bytes.subarray(0, 9), bytes.subarray(13)) : bytes;
}

function mutate(bytes: Uint8Array, random: Random): Uint8Array {
  let mutated: Uint8Array = Uint8Array.from(bytes);
  for (let change = random(6); change >= 0; change--) {
    const at = random(mutated.length + 1);
    const to = Math.min(mutated.length, at + 1 + random(random(4) === 0 ? 100 : 4));
    switch (random(6)) {
      case 0:
        mutated[at] = random(256);
        break;
      case 1:
        mutated.fill([0, 0xff, 9, 11, 0x46][random(5)]!, at, to);
        break;
      case 2:
        mutated = concat(mutated.subarray(0, at), mutated.subarray(to));
        break;
      case 3:
        mutated = concat(mutated.subarray(0, to), mutated.subarray(at));
        break;
      case 4:
        mutated = mutated.slice(0, to);
        break;
      default:
        mutated = concat(mutated.subarray(0, at), mutated.subarray(random(at + 1), to), mutated.subarray(at));
    }
  }
  return mutated;
}

/** What follows the reader on its way into another file takes whatever came out. */
function checkRecording(items: readonly FlvItem[], random: Random): void {
  const tags = items.filter((item): item is FlvTag => item.type === 'tag');
  const recording = new FlvRecording();
  const selected = recording.select(tags);
  encodeFlvTags(selected);
  for (const tag of tags) {
    const mediaTag = toMediaTag(tag);
    if (mediaTag !== undefined) keyframesFromAmf(readMetadata(mediaTag)?.get('keyframes'));
  }
  if (random(300) === 0) {
    recording.commitHead(recording.takeHead()?.length ?? 0);
    recording.commit(selected.map(outlineOf), Number.POSITIVE_INFINITY);
    expect(recording.summary.durationMs).toBeGreaterThanOrEqual(0);
    expect(read(recording.closedHead(), () => 1 << 20)).toHaveLength(2);
  }
}

withoutStacks();

describe(`FLV reader under ${RANDOM_INPUTS + MUTATED_INPUTS + DAMAGED_FILES} inputs`, () => {
  it('takes random bytes', () => {
    run(RANDOM_INPUTS, 'random bytes', (random) => {
      check(randomInput(random), random);
    });
  });

  it('takes files that were changed, and what is read can be recorded', () => {
    run(MUTATED_INPUTS, 'changed files', (random) => {
      checkRecording(check(mutate(randomFile(random), random), random), random);
    });
  });

  it('keeps every tag that is whole in a file with damage', () => {
    const tags = Array.from({ length: 12 }, (_, i) =>
      buildTag(i % 3 === 0 ? avcFrame(i * 20, 30) : aacFrame(i * 20, 20)),
    );
    run(DAMAGED_FILES, 'damaged files', (random) => {
      const isWhole = tags.map(() => true);
      const damaged = tags.map((tag, i) => {
        // The first one stays, so that the time near which tags are believed is known.
        if (i === 0 || random(4) > 0) return tag;
        isWhole[i] = false;
        return damage(tag, random);
      });
      const items = check(concat(buildHeader(), ...damaged), random);
      const bodies = new Set(
        items.map((item) => (item.type === 'tag' ? Buffer.from(item.body).toString('latin1') : '')),
      );
      for (const [i, tag] of tags.entries()) {
        const body = Buffer.from(tag.subarray(11, -4)).toString('latin1');
        if (isWhole[i] && !bodies.has(body)) throw new Error(`tag ${i} is lost`);
      }
    });
  });
});

/** Overwrites, removes or inserts bytes of a tag. */
function damage(tag: Uint8Array, random: Random): Uint8Array {
  const at = random(tag.length);
  const to = Math.min(tag.length, at + 1 + random(20));
  switch (random(3)) {
    case 0:
      return tag.map((byte, i) => (i >= at && i < to ? random(256) : byte));
    case 1:
      return concat(tag.subarray(0, at), tag.subarray(to));
    default:
      return concat(tag.subarray(0, at), payload(1 + random(30), at), tag.subarray(at));
  }
}
