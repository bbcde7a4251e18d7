import type { MediaTag } from '../media/tag.js';
import { isFrame } from '../media/tag-info.js';
import type { DataSupply, TimedData } from './data-supply.js';

/**
 * Adds data messages to a stream that comes in its own time. Those with a time go in front of the first tag that is later;
 * those without, and those that are late, as soon as they come. The media never waits for data that is still to be written,
 * and the end of the media is the end.
 */
export async function* overlayData(
  source: AsyncIterable<readonly MediaTag[]>,
  supply: DataSupply,
): AsyncGenerator<readonly MediaTag[], void, undefined> {
  const tags = source[Symbol.asyncIterator]();
  const placing = new Placing();
  let wake = (): void => {};
  supply.begin(() => wake());
  try {
    for (;;) {
      const next = tags.next();
      while (placing.hasBegun && (await isUrgentBefore(next))) {
        const urgent = placing.alone(await supply.take(placing.positionMs));
        if (urgent.length > 0) yield urgent;
      }
      const media = await next;
      if (media.done === true) return;
      const positionMs = placing.positionAfter(media.value);
      yield placing.among(media.value, placing.hasBegun ? await supply.take(positionMs) : []);
    }
  } finally {
    supply.close();
    await tags.return?.();
  }

  /** Waits for the media. `true`: something urgent has come before it. */
  function isUrgentBefore(media: Promise<unknown>): Promise<boolean> {
    return new Promise((resolve) => {
      const isMedia = (): void => resolve(false);
      media.then(isMedia, isMedia);
      wake = () => resolve(true);
      if (supply.isUrgent) wake();
    });
  }
}

/** Where on the timeline data messages stand. */
class Placing {
  #firstMs: number | undefined;
  #newestMs = Number.NEGATIVE_INFINITY;
  #newestDataMs = Number.NEGATIVE_INFINITY;

  /** There was a frame: from now on it is known what time it is. */
  get hasBegun(): boolean {
    return this.#firstMs !== undefined;
  }

  /** Media time from the first frame on. */
  get positionMs(): number {
    return this.#newestMs - (this.#firstMs ?? 0);
  }

  /** Where the stream will be behind these tags. */
  positionAfter(media: readonly MediaTag[]): number {
    let newestMs = this.#newestMs;
    for (const tag of media) {
      if (!isFrame(tag)) continue;
      this.#firstMs ??= tag.timestampMs;
      newestMs = Math.max(newestMs, tag.timestampMs);
    }
    return newestMs - (this.#firstMs ?? 0);
  }

  /** While no media comes. */
  alone(data: readonly TimedData[]): MediaTag[] {
    return data.map((one) => this.#place(one));
  }

  /** The media, with data in front of what is later. */
  among(media: readonly MediaTag[], data: readonly TimedData[]): readonly MediaTag[] {
    const merged: MediaTag[] = [];
    let placed = 0;
    const placeBefore = (timestampMs: number): void => {
      for (let one = data[placed]; one !== undefined && this.#timeOf(one) < timestampMs; one = data[placed]) {
        merged.push(this.#place(one));
        placed++;
      }
    };
    for (const tag of media) {
      placeBefore(isFrame(tag) ? tag.timestampMs : Number.NEGATIVE_INFINITY);
      merged.push(tag);
      this.#see(tag);
    }
    placeBefore(Number.POSITIVE_INFINITY);
    return data.length === 0 ? media : merged;
  }

  #see(tag: MediaTag): void {
    if (tag.kind === 'data') {
      this.#newestDataMs = Math.max(this.#newestDataMs, tag.timestampMs);
    } else if (isFrame(tag)) {
      this.#newestMs = Math.max(this.#newestMs, tag.timestampMs);
    }
  }

  #place(data: TimedData): MediaTag {
    this.#newestDataMs = this.#timeOf(data);
    return { kind: 'data', timestampMs: this.#newestDataMs, body: data.body };
  }

  /** Never before what was sent already. */
  #timeOf({ atMs }: TimedData): number {
    const firstMs = this.#firstMs ?? 0;
    const wantedMs = atMs === undefined ? firstMs : firstMs + atMs;
    return Math.max(wantedMs, this.#newestMs, this.#newestDataMs);
  }
}
