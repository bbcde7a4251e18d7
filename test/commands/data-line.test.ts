import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readAmf0Values } from '../../src/amf/amf0-reader.js';
import { type DataLine, parseDataLine } from '../../src/commands/data-line.js';

function said(line: DataLine): unknown {
  return 'data' in line ? [line.data.atMs, ...readAmf0Values(line.data.body)] : line.fault;
}

describe('parseDataLine', () => {
  it.each([
    ['{"at": 1000, "name": "onChat", "value": {"text": "hi"}}', [1000, 'onChat', new Map([['text', 'hi']])]],
    ['{"at": 0.6, "name": "onNote", "value": null}', [1, 'onNote', null]],
    ['{"name": "onNote", "value": [1, true]}', [undefined, 'onNote', [1, true]]],
    ['{"name": "onPing", "more": 1}', [undefined, 'onPing']],
  ])('reads %s', (line, expected) => {
    expect(said(parseDataLine(line))).toEqual(expected);
  });

  it.each([
    ['hello', /^it is no JSON object/],
    ['{"name": "a"', /^it is no JSON object/],
    ['["onChat"]', /^it is no JSON object/],
    ['null', /^it is no JSON object/],
    ['{"at": 5}', /^"name" has to be a text/],
    ['{"name": ""}', /^"name" has to be a text/],
    [`{"name": "${'x'.repeat(300)}"}`, /^"name" has to be a text/],
    ['{"at": "5", "name": "a"}', /^"at" has to be a number/],
    ['{"at": -5, "name": "a"}', /^"at" has to be a number/],
    ['{"at": 1e999, "name": "a"}', /^"at" has to be a number/],
    [`{"name": "a", "value": ${'['.repeat(40)}${']'.repeat(40)}}`, /nested more than 32 deep/],
    [`{"name": "a", "value": {"${'x'.repeat(70_000)}": 1}}`, /name of 70000 bytes/],
  ])('finds fault with %.40s', (line, fault) => {
    expect(said(parseDataLine(line))).toMatch(fault);
  });

  it('takes whatever JSON there is, and never throws', () => {
    fc.assert(
      fc.property(fc.json(), (json) => {
        expect('data' in parseDataLine(`{"name": "a", "value": ${json}}`)).toBe(true);
        parseDataLine(json);
      }),
    );
    fc.assert(fc.property(fc.string(), (text) => void parseDataLine(text)));
  });
});
