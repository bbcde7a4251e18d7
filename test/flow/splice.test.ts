import { describe, expect, it } from 'vitest';
import { splice } from '../../src/flow/splice.js';
import type { MediaTag } from '../../src/media/tag.js';
import { parse } from './spliced.js';

async function* piece(text: string): AsyncGenerator<readonly MediaTag[]> {
  yield parse(text);
}

async function timestamps(source: AsyncIterable<readonly MediaTag[]>, limit = 100): Promise<number[]> {
  const all: number[] = [];
  for await (const tags of source) {
    expect(tags.length).toBeGreaterThan(0);
    all.push(...tags.map((tag) => tag.timestampMs));
    if (all.length >= limit) break;
  }
  return all;
}

describe('splice', () => {
  it('asks for a piece when the one before has ended, and for no more than are wanted', async () => {
    let opened = 0;
    function* endless(): Generator<AsyncIterable<readonly MediaTag[]>> {
      for (;;) {
        opened++;
        yield piece('k0 v40');
      }
    }
    expect(await timestamps(splice(endless()), 5)).toEqual([0, 40, 80, 120, 160, 200]);
    expect(opened).toBe(3);
  });

  it('tells where pieces begin on the timeline, and what was left out of them', async () => {
    const told: string[] = [];
    const pieces = { film: piece('m0 k0 v40 v80'), empty: piece(''), late: piece('v0 v40 k80 a80') };
    const nameOf = (wanted: AsyncIterable<unknown>) => Object.entries(pieces).find(([, one]) => one === wanted)?.[0];
    const source = splice(Object.values(pieces), {
      onBegin: (one, timestampMs) => told.push(`${nameOf(one)} begins at ${timestampMs}`),
      onEnd: (one, leftOut) => told.push(`${nameOf(one)} ends, ${leftOut} left out`),
    });
    expect(await timestamps(source)).toEqual([0, 0, 40, 80, 120, 120]);
    expect(told).toEqual([
      'film begins at 0',
      'film ends, 0 left out',
      'empty ends, 0 left out',
      'late begins at 120',
      'late ends, 2 left out',
    ]);
  });

  it('passes the failure of a piece on', async () => {
    async function* broken(): AsyncGenerator<readonly MediaTag[]> {
      yield parse('k0');
      throw new Error('torn');
    }
    await expect(timestamps(splice([broken()]))).rejects.toThrow('torn');
  });
});
