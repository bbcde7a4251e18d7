import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RotatingWriter } from '../../src/endpoint/rotating-writer.js';
import { OutputError } from '../../src/errors.js';
import type { PartRules } from '../../src/flow/part-cutter.js';
import type { MediaTag } from '../../src/media/tag.js';
import { isFrame } from '../../src/media/tag-info.js';
import { audio, audioHeader, interFrame, keyframe, videoHeader } from '../flow/tags.js';
import { FakeWriter } from './fake-writer.js';

/** Everything that is written, part by part, and what was told of it. */
class Parts {
  readonly writers: FakeWriter[] = [];
  readonly told: string[] = [];
  /** Opening takes until this is resolved. */
  opening: Promise<void> = Promise.resolve();
  /** The part of this number cannot be opened. */
  failingNumber = 0;

  async rotate(rules: PartRules): Promise<RotatingWriter> {
    return RotatingWriter.create({
      rules,
      open: async () => {
        await this.opening;
        const number = this.writers.length + 1;
        if (number === this.failingNumber) throw new OutputError('ERR_OUTPUT', 'no permission to write');
        const writer = new FakeWriter(`part${number}`);
        this.writers.push(writer);
        return writer;
      },
      onPartStarted: (path) => this.told.push(`started ${path}`),
      onPartEnded: (path, { videoTags }) => this.told.push(`ended ${path} ${videoTags}`),
    });
  }

  get frames(): MediaTag[] {
    return this.writers.flatMap(({ tags }) => tags).filter(isFrame);
  }
}

const HEADERS = [videoHeader(0), audioHeader(0)];
const gop = (ms: number): MediaTag[] => [keyframe(ms, ms / 10), audio(ms, ms / 10), interFrame(ms + 40, ms / 10 + 4)];

describe('RotatingWriter', () => {
  it('writes one part after the other, each closed before the next is opened', async () => {
    const parts = new Parts();
    const writer = await parts.rotate({ everyMs: 1_000 });
    writer.append([...HEADERS, ...gop(0)]);
    let close = (): void => {};
    parts.writers[0]!.closing = new Promise((resolve) => {
      close = resolve;
    });
    expect(writer.append(gop(1_000))).toBe(false);
    expect(writer.hasRoom).toBe(false);
    expect(parts.writers[0]!.isEnded).toBe(true);
    expect(parts.writers).toHaveLength(1);
    close();
    await writer.room();
    expect(writer.path).toBe('part2');
    writer.append(gop(2_000));
    await writer.room();
    writer.end();
    const summary = await writer.finished;

    expect(parts.writers.map(({ tags }) => tags.length)).toEqual([5, 5, 5]);
    expect(parts.writers.every(({ isEnded }) => isEnded)).toBe(true);
    expect(parts.told).toEqual(['ended part1 3', 'started part2', 'ended part2 3', 'started part3', 'ended part3 3']);
    expect(summary).toMatchObject({ videoTags: 9, audioTags: 6, durationMs: 120 });
    expect(writer.summary).toEqual(summary);
  });

  it('keeps what comes while a part is opened in memory of its own', async () => {
    const parts = new Parts();
    const writer = await parts.rotate({ everyMs: 1_000 });
    writer.append([...HEADERS, ...gop(0)]);
    const reused = gop(1_000);
    writer.append(reused);
    for (const { body } of reused) body.fill(0xee);
    await writer.room();
    writer.end();
    await writer.finished;
    expect(parts.writers[1]!.tags.filter(isFrame).map(({ body }) => body)).toEqual(gop(1_000).map(({ body }) => body));
  });

  it('writes what it has been given when it ends while a part is opened', async () => {
    const parts = new Parts();
    const writer = await parts.rotate({ everyMs: 1_000 });
    writer.append([...HEADERS, ...gop(0)]);
    writer.append(gop(1_000));
    writer.end();
    writer.end();
    await writer.finished;
    expect(parts.writers.map(({ tags }) => tags.length)).toEqual([5, 5]);
    expect(parts.told.at(-1)).toBe('ended part2 3');
    expect(writer.append(gop(2_000))).toBe(true);
  });

  it('has the room that the file has', async () => {
    const parts = new Parts();
    const writer = await parts.rotate({ everyMs: 1_000 });
    parts.writers[0]!.isFull = true;
    expect(writer.append(gop(0))).toBe(false);
    const room = writer.room();
    parts.writers[0]!.isFull = false;
    await room;
    expect(writer.hasRoom).toBe(true);
    writer.end();
    await writer.finished;
  });

  it('fails with its file, and wants no more', async () => {
    const parts = new Parts();
    const writer = await parts.rotate({ everyMs: 1_000 });
    parts.writers[0]!.isFull = true;
    writer.append(gop(0));
    const room = writer.room();
    parts.writers[0]!.fail(new OutputError('ERR_DISK_FULL', 'the disk is full'));
    await expect(writer.finished).rejects.toMatchObject({ code: 'ERR_DISK_FULL' });
    await room;
    expect(writer.append(gop(1_000))).toBe(true);
    writer.end();
  });

  it('fails when a part cannot be opened; those before are whole', async () => {
    const parts = new Parts();
    parts.failingNumber = 2;
    const writer = await parts.rotate({ everyMs: 1_000 });
    writer.append([...HEADERS, ...gop(0)]);
    writer.append(gop(1_000));
    await expect(writer.finished).rejects.toMatchObject({ code: 'ERR_OUTPUT' });
    expect(parts.told).toEqual(['ended part1 3']);
    expect(writer.hasRoom).toBe(true);
    expect(writer.summary).toMatchObject({ videoTags: 3 });
  });

  it('fails at once when the first part cannot be opened', async () => {
    const parts = new Parts();
    parts.failingNumber = 1;
    await expect(parts.rotate({})).rejects.toMatchObject({ code: 'ERR_OUTPUT' });
  });

  it('loses and doubles nothing, however fast the tags come', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.constantFrom('k', 'v', 'a'), fc.boolean()), { maxLength: 60 }),
        fc.integer({ min: 20, max: 400 }),
        async (words, everyMs) => {
          const parts = new Parts();
          const writer = await parts.rotate({ everyMs });
          const sent = words.map(([kind], i) => {
            const make = kind === 'k' ? keyframe : kind === 'v' ? interFrame : audio;
            return make(i * 20, i);
          });
          for (const [i, tag] of sent.entries()) {
            writer.append([tag]);
            if (words[i]![1]) await writer.room();
          }
          writer.end();
          await writer.finished;
          expect(parts.frames.map(({ body }) => body)).toEqual(sent.map(({ body }) => body));
        },
      ),
    );
  });
});
