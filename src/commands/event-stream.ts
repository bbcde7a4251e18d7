import type { CommandEvent } from '../events.js';

/** Work that tells what happens while it goes on. It ends early, in an orderly way, when the signal aborts. */
export type ReportingWork = (report: (event: CommandEvent) => void, signal: AbortSignal) => Promise<void>;

/**
 * Turns such work into the events of a command, in order; the work's error is thrown after the last one. Whoever stops
 * iterating aborts the work, and waits until it has ended.
 */
export async function* eventStream(work: ReportingWork, signal: AbortSignal): AsyncGenerator<CommandEvent, void> {
  const left = new AbortController();
  const waiting: CommandEvent[] = [];
  let wake = (): void => {};
  let isOver = false;
  const report = (event: CommandEvent): void => {
    waiting.push(event);
    wake();
  };
  const running = work(report, AbortSignal.any([signal, left.signal])).finally(() => {
    isOver = true;
    wake();
  });
  running.catch(() => {}); // it is thrown below, behind the events
  try {
    for (;;) {
      const event = waiting.shift();
      if (event !== undefined) {
        yield event;
      } else if (isOver) {
        break;
      } else {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
  } finally {
    left.abort();
    await running;
  }
}
