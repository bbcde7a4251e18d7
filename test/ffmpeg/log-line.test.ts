import { describe, expect, it } from 'vitest';
import { Lines } from '../../src/ffmpeg/lines.js';
import { ProgressReport, parseFfmpegLine } from '../../src/ffmpeg/log-line.js';

describe('parseFfmpegLine', () => {
  it.each([
    ['[error] nope.ts: No such file or directory', 'error', 'nope.ts: No such file or directory'],
    ['[flv @ 0x5628f8993b80] [warning] Failed to update header', 'warning', 'flv: Failed to update header'],
    ['[tcp @ 000001c2] [tls @ 0x1] [fatal] broken', 'error', 'tls: broken'],
    ['[info] Press [q] to stop', 'info', 'Press [q] to stop'],
    ['ffmpeg: error while loading shared libraries', 'error', 'ffmpeg: error while loading shared libraries'],
  ])('reads %s', (line, level, text) => {
    expect(parseFfmpegLine(line)).toEqual({ type: 'log', level, text });
  });

  it('knows progress', () => {
    expect(parseFfmpegLine('bitrate= 314.4kbits/s')).toEqual({
      type: 'progress',
      key: 'bitrate',
      value: '314.4kbits/s',
    });
  });
});

describe('ProgressReport', () => {
  it('puts the lines of a report together', () => {
    const report = new ProgressReport();
    expect(report.add('frame', '125')).toBeUndefined();
    report.add('out_time_us', '5039000');
    report.add('drop_frames', '2');
    expect(report.add('progress', 'continue')).toEqual({
      outTimeMs: 5039,
      frames: 125,
      droppedFrames: 2,
      isEnd: false,
    });
    report.add('out_time_us', 'N/A');
    expect(report.add('progress', 'end')).toEqual({ outTimeMs: 0, frames: 0, droppedFrames: 0, isEnd: true });
  });
});

describe('Lines', () => {
  it('cuts bytes into lines wherever they are split', () => {
    const bytes = Buffer.from('one\r\ntwo\rthrée\n\n  \nlast');
    for (let size = 1; size <= bytes.length; size += 1) {
      const got: string[] = [];
      const lines = new Lines((line) => got.push(line));
      for (let at = 0; at < bytes.length; at += size) lines.receive(bytes.subarray(at, at + size));
      lines.end();
      expect(got).toEqual(['one', 'two', 'thrée', 'last']);
    }
  });

  it('does not grow with a line that never ends', () => {
    const got: string[] = [];
    const lines = new Lines((line) => got.push(line));
    for (let i = 0; i < 1000; i += 1) lines.receive(Buffer.alloc(1000, 0x1b));
    expect(Math.max(...got.map((line) => line.length))).toBeLessThanOrEqual(2000);
    expect(got[0]).toMatch(/^\uFFFD+$/);
  });
});
