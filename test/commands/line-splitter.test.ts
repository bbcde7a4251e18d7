import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LineSplitter } from '../../src/commands/line-splitter.js';
import { split } from '../support/flv-builder.js';

function linesOf(pieces: readonly Uint8Array[], maxLineBytes = 100): (string | undefined)[] {
  const splitter = new LineSplitter(maxLineBytes);
  const lines = [...pieces.flatMap((piece) => splitter.receive(piece)), ...splitter.end()];
  expect(lines.map(({ number }) => number)).toEqual(lines.map((_, i) => i + 1));
  return lines.map(({ text }) => text);
}

describe('LineSplitter', () => {
  it.each([
    ['', []],
    ['one', ['one']],
    ['one\n', ['one']],
    ['one\n\ntwo', ['one', '', 'two']],
    ['\n\n', ['', '']],
    ['naïve\r\n', ['naïve\r']],
  ])('cuts %j', (text, lines) => {
    expect(linesOf([Buffer.from(text)])).toEqual(lines);
  });

  it('keeps nothing of a line that is too long, and goes on behind it', () => {
    expect(linesOf([Buffer.from(`${'x'.repeat(50)}`), Buffer.from(`${'x'.repeat(51)}\nnext`)])).toEqual([
      undefined,
      'next',
    ]);
    expect(linesOf([Buffer.from('x'.repeat(101))])).toEqual([undefined]);
  });

  it('gives the same lines however the bytes come', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }),
        (text, sizes) => {
          const bytes = Buffer.from(text);
          let i = 0;
          const pieces = split(bytes, () => sizes[i++ % sizes.length]!);
          expect(linesOf(pieces, 20)).toEqual(linesOf([bytes], 20));
        },
      ),
    );
  });
});
