import { describe, expect, it } from 'vitest';
import { EMPTY_REPORT, UNKNOWN_SERVER } from '../../../src/analysis/empty-report.js';
import { Page, wrapped } from '../../../src/cli/render/report/page.js';
import { reportText } from '../../../src/cli/render/report/report-text.js';
import { sparkline } from '../../../src/cli/render/report/sparkline.js';
import { styleFor } from '../../../src/cli/render/style.js';
import type { ProbeReport } from '../../../src/report.js';
import { analysed, healthyStream } from '../../analysis/streams.js';
import { asOutput, FakeFile } from '../fake-terminal.js';

const PLAIN = styleFor(asOutput(new FakeFile()), { LANG: 'en_US.UTF-8' }, false);
const ASCII = styleFor(asOutput(new FakeFile()), { LANG: 'C' }, false);

const { durationMs, ...media } = analysed(healthyStream());
const REPORT: ProbeReport = {
  ...EMPTY_REPORT,
  ...media,
  url: 'rtmp://host/live/****',
  ok: true,
  server: {
    ...UNKNOWN_SERVER,
    address: '192.0.2.7',
    port: 1935,
    software: 'nginx-rtmp',
    fmsVer: 'FMS/3,0,1,123',
    handshake: 'digest-1',
    tls: { version: 'TLSv1.3', cipher: 'TLS_AES_256_GCM_SHA384', certificateDaysLeft: 61 },
    rttMs: 0.42,
  },
  timings: { ...EMPTY_REPORT.timings, tcpMs: 0.4, firstByteMs: 20, firstVideoMs: 20.2, firstKeyframeMs: 21.4 },
  stages: [
    { stage: 'tcp', ok: true, ms: 0.4, words: null },
    { stage: 'tls', ok: true, ms: 12, words: null },
    { stage: 'handshake', ok: true, ms: 1.24, words: null },
    { stage: 'connect', ok: true, ms: 3, words: 'NetConnection.Connect.Success: hello' },
    { stage: 'stream', ok: true, ms: 1_800, words: null },
  ],
  analysis: { durationMs, elapsedMs: 5_000, endedBy: 'duration' },
  jitterMs: 1.2,
  metadata: { encoder: 'Lavf59', width: 64, filler: 'x', hasVideo: true, profile: '\0\0\0' },
};

const text = (report: ProbeReport, columns = 80, style = PLAIN): string =>
  reportText(report, { columns, style, isVerbose: false }).join('\n');

describe('a page', () => {
  it('has a line for each thing', () => {
    expect(text(REPORT)).toMatchInlineSnapshot(`
      "rtmp://host/live/****

        TCP        ✔  0.4 ms  192.0.2.7 port 1935
        TLS        ✔   12 ms  TLSv1.3, TLS_AES_256_GCM_SHA384, certificate for 61 m...
        handshake  ✔  1.2 ms  digest-1
        connect    ✔  3.0 ms  NetConnection.Connect.Success: hello
        media      ✔   1.8 s  first picture after 21 ms in all

        server       nginx-rtmp · FMS/3,0,1,123 · round trip 0.4 ms
        video        h264 Constrained Baseline 1.0 · 64x64 · 25 fps · 4:2:0 8 bit
                     102 kbit/s, peak 102 kbit/s · ▅▅▅▅▅▅▅▅▅▅ · 10 keyframes of 3.0 kB
        GOP          1.0 s · ▅▅▅▅▅▅▅▅▅
        audio        aac LC · 44.1 kHz · stereo · 52 kbit/s, peak 53 kbit/s
        sync         A/V skew -4 ms · drift 0 ms/min · jitter 1.2 ms
        seen         10.0 s of media in 5.0 s, until the time was up
        metadata     encoder Lavf59

        ✔ nothing irregular"
    `);
  });

  it('of a failure ends where it stopped', () => {
    const failed: ProbeReport = {
      ...EMPTY_REPORT,
      url: 'rtmp://host/live/****',
      stages: [
        { stage: 'dns', ok: true, ms: 4, words: null },
        { stage: 'tcp', ok: false, ms: 2_000, words: null },
      ],
    };
    expect(text(failed)).toMatchInlineSnapshot(`
      "rtmp://host/live/****

        name       ✔  4.0 ms
        TCP        ✖   2.0 s"
    `);
  });

  it('has warnings and expectations at the end, where the eye rests', () => {
    const report: ProbeReport = {
      ...REPORT,
      warnings: [
        { code: 'WARN_LONG_GOP', message: 'from keyframe to keyframe it takes 12.0 s', advice: 'set it to 2 s' },
      ],
      expectations: [
        { expression: 'video.codec==h264', met: true, actual: 'h264' },
        { expression: 'gop.maxMs<=2500', met: false, actual: 12_000 },
      ],
    };
    expect(text(report).split('\n').slice(-4)).toEqual([
      '  ! from keyframe to keyframe it takes 12.0 s',
      '    WARN_LONG_GOP: set it to 2 s',
      '  ✔ video.codec==h264  (it is "h264")'.replaceAll('"', ''),
      '  ✖ gop.maxMs<=2500  (it is 12000)',
    ]);
  });

  it('of a film that was published tells how fast it went', () => {
    const report: ProbeReport = {
      ...EMPTY_REPORT,
      url: 'rtmp://host/live/****',
      ok: true,
      stages: [
        { stage: 'publish', ok: true, ms: 3.5, words: 'NetStream.Publish.Start' },
        { stage: 'stream', ok: true, ms: 3_000, words: null },
      ],
      publish: { bytes: 1_200_000, frames: 22, elapsedMs: 3_000, uploadKbps: 4_321, measuredBy: 'answer' },
    };
    expect(text(report)).toMatchInlineSnapshot(`
      "rtmp://host/live/****

        publish    ✔  3.5 ms  NetStream.Publish.Start
        media      ✔   3.0 s

        upload       4.3 Mbit/s · 1.2 MB, 22 frames in 3.0 s"
    `);
    const unsure = { ...report, publish: { ...report.publish!, measuredBy: 'socket' as const } };
    expect(text(unsure)).toContain('the server answers no pings');
  });

  it('of checks has a line for each, and what was seen of those that do not pass', () => {
    const check = { group: 'chunks', section: 'RTMP 5.3', title: 'chunks are put together', ms: 1 };
    const report: ProbeReport = {
      ...EMPTY_REPORT,
      url: 'rtmp://host/live/****',
      conformance: {
        pass: 1,
        deviates: 1,
        fails: 1,
        skipped: 1,
        checks: [
          { ...check, id: 'a', outcome: 'pass', seen: 'they are' },
          { ...check, id: 'b', outcome: 'deviates', seen: 'not all' },
          { ...check, id: 'c', outcome: 'fails', seen: 'the server \x1b[2Jhung up' },
          { ...check, id: 'd', group: 'play', outcome: 'skipped', seen: 'no time was left for it' },
        ],
      },
    };
    expect(text(report)).toMatchInlineSnapshot(`
      "rtmp://host/live/****

        chunks
        ✔ chunks are put together
        ! chunks are put together
          deviates: not all (RTMP 5.3)
        ✖ chunks are put together
          fails: the server ?[2Jhung up (RTMP 5.3)

        play
        - chunks are put together
          skipped: no time was left for it (RTMP 5.3)

        checks       1 pass · 1 deviate · 1 fail · 1 check skipped"
    `);
    expect(
      text(report, 40)
        .split('\n')
        .every((line) => line.length <= 40),
    ).toBe(true);
  });

  it.each([40, 60, 80, 120])('is not wider than a terminal of %i columns', (columns) => {
    const report = {
      ...REPORT,
      warnings: [{ code: 'WARN_X', message: 'word '.repeat(60), advice: 'word '.repeat(40) }],
    };
    const widest = Math.max(
      ...text(report, columns)
        .split('\n')
        .map((line) => line.length),
    );
    expect(widest).toBeLessThanOrEqual(columns);
  });

  it('is ASCII where the terminal has nothing else', () => {
    expect(text(REPORT, 80, ASCII)).toMatch(/^[\n\x20-\x7e]*$/);
  });

  it('has colours only where they are wanted', () => {
    expect(text(REPORT)).not.toContain('\x1b');
    const colourful = styleFor(asOutput(new FakeFile()), {}, true);
    expect(text(REPORT, 80, colourful)).toContain('\x1b[');
  });

  it('takes the power out of what a peer wrote', () => {
    const report: ProbeReport = {
      ...REPORT,
      metadata: { 'na\x1bme': 'va\x1b[2Jlue' },
      server: { ...REPORT.server!, fmsVer: 'FMS\x1b[31m' },
      data: { messages: 1, names: ['on\x07Cue'] },
    };
    expect(text(report).replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
  });
});

describe('parts of a page', () => {
  it('break where a line ends', () => {
    const page = new Page(40, PLAIN.chalk, true);
    page.row('label', ['one part', undefined, 'another part', '', 'a third']);
    expect(page.lines).toEqual(['  label        one part · another part', '               a third']);
  });

  it('break between words', () => {
    expect(wrapped('one two three', 7)).toEqual(['one two', 'three']);
    expect(wrapped('much-too-long', 4)).toEqual(['much-too-long']);
  });
});

describe('a sparkline', () => {
  it('goes from nothing to the largest', () => {
    expect(sparkline([0, 1, 2, 4], 10, true)).toBe('▁▃▅█');
    expect(sparkline([0, 1, 2, 4], 10, false)).toBe('_-+@');
  });

  it('averages what has no room', () => {
    expect(sparkline([1, 1, 4, 4], 2, true)).toBe('▃█');
  });

  it('of values that are nearly the same is even', () => {
    expect(sparkline([100, 98, 99], 10, true)).toBe('▅▅▅');
  });

  it('of nothing is nothing', () => {
    expect(sparkline([], 10, true)).toBe('');
    expect(sparkline([0, 0], 10, true)).toBe('');
  });
});
