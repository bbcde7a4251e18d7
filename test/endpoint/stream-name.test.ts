import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { inputName, outputName } from '../../src/endpoint/stream-name.js';

/** As the streams of a process are: with their number. */
function numbered(fd: number): PassThrough {
  return Object.assign(new PassThrough(), { fd });
}

describe('what messages call a stream', () => {
  it('is what everybody calls those of the process', () => {
    expect(inputName(numbered(0))).toBe('standard input');
    expect(outputName(numbered(1))).toBe('standard output');
    expect(outputName(numbered(2))).toBe('standard error');
  });

  it('is nothing of the process for any other', () => {
    expect(inputName(new PassThrough())).toBe('the input stream');
    expect(inputName(numbered(7))).toBe('the input stream');
    expect(outputName(new PassThrough())).toBe('the output stream');
  });
});
