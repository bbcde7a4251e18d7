import { PassThrough } from 'node:stream';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { EMPTY_REPORT } from '../../../src/analysis/empty-report.js';
import { StreamCourse } from '../../../src/analysis/stream-course.js';
import { MonitorRenderer } from '../../../src/cli/render/monitor/monitor-renderer.js';
import type { Renderer } from '../../../src/cli/render/renderer.js';
import { styleFor } from '../../../src/cli/render/style.js';
import type { InputStream } from '../../../src/cli/world.js';
import type { CommandEvent, SnapshotEvent } from '../../../src/events.js';
import type { ProbeReport, WarningReport } from '../../../src/report.js';
import { analysed, healthyStream } from '../../analysis/streams.js';
import { CONNECTING, stats } from '../events.js';
import { asOutput, FakeTerminal } from '../fake-terminal.js';

const STARTED: CommandEvent = { event: 'started', role: 'player', url: 'rtmp://host/live/****' };
const { durationMs: _, ...media } = analysed(healthyStream());
const REPORT: ProbeReport = { ...EMPTY_REPORT, ...media, ok: true, url: 'rtmp://host/live/****' };

function snapshot(elapsedMs = 10_000, warnings: readonly WarningReport[] = [], silentMs = 0): SnapshotEvent {
  const course = new StreamCourse();
  for (const tag of healthyStream()) course.see([tag], tag.timestampMs);
  const { seconds } = course.recent(10_000);
  const report = { ...REPORT, warnings, analysis: { durationMs: elapsedMs, elapsedMs, endedBy: null } };
  return { event: 'snapshot', report, recent: { seconds, silentMs } };
}

function warning(code: string, message: string): WarningReport {
  return { code, message, advice: `what to do about ${code}` };
}

class FakeKeyboard extends PassThrough {
  readonly isTTY = true;
  isRaw = false;

  setRawMode(isRaw: boolean): this {
    this.isRaw = isRaw;
    return this;
  }

  async press(keys: string): Promise<void> {
    this.write(keys);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

function open(columns = 80, rows = 24) {
  const terminal = new FakeTerminal(columns, rows);
  const keyboard = new FakeKeyboard();
  const keys = { onQuit: vi.fn(), onInterrupt: vi.fn(), onSuspend: vi.fn() };
  const talk = {
    event: vi.fn(),
    failure: vi.fn(),
    stopping: vi.fn(),
    close: vi.fn(),
    suspend: vi.fn(),
    resume: vi.fn(),
  } satisfies Renderer;
  const output = asOutput(terminal);
  const style = styleFor(output, { NO_COLOR: '1' }, undefined);
  terminal.write('what was there before');
  const renderer = new MonitorRenderer({ talk, output, input: keyboard as unknown as InputStream, keys, style });
  return { terminal, keyboard, keys, talk, renderer };
}

let scene: ReturnType<typeof open>;
beforeEach(() => {
  scene = open();
});

function isRestored(): void {
  expect(scene.terminal).toMatchObject({ isAlternate: false, isCursorVisible: true, wraps: true });
  expect(scene.terminal.screen).toEqual(['what was there before']);
  expect(scene.keyboard).toMatchObject({ isRaw: false });
  expect(scene.terminal.listenerCount('resize')).toBe(0);
}

describe('a watched stream', () => {
  it('has one screen', () => {
    scene.renderer.event(STARTED);
    expect(scene.terminal).toMatchObject({ isAlternate: true, isCursorVisible: false });
    expect(scene.terminal.screen).toEqual(['waiting for the first second; q quits']);
    scene.renderer.event(snapshot());
    const { screen } = scene.terminal;
    expect(screen).toHaveLength(24);
    expect(screen[0]).toMatch(/^rtmp:\/\/host\/live\/\*{4} +● live 0:10$/);
    expect(screen[1]).toMatch(/^h264 Constrained Baseline/);
    expect(screen.find((line) => line.startsWith('video'))).toMatch(/kbit\/s [▁▂▃▄▅▆▇█]{9} +most /);
    expect(screen.find((line) => line.startsWith('GOP'))).toMatch(/^GOP +1\.0 s [▁▂▃▄▅▆▇█]{9} +1\.0 s$/);
    expect(screen.find((line) => line.startsWith('jitter'))).toMatch(/^jitter +0\.0 ms/);
    expect(screen.find((line) => line.startsWith('skew'))).toMatch(/^skew +-?\d+(\.\d)? ms/);
    expect(screen).toContain('✔ nothing irregular');
    expect(screen[23]).toMatch(/^q quits/);
  });

  it('is written over without being cleared first', () => {
    scene.renderer.event(STARTED);
    scene.renderer.event(snapshot());
    const before = scene.terminal.written.length;
    scene.renderer.event(snapshot(11_000));
    const frame = scene.terminal.written.slice(before);
    expect(frame.indexOf('\x1b[J')).toBeGreaterThan(frame.indexOf('q quits'));
    expect(frame).not.toContain('\x1b[2J');
  });

  it.each([
    [80, 24],
    [120, 40],
    [60, 12],
    [40, 8],
    [20, 3],
    [10, 1],
    [1, 1],
  ])('fits on %i columns and %i rows', (columns, rows) => {
    scene = open(columns, rows);
    scene.renderer.event(STARTED);
    scene.renderer.event(snapshot(5_000, [warning('WARN_X', 'a sentence that is longer than a small screen is wide')]));
    const { screen } = scene.terminal;
    expect(screen.length).toBeLessThanOrEqual(rows);
    expect(Math.max(0, ...screen.map((line) => line.length))).toBeLessThan(Math.max(columns, 2));
    scene.renderer.close();
    expect(scene.terminal.isAlternate).toBe(false);
  });

  it('keeps what matters most on a small screen', () => {
    scene = open(60, 5);
    scene.renderer.event(STARTED);
    scene.renderer.event(snapshot(5_000, [warning('WARN_X', 'it leaps')]));
    expect(scene.terminal.screen.map((line) => line.slice(0, 18).trim().split(' ')[0])).toEqual(
      ['rtmp://host/live/*', 'video', 'GOP', 'jitter', '0:05'].map((word) => word.slice(0, 18)),
    );
  });

  it('has another size at once when the terminal has', () => {
    scene.renderer.event(STARTED);
    scene.renderer.event(snapshot());
    scene.terminal.resize(50, 10);
    expect(scene.terminal.screen).toHaveLength(10);
    expect(scene.terminal.screen[9]).toMatch(/^q quits/);
    scene.terminal.resize(100, 30);
    expect(scene.terminal.screen).toHaveLength(30);
    expect(scene.terminal.screen[0]).toHaveLength(99);
  });

  it('says when nothing comes', () => {
    scene.renderer.event(STARTED);
    scene.renderer.event(snapshot(10_000, [], 4_200));
    expect(scene.terminal.screen[0]).toMatch(/no frames for 4\.2 s$/);
    expect(scene.terminal.screen.join()).not.toContain('nothing irregular');
  });

  it('tells warnings as they come, the newest first, and which are over', () => {
    scene.renderer.event(STARTED);
    scene.renderer.event(snapshot(5_000, [warning('WARN_A', 'first')]));
    scene.renderer.event(snapshot(65_000, [warning('WARN_A', 'first again'), warning('WARN_B', 'second')]));
    const rows = (): string[] => scene.terminal.screen.filter((line) => /^ +\d+:\d\d !/.test(line));
    expect(rows()).toEqual(['  1:05 ! second', '  0:05 ! first again']);
    expect(scene.terminal.screen.some((line) => line.includes('what to do about WARN_B'))).toBe(true);
    scene.renderer.event(snapshot(70_000, [warning('WARN_A', 'first again')]));
    expect(rows()).toEqual(['  0:05 ! first again', '  1:05 ! second (not any more)']);
  });

  it('cannot be written to by a server', () => {
    scene.renderer.event(STARTED);
    const hostile = snapshot(5_000, [warning('WARN_A', '\x1b[2J\x1b[31mred\nline')]);
    scene.renderer.event(hostile);
    expect(scene.terminal.written).not.toContain('\x1b[31m');
    expect(scene.terminal.screen.join('\n')).toContain('?[31mred line');
  });

  it('leaves the talk to others until it begins, and while it is there says nothing else', () => {
    scene.renderer.event(CONNECTING);
    expect(scene.talk.event).toHaveBeenCalledWith(CONNECTING);
    expect(scene.terminal.isAlternate).toBe(false);
    scene.renderer.event(STARTED);
    scene.renderer.event(stats({ durationMs: null }));
    expect(scene.talk.event).toHaveBeenCalledTimes(1);
  });
});

describe('the terminal comes back', () => {
  it('before the report', () => {
    scene.renderer.event(STARTED);
    scene.renderer.event(snapshot());
    scene.talk.event.mockImplementation(isRestored);
    scene.renderer.event({ event: 'report', report: REPORT, history: new StreamCourse().history() });
    expect(scene.talk.event).toHaveBeenCalledTimes(1);
  });

  it('before a failure, a signal and an end at once', () => {
    const ends: ((renderer: Renderer) => void)[] = [
      (renderer) => renderer.failure({ code: 'ERR_STALLED', message: 'stalled', exitCode: 4 } as never),
      (renderer) => renderer.stopping('SIGINT'),
      (renderer) => renderer.close(),
    ];
    for (const end of ends) {
      scene = open();
      scene.renderer.event(STARTED);
      scene.renderer.event(snapshot());
      for (const told of [scene.talk.failure, scene.talk.stopping]) told.mockImplementation(isRestored);
      end(scene.renderer);
      isRestored();
    }
  });

  it('once, however often it is asked for', () => {
    scene.renderer.event(STARTED);
    scene.renderer.close();
    const { written } = scene.terminal;
    scene.renderer.close();
    expect(scene.terminal.written).toBe(written);
  });
});

describe('keys', () => {
  it('are read one by one, and only while the screen is there', async () => {
    expect(scene.keyboard.isRaw).toBe(false);
    scene.renderer.event(STARTED);
    expect(scene.keyboard.isRaw).toBe(true);
    await scene.keyboard.press('x');
    await scene.keyboard.press('\x1bOq'); // a key of the keypad
    expect(scene.keys.onQuit).not.toHaveBeenCalled();
    await scene.keyboard.press('q');
    expect(scene.keys.onQuit).toHaveBeenCalledTimes(1);
    await scene.keyboard.press('\x03');
    expect(scene.keys.onInterrupt).toHaveBeenCalledTimes(1);
    await scene.keyboard.press('\x1a');
    expect(scene.keys.onSuspend).toHaveBeenCalledTimes(1);
    scene.renderer.close();
    await scene.keyboard.press('q');
    expect(scene.keys.onQuit).toHaveBeenCalledTimes(1);
  });
});

describe('while it is stopped', () => {
  it('gives the terminal back, and takes it again with what was there', () => {
    scene.renderer.event(STARTED);
    scene.renderer.event(snapshot());
    const { screen } = scene.terminal;
    scene.renderer.suspend();
    isRestored();
    scene.renderer.resume();
    expect(scene.terminal).toMatchObject({ isAlternate: true, isCursorVisible: false, screen });
    expect(scene.keyboard.isRaw).toBe(true);
    scene.renderer.close();
    isRestored();
    expect(scene.talk.suspend).not.toHaveBeenCalled();
  });

  it('leaves the terminal to the talk where there is no screen', () => {
    scene.renderer.event(CONNECTING);
    scene.renderer.suspend();
    scene.renderer.resume();
    expect(scene.talk.suspend).toHaveBeenCalledTimes(1);
    expect(scene.talk.resume).toHaveBeenCalledTimes(1);
    isRestored();
  });
});
