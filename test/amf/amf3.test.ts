import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readAmf3, readAmf3Values } from '../../src/amf/amf3-reader.js';
import { encodeAmf3, writeAmf3 } from '../../src/amf/amf3-writer.js';
import {
  type AmfDictionary,
  type AmfObject,
  type AmfValue,
  amfObject,
  EcmaArray,
  type ObjectVector,
} from '../../src/amf/value.js';
import { ByteReader } from '../../src/bytes/reader.js';
import { ByteWriter } from '../../src/bytes/writer.js';
import { MediaError, ProtocolError } from '../../src/errors.js';
import { AMF3_ERRORS, AMF3_GOLDEN } from './amf3-golden.js';
import { amfValues } from './arbitrary.js';
import { toComparable } from './comparable.js';
import { hex, repeatHex, toHex } from './golden.js';
import { errorOf } from './thrown.js';

describe('readAmf3Values', () => {
  it.each(AMF3_GOLDEN)('reads $name ($spec)', ({ wire, values }) => {
    expect(readAmf3Values(hex(wire)).map(toComparable)).toStrictEqual(values.map(toComparable));
  });

  it.each(AMF3_GOLDEN)('knows where $name may end', ({ wire, legalCuts = [] }) => {
    const bytes = hex(wire);
    const legal: number[] = [];
    for (let length = 1; length < bytes.length; length++) {
      const cut = bytes.slice(0, length);
      const error = errorOf(() => readAmf3Values(cut));
      if (error === undefined) {
        legal.push(length);
      } else {
        expect(error, `cut to ${length} bytes`).toMatchObject({ name: 'ProtocolError', code: 'ERR_TRUNCATED' });
      }
    }
    expect(legal).toStrictEqual(legalCuts);
  });

  it.each(AMF3_ERRORS)('refuses $name ($spec)', ({ wire, code, message }) => {
    const error = errorOf(() => readAmf3Values(hex(wire)));
    expect(error).toBeInstanceOf(ProtocolError);
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) });
  });

  it.each(AMF3_ERRORS)('refuses $name with the class that the caller asks for', ({ wire, code }) => {
    const error = errorOf(() => readAmf3Values(hex(wire), MediaError));
    expect(error).toBeInstanceOf(MediaError);
    expect(error).toMatchObject({ code });
  });

  it('keeps the identity of what is referred to', () => {
    const [array] = readAmf3Values(hex('09 05 01 0a 0b 01 01 0a 02')) as [AmfValue[]];
    expect(array[0]).toBeInstanceOf(Map);
    expect(array[0]).toBe(array[1]);
  });

  it('counts all complex values in one table', () => {
    const values = readAmf3Values(
      hex(`07 01 0b 01 08 01 00 00 00 00 00 00 00 00 09 01 01 0a 0b 01 01 0c 01 0d 01 00 10 01 00 01 11 01 00
           0a 00 0a 02 0a 04 0a 06 0a 08 0a 0a 0a 0c 0a 0e 0a 10`),
    );
    expect(values).toHaveLength(18);
    for (let index = 0; index < 9; index++) {
      expect(values[index + 9]).toBe(values[index]);
    }
  });

  it('reads values 32 deep', () => {
    expect(errorOf(() => readAmf3Values(hex(`${repeatHex('09 03 01', 31)} 01`)))).toBeUndefined();
  });

  it('keeps members in the order of the wire', () => {
    const [object] = readAmf3Values(hex('0a 1b 01 03 7a 01 03 30 01 03 61 01 01'));
    expect([...(object as AmfObject).keys()]).toStrictEqual(['z', '0', 'a']);
  });
});

/** Each value contains itself: bytes, and the way from the value to itself. */
const CYCLES: readonly { name: string; wire: string; inner: (value: AmfValue) => AmfValue }[] = [
  { name: 'array', wire: '09 03 01 09 00', inner: (value) => (value as AmfValue[])[0] },
  { name: 'ECMA array', wire: '09 01 03 61 09 00 01', inner: (value) => (value as EcmaArray).get('a') },
  { name: 'object', wire: '0a 0b 01 03 61 0a 00 01', inner: (value) => (value as AmfObject).get('a') },
  { name: 'object with class', wire: '0a 0b 03 41 03 61 0a 00 01', inner: (value) => (value as AmfObject).get('a') },
  { name: 'vector', wire: '10 03 00 01 10 00', inner: (value) => (value as ObjectVector).items[0] },
  { name: 'dictionary', wire: '11 03 00 03 11 00', inner: (value) => (value as AmfDictionary).entries.get(true) },
];

describe('cycles', () => {
  it.each(CYCLES)('reads and writes an $name that contains itself', ({ wire, inner }) => {
    const [value] = readAmf3Values(hex(wire));
    expect(inner(value)).toBe(value);
    expect(toHex(encodeAmf3(value))).toBe(wire);
  });

  it('reads a dictionary whose key is itself', () => {
    const [dictionary] = readAmf3Values(hex('11 03 00 11 00 01')) as [AmfDictionary];
    expect([...dictionary.entries.keys()][0]).toBe(dictionary);
  });
});

describe('readAmf3', () => {
  it('leaves the cursor behind the value and forgets its tables', () => {
    const reader = new ByteReader(hex('06 03 61 06 00'));
    expect(readAmf3(reader)).toBe('a');
    expect(reader.offset).toBe(3);
    expect(errorOf(() => readAmf3(reader))).toMatchObject({ code: 'ERR_AMF' });
  });

  it('throws the class of the cursor', () => {
    expect(errorOf(() => readAmf3(new ByteReader(hex('ff'), MediaError)))).toBeInstanceOf(MediaError);
  });

  it('keeps to the limits it is given', () => {
    const read = (maxDepth: number, maxValues: number) =>
      readAmf3(new ByteReader(hex('09 05 01 01 01')), { maxDepth, maxValues });
    expect(read(2, 3)).toStrictEqual([null, null]);
    expect(errorOf(() => read(1, 3))).toMatchObject({ code: 'ERR_LIMIT' });
    expect(errorOf(() => read(2, 2))).toMatchObject({ code: 'ERR_LIMIT' });
  });
});

describe('announced counts', () => {
  const limits = { maxDepth: 32, maxValues: 3 };
  it.each([
    { name: 'array', wire: '09 05 01 01 01', refused: '09 07 01 01 01 01' },
    { name: 'ECMA array', wire: '09 03 03 61 01 01 01', refused: '09 05 03 61 01 01 01 01' },
    { name: 'traits', wire: '0a 23 01 01 01 01 01', refused: '0a 33 01 01 01 01 01 01 01' },
    { name: 'vector', wire: '10 05 00 01 01 01', refused: '10 07 00 01 01 01 01' },
    { name: 'dictionary', wire: '11 03 00 01 01', refused: '11 05 00 01 01 01 01' },
  ])('of an $name may not go beyond the limit of values', ({ wire, refused }) => {
    const read = (text: string) => errorOf(() => readAmf3Values(hex(text), ProtocolError, limits));
    expect(read(wire)).toBeUndefined();
    expect(read(refused)).toMatchObject({ code: 'ERR_LIMIT', message: 'more than 3 AMF values in one message' });
  });

  it('are refused before the names of traits are read', () => {
    const traits = Uint8Array.of(...hex('0a c0 80 03 01'), ...new Uint8Array(65_536));
    expect(errorOf(() => readAmf3Values(traits))).toMatchObject({ code: 'ERR_LIMIT' });
  });
});

describe('encodeAmf3', () => {
  it.each(AMF3_GOLDEN.filter(({ readOnly }) => !readOnly))('writes $name ($spec)', ({ wire, values }) => {
    expect(toHex(encodeAmf3(...values))).toBe(toHex(hex(wire)));
  });

  it('gives every value back (property)', () => {
    fc.assert(
      fc.property(fc.array(amfValues, { maxLength: 4 }), (values) => {
        expect(readAmf3Values(encodeAmf3(...values)).map(toComparable)).toStrictEqual(values.map(toComparable));
      }),
      { numRuns: 200, seed: 1 },
    );
  });

  it('gives every number back (property)', () => {
    const edges = [2 ** 7, 2 ** 14, 2 ** 21, 2 ** 28].flatMap((edge) => [edge - 1, edge, -edge, -edge - 1]);
    fc.assert(
      fc.property(fc.oneof(fc.constantFrom(...edges), fc.integer(), fc.double()), (number) => {
        expect(readAmf3Values(encodeAmf3(number))).toStrictEqual([number]);
      }),
    );
  });

  it('writes an ECMA array without members as an empty array', () => {
    expect(toHex(encodeAmf3(new EcmaArray()))).toBe('09 01 01');
  });

  it('refuses an array with a member without name', () => {
    expect(errorOf(() => encodeAmf3(new EcmaArray([['', 1]])))).toMatchObject({
      name: 'ProtocolError',
      code: 'ERR_AMF',
    });
  });

  it('does not mix up traits with and without a member without name', () => {
    const values: AmfValue[] = [new Map([['', 1]]), amfObject({ a: 1 }), new Map([['', 2]]), amfObject({ a: 2 })];
    expect(readAmf3Values(encodeAmf3(...values)).map(toComparable)).toStrictEqual(values.map(toComparable));
  });

  it('refuses values that are too deep or too large', () => {
    let deep: AmfValue = null;
    for (let depth = 0; depth < 32; depth++) {
      deep = [deep];
    }
    expect(errorOf(() => encodeAmf3(deep))).toMatchObject({ name: 'ProtocolError', code: 'ERR_LIMIT' });
    expect(errorOf(() => encodeAmf3(new Uint8Array(0x1000000)))).toMatchObject({ code: 'ERR_LIMIT' });
    expect(errorOf(() => encodeAmf3('x'.repeat(0x1000000)))).toMatchObject({ code: 'ERR_LIMIT' });
  });

  it('writes what is shared once, so it cannot become a flood', () => {
    let value: AmfValue = null;
    for (let depth = 0; depth < 25; depth++) {
      value = [value, value];
    }
    expect(encodeAmf3(value).length).toBeLessThan(200);
  });
});

describe('writeAmf3', () => {
  it('appends a value with tables of its own', () => {
    const writer = new ByteWriter();
    writeAmf3(writer, 'a');
    writeAmf3(writer, 'a');
    expect(toHex(writer.toBytes())).toBe('06 03 61 06 03 61');
  });
});
