import { describe, expect, it } from 'vitest';
import { readAmf0Values } from '../../src/amf/amf0-reader.js';
import { encodeAmf0 } from '../../src/amf/amf0-writer.js';
import { amfFromJson } from '../../src/amf/json.js';

const nested = (depth: number): unknown => JSON.parse('['.repeat(depth) + ']'.repeat(depth));

describe('amfFromJson', () => {
  it.each([
    ['null', null],
    ['true', true],
    ['-1.5', -1.5],
    ['"2024-05-06T14:03:22Z"', '2024-05-06T14:03:22Z'],
    ['[1, "two", null]', [1, 'two', null]],
    [
      '{"b": 1, "a": {"x": []}}',
      new Map<string, unknown>([
        ['b', 1],
        ['a', new Map([['x', []]])],
      ]),
    ],
    ['{"__proto__": 1}', new Map([['__proto__', 1]])],
  ])('%s', (json, value) => {
    expect(amfFromJson(JSON.parse(json))).toEqual(value);
  });

  it('gives what AMF0 can say and readers take', () => {
    const value = amfFromJson(JSON.parse('{"user": "Ann", "tags": ["a", 1, false, null, {"n": 0}], "deep": [[[]]]}'));
    expect(readAmf0Values(encodeAmf0('onChat', value))).toEqual(['onChat', value]);
    expect(readAmf0Values(encodeAmf0(amfFromJson(nested(31))))).toHaveLength(1);
  });

  it('refuses what is nested too deep, however deep', () => {
    for (const depth of [33, 1_000, 100_000]) {
      expect(() => amfFromJson(nested(depth))).toThrow(expect.objectContaining({ code: 'ERR_LIMIT' }));
    }
  });
});
