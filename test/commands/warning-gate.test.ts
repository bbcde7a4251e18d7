import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { WarningGate } from '../../src/commands/warning-gate.js';
import type { CommandEvent } from '../../src/events.js';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});
afterEach(() => {
  vi.useRealTimers();
});

function desk(): { gate: WarningGate; messages: string[] } {
  const messages: string[] = [];
  const gate = new WarningGate((event) => messages.push(event.event === 'warning' ? event.message : event.event));
  return { gate, messages };
}

function warning(code: string, message: string): CommandEvent {
  return { event: 'warning', code, message };
}

function flood({ gate }: { gate: WarningGate }, code: string, count: number): void {
  for (let i = 1; i <= count; i += 1) {
    gate.report(warning(code, `${code} ${i}`));
  }
}

describe('WarningGate', () => {
  it('passes a few warnings on as they come, and everything else always', () => {
    const made = desk();
    flood(made, 'A', 10);
    flood(made, 'B', 1);
    made.gate.report({ event: 'started', role: 'server' });
    expect(made.messages.length).toBe(12);
    vi.runAllTimers();
    expect(made.messages.length).toBe(12);
  });

  it('gathers a flood into one line per second and kind', () => {
    const made = desk();
    flood(made, 'A', 10_000);
    flood(made, 'B', 11);
    expect(made.messages.length).toBe(20);
    vi.advanceTimersByTime(1000);
    expect(made.messages.slice(20)).toEqual(['9990 more, the last: A 10000', '1 more, the last: B 11']);
    flood(made, 'A', 11);
    vi.advanceTimersByTime(1000);
    expect(made.messages.slice(22)).toEqual([
      ...Array.from({ length: 10 }, (_, i) => `A ${i + 1}`),
      '1 more, the last: A 11',
    ]);
  });

  it('holds nothing back when it is closed, and no timer', () => {
    const made = desk();
    flood(made, 'A', 12);
    made.gate.close();
    expect(made.messages.at(-1)).toBe('2 more, the last: A 12');
    expect(vi.getTimerCount()).toBe(0);
    made.gate.close();
    expect(made.messages.length).toBe(11);
  });
});
