import { afterAll, describe, expect, it, vi } from 'vitest';
import { Amf0Reader, readAmf0Values } from '../../src/amf/amf0-reader.js';
import { encodeAmf0 } from '../../src/amf/amf0-writer.js';
import { Amf3Reader, readAmf3Values } from '../../src/amf/amf3-reader.js';
import { encodeAmf3 } from '../../src/amf/amf3-writer.js';
import type { AmfValue } from '../../src/amf/value.js';
import { ByteReader } from '../../src/bytes/reader.js';
import { ProtocolError } from '../../src/errors.js';
import { AMF0_ERRORS, AMF0_GOLDEN } from '../amf/amf0-golden.js';
import { AMF3_ERRORS, AMF3_GOLDEN } from '../amf/amf3-golden.js';
import { hex, toHex } from '../amf/golden.js';
import { type Kept, measure } from '../amf/measure.js';
import { withoutStacks } from '../support/without-stacks.js';

const SEED = Number(process.env['FUZZ_SEED'] ?? 1);
const RANDOM_INPUTS = 110_000;
const MUTATED_INPUTS = 110_000;

const READ_ERRORS = ['ERR_AMF', 'ERR_TRUNCATED', 'ERR_LIMIT'];
/** Cycles and floods; an AMF3 array whose member has no name. */
const WRITE_ERRORS = ['ERR_LIMIT', 'ERR_AMF'];

/** Numbers from a seed, 0 up to but not including `limit` (mulberry32). */
function randomNumbers(seed: number): (limit: number) => number {
  let state = seed >>> 0;
  return (limit) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 0x100000000) * limit);
  };
}

type Random = ReturnType<typeof randomNumbers>;

/** Mostly small bytes, because markers, lengths and references are small; purely random bytes end at the first one. */
function randomInput(random: Random): Uint8Array {
  const size = random(random(20) === 0 ? 400 : 40);
  const smallBytes = random(4) > 0;
  return Uint8Array.from({ length: size }, () => (smallBytes && random(8) > 0 ? random(0x14) : random(256)));
}

const EDGES = [0x00, 0x01, 0x7f, 0x80, 0xff];

/** One to six changes to one of `seeds`. */
function mutatedInput(random: Random, seeds: readonly Uint8Array[]): Uint8Array {
  const pick = () => seeds[random(seeds.length)]!;
  let bytes = Uint8Array.from(pick());
  for (let change = random(6); change >= 0; change--) {
    const at = random(bytes.length + 1);
    const to = Math.min(bytes.length, at + 1 + random(8));
    const other = pick();
    switch (random(7)) {
      case 0:
        bytes[at] = random(256);
        break;
      case 1:
        bytes[at] = EDGES[random(EDGES.length)]!;
        break;
      case 2:
        bytes[at] = random(0x14);
        break;
      case 3:
        bytes = bytes.slice(0, at);
        break;
      case 4:
        bytes = Uint8Array.of(...bytes.slice(0, at), ...bytes.slice(to));
        break;
      case 5:
        bytes = Uint8Array.of(...bytes.slice(0, to), ...bytes.slice(at));
        break;
      default:
        bytes = Uint8Array.of(...bytes.slice(0, at), ...other, ...bytes.slice(at));
    }
  }
  return bytes;
}

/** Counts how often it is asked: the measure of a parser's work. */
class CountingReader extends ByteReader {
  reads = 0;

  override u8(field: string): number {
    this.reads += 1;
    return super.u8(field);
  }

  override u16(field: string): number {
    this.reads += 1;
    return super.u16(field);
  }

  override u32(field: string): number {
    this.reads += 1;
    return super.u32(field);
  }

  override s32(field: string): number {
    this.reads += 1;
    return super.s32(field);
  }

  override f64(field: string): number {
    this.reads += 1;
    return super.f64(field);
  }

  override bytes(length: number, field: string): Uint8Array {
    this.reads += 1;
    return super.bytes(length, field);
  }

  override skip(length: number, field: string): void {
    this.reads += 1;
    super.skip(length, field);
  }
}

interface Encoding {
  readonly name: string;
  readonly seeds: readonly Uint8Array[];
  readAll(reader: ByteReader): AmfValue[];
  readonly decode: (bytes: Uint8Array) => AmfValue[];
  readonly encode: (...values: AmfValue[]) => Uint8Array;
}

function readToEnd(reader: { readonly atEnd: boolean; read(): AmfValue }): AmfValue[] {
  const values: AmfValue[] = [];
  while (!reader.atEnd) {
    values.push(reader.read());
  }
  return values;
}

const ENCODINGS: readonly Encoding[] = [
  {
    name: 'AMF0',
    seeds: [...AMF0_GOLDEN, ...AMF0_ERRORS].map(({ wire }) => hex(wire)),
    readAll: (reader) => readToEnd(new Amf0Reader(reader)),
    decode: readAmf0Values,
    encode: encodeAmf0,
  },
  {
    name: 'AMF3',
    seeds: [...AMF3_GOLDEN, ...AMF3_ERRORS].map(({ wire }) => hex(wire)),
    readAll: (reader) => readToEnd(new Amf3Reader(reader)),
    decode: readAmf3Values,
    encode: encodeAmf3,
  },
];

/** The result of `action`, or `undefined` if it throws one of the errors that it may. Anything else is thrown on. */
function unlessRefused<T>(action: () => T, allowedCodes: readonly string[]): T | undefined {
  try {
    return action();
  } catch (error) {
    if (error instanceof ProtocolError && allowedCodes.includes(error.code)) {
      return undefined;
    }
    throw error;
  }
}

function check(condition: boolean, what: string): void {
  if (!condition) {
    throw new Error(what);
  }
}

/** Whether the input could be read. */
function checkInput(encoding: Encoding, input: Uint8Array): boolean {
  const reader = new CountingReader(input);
  const values = unlessRefused(() => encoding.readAll(reader), READ_ERRORS);
  // Each read takes a byte at least, but for empty texts, whose length does.
  check(reader.reads <= 2 * input.length + 2, `${reader.reads} reads of ${input.length} bytes`);
  if (values === undefined) {
    return false;
  }
  const kept = measure(values);
  check(kept.values <= input.length, `${kept.values} values from ${input.length} bytes`);
  check(kept.size <= input.length, `${kept.size} bytes of text and data from ${input.length} bytes`);
  checkRewriting(encoding, values, kept);
  return true;
}

/** What was read and written is written the same when it is read again. */
function checkRewriting({ decode, encode }: Encoding, values: AmfValue[], kept: Kept): void {
  const written = unlessRefused(() => encode(...values), WRITE_ERRORS);
  if (written === undefined || kept.notANumber) {
    return;
  }
  const rewritten = encode(...decode(written));
  check(Buffer.compare(written, rewritten) === 0, `written as ${toHex(written)} and then as ${toHex(rewritten)}`);
}

/** Checks `count` inputs and gives how many of them could be read. */
function fuzz(encoding: Encoding, count: number, makeInput: (random: Random) => Uint8Array): number {
  const random = randomNumbers(SEED);
  let readable = 0;
  for (let index = 0; index < count; index++) {
    const input = makeInput(random);
    try {
      readable += checkInput(encoding, input) ? 1 : 0;
    } catch (cause) {
      throw new Error(`FUZZ_SEED=${SEED}, input ${index}: ${toHex(input)}: ${String(cause)}`, { cause });
    }
  }
  return readable;
}

/** Counts and lengths as high as they go, with next to nothing behind them. */
const HOSTILE = {
  AMF0: [
    '02 ff ff',
    '03 ff ff',
    '08 ff ff ff ff ff ff',
    '0a ff ff ff ff',
    '0c ff ff ff ff',
    '0f ff ff ff ff',
    '10 ff ff',
  ],
  AMF3: [
    ...['06', '07', '09', '0a', '0b', '0c', '0d', '0e', '0f', '10', '11'].map((marker) => `${marker} ff ff ff ff`),
    ...['0a ff ff ff f3', '0a ff ff ff fb', '09 01 ff ff ff ff', '0a 0b ff ff ff ff', '10 03 00 ff ff ff ff'],
  ],
};

describe.each(ENCODINGS)('$name', (encoding) => {
  withoutStacks();
  afterAll(() => {
    vi.unstubAllGlobals();
  });

  it(`bounds work and memory for ${RANDOM_INPUTS} random inputs`, () => {
    expect(fuzz(encoding, RANDOM_INPUTS, randomInput)).toBeGreaterThan(RANDOM_INPUTS / 50);
  });

  it(`bounds work and memory for ${MUTATED_INPUTS} mutated inputs`, () => {
    const readable = fuzz(encoding, MUTATED_INPUTS, (random) => mutatedInput(random, encoding.seeds));
    expect(readable).toBeGreaterThan(MUTATED_INPUTS / 20);
  });

  it('makes nothing of the size that is only announced', () => {
    const sizes: number[] = [];
    const recording = <T extends new (...args: never[]) => object>(Original: T): T =>
      new Proxy(Original, {
        construct(target, args: unknown[], newTarget) {
          const [first] = args;
          sizes.push(typeof first === 'number' ? first : 0);
          return Reflect.construct(target, args, newTarget) as object;
        },
      });
    const inputs = HOSTILE[encoding.name as keyof typeof HOSTILE].flatMap((wire) =>
      ['', '00', '01', '05 05 05 05 05 05 05 05'].map((rest) => hex(`${wire} ${rest}`)),
    );
    for (const name of ['Array', 'Uint8Array', 'Int32Array', 'Uint32Array', 'Float64Array', 'ArrayBuffer'] as const) {
      vi.stubGlobal(name, recording(globalThis[name]));
    }
    const results = inputs.map((input) => {
      try {
        return encoding.readAll(new ByteReader(input)).length;
      } catch (error) {
        return error;
      }
    });
    vi.unstubAllGlobals();
    expect(Math.max(0, ...sizes)).toBeLessThanOrEqual(16);
    for (const [index, result] of results.entries()) {
      expect(result, toHex(inputs[index]!)).toBeInstanceOf(ProtocolError);
    }
  });
});
