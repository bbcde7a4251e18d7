import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Amf0Reader, readAmf0, readAmf0Values } from '../../src/amf/amf0-reader.js';
import { encodeAmf0, writeAmf0 } from '../../src/amf/amf0-writer.js';
import { AMF_FILE_LIMITS, MAX_AMF_SIZE_BYTES } from '../../src/amf/limits.js';
import {
  type AmfObject,
  type AmfValue,
  amfObject,
  EcmaArray,
  ecmaArray,
  isAmfArray,
  isAmfObject,
} from '../../src/amf/value.js';
import { ByteReader } from '../../src/bytes/reader.js';
import { ByteWriter } from '../../src/bytes/writer.js';
import { MediaError, ProtocolError } from '../../src/errors.js';
import { AMF0_ERRORS, AMF0_GOLDEN } from './amf0-golden.js';
import { amfValues } from './arbitrary.js';
import { toComparable } from './comparable.js';
import { hex, repeatHex, toHex } from './golden.js';
import { errorOf } from './thrown.js';

describe('readAmf0Values', () => {
  it.each(AMF0_GOLDEN)('reads $name ($spec)', ({ wire, values }) => {
    expect(readAmf0Values(hex(wire)).map(toComparable)).toStrictEqual(values.map(toComparable));
  });

  it.each(AMF0_GOLDEN)('knows where $name may end', ({ wire, legalCuts = [] }) => {
    const bytes = hex(wire);
    const legal: number[] = [];
    for (let length = 1; length < bytes.length; length++) {
      const cut = bytes.slice(0, length);
      const error = errorOf(() => readAmf0Values(cut));
      if (error === undefined) {
        legal.push(length);
      } else {
        expect(error, `cut to ${length} bytes`).toMatchObject({ name: 'ProtocolError', code: 'ERR_TRUNCATED' });
      }
    }
    expect(legal).toStrictEqual(legalCuts);
  });

  it.each(AMF0_ERRORS)('refuses $name ($spec)', ({ wire, code, message }) => {
    const error = errorOf(() => readAmf0Values(hex(wire)));
    expect(error).toBeInstanceOf(ProtocolError);
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) });
  });

  it.each(AMF0_ERRORS)('refuses $name with the class that the caller asks for', ({ wire, code }) => {
    const error = errorOf(() => readAmf0Values(hex(wire), MediaError));
    expect(error).toBeInstanceOf(MediaError);
    expect(error).toMatchObject({ code });
  });

  it('reads nothing from nothing', () => {
    expect(readAmf0Values(new Uint8Array())).toStrictEqual([]);
  });

  it('keeps members in the order of the wire', () => {
    const [metadata] = readAmf0Values(hex('03 00 01 7a 05 00 01 30 05 00 01 61 05 00 00 09'));
    expect([...(metadata as AmfObject).keys()]).toStrictEqual(['z', '0', 'a']);
  });

  it('gives the members that came before a cut', () => {
    const metadata = AMF0_GOLDEN.find(({ name }) => name === 'ECMA array')!;
    expect(readAmf0Values(hex(metadata.wire).slice(0, 40))).toStrictEqual([ecmaArray({ duration: 0, width: 1280 })]);
  });

  it('keeps the identity of what is referred to', () => {
    const [array] = readAmf0Values(hex('0a 00 00 00 02 03 00 00 09 07 00 01')) as [AmfValue[]];
    expect(array[0]).toBe(array[1]);
  });

  it('reads an object that contains itself', () => {
    const [object] = readAmf0Values(hex('03 00 04 73 65 6c 66 07 00 00 00 00 09')) as [AmfObject];
    expect(object.get('self')).toBe(object);
  });

  it('reads an array that contains itself', () => {
    const [array] = readAmf0Values(hex('0a 00 00 00 01 07 00 00')) as [AmfValue[]];
    expect(array[0]).toBe(array);
  });

  it('copies byte arrays out of the input', () => {
    const input = Buffer.from(hex('11 0c 05 01 02'));
    const values = readAmf0Values(input);
    input.fill(0xff);
    expect(values).toStrictEqual([Uint8Array.of(1, 2)]);
  });

  it('reads values 32 deep', () => {
    expect(errorOf(() => readAmf0Values(hex(`${repeatHex('0a 00 00 00 01', 31)} 05`)))).toBeUndefined();
  });

  it('reads as many values as the limit allows, and no more', () => {
    const nulls = (count: number) => new Uint8Array(count).fill(5);
    expect(readAmf0Values(nulls(65_536))).toHaveLength(65_536);
    expect(errorOf(() => readAmf0Values(nulls(65_537)))).toMatchObject({ code: 'ERR_LIMIT' });
    expect(readAmf0Values(nulls(65_537), MediaError, AMF_FILE_LIMITS)).toHaveLength(65_537);
    expect(errorOf(() => readAmf0Values(nulls(4), ProtocolError, { maxDepth: 1, maxValues: 3 }))).toMatchObject({
      code: 'ERR_LIMIT',
    });
  });

  it('counts the values of AMF3 too', () => {
    const three = hex('11 09 05 01 01 01');
    expect(readAmf0Values(three, ProtocolError, { maxDepth: 2, maxValues: 3 })).toStrictEqual([[null, null]]);
    expect(errorOf(() => readAmf0Values(three, ProtocolError, { maxDepth: 2, maxValues: 2 }))).toMatchObject({
      code: 'ERR_LIMIT',
    });
  });
});

describe('readAmf0', () => {
  it('leaves the cursor behind the value', () => {
    const reader = new ByteReader(hex('02 00 01 61 ff'));
    expect(readAmf0(reader)).toBe('a');
    expect(reader.offset).toBe(4);
  });

  it('throws the class of the cursor', () => {
    expect(errorOf(() => readAmf0(new ByteReader(hex('ff'), MediaError)))).toBeInstanceOf(MediaError);
    expect(errorOf(() => readAmf0(new ByteReader(hex('11 ff'), MediaError)))).toBeInstanceOf(MediaError);
    expect(errorOf(() => readAmf0(new ByteReader(hex('0a 00 00 00 02 05'), MediaError)))).toBeInstanceOf(MediaError);
  });
});

describe('Amf0Reader', () => {
  it('reads one value after the other and stops where the caller likes', () => {
    const reader = new Amf0Reader(new ByteReader(hex('02 00 01 61 03 00 00 09 07 00 00 ff')));
    expect(reader.read()).toBe('a');
    const object = reader.read();
    expect(reader.read()).toBe(object);
    expect(reader.atEnd).toBe(false);
  });
});

describe('encodeAmf0', () => {
  it.each(AMF0_GOLDEN.filter(({ readOnly }) => !readOnly))('writes $name ($spec)', ({ wire, values }) => {
    expect(toHex(encodeAmf0(...values))).toBe(toHex(hex(wire)));
  });

  it('writes back what it read, whatever the bytes were', () => {
    for (const { values } of AMF0_GOLDEN) {
      expect(readAmf0Values(encodeAmf0(...values)).map(toComparable)).toStrictEqual(values.map(toComparable));
    }
  });

  it('gives every value back (property)', () => {
    fc.assert(
      fc.property(fc.array(amfValues, { maxLength: 4 }), (values) => {
        expect(readAmf0Values(encodeAmf0(...values)).map(toComparable)).toStrictEqual(values.map(toComparable));
      }),
      { numRuns: 200, seed: 1 },
    );
  });

  it('writes strings of more than 65,535 bytes as long strings', () => {
    const short = 'é'.repeat(32_767);
    const long = `${short}é`;
    expect(toHex(encodeAmf0(short).subarray(0, 5))).toBe('02 ff fe c3 a9');
    expect(toHex(encodeAmf0(long).subarray(0, 7))).toBe('0c 00 01 00 00 c3 a9');
    expect(readAmf0Values(encodeAmf0(short, long))).toStrictEqual([short, long]);
  });

  it('replaces half a surrogate pair', () => {
    expect(toHex(encodeAmf0('\ud83d'))).toBe('02 00 03 ef bf bd');
  });

  it('writes what is shared again instead of a reference', () => {
    const part = amfObject({ a: null });
    expect(toHex(encodeAmf0([part, part]))).toBe('0a 00 00 00 02 03 00 01 61 05 00 00 09 03 00 01 61 05 00 00 09');
  });

  it('refuses names that are too long', () => {
    const name = 'n'.repeat(65_536);
    expect(errorOf(() => encodeAmf0(amfObject({ [name]: 1 })))).toMatchObject({
      name: 'ProtocolError',
      code: 'ERR_LIMIT',
    });
    expect(errorOf(() => encodeAmf0(amfObject({ [name.slice(1)]: 1 })))).toBeUndefined();
  });

  it('refuses a cycle', () => {
    const cycle: AmfObject = new Map();
    cycle.set('a', 1).set('self', cycle);
    expect(errorOf(() => encodeAmf0(cycle))).toMatchObject({ name: 'ProtocolError', code: 'ERR_LIMIT' });
  });

  it('refuses a small value that would become a flood of values', () => {
    let value: AmfValue = null;
    for (let depth = 0; depth < 25; depth++) {
      value = [value, value];
    }
    expect(errorOf(() => encodeAmf0(value))).toMatchObject({ code: 'ERR_LIMIT', message: /262144 AMF values/ });
  });

  it('refuses a small value that would become a flood of bytes', () => {
    const text = 'x'.repeat(60_000);
    const values = new Array<string>(1000).fill(text);
    expect(errorOf(() => encodeAmf0(...values))).toMatchObject({ code: 'ERR_LIMIT', message: /16777215 bytes/ });
    expect(errorOf(() => encodeAmf0([new Uint8Array(MAX_AMF_SIZE_BYTES)]))).toMatchObject({ code: 'ERR_LIMIT' });
  });

  it('gives bytes that keep no larger buffer alive', () => {
    expect(encodeAmf0(null).buffer.byteLength).toBe(1);
  });
});

describe('writeAmf0', () => {
  it('appends to what was written before', () => {
    const writer = new ByteWriter();
    writer.u8(0);
    writeAmf0(writer, 'a');
    writeAmf0(writer, null);
    expect(toHex(writer.toBytes())).toBe('00 02 00 01 61 05');
  });
});

describe('values', () => {
  it('takes the members of a record in their order', () => {
    expect([...amfObject({ b: 1, a: undefined })]).toStrictEqual([
      ['b', 1],
      ['a', undefined],
    ]);
    expect(ecmaArray({ a: 1 })).toBeInstanceOf(EcmaArray);
    expect(amfObject({ a: 1 })).not.toBeInstanceOf(EcmaArray);
  });

  it('tells objects and arrays from all else', () => {
    expect(isAmfObject(ecmaArray({}))).toBe(true);
    expect(isAmfObject([])).toBe(false);
    expect(isAmfArray([])).toBe(true);
    expect(isAmfArray(Uint8Array.of())).toBe(false);
  });
});
