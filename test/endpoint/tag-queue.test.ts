import { describe, expect, it } from 'vitest';
import { TagQueue } from '../../src/endpoint/tag-queue.js';
import type { MediaTag } from '../../src/media/tag.js';

const MEBIBYTE = 1024 * 1024;

function tag(timestampMs: number, sizeBytes = 10): MediaTag {
  return { kind: 'audio', timestampMs, body: new Uint8Array(sizeBytes) };
}

/** A queue, and what it has asked of its owner. */
function desk(): { queue: TagQueue; calls: string[] } {
  const calls: string[] = [];
  const queue = new TagQueue({
    onFull: () => calls.push('full'),
    onRoom: () => calls.push('room'),
    onLeft: () => calls.push('left'),
  });
  return { queue, calls };
}

async function timesIn(queue: TagQueue): Promise<number[][]> {
  const times: number[][] = [];
  for await (const tags of queue) {
    times.push(tags.map(({ timestampMs }) => timestampMs));
  }
  return times;
}

describe('TagQueue', () => {
  it('gives all that waits at once, in order, and then the end', async () => {
    const { queue, calls } = desk();
    queue.push([tag(1), tag(2)]);
    queue.push([tag(3)]);
    queue.end();
    expect(await timesIn(queue)).toEqual([[1, 2, 3]]);
    expect(calls).toEqual(['left']);
  });

  it('wakes who waits for tags, and for the end', async () => {
    const { queue } = desk();
    const times = timesIn(queue);
    await Promise.resolve();
    queue.push([tag(1)]);
    await new Promise(setImmediate);
    queue.push([tag(2)]);
    await new Promise(setImmediate);
    queue.end();
    expect(await times).toEqual([[1], [2]]);
  });

  it('gives what came before a failure, then throws it', async () => {
    const { queue, calls } = desk();
    const failure = new Error('lost');
    queue.push([tag(1)]);
    queue.fail(failure);
    queue.fail(new Error('another'));
    const tags = queue[Symbol.asyncIterator]();
    expect((await tags.next()).value).toEqual([tag(1)]);
    await expect(tags.next()).rejects.toBe(failure);
    expect(calls).toEqual(['left']);
  });

  it('takes nothing after its end', async () => {
    const { queue, calls } = desk();
    queue.end();
    queue.push([tag(1, 8 * MEBIBYTE)]);
    queue.fail(new Error('late'));
    expect(await timesIn(queue)).toEqual([]);
    expect(calls).toEqual(['left']);
  });

  it('says once that it is full, and that it has room when it is empty', async () => {
    const { queue, calls } = desk();
    queue.push([tag(1, 0.75 * MEBIBYTE)]);
    expect(calls).toEqual([]);
    queue.push([tag(2, 0.75 * MEBIBYTE)]);
    queue.push([tag(3, 0.75 * MEBIBYTE)]);
    expect(calls).toEqual(['full']);
    const tags = queue[Symbol.asyncIterator]();
    await tags.next();
    expect(calls).toEqual(['full', 'room']);
    queue.push([tag(4, 5 * MEBIBYTE)]);
    expect(calls).toEqual(['full', 'room', 'full']);
  });

  it('is full of tiny tags, too', () => {
    const { queue, calls } = desk();
    queue.push(Array.from({ length: 20_000 }, () => tag(1, 1)));
    expect(calls).toEqual(['full']);
  });

  it('says when nobody takes any more', async () => {
    const { queue, calls } = desk();
    queue.push([tag(1)]);
    for await (const _ of queue) {
      break;
    }
    expect(calls).toEqual(['left']);
  });
});
