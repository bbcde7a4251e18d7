import { describe, expect, it } from 'vitest';
import { recordingName, safeFileName } from '../../src/endpoint/recording-name.js';

describe('safeFileName', () => {
  it.each([
    ['stream', 'stream'],
    ['Stream_1.2-x', 'Stream_1.2-x'],
    ['key?token=secret/../x', 'key'],
    ['..', 'stream'],
    ['../../etc/passwd', '_.._etc_passwd'],
    ['/absolute', '_absolute'],
    ['.hidden', 'hidden'],
    ['-rf', 'rf'],
    ['.-.x', 'x'],
    ['', 'stream'],
    ['?only=query', 'stream'],
    ['a b\tc\n\u0000d', 'a_b_c_d'],
    ['C:\\NUL*"<>|', 'C_NUL_'],
    ['über-ñandú', 'über-ñandú'],
    ['日本語', '日本語'],
    ['हिन्दी', 'हिन्दी'],
    ['a\u{1f600}b', 'a_b'],
    ['half \ud800 surrogate', 'half_surrogate'],
  ])('%j becomes %j', (name, expected) => {
    expect(safeFileName(name)).toBe(expected);
  });

  it.each(['x', 'ß', '語', '\u{20000}'])('keeps within what file systems take: %s', (letter) => {
    const name = recordingName(letter.repeat(500), new Date());
    expect(Buffer.byteLength(name)).toBeLessThanOrEqual(255);
    expect(name.replaceAll(letter, '')).toMatch(/^-\d{8}-\d{6}\.flv$/);
    expect(name.length).toBeGreaterThan(60);
  });
});

describe('recordingName', () => {
  it('has the time in digits, local', () => {
    expect(recordingName('key?x', new Date(2026, 0, 2, 3, 4, 5))).toBe('key-20260102-030405.flv');
    expect(recordingName('', new Date(2026, 10, 22, 13, 14, 15))).toBe('stream-20261122-131415.flv');
  });
});
