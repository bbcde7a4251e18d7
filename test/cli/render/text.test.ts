import { describe, expect, it } from 'vitest';
import {
  describeConnected,
  describeEnded,
  describeMessage,
  describeStarted,
  describeSwitched,
  describeWarning,
} from '../../../src/cli/render/describe.js';
import { failureText } from '../../../src/cli/render/failure-text.js';
import { printable } from '../../../src/cli/render/printable.js';
import { layOut } from '../../../src/cli/render/progress-line.js';
import { statsSentence } from '../../../src/cli/render/stats-text.js';
import type { ConnectedEvent, EndedEvent, StartedEvent, StatsEvent } from '../../../src/events.js';
import { bitrate, clock, counted, span, volume } from '../../../src/text/quantities.js';
import { gopText } from '../../../src/text/stream-words.js';
import { CONNECTED, ENDED, MESSAGE, STARTED, stats, URL } from '../events.js';

describe('quantities', () => {
  it('are short and in units of people', () => {
    expect([0, 4_999, 60_000, 3_723_000, 49.7 * 86_400_000].map(clock)).toEqual([
      '0:00',
      '0:04',
      '1:00',
      '1:02:03',
      '1192:48:00',
    ]);
    expect([0, 850, 9_800, 61_000].map(span)).toEqual(['0 ms', '850 ms', '9.8 s', '1:01']);
    expect([0, 999, 1_000, 99_940, 999_600, 1.25e9, 5e15].map(volume)).toEqual([
      '0 bytes',
      '999 bytes',
      '1.0 kB',
      '99.9 kB',
      '1.0 MB',
      '1.3 GB',
      '5000 TB',
    ]);
    expect([0, 949.6, 2_500, 120_000].map(bitrate)).toEqual(['0 kbit/s', '950 kbit/s', '2.5 Mbit/s', '120 Mbit/s']);
    expect([counted(1, 'frame'), counted(2, 'frame'), counted(0, 'entry', 'entries')]).toEqual([
      '1 frame',
      '2 frames',
      '0 entries',
    ]);
  });
});

describe('printable', () => {
  it('takes the power out of what peers write', () => {
    expect(printable('a\x1b[31mb\r\nc\u202Ed\u0007\u0085')).toBe('a?[31mb c?d??');
    expect(printable('Grüße 日本 ✔')).toBe('Grüße 日本 ✔');
  });
});

describe('lines about events', () => {
  const text = (lines: { text: string }[]) => lines.map((line) => line.text);
  const started = STARTED as StartedEvent;
  const connected = CONNECTED as ConnectedEvent;

  it('tell which of several inputs is sent', () => {
    const place = { inputNumber: 2, inputCount: 3 };
    const event = { event: 'switched', role: 'publisher', input: 'films/b.flv', ...place } as const;
    expect(text(describeSwitched(event))).toEqual(['sending films/b.flv (2 of 3)']);
  });

  it('tell of messages, as much as is known of them', () => {
    expect(text(describeMessage(MESSAGE))).toEqual([
      'sent Command FCPublish, transaction 3: null, "****" (csid 3, stream 0, 0 ms, 31 bytes)',
    ]);
    const { name: _name, transactionId: _id, content: _content, ...bare } = MESSAGE;
    const video = { ...bare, connection: 7, direction: 'received', type: 'Video', streamId: 1, sizeBytes: 1 } as const;
    expect(text(describeMessage(video))).toEqual(['#7 received Video (csid 3, stream 1, 0 ms, 1 byte)']);
    expect(text(describeMessage({ ...video, content: 'keyframe' }))).toEqual([
      '#7 received Video: keyframe (csid 3, stream 1, 0 ms, 1 byte)',
    ]);
  });

  it('tell of connections', () => {
    expect(text(describeConnected({ ...connected, address: '2001:db8::1', handshake: null }))).toEqual([
      'connected to [2001:db8::1]:1935 (FMS/3,5,7,7009)',
    ]);
    const { software: _none, ...silent } = connected;
    expect(
      text(describeConnected({ ...silent, role: 'connection', connection: 3, url: 'live', handshake: 'simple' })),
    ).toEqual(['#3 192.0.2.7:1935 connects to live (simple handshake)']);
  });

  it.each([
    [started, [`publishing ${URL}, 10.0 s of media`]],
    [{ event: 'started', role: 'publisher', connection: 2, url: 'live/****' }, ['#2 publishes live/****']],
    [{ event: 'started', role: 'player', connection: 2, url: 'live/****' }, ['#2 plays live/****']],
    [{ event: 'started', role: 'player', url: URL, output: 'out.flv' }, ['writing out.flv']],
    [{ event: 'started', role: 'player', url: URL, output: '-' }, ['writing to standard output']],
    [{ event: 'started', role: 'player', output: 'ffplay', medium: 'window' }, ['showing it in a window of ffplay']],
    [{ event: 'started', role: 'player', output: 'wc -c', medium: 'command' }, ['piping it into wc -c']],
    [{ event: 'started', role: 'player', output: 'a.jpg', medium: 'picture' }, ['writing a.jpg']],
    [{ event: 'started', role: 'player', output: 'd.ndjson', medium: 'data' }, ['writing data messages to d.ndjson']],
    [{ event: 'started', role: 'player', output: '-', medium: 'data' }, ['writing data messages to standard output']],
    [{ event: 'started', role: 'file', output: 'fixed.flv', durationMs: 5_000 }, ['writing fixed.flv, 5.0 s of media']],
    [
      { event: 'started', role: 'publisher', playUrls: ['rtmp://127.0.0.1:1935/live/stream'], durationMs: 10_000 },
      ['offering the stream here, 10.0 s of media', 'play it from rtmp://127.0.0.1:1935/live/stream'],
    ],
    [
      {
        event: 'started',
        role: 'server',
        listen: [{ address: '127.0.0.1', port: 1935, url: 'rtmp://127.0.0.1:1935' }],
      },
      ['listening on rtmp://127.0.0.1:1935'],
    ],
  ] satisfies [StartedEvent, string[]][])('tell of starts %#', (event, expected) => {
    expect(text(describeStarted(event))).toEqual(expected);
  });

  it.each([
    [ENDED, 'sent 10.0 s, 2.5 MB, 2.0 Mbit/s: end of file'],
    [{ ...ENDED, droppedFrames: 1 }, 'sent 10.0 s, 2.5 MB, 2.0 Mbit/s: end of file, 1 frame dropped'],
    [{ ...ENDED, unconfirmedFrames: 2 }, 'sent 10.0 s, 2.5 MB, 2.0 Mbit/s: end of file, 2 frames may not have arrived'],
    [
      { ...ENDED, capacityKbps: 4_000, reconnects: 2, retries: 3, droppedFrames: 8, lossRate: 0.0004, rttMs: 0.42 },
      'sent 10.0 s, 2.5 MB, 2.0 Mbit/s of 4.0 Mbit/s possible: end of file, ' +
        '8 frames dropped (under 0.1%), 2 reconnects, 3 retries, RTT 0.4 ms',
    ],
    [{ ...ENDED, retries: 1, reconnects: 1 }, 'sent 10.0 s, 2.5 MB, 2.0 Mbit/s: end of file, 1 reconnect'],
    [{ ...ENDED, role: 'player', output: 'out.flv' }, 'wrote out.flv, 10.0 s, 2.5 MB, 2.0 Mbit/s: end of file'],
    [
      { ...ENDED, role: 'player', output: 'out.flv', parts: 3 },
      'wrote 3 parts of out.flv, 10.0 s, 2.5 MB, 2.0 Mbit/s: end of file',
    ],
    [
      { ...ENDED, role: 'player', output: 'ffplay', medium: 'window' },
      'showed 10.0 s, 2.5 MB, 2.0 Mbit/s: end of file',
    ],
    [
      { ...ENDED, role: 'recorder', output: 'wc -c', medium: 'command', durationMs: 0, bytes: 5 },
      'piped 5 bytes into wc -c: end of file',
    ],
    [
      { ...ENDED, role: 'recorder', output: 'a.jpg', medium: 'picture', durationMs: 0, bytes: 5 },
      'wrote a.jpg, 5 bytes: end of file',
    ],
    [{ ...ENDED, role: 'player', output: '-' }, 'received 10.0 s, 2.5 MB, 2.0 Mbit/s: end of file'],
    [
      { ...ENDED, role: 'file', output: 'fixed.flv', skippedBytes: 1_200, durationMs: 0, bytes: 5 },
      'wrote fixed.flv, 0 ms, 5 bytes: end of file, 1.2 kB damaged and left out',
    ],
    [
      { ...ENDED, role: 'player', output: 'out.flv', bytes: 166_000, mediaBytes: 125_000 },
      'wrote out.flv, 10.0 s, 166 kB, 100 kbit/s: end of file',
    ],
    [{ ...ENDED, role: 'server', durationMs: 3_723_000 }, 'served for 1:02:03, 2.5 MB: end of file'],
    [
      { ...ENDED, connection: 2, url: 'live/****', final: false },
      '#2 published live/**** for 10.0 s, 2.5 MB, 2.0 Mbit/s: end of file',
    ],
    [
      { ...ENDED, role: 'player', connection: 2, url: 'live/****', final: false },
      '#2 played live/**** for 10.0 s, 2.5 MB, 2.0 Mbit/s: end of file',
    ],
    [
      { ...ENDED, role: 'connection', connection: 2, reason: 'closed', final: false },
      '#2 left after 10.0 s, 2.5 MB: closed',
    ],
  ] satisfies [EndedEvent, string][])('tell of ends %#', (event, expected) => {
    expect(text(describeEnded(event))).toEqual([expected]);
  });

  it('tell of warnings', () => {
    const warning = { event: 'warning', code: 'WARN_X', message: 'no keyframe', advice: 'set one' } as const;
    expect(text(describeWarning({ ...warning, connection: 4 }))).toEqual(['#4 warning: no keyframe; set one']);
  });
});

describe('figures of a stream', () => {
  it('are one sentence in a log', () => {
    expect(statsSentence(stats())).toBe('0:04 of 0:10, 1.9 Mbit/s, 30 fps, queue 20 ms (5.0 kB), 0 dropped, A/V +3 ms');
    expect(statsSentence(stats({ durationMs: null, skewMs: null, queueBytes: 0, reconnects: 2 }))).toBe(
      '0:04, 1.9 Mbit/s, 30 fps, queue 20 ms, 0 dropped, 2 reconnects',
    );
    const dropped = { droppedFrames: 5, droppedAudio: 1, droppedVideo: 4, lossRate: 0.0312 };
    const connection = {
      capacityKbps: 4_000,
      bandwidthUse: 0.487,
      reconnects: 1,
      retries: 3,
      uptimeMs: 62_000,
      rttMs: 12.3,
    };
    expect(statsSentence(stats({ ...dropped, ...connection }))).toBe(
      '0:04 of 0:10, 1.9 Mbit/s, 49% of 4.0 Mbit/s, 30 fps, queue 20 ms (5.0 kB), ' +
        '5 dropped (1 audio, 4 video, 3.1%), 1 reconnect (up 1:02), A/V +3 ms, RTT 12 ms',
    );
    const server = { durationMs: null, publishers: 1, players: 2, connections: 3 };
    expect(statsSentence(stats(server))).toBe(
      '1 publisher, 2 players, 3 connections, 1.9 Mbit/s, 5.0 kB buffered, 0 dropped, up 0:04',
    );
  });

  const width = (event: StatsEvent, columns: number, etaSeconds?: number) => {
    const progress = event.durationMs === null ? undefined : { percent: 42, etaSeconds };
    const { barColumns, parts } = layOut(event, columns, progress);
    const words = parts.map((part) => part.text).join('  ');
    return { barColumns, parts: parts.length, words, total: words.length + (barColumns === 0 ? 0 : barColumns + 2) };
  };

  it('fill the line with a bar, and never more than the line', () => {
    const long = stats({
      positionMs: 3_600_000,
      durationMs: 7_200_000,
      queueMs: 2_999,
      droppedFrames: 1_234,
      skewMs: -120,
    });
    for (const event of [stats(), long, stats({ durationMs: null }), { ...long, durationMs: null, reconnects: 12 }]) {
      for (let columns = 10; columns <= 200; columns += 1) {
        const { total, parts } = width(event, columns, 3_600);
        expect(parts).toBeGreaterThanOrEqual(1);
        expect(total).toBeLessThanOrEqual(Math.max(columns, parts === 1 ? 20 : 0));
      }
    }
  });

  it('are all there at 80 columns, beside a bar', () => {
    const { barColumns, words } = width(stats(), 79, 6);
    expect(barColumns).toBeGreaterThanOrEqual(5);
    expect(words).toBe(' 42%  0:04/0:10  ETA 0:06  1.9 Mbit/s  30 fps  q 20 ms  0 drop  A/V +3');
  });

  it('are in words at 120 columns', () => {
    const { barColumns, words } = width(stats(), 119, 6);
    expect(barColumns).toBeGreaterThanOrEqual(16);
    expect(words).toBe(' 42%  0:04 of 0:10  ETA 0:06  1.9 Mbit/s  30 fps  queue 20 ms (5.0 kB)  0 dropped  A/V +3 ms');
  });

  it('are fewer at 80 columns rather than that there is no bar', () => {
    const { barColumns, words } = width(stats({ capacityKbps: 2_000, bandwidthUse: 0.97, rttMs: 12 }), 79, 6);
    expect(barColumns).toBeGreaterThanOrEqual(5);
    expect(words).toBe(' 42%  0:04/0:10  ETA 0:06  1.9 Mbit/s  bw 97%  30 fps  q 20 ms  0 drop');
  });

  it('go, the least important first, where it is narrow', () => {
    expect(width(stats(), 40, 6).words).toBe(' 42%  0:04/0:10  ETA 0:06  1.9 Mbit/s');
    expect(width(stats(), 12, 6).words).toBe(' 42%');
  });
});

describe('the text of a failure', () => {
  it('keeps the reason behind a name of any length', () => {
    const [line = ''] = failureText('rtmpkit pull', {
      code: 'ERR_OUTPUT',
      exitCode: 13,
      stage: 'output',
      message: `${'x'.repeat(1_000)}: this name is too long`,
      peerWords: undefined,
      advice: undefined,
      stack: undefined,
    });
    expect(line).toMatch(/^rtmpkit pull failed \(output\): x+\.\.\.x+: this name is too long$/);
    expect(line.length).toBeLessThanOrEqual(300);
  });
});

describe('the text of a GOP', () => {
  it.each([
    [{ minMs: 2_000, avgMs: 2_000, maxMs: 2_000 }, '2.0 s'],
    [{ minMs: 1_998, avgMs: 2_000, maxMs: 2_002 }, '2.0 s'],
    [{ minMs: 1_900, avgMs: 2_000, maxMs: 2_200 }, '2.0 s (1.9 s to 2.2 s)'],
    [{ minMs: null, avgMs: null, maxMs: null }, undefined],
  ])('is %o: %s', (gop, text) => {
    expect(gopText({ ...gop, count: 3, lengthsMs: [] })).toBe(text);
  });
});
