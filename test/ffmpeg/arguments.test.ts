import { describe, expect, it } from 'vitest';
import { isPictureExtension, muxArguments, muxerFor, pictureArguments } from '../../src/ffmpeg/mux-arguments.js';
import { playerLine, windowArguments } from '../../src/ffmpeg/window-arguments.js';

describe('containers', () => {
  it.each([
    ['.ts', 'mpegts'],
    ['.MKV', 'matroska'],
    ['.flv', undefined],
    ['', undefined],
    ['.constructor', undefined],
  ])('of %s', (extension, muxer) => {
    expect(muxerFor(extension)).toBe(muxer);
  });

  it('are written by copying, and a path is a path whatever it looks like', () => {
    expect(muxArguments('mpegts', '-y:x.ts').join(' ')).toBe(
      '-f flv -i pipe:0 -map 0:v? -map 0:a? -c copy -f mpegts -y file:-y:x.ts',
    );
    expect(muxArguments('adts', 'x.aac').join(' ')).toContain('-map 0:a -c copy');
  });
});

describe('pictures', () => {
  it('are one frame, and a name is no pattern', () => {
    expect(pictureArguments('a%d.png').join(' ')).toBe(
      '-f flv -i pipe:0 -frames:v 1 -f image2 -update 1 -y file:a%d.png',
    );
    expect(['.jpg', '.PNG'].every(isPictureExtension)).toBe(true);
    expect(['.flv', ''].some(isPictureExtension)).toBe(false);
  });
});

describe('windows', () => {
  it.each([['ffplay' as const], ['mpv' as const]])('of %s have the title and read FLV with little delay', (player) => {
    const args = windowArguments(player, 'rtmp://host/live/****').join(' ');
    expect(args).toContain('rtmp://host/live/****');
    expect(args).toMatch(/flv/);
    expect(args).toMatch(/nobuffer|low-latency/);
  });

  it.each([
    ['   6.60 A-V:  0.004 fd=   1 aq=    0KB vq=    0KB sq=    0B f=0/0', 'playing'],
    ['   1.02 M-V: -0.021 fd=   0 aq=    0KB vq=    2KB sq=    0B f=0/0', 'playing'],
    ['    nan M-A:    nan fd=   0 aq=    0KB vq=    0KB sq=    0B f=0/0', 'waiting'],
    ['Could not initialize SDL - No available video device', 'words'],
  ])('say where they are: %s', (line, expected) => {
    expect(playerLine(line)).toBe(expected);
  });
});
