import { describe, expect, it } from 'vitest';
import { bitrate, frameRate, oneOf, pictureSize, preset } from '../../../src/cli/values/media.js';
import { shellWords } from '../../../src/cli/values/words.js';

describe('pictureSize', () => {
  it('reads sizes with even sides', () => {
    expect(pictureSize.parse('640x360')).toEqual({ width: 640, height: 360 });
    expect(pictureSize.parse('3840X2160')).toEqual({ width: 3840, height: 2160 });
  });
  it.each(['640', '640x', '641x360', '640x361', '0x360', '20000x2', '-2x360', '640:360', ''])(
    'refuses "%s"',
    (text) => {
      expect(pictureSize.parse(text)).toBeUndefined();
    },
  );
});

describe('rates', () => {
  it.each([
    ['2500k', 2_500_000],
    ['6M', 6_000_000],
    ['1.5m', 1_500_000],
    ['128000', 128_000],
    ['96kbps', 96_000],
    ['1G', 1_000_000_000],
    ['999', undefined],
    ['2G', undefined],
    ['k', undefined],
    ['-1M', undefined],
    ['', undefined],
  ])('%s as a bitrate', (text, expected) => {
    expect(bitrate.parse(text)).toBe(expected);
  });

  it.each([
    ['25', 25],
    ['29.97', 29.97],
    ['0', undefined],
    ['241', undefined],
    ['1e2', undefined],
    ['', undefined],
  ])('%s as a frame rate', (text, expected) => {
    expect(frameRate.parse(text)).toBe(expected);
  });
});

describe('words', () => {
  it('knows presets and codecs', () => {
    expect(preset.parse('veryfast')).toBe('veryfast');
    expect(preset.parse('-y /etc/passwd')).toBeUndefined();
    expect(oneOf(['copy', 'h264']).parse('H264')).toBe('h264');
    expect(oneOf(['copy', 'h264']).parse('h265')).toBeUndefined();
  });

  it.each<[string, string[] | undefined]>([
    ['', []],
    ['  -a   b ', ['-a', 'b']],
    [`-metadata 'a=b c' "d \\"e\\" \\n"`, ['-metadata', 'a=b c', 'd "e" \\n']],
    [`x'y'"z"\\ w`, ['xyz w']],
    [`'' ""`, ['', '']],
    [`'open`, undefined],
    ['open\\', undefined],
  ])('takes %j apart', (text, expected) => {
    expect(shellWords.parse(text)).toEqual(expected);
  });
});
