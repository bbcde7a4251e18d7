import { describe, expect, it } from 'vitest';
import { PlainRenderer } from '../../../src/cli/render/plain.js';
import { colorLevel, styleFor } from '../../../src/cli/render/style.js';
import { CONNECTED, CONNECTING, ENDED, MESSAGE, RETRYING, STARTED, stats } from '../events.js';
import { asOutput, FakeFile, FakeTerminal } from '../fake-terminal.js';

function open(environment: Record<string, string> = {}) {
  const file = new FakeFile();
  const output = asOutput(file);
  let nowMs = new Date(2024, 4, 6, 14, 3, 0).getTime();
  const now = () => new Date(nowMs);
  const style = styleFor(output, environment, undefined);
  const renderer = new PlainRenderer({ output, now, program: 'rtmpkit push', verbosity: 0, style });
  const wait = (durationMs: number) => {
    nowMs += durationMs;
  };
  return { file, renderer, wait };
}

describe('plain lines', () => {
  it('are one for each change, and one about the stream every ten seconds', () => {
    const { file, renderer, wait } = open();
    renderer.event(CONNECTING);
    renderer.event({ ...CONNECTING, stage: 'handshake' } as never);
    renderer.event(CONNECTED);
    renderer.event(STARTED);
    for (let second = 1; second <= 25; second += 1) {
      wait(1_000 - (second % 2)); // timers are never quite on time
      renderer.event(stats({ positionMs: second * 1_000, durationMs: 30_000 }));
    }
    renderer.event(ENDED);
    renderer.close();
    const figures = '1.9 Mbit/s, 30 fps, queue 20 ms (5.0 kB), 0 dropped, A/V +3 ms';
    expect(file.lines).toEqual([
      '14:03:00 connecting to rtmp://host/live/****',
      '14:03:00 connected to 192.0.2.7:1935 (digest-1 handshake, FMS/3,5,7,7009)',
      '14:03:00 publishing rtmp://host/live/****, 10.0 s of media',
      `14:03:09 0:10 of 0:30, ${figures}`,
      `14:03:19 0:20 of 0:30, ${figures}`,
      '14:03:24 sent 10.0 s, 2.5 MB, 2.0 Mbit/s: end of file',
    ]);
  });

  it('are one for each wait before a connection is tried again', () => {
    const { file, renderer } = open();
    renderer.event(CONNECTING);
    renderer.event({ ...RETRYING, peerWords: 'not\nnow' });
    renderer.event(CONNECTING);
    renderer.event({ ...RETRYING, attempt: 2, attempts: null, delayMs: 20_000 });
    expect(file.lines).toEqual([
      '14:03:00 connecting to rtmp://host/live/****',
      '14:03:00 nothing listens on host port 1935 ("not now"); trying again in 1.2 s (attempt 1 of 5)',
      '14:03:00 connecting to rtmp://host/live/****',
      '14:03:00 nothing listens on host port 1935; trying again in 20.0 s (attempt 2)',
    ]);
  });

  it('are one for each message', () => {
    const { file, renderer } = open();
    renderer.event({ ...MESSAGE, content: '"\x1b[31m"' });
    expect(file.lines).toEqual([
      '14:03:00 sent Command FCPublish, transaction 3: "?[31m" (csid 3, stream 0, 0 ms, 31 bytes)',
    ]);
  });

  it('have no control characters, unless colours are forced', () => {
    const { file, renderer } = open();
    renderer.event({ ...CONNECTED, software: 'evil\x1b]0;title\x07' } as never);
    expect(file.text).toMatch(/^[\n -~]*$/);
    const forced = open({ FORCE_COLOR: '1' });
    forced.renderer.event(ENDED);
    expect(forced.file.text).toContain('\x1b[32m');
  });
});

describe('colours', () => {
  const file = asOutput(new FakeFile());
  const terminal = asOutput(new FakeTerminal());

  it.each([
    ['a file', file, {}, undefined, 0],
    ['a terminal', terminal, {}, undefined, 1],
    ['NO_COLOR', terminal, { NO_COLOR: '1' }, undefined, 0],
    ['an empty NO_COLOR', terminal, { NO_COLOR: '' }, undefined, 1],
    ['FORCE_COLOR', file, { FORCE_COLOR: '1' }, undefined, 1],
    ['FORCE_COLOR without a value', file, { FORCE_COLOR: '' }, undefined, 1],
    ['FORCE_COLOR=0', terminal, { FORCE_COLOR: '0' }, undefined, 0],
    ['FORCE_COLOR and NO_COLOR', file, { FORCE_COLOR: '1', NO_COLOR: '1' }, undefined, 1],
    ['a dumb terminal', terminal, { TERM: 'dumb' }, undefined, 0],
    ['--no-color and FORCE_COLOR', terminal, { FORCE_COLOR: '1' }, false, 0],
    ['--color and NO_COLOR', file, { NO_COLOR: '1' }, true, 1],
  ] as const)('%s', (_name, output, environment, wantsColor, level) => {
    expect(colorLevel(output, environment, wantsColor)).toBe(level);
  });
});
