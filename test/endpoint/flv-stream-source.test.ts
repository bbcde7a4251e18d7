import { PassThrough, Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { RecycledMemory } from '../../src/bytes/recycled-memory.js';
import type { FlvSourceOptions } from '../../src/endpoint/flv-source.js';
import { FlvStreamSource } from '../../src/endpoint/flv-stream-source.js';
import type { MediaTag } from '../../src/media/tag.js';
import {
  aacFrame,
  avcKeyframe,
  buildFlv,
  buildHeader,
  buildRecording,
  buildTag,
  split,
} from '../support/flv-builder.js';
import { fingerprints, mediaTag } from './flv-test-files.js';

async function readAll(bytes: Uint8Array, options?: FlvSourceOptions, sizeBytes = 1000): Promise<MediaTag[]> {
  const tags: MediaTag[] = [];
  for await (const some of new FlvStreamSource(Readable.from(split(bytes, () => sizeBytes)), options)) {
    if (some.length === 0) throw new Error('empty array');
    tags.push(...some.map((tag) => ({ ...tag, body: Uint8Array.from(tag.body) })));
  }
  return tags;
}

describe('FlvStreamSource', () => {
  const tags = buildRecording(4, 100);
  const bytes = buildFlv(tags);

  it('gives every tag, whatever the pieces', async () => {
    for (const sizeBytes of [1, 100, 100_000]) {
      expect(fingerprints(await readAll(bytes, {}, sizeBytes))).toEqual(fingerprints(tags.map(mediaTag)));
    }
  });

  it('gives a tag as soon as it is there', async () => {
    const input = new PassThrough();
    const iterator = new FlvStreamSource(input)[Symbol.asyncIterator]();
    input.write(buildHeader());
    input.write(buildTag(aacFrame(0)));
    expect((await iterator.next()).value).toMatchObject([{ timestampMs: 0 }]);
    await iterator.return?.(undefined);
    expect(input.destroyed).toBe(true);
  });

  it.each([0, 1, 1000, 2500, 3999])('begins at the keyframe before %i ms', async (startMs) => {
    const read = await readAll(bytes, { startMs });
    const keyframeMs = 100 + Math.floor(startMs / 1000) * 1000;
    const from = tags.findIndex((tag) => tag.timestampMs === keyframeMs && tag.typeId === 9 && tag.body[1] === 1);
    expect(read.slice(0, 3).map((tag) => [tag.kind, tag.timestampMs])).toEqual([
      ['data', keyframeMs],
      ['video', keyframeMs],
      ['audio', keyframeMs],
    ]);
    expect(fingerprints(read.slice(3))).toEqual(fingerprints(tags.slice(from).map(mediaTag)));
  });

  it('begins near the end when the end is near', async () => {
    const read = await readAll(buildFlv([avcKeyframe(0), aacFrame(500)]), { startMs: 900 });
    expect(read).toHaveLength(2);
  });

  it('gives a GOP up that is too large to be kept', async () => {
    const large = { typeId: 8, timestampMs: 1, body: new Uint8Array(16_000_000) };
    const many = [avcKeyframe(0), large, large, large, large, large];
    const read = await readAll(buildFlv([...many, avcKeyframe(8000)]), { startMs: 5000 }, 1 << 24);
    expect(read.length).toBeLessThan(many.length);
    expect(read.at(-1)!.timestampMs).toBe(8000);
  });

  it('says what is wrong', async () => {
    await expect(readAll(bytes, { startMs: 60_000 })).rejects.toMatchObject({ code: 'ERR_USAGE' });
    await expect(readAll(new Uint8Array(0))).rejects.toMatchObject({
      code: 'ERR_NOT_FLV',
      message: expect.stringContaining('the input stream'),
    });
    await expect(readAll(buildHeader())).rejects.toMatchObject({ code: 'ERR_MEDIA_EMPTY' });
  });

  it('is as clear about nothing at all', async () => {
    const nothing = readAll(new Uint8Array(0), { memory: new RecycledMemory() });
    await expect(nothing).rejects.toThrow('the input stream: this is empty');
  });

  it('translates failures of the input', async () => {
    const failing = new Readable({
      read() {
        this.destroy(Object.assign(new Error('read EIO'), { code: 'EIO', syscall: 'read' }));
      },
    });
    const reading = new FlvStreamSource(failing)[Symbol.asyncIterator]().next();
    await expect(reading).rejects.toMatchObject({ code: 'ERR_FILE_UNREADABLE' });
  });

  it('gives a code to whatever the input fails with', async () => {
    const cause = new TypeError('no camera');
    const failing = Readable.from(
      (async function* () {
        yield bytes.subarray(0, 1000);
        throw cause;
      })(),
    );
    const reading = async (): Promise<void> => {
      for await (const _ of new FlvStreamSource(failing)) {
        // its beginning is there
      }
    };
    await expect(reading()).rejects.toMatchObject({
      code: 'ERR_FILE_UNREADABLE',
      message: 'the input stream: cannot be read (no camera)',
      cause: { cause },
    });
  });
});
