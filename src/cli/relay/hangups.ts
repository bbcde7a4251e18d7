import type { World } from '../world.js';

/** Gives one value for each SIGHUP until the signal aborts; those that come while one is dealt with count as one. */
export async function* hangups({ onHangup }: Pick<World, 'onHangup'>, signal: AbortSignal): AsyncGenerator<void, void> {
  let isDue = false;
  let wake = (): void => {};
  const stopListening = onHangup(() => {
    isDue = true;
    wake();
  });
  const onAbort = (): void => wake();
  signal.addEventListener('abort', onAbort);
  try {
    while (!signal.aborted) {
      if (isDue) {
        isDue = false;
        yield;
      } else {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
  } finally {
    signal.removeEventListener('abort', onAbort);
    stopListening();
  }
}
