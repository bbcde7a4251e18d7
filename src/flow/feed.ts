import type { MediaTag } from '../media/tag.js';
import type { Broadcast } from './broadcast.js';
import { closeSource, Interruption } from './interruption.js';

/**
 * Moves a source into a broadcast, no faster than the lossless subscribers take it. Resolves at the end of the source, or as
 * soon as the signal aborts, even when the source is waiting for something; the source is closed either way.
 */
export async function feed(
  source: AsyncIterable<readonly MediaTag[]>,
  broadcast: Broadcast,
  signal: AbortSignal = new AbortController().signal,
): Promise<void> {
  const interruption = new Interruption(signal);
  const tags = source[Symbol.asyncIterator]();
  try {
    while (!signal.aborted) {
      const next = await interruption.wait(tags.next());
      if (next === undefined || next.done === true) {
        return;
      }
      broadcast.append(next.value);
      while (!broadcast.hasRoom && !signal.aborted) {
        await interruption.wait(broadcast.room());
      }
    }
  } finally {
    interruption.dispose();
    await closeSource(tags, signal);
  }
}
