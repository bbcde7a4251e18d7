import { Bell } from '../../endpoint/bell.js';
import type { World } from '../world.js';

/** Gives one value for each SIGHUP until the signal aborts; those that come while one is dealt with count as one. */
export async function* hangups({ onHangup }: Pick<World, 'onHangup'>, signal: AbortSignal): AsyncGenerator<void, void> {
  let isDue = false;
  const news = new Bell();
  const stopListening = onHangup(() => {
    isDue = true;
    news.ring();
  });
  const onAbort = (): void => news.ring();
  signal.addEventListener('abort', onAbort);
  try {
    while (!signal.aborted) {
      if (isDue) {
        isDue = false;
        yield;
      } else {
        await news.next();
      }
    }
  } finally {
    signal.removeEventListener('abort', onAbort);
    stopListening();
  }
}
