import { describe, expect, it } from 'vitest';
import { eventStream } from '../../src/commands/event-stream.js';
import type { CommandEvent } from '../../src/events.js';
import { tiesOf } from '../support/signal-ties.js';

const NEVER = new AbortController().signal;

function warning(code: string): CommandEvent {
  return { event: 'warning', code, message: '' };
}

function codeOf(event: CommandEvent): string {
  return event.event === 'warning' ? event.code : event.event;
}

const LAST: CommandEvent = { event: 'ended', role: 'server', reason: '', bytes: 0, durationMs: 0, final: true };

async function codesOf(events: AsyncIterable<CommandEvent>): Promise<string[]> {
  const codes: string[] = [];
  for await (const event of events) {
    codes.push(codeOf(event));
  }
  return codes;
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve());
  });
}

describe('eventStream', () => {
  it('gives events in order, those of one moment and those that come later', async () => {
    const events = eventStream(async (report) => {
      report(warning('a'));
      report(warning('b'));
      await new Promise(setImmediate);
      report(warning('c'));
    }, NEVER);
    expect(await codesOf(events)).toEqual(['a', 'b', 'c']);
  });

  it('does nothing before it is iterated', async () => {
    let hasBegun = false;
    const events = eventStream(async () => {
      hasBegun = true;
    }, NEVER);
    await new Promise(setImmediate);
    expect(hasBegun).toBe(false);
    expect(await codesOf(events)).toEqual([]);
    expect(hasBegun).toBe(true);
  });

  it('throws what the work throws, behind all events', async () => {
    const failure = new Error('disk full');
    const events = eventStream(async (report) => {
      report(warning('a'));
      throw failure;
    }, NEVER);
    expect((await events.next()).value).toEqual(warning('a'));
    await expect(events.next()).rejects.toBe(failure);
    expect(await events.next()).toMatchObject({ done: true });
  });

  it('passes the signal on, and whatever the work makes of it', async () => {
    const aborting = new AbortController();
    const reason = new Error('enough');
    const events = eventStream(async (report, signal) => {
      report(warning('a'));
      await aborted(signal);
      signal.throwIfAborted();
    }, aborting.signal);
    await events.next();
    aborting.abort(reason);
    await expect(events.next()).rejects.toBe(reason);
  });

  it('leaves nothing at the signal when it is over', async () => {
    const { signal } = new AbortController();
    for (let i = 0; i < 100; i++) await codesOf(eventStream(async (report) => report(LAST), signal));
    expect(tiesOf(signal)).toBe(0);
  });

  it('aborts the work when the consumer leaves, and waits for its end', async () => {
    const steps: string[] = [];
    const events = eventStream(async (report, signal) => {
      report(warning('a'));
      await aborted(signal);
      await new Promise(setImmediate);
      steps.push('work has ended');
      report(warning('nobody hears'));
      signal.throwIfAborted();
    }, NEVER);
    for await (const _ of events) {
      break;
    }
    steps.push('consumer goes on');
    expect(steps).toEqual(['work has ended', 'consumer goes on']);
  });

  it('tells a consumer that leaves of failures that are not because of it', async () => {
    const failure = new Error('disk full');
    const events = eventStream(async (report, signal) => {
      report(warning('a'));
      await aborted(signal);
      throw failure;
    }, NEVER);
    await events.next();
    await expect(events.return(undefined)).rejects.toBe(failure);
  });

  it('keeps a bounded number for a slow consumer, always the last one, and tells how many are missing', async () => {
    const events = eventStream(async (report) => {
      for (let i = 0; i < 25_000; i += 1) {
        report(warning(`${i}`));
      }
      report(LAST);
    }, NEVER);
    const codes = await codesOf(events);
    expect(codes.length).toBe(10_002);
    expect([codes[0], codes[1], codes.at(-2), codes.at(-1)]).toEqual(['WARN_EVENTS_LOST', '0', '9999', 'ended']);
  });

  it('does not let messages take the place of all others', async () => {
    const message = { event: 'message', direction: 'sent', type: 'Video', typeId: 9, csid: 6, streamId: 1 } as const;
    const events = eventStream(async (report) => {
      for (let i = 0; i < 25_000; i += 1) {
        report({ ...message, timestampMs: i, sizeBytes: 1 });
      }
      report(warning('not lost'));
    }, NEVER);
    const codes = await codesOf(events);
    expect([codes.length, codes[0], codes.at(-1)]).toEqual([5_002, 'WARN_EVENTS_LOST', 'not lost']);
  });

  it('takes events again when the consumer has caught up', async () => {
    let report = (_: CommandEvent): void => {};
    const ended = new AbortController();
    const events = eventStream(async (tell) => {
      report = tell;
      tell(warning('first'));
      await aborted(ended.signal);
    }, NEVER);
    await events.next();
    for (let i = 0; i < 10_001; i += 1) {
      report(warning(`${i}`));
    }
    expect((await events.next()).value).toMatchObject({
      code: 'WARN_EVENTS_LOST',
      message: expect.stringMatching(/^1 /),
    });
    report(warning('later'));
    ended.abort();
    expect((await codesOf(events)).at(-1)).toBe('later');
  });
});
