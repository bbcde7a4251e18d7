import { describe, expect, it } from 'vitest';
import { overlayData } from '../../src/flow/data-overlay.js';
import type { DataSupply, TimedData } from '../../src/flow/data-supply.js';
import type { MediaTag } from '../../src/media/tag.js';
import { parse } from './spliced.js';

/** Gives what the test puts in, when it is due. */
class TestSupply implements DataSupply {
  readonly waiting: TimedData[];
  isClosed = false;
  #onUrgent = (): void => {};

  constructor(...times: (number | undefined)[]) {
    this.waiting = times.map(dataAt);
  }

  begin(onUrgent: () => void): void {
    this.#onUrgent = onUrgent;
  }

  get isUrgent(): boolean {
    return this.waiting.some(({ atMs }) => atMs === undefined);
  }

  add(atMs: number | undefined): void {
    this.waiting.push(dataAt(atMs));
    this.#onUrgent();
  }

  async take(positionMs: number): Promise<readonly TimedData[]> {
    const due = this.waiting.filter(({ atMs }) => atMs === undefined || atMs <= positionMs);
    for (const one of due) this.waiting.splice(this.waiting.indexOf(one), 1);
    return due;
  }

  close(): void {
    this.isClosed = true;
  }
}

function dataAt(atMs: number | undefined): TimedData {
  return { atMs, body: Uint8Array.of(2, 0, 1, 0x78) };
}

/** A source of which the test says when it gives what. */
class TestSource implements AsyncIterable<readonly MediaTag[]> {
  readonly #given: (readonly MediaTag[] | undefined)[] = [];
  #wake = (): void => {};
  isClosed = false;

  give(text: string | undefined): void {
    this.#given.push(text === undefined ? undefined : parse(text));
    this.#wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<readonly MediaTag[]> {
    try {
      for (;;) {
        while (this.#given.length === 0) {
          await new Promise<void>((resolve) => {
            this.#wake = resolve;
          });
        }
        const tags = this.#given.shift();
        if (tags === undefined) return;
        yield tags;
      }
    } finally {
      this.isClosed = true;
    }
  }
}

function show(tags: readonly MediaTag[]): string {
  return tags.map(({ kind, timestampMs }) => `${kind[0]}${timestampMs}`).join(' ');
}

async function overlaid(supply: DataSupply, ...texts: string[]): Promise<string> {
  const source = new TestSource();
  for (const text of [...texts, undefined]) source.give(text);
  const groups: string[] = [];
  for await (const tags of overlayData(source, supply)) groups.push(show(tags));
  return groups.join(' | ');
}

describe('overlayData', () => {
  it('puts data in front of the first tag that is later, counted from the first frame', async () => {
    const supply = new TestSupply(0, 25, 40, 60, 5000);
    expect(await overlaid(supply, 'm0 V0', 'k1000', 'a1020 v1040', 'a1060 v1080')).toBe(
      'd0 v0 | v1000 d1000 | a1020 d1025 v1040 d1040 | a1060 d1060 v1080',
    );
    expect(supply.isClosed).toBe(true);
  });

  it('sends what is late at once, and lets data not go back', async () => {
    const supply = new TestSupply();
    const source = new TestSource();
    const tags = overlayData(source, supply);
    source.give('k0 v40 d70 v80');
    expect(show((await tags.next()).value!)).toBe('v0 v40 d70 v80');
    supply.add(10);
    source.give('v120');
    expect(show((await tags.next()).value!)).toBe('d80 v120');
    source.give(undefined);
    expect((await tags.next()).done).toBe(true);
  });

  it('sends data without a time while no media comes', async () => {
    const supply = new TestSupply();
    const source = new TestSource();
    const tags = overlayData(source, supply);
    source.give('k500');
    expect(show((await tags.next()).value!)).toBe('v500');
    const next = tags.next();
    supply.add(undefined);
    expect(show((await next).value!)).toBe('d500');
    source.give('v540');
    expect(show((await tags.next()).value!)).toBe('v540');
    await tags.return();
    expect([supply.isClosed, source.isClosed]).toEqual([true, true]);
  });

  it('waits for the first frame, because before it there is no time', async () => {
    const supply = new TestSupply(undefined);
    const source = new TestSource();
    const tags = overlayData(source, supply);
    source.give('V0');
    expect(show((await tags.next()).value!)).toBe('v0');
    source.give('k90');
    expect(show((await tags.next()).value!)).toBe('v90 d90');
    await tags.return();
  });

  it('passes the failure of the media on', async () => {
    const supply = new TestSupply(undefined);
    async function* broken(): AsyncGenerator<readonly MediaTag[]> {
      yield parse('k0');
      throw new Error('torn');
    }
    const tags = overlayData(broken(), supply);
    await tags.next();
    await expect(tags.next()).rejects.toThrow('torn');
    expect(supply.isClosed).toBe(true);
  });
});
