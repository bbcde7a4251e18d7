import { describe, expect, it } from 'vitest';
import { amfToJson } from '../../src/amf/to-json.js';
import {
  AmfDictionary,
  type AmfValue,
  AmfXml,
  amfObject,
  ecmaArray,
  NumberVector,
  ObjectVector,
  TypedObject,
} from '../../src/amf/value.js';

describe('amfToJson', () => {
  it.each<[string, AmfValue, unknown]>([
    ['nothing', undefined, null],
    ['null', null, null],
    ['a boolean', false, false],
    ['a number', 1.5, 1.5],
    ['no number', Number.NaN, null],
    ['infinity', Number.NEGATIVE_INFINITY, null],
    ['text', 'hé', 'hé'],
    ['a date', new Date(0), '1970-01-01T00:00:00.000Z'],
    ['an invalid date', new Date(Number.NaN), null],
    ['an object', amfObject({ a: 1, b: amfObject({ c: [true, undefined] }) }), { a: 1, b: { c: [true, null] } }],
    ['an ECMA array', ecmaArray({ 0: 'x', name: 'y' }), { 0: 'x', name: 'y' }],
    ['an object with a class', new TypedObject('Point', [['x', 1]]), { x: 1 }],
    ['XML', new AmfXml('<a/>'), '<a/>'],
    ['bytes', Uint8Array.of(1, 2, 3), 'AQID'],
    ['a vector of numbers', new NumberVector(Int32Array.of(1, -2)), [1, -2]],
    ['a vector of objects', new ObjectVector(['a', null]), ['a', null]],
    ['a dictionary', new AmfDictionary(new Map<AmfValue, AmfValue>([[1, 'one']])), [[1, 'one']]],
  ])('says %s', (_, value, expected) => {
    expect(amfToJson(value)).toEqual(expected);
  });

  it('takes no harm from names that every object has', () => {
    const text = JSON.stringify(amfToJson(new Map([['__proto__', 1 as AmfValue]])));
    expect(text).toBe('{"__proto__":1}');
  });

  it('says the same part as often as it is there, but not inside itself', () => {
    const part = amfObject({ a: 1 });
    const whole = amfObject({ one: part, two: part });
    whole.set('self', whole);
    expect(amfToJson(whole)).toEqual({ one: { a: 1 }, two: { a: 1 }, self: null });
  });

  it('refuses what a few bytes make huge', () => {
    let value: AmfValue = 'x';
    for (let i = 0; i < 40; i++) value = [value, value];
    expect(() => amfToJson(value)).toThrow(expect.objectContaining({ code: 'ERR_LIMIT' }));
  });
});
