import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Interruption } from '../../../src/cli/interruption.js';
import { styleFor } from '../../../src/cli/render/style.js';
import { TerminalRenderer } from '../../../src/cli/render/terminal.js';
import { Suspension } from '../../../src/cli/suspension.js';
import { NetworkError } from '../../../src/errors.js';
import { CONNECTED, CONNECTING, ENDED, MESSAGE, RETRYING, STARTED, stats } from '../events.js';
import { asOutput, FakeTerminal } from '../fake-terminal.js';
import { failing, run, telling } from '../fake-world.js';

const LIVE = stats({ durationMs: null });

function open(columns = 80, verbosity = 0, environment: Record<string, string> = { NO_COLOR: '1' }) {
  const terminal = new FakeTerminal(columns);
  const output = asOutput(terminal);
  const style = styleFor(output, environment, undefined);
  const now = () => new Date(2024, 4, 6, 14, 3, 22, Date.now() % 1_000);
  const place = { isInForeground: true };
  const isInForeground = () => place.isInForeground;
  const options = { output, now, program: 'rtmpkit push', verbosity, style, isInForeground };
  return { terminal, place, renderer: new TerminalRenderer(options) };
}

beforeEach(() => {
  vi.useFakeTimers({ now: 0 });
});

afterEach(() => {
  vi.useRealTimers();
});

describe('terminal', () => {
  it('has a spinner for every stage, and takes it away', () => {
    const { terminal, renderer } = open();
    renderer.event(CONNECTING);
    expect(terminal.screen).toEqual(['⠋ TCP connection: rtmp://host/live/****']);
    expect(terminal.isCursorVisible).toBe(false);
    vi.advanceTimersByTime(85);
    expect(terminal.screen).toEqual(['⠙ TCP connection: rtmp://host/live/****']);
    renderer.event({ ...CONNECTING, stage: 'handshake' } as never);
    expect(terminal.screen[0]).toMatch(/^\S RTMP handshake: rtmp:\/\/host\/live\/\*{4}$/);
    renderer.event(CONNECTED);
    expect(terminal.screen).toEqual(['✔ connected to 192.0.2.7:1935 (digest-1 handshake, FMS/3,5,7,7009)']);
    expect(terminal.isCursorVisible).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('says once why a connection is tried again, and shows each wait', () => {
    const { terminal, renderer } = open(100);
    renderer.event(STARTED);
    renderer.event(stats());
    renderer.event(RETRYING);
    const started = '› publishing rtmp://host/live/****, 10.0 s of media';
    const why = expect.stringMatching(
      /^\S nothing listens on host port 1935; trying again in 1.2 s \(attempt 1 of 5\)$/,
    );
    const wait = /^\S trying again in 1.2 s \(attempt 1 of 5\): nothing listens on host port 1935$/;
    expect(terminal.screen).toEqual([started, why, expect.stringMatching(wait)]);
    renderer.event(CONNECTING);
    vi.advanceTimersByTime(85);
    expect(terminal.screen).toEqual([started, why, expect.stringMatching(/^\S TCP connection: rtmp:/)]);
    renderer.event({ ...RETRYING, attempt: 2, delayMs: 3_000 });
    const second = /^\S trying again in 3.0 s \(attempt 2 of 5\): nothing listens on host port 1935$/;
    expect(terminal.screen).toEqual([started, why, expect.stringMatching(second)]);
    renderer.event(stats());
    expect(terminal.screen.length).toBe(3);
    renderer.event(CONNECTING);
    renderer.event(CONNECTED);
    renderer.event(stats());
    expect(terminal.screen.slice(2)).toEqual([expect.stringMatching(/^✔ connected/), expect.stringMatching(/█.*%/)]);
    renderer.event({ ...RETRYING, delayMs: 500 });
    expect(terminal.screen.length).toBe(5);
    renderer.event(ENDED);
    expect(vi.getTimerCount()).toBe(0);
    expect(terminal.isCursorVisible).toBe(true);
  });

  it('has messages above the spinner', () => {
    const { terminal, renderer } = open(100, 2);
    renderer.event(CONNECTING);
    renderer.event(MESSAGE);
    vi.advanceTimersByTime(85);
    renderer.event(MESSAGE);
    vi.advanceTimersByTime(85);
    const line = '14:03:22 sent Command FCPublish, transaction 3: null, "****" (csid 3, stream 0, 0 ms, 31 bytes)';
    expect(terminal.screen).toEqual([line, line, expect.stringMatching(/^\S TCP connection: rtmp:/)]);
    renderer.close();
  });

  it('leaves a line for every stage with -v', () => {
    const { terminal, renderer } = open(80, 1);
    renderer.event(CONNECTING);
    vi.advanceTimersByTime(30);
    renderer.event({ ...CONNECTING, stage: 'handshake' } as never);
    vi.advanceTimersByTime(5);
    renderer.event(CONNECTED);
    expect(terminal.screen.slice(0, 2)).toEqual(['✔ TCP connection: 30 ms', '✔ RTMP handshake: 5 ms']);
  });

  it('has a bar where the end is known, below the lines that stay', () => {
    const { terminal, renderer } = open();
    renderer.event(STARTED);
    expect(terminal.screen).toEqual([
      '› publishing rtmp://host/live/****, 10.0 s of media',
      expect.stringMatching(/^░+ {4}0% {2}0:00\/0:10 {2}0 kbit\/s/),
    ]);
    vi.advanceTimersByTime(4_000);
    renderer.event(stats());
    expect(terminal.screen[1]).toMatch(
      /^█+░+ {3}40% {2}0:04\/0:10 {2}ETA 0:06 {2}1.9 Mbit\/s {2}30 fps {2}q 20 ms {2}0 drop {2}A\/V \+3$/,
    );
    expect(terminal.screen[1]!.length).toBeLessThan(80);

    renderer.event({ event: 'warning', code: 'WARN_X', message: 'no keyframe' });
    expect(terminal.screen[1]).toBe('! warning: no keyframe');
    expect(terminal.screen[2]).toMatch(/40%/);
    expect(terminal.screen).toHaveLength(3);

    renderer.event(ENDED);
    expect(terminal.screen).toEqual([
      '› publishing rtmp://host/live/****, 10.0 s of media',
      '! warning: no keyframe',
      '✔ sent 10.0 s, 2.5 MB, 2.0 Mbit/s: end of file',
    ]);
    expect(terminal.isCursorVisible).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('has a line that changes where the end is not known', () => {
    const { terminal, renderer } = open();
    renderer.event({
      event: 'started',
      role: 'player',
      url: 'rtmp://host/live/****',
      output: 'out.flv',
      durationMs: null,
    });
    renderer.event(LIVE);
    expect(terminal.screen).toEqual([
      '› writing out.flv',
      '● 0:04  1.9 Mbit/s  30 fps  queue 20 ms (5.0 kB)  0 dropped  A/V +3 ms',
    ]);
    renderer.close();
    expect(terminal.screen).toEqual(['› writing out.flv']);
  });

  it('shows the life of a server', () => {
    const { terminal, renderer } = open(120);
    const listen = [{ address: '127.0.0.1', port: 1935, url: 'rtmp://127.0.0.1:1935' }];
    renderer.event({ event: 'started', role: 'server', listen });
    expect(terminal.screen[1]).toMatch(/^● 0 publishers {2}0 players {2}0 connections/);
    renderer.event({ event: 'started', role: 'publisher', connection: 1, url: 'live/****' });
    renderer.event({ ...LIVE, role: 'server', publishers: 1, players: 0, connections: 1 });
    renderer.event({ ...ENDED, connection: 1, url: 'live/****', final: false });
    expect(terminal.screen).toEqual([
      '› listening on rtmp://127.0.0.1:1935',
      '14:03:22 #1 publishes live/****',
      '14:03:22 #1 published live/**** for 10.0 s, 2.5 MB, 2.0 Mbit/s: end of file',
      '● 1 publisher  0 players  1 connection  1.9 Mbit/s  5.0 kB buffered  0 dropped  up 0:04',
    ]);
    renderer.close();
  });

  it('follows the size of the window', () => {
    for (const event of [stats(), LIVE]) {
      const { terminal, renderer } = open(120);
      renderer.event(event);
      for (const columns of [100, 60, 30, 90, 120]) {
        terminal.resize(columns);
        renderer.event(event);
        vi.advanceTimersByTime(200);
        expect(terminal.screen).toHaveLength(1);
        expect(terminal.screen[0]!.length).toBeLessThan(columns);
      }
      renderer.close();
      expect(terminal.screen).toEqual([]);
      terminal.resize(50);
      expect(terminal.screen).toEqual([]);
    }
  });

  it('does not flicker: a line is written over, not cleared first', () => {
    const { terminal, renderer } = open();
    renderer.event(stats());
    terminal.written = '';
    for (let positionMs = 5_000; positionMs < 10_000; positionMs += 1_000) {
      renderer.event(stats({ positionMs }));
      vi.advanceTimersByTime(1_000);
    }
    for (const sequence of ['\x1b[J', '\x1b[2J', '\r\x1b[K', '\x1b[2K', '\n', '\x1b7', '\x1b8', '\x1b[?25h']) {
      expect(terminal.written).not.toContain(sequence);
    }
    renderer.close();
  });

  it('writes nothing while nothing changes', () => {
    const { terminal, renderer } = open();
    renderer.event(stats());
    terminal.written = '';
    renderer.event(stats());
    vi.advanceTimersByTime(2_000);
    expect(terminal.written).toBe('');
    renderer.close();
  });

  it('goes back to the spinner when a connection is made anew', () => {
    const { terminal, renderer } = open();
    renderer.event(STARTED);
    renderer.event(stats());
    renderer.event(CONNECTING);
    renderer.event(stats({ positionMs: 5_000 }));
    expect(terminal.screen.at(-1)).toMatch(/^\S TCP connection/);
    renderer.event(CONNECTED);
    renderer.event(stats({ positionMs: 6_000 }));
    expect(terminal.screen.at(-1)).toMatch(/60%/);
    renderer.close();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('uses plain characters where the locale has no others', () => {
    const { terminal, renderer } = open(80, 0, { LANG: 'C', NO_COLOR: '1' });
    renderer.event(CONNECTING);
    renderer.event(CONNECTED);
    renderer.event(STARTED);
    renderer.event(stats());
    renderer.close();
    expect(Buffer.byteLength(terminal.written)).toBe(terminal.written.length);
  });

  it('colours what matters, if it may', () => {
    const coloured = open(80, 0, {});
    coloured.renderer.event(CONNECTED);
    expect(coloured.terminal.written).toContain('\x1b[32m✔');
    const { terminal, renderer } = open();
    for (const event of [CONNECTING, CONNECTED, STARTED, stats({ droppedFrames: 3 }), ENDED]) {
      renderer.event(event);
    }
    for (const colour of [31, 32, 33, 36]) {
      expect(terminal.written).not.toContain(`\x1b[${colour}m`);
    }
  });
});

describe('a command at a terminal', () => {
  beforeEach(() => {
    vi.useRealTimers();
  });

  const argv = ['push', 'film.flv', 'rtmp://host/live/hush-hush', '--no-color'];

  it('ends with a clean screen and one line of what came of it', async () => {
    const stderr = new FakeTerminal();
    const { exitCode } = await run(argv, { stderr, script: telling(CONNECTING, CONNECTED, STARTED, stats(), ENDED) });
    expect(exitCode).toBe(0);
    expect(stderr.screen).toEqual([
      '✔ connected to 192.0.2.7:1935 (digest-1 handshake, FMS/3,5,7,7009)',
      '› publishing rtmp://host/live/****, 10.0 s of media',
      '✔ sent 10.0 s, 2.5 MB, 2.0 Mbit/s: end of file',
    ]);
    expect(stderr.isCursorVisible).toBe(true);
  });

  it('ends with the error', async () => {
    const stderr = new FakeTerminal();
    const error = new NetworkError('ERR_REFUSED', 'nobody listens', { stage: 'tcp', advice: 'check the port' });
    expect((await run(argv, { stderr, script: failing(error, CONNECTING) })).exitCode).toBe(3);
    expect(stderr.screen).toEqual(['✖ rtmpkit push failed (TCP connection): nobody listens', '  hint: check the port']);
    expect(stderr.isCursorVisible).toBe(true);
  });

  it('tells bad options there, too', async () => {
    const stderr = new FakeTerminal();
    await run(['push', '--no-color', '--sped'], { stderr });
    expect(stderr.screen).toEqual(['✖ rtmpkit push: unknown option --sped', '  hint: did you mean --speed?']);
  });

  it('says that it finishes, and can be left at once', async () => {
    const stderr = new FakeTerminal();
    const interruption = new Interruption();
    const running = run(argv, {
      stderr,
      interruption,
      script: async function* () {
        yield STARTED;
        yield stats();
        interruption.stop({ by: 'signal', signal: 'SIGINT' });
        expect(stderr.screen.at(-2)).toBe('› finishing (Ctrl-C again stops at once)');
        interruption.abandon();
        expect(stderr.isCursorVisible).toBe(true);
        expect(stderr.screen.at(-1)).toBe('› finishing (Ctrl-C again stops at once)');
      },
    });
    expect((await running).exitCode).toBe(130);
  });
});

describe('Ctrl-Z', () => {
  it('leaves the line where it is, and a cursor below; a new line goes on after that', () => {
    const { terminal, renderer } = open();
    renderer.event(STARTED);
    renderer.event(LIVE);
    const line = terminal.screen[1];
    terminal.write('^Z'); // the terminal echoes it, at the cursor
    renderer.suspend();
    expect(terminal.isCursorVisible).toBe(true);
    terminal.write('[1]+  Stopped\n$ fg\nrtmpkit push\n');
    expect(terminal.screen.slice(1)).toEqual([line, '[1]+  Stopped', '$ fg', 'rtmpkit push']);
    renderer.resume();
    expect(terminal.isCursorVisible).toBe(false);
    expect(terminal.screen.slice(4)).toEqual(['rtmpkit push', line]);
    renderer.event(ENDED);
    expect(terminal.screen.slice(4)).toEqual(['rtmpkit push', '✔ sent 10.0 s, 2.5 MB, 2.0 Mbit/s: end of file']);
    expect(terminal.isCursorVisible).toBe(true);
  });

  it('does the same with a bar', () => {
    const { terminal, renderer } = open();
    renderer.event(stats());
    renderer.suspend();
    renderer.resume();
    expect(terminal.screen).toEqual([expect.stringMatching(/█.*%/), expect.stringMatching(/█.*%/)]);
    renderer.event(stats({ positionMs: 9_000 }));
    expect(terminal.screen).toEqual([expect.stringMatching(/40%/), expect.stringMatching(/90%/)]);
    renderer.close();
  });

  it('takes the spinner away, and brings it back', () => {
    const { terminal, renderer } = open();
    renderer.event(CONNECTING);
    renderer.suspend();
    expect(terminal.screen).toEqual([]);
    expect(terminal.isCursorVisible).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
    renderer.resume();
    expect(terminal.screen).toEqual([expect.stringMatching(/^\S TCP connection: rtmp:/)]);
    expect(terminal.isCursorVisible).toBe(false);
    renderer.close();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('changes nothing where nothing moves', () => {
    const { terminal, renderer } = open();
    renderer.suspend();
    renderer.resume();
    renderer.event(CONNECTING);
    renderer.event(CONNECTED);
    const before = terminal.written;
    renderer.suspend();
    renderer.resume();
    expect(terminal.written).toBe(before);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('is followed by no line that moves while a shell has the terminal', () => {
    const { terminal, place, renderer } = open();
    renderer.event(LIVE);
    renderer.suspend();
    place.isInForeground = false;
    terminal.write('$ bg\n');
    renderer.resume();
    renderer.event(LIVE);
    expect(terminal.screen.slice(1)).toEqual(['$ bg']);
    expect(terminal.isCursorVisible).toBe(true);
    renderer.event({ event: 'warning', code: 'WARN_X', message: 'no keyframe' });
    renderer.event(CONNECTING);
    expect(terminal.screen.slice(1)).toEqual(['$ bg', '! warning: no keyframe']);
    expect(vi.getTimerCount()).toBe(0);
    place.isInForeground = true;
    renderer.event(CONNECTED);
    renderer.event(LIVE);
    expect(terminal.screen.slice(3)).toEqual([expect.stringMatching(/^✔ connected/), expect.stringMatching(/^● 0:04/)]);
    expect(terminal.isCursorVisible).toBe(false);
    renderer.close();
  });

  it('brings no spinner back into the background', () => {
    const { terminal, place, renderer } = open();
    renderer.event(CONNECTING);
    renderer.suspend();
    place.isInForeground = false;
    renderer.resume();
    renderer.event(RETRYING);
    expect(vi.getTimerCount()).toBe(0);
    expect(terminal.isCursorVisible).toBe(true);
    renderer.event(CONNECTED);
    renderer.close();
  });

  it('reaches what a command shows', async () => {
    const stderr = new FakeTerminal();
    const suspension = new Suspension();
    const seen: boolean[] = [];
    await run(['push', 'film.flv', 'rtmp://host/live/key', '--no-color'], {
      stderr,
      suspension,
      script: async function* () {
        yield stats();
        seen.push(stderr.isCursorVisible);
        suspension.during(() => seen.push(stderr.isCursorVisible));
        seen.push(stderr.isCursorVisible);
      },
    });
    suspension.during(() => seen.push(stderr.isCursorVisible));
    expect(seen).toEqual([false, true, false, true]);
    expect(stderr.isCursorVisible).toBe(true);
  });
});
