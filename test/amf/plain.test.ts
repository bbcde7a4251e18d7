import { describe, expect, it } from 'vitest';
import { plainMembers, plainValue } from '../../src/amf/plain.js';
import {
  AmfDictionary,
  type AmfValue,
  AmfXml,
  amfObject,
  ecmaArray,
  NumberVector,
  ObjectVector,
} from '../../src/amf/value.js';

describe('a plain value', () => {
  it.each<[AmfValue, unknown]>([
    [undefined, null],
    [null, null],
    [true, true],
    [1.5, 1.5],
    [Number.NaN, null],
    [Number.POSITIVE_INFINITY, null],
    ['text', 'text'],
    ['x'.repeat(2_000), 'x'.repeat(1_000)],
    [new Date(0), '1970-01-01T00:00:00.000Z'],
    [new Date(Number.NaN), null],
    [new AmfXml('<a/>'), '<a/>'],
    [new Uint8Array(7), { bytes: 7 }],
    [new NumberVector(Int32Array.of(1, 2)), [1, 2]],
    [new ObjectVector(['a']), ['a']],
    [new AmfDictionary(new Map([[1, 2]])), { entries: 1 }],
    [
      [1, 'a', null],
      [1, 'a', null],
    ],
    [ecmaArray({ a: amfObject({ b: 1 }) }), { a: { b: 1 } }],
  ])('of %o is %o', (value, plain) => {
    expect(plainValue(value)).toEqual(plain);
  });

  it('has an end where the value has none', () => {
    const loop = amfObject({});
    loop.set('self', loop);
    expect(JSON.stringify(plainValue(loop))).toMatch(/null/);
  });

  it('is no larger than anybody wants to read', () => {
    const many = Array.from({ length: 500 }, () => Array.from({ length: 500 }, () => 'text'));
    expect(JSON.stringify(plainValue(many)).length).toBeLessThan(100_000);
    const members = new Map(Array.from({ length: 10_000 }, (_, i) => [`name${i}`, i] as const));
    expect(Object.keys(plainMembers(members)).length).toBeLessThanOrEqual(2_000);
  });

  it('keeps names that objects have of their own harmless', () => {
    const plain = plainMembers(new Map([['__proto__', amfObject({ polluted: 1 })]]));
    expect(Object.hasOwn(plain, '__proto__')).toBe(true);
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });
});
