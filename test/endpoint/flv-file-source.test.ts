import { execFileSync } from 'node:child_process';
import { chmodSync, createWriteStream } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FlvFileSource } from '../../src/endpoint/flv-file-source.js';
import type { FlvSourceOptions } from '../../src/endpoint/flv-source.js';
import type { FlvDamage, FlvNotice } from '../../src/flv/item.js';
import { FlvRecording } from '../../src/flv/recording.js';
import { encodeFlvTags } from '../../src/flv/tag.js';
import { outlineOf } from '../../src/flv/tag-outline.js';
import { readMetadata } from '../../src/media/metadata.js';
import type { MediaTag } from '../../src/media/tag.js';
import {
  aacFrame,
  avcKeyframe,
  avcSequenceHeader,
  type BuiltTag,
  buildFlv,
  buildHeader,
  buildRecording,
  bytesOf,
  concat,
  metadata,
  payload,
} from '../support/flv-builder.js';
import { fingerprints, mediaTag, TestDirectory } from './flv-test-files.js';

let directory: TestDirectory;
beforeEach(() => {
  directory = new TestDirectory();
});
afterEach(() => {
  expect(directory.openFiles).toEqual([]);
  directory.remove();
});

async function readAll(path: string, options?: FlvSourceOptions): Promise<MediaTag[]> {
  const tags: MediaTag[] = [];
  for await (const some of await FlvFileSource.open(path, options)) {
    expect(some.length).toBeGreaterThan(0);
    tags.push(...some);
  }
  return tags;
}

const plain = (tags: readonly MediaTag[]) => tags.map((tag) => ({ ...tag, body: Uint8Array.from(tag.body) }));

/** A file as our own writer leaves it, with a keyframe index. */
function indexedFile(tags: readonly BuiltTag[]): Uint8Array {
  const recording = new FlvRecording();
  const selected = recording.select(tags.map(mediaTag));
  recording.commitHead((recording.takeHead() as Uint8Array).length);
  recording.commit(selected.map(outlineOf), Number.POSITIVE_INFINITY);
  return concat(recording.closedHead(), encodeFlvTags(selected));
}

describe('FlvFileSource', () => {
  it('gives every tag, again and again', async () => {
    const tags = buildRecording(3);
    const source = await FlvFileSource.open(directory.file('a.flv', buildFlv(tags)));
    for (let i = 0; i < 2; i++) {
      const read: MediaTag[] = [];
      for await (const some of source) read.push(...some);
      expect(fingerprints(read)).toEqual(fingerprints(tags.map(mediaTag)));
    }
  });

  it('closes the file when the loop is left', async () => {
    const source = await FlvFileSource.open(directory.file('a.flv', buildFlv(buildRecording(60))));
    expect(directory.openFiles).toEqual([]);
    for await (const some of source) {
      expect(some.length).toBeGreaterThan(0);
      break;
    }
    await expect(
      (async () => {
        for await (const _ of source) throw new Error('enough');
      })(),
    ).rejects.toThrow('enough');
  });

  it('leaves out of metadata what is about the file', async () => {
    const tags = await readAll(directory.file('a.flv', indexedFile(buildRecording(3))));
    const properties = readMetadata(tags[0]!)!;
    expect(properties.get('width')).toBe(64);
    for (const name of ['filler', 'keyframes', 'filesize']) expect(properties.has(name)).toBe(false);
    expect(tags[0]!.body.length).toBeLessThan(1000);
  });

  it('reports damage and oddities and goes on', async () => {
    const damages: FlvDamage[] = [];
    const notices: FlvNotice[] = [];
    const bytes = concat(
      buildFlv([aacFrame(0), { ...aacFrame(20), filtered: true }]),
      payload(50),
      buildFlv([aacFrame(0)]).subarray(13),
    );
    const options = { onDamage: (it: FlvDamage) => damages.push(it), onNotice: (it: FlvNotice) => notices.push(it) };
    const tags = await readAll(directory.file('a.flv', bytes), options);
    expect(tags.map((tag) => tag.timestampMs)).toEqual([0, 0]);
    expect(damages).toMatchObject([{ atByte: 107, skippedBytes: 50, why: 'not a tag' }]);
    expect(notices).toMatchObject([{ what: 'encrypted tags' }]);
  });
});

describe('FlvFileSource, duration', () => {
  const durationOf = async (bytes: Uint8Array) => {
    return (await FlvFileSource.open(directory.file('a.flv', bytes))).durationMs;
  };
  const tags = buildRecording(3, 5000);

  it('is what exact metadata says', async () => {
    expect(await durationOf(indexedFile(tags))).toBe(3000);
  });

  it('is measured where metadata says nothing, or nothing that fits', async () => {
    expect(await durationOf(buildFlv(tags))).toBe(2980);
    for (const duration of [0, -1, Number.NaN, 1, 5000, '3']) {
      expect(await durationOf(buildFlv([metadata({ duration }), ...tags]))).toBe(2980);
    }
  });

  it('is measured in a file that was cut off', async () => {
    const bytes = indexedFile(tags);
    const cut = bytes.subarray(0, bytes.length - 6_000);
    const durationMs = (await durationOf(cut))!;
    expect(durationMs).toBeGreaterThan(500);
    expect(durationMs).toBeLessThan(2500);
  });

  it('counts wraps of the timestamp where metadata knows of them', async () => {
    const long = [metadata({ duration: 4_294_967.6 }), aacFrame(0), aacFrame(2 ** 32 + 300)];
    expect(await durationOf(buildFlv(long))).toBe(2 ** 32 + 300 + 4);
    const wrapping = [aacFrame(2 ** 32 - 100), aacFrame(2 ** 32 + 100)];
    expect(await durationOf(buildFlv(wrapping))).toBe(200);
  });

  it('ends with the later of the last audio and the last video, whichever stands last, also where the timestamp wraps', async () => {
    const body = avcKeyframe(0).body;
    const video = (timestampMs: number) => ({ typeId: 9, timestampMs, body });
    expect(await durationOf(buildFlv([aacFrame(0), video(0), video(3200), aacFrame(3000)]))).toBe(3200);
    expect(await durationOf(buildFlv([aacFrame(0), video(0), aacFrame(3200), video(3000)]))).toBe(3200);
    const beginMs = 2 ** 32 - 1000;
    const wrapping = [aacFrame(beginMs), video(beginMs), video(2 ** 32 + 100), aacFrame(2 ** 32 - 50)];
    expect(await durationOf(buildFlv(wrapping))).toBe(1100);
  });

  it('is not known without any frame', async () => {
    expect(await durationOf(buildHeader())).toBeUndefined();
  });
});

describe('FlvFileSource, start', () => {
  const tags = buildRecording(6, 7000);
  const headers = tags.slice(0, 3);

  /** Times of the headers and of the first two frames. */
  const startOf = async (bytes: Uint8Array, startMs: number) => {
    const read = plain(await readAll(directory.file('a.flv', bytes), { startMs }));
    const from = tags.findIndex(
      (tag) => tag.timestampMs === read[0]!.timestampMs && tag.typeId === 9 && tag.body[1] === 1,
    );
    expect(read.slice(1, 3)).toEqual(
      headers.slice(1).map((tag) => mediaTag({ ...tag, timestampMs: read[0]!.timestampMs })),
    );
    expect(fingerprints(read.slice(3))).toEqual(fingerprints(tags.slice(from).map(mediaTag)));
    return read[0]!.timestampMs;
  };

  it.each([
    ['with an index', () => indexedFile(tags)],
    ['without', () => buildFlv(tags)],
    [
      'with an index of another file',
      () => buildFlv([metadata({ keyframes: { times: [7, 9], filepositions: [50, 99] } }), ...tags.slice(1)]),
    ],
  ])('is the keyframe before, %s', async (_, build) => {
    expect(await startOf(build(), 2000)).toBe(9000);
    expect(await startOf(build(), 3999)).toBe(10_000);
    expect(await startOf(build(), 5990)).toBe(12_000);
  });

  it('reads only the neighbourhood when there is an index', async () => {
    const bytes = indexedFile(tags);
    // Without the index this damage would have to be crossed: the search would see it as the end of video.
    const damages: FlvDamage[] = [];
    const damaged = Uint8Array.from(bytes);
    damaged.fill(0xff, 45_000, 50_000);
    await readAll(directory.file('a.flv', damaged), { startMs: 5000, onDamage: (it) => damages.push(it) });
    expect(damages).toEqual([]);
  });

  it('takes the headers in force there when it has read all before', async () => {
    const changed = avcSequenceHeader(9990, concat(bytesOf('01 42 c0 1e'), payload(10)));
    const at = tags.findIndex((tag) => tag.timestampMs === 10_000);
    const bytes = buildFlv([...tags.slice(0, at), changed, ...tags.slice(at)]);
    const read = plain(await readAll(directory.file('a.flv', bytes), { startMs: 3500 }));
    expect(read[1]).toEqual(mediaTag({ ...changed, timestampMs: 10_000 }));
  });

  it('is on the timeline beyond the wrap', async () => {
    const late = buildRecording(4, 2 ** 32 - 1500);
    for (const bytes of [buildFlv(late), indexedFile(late)]) {
      const read = await readAll(directory.file('a.flv', bytes), { startMs: 2000 });
      expect(read[0]!.timestampMs).toBe(2 ** 32 + 500);
      expect(read.at(-1)!.timestampMs).toBe(2 ** 32 + 2480);
    }
  });

  it('is in a later piece of a joined file', async () => {
    const piece = buildRecording(2);
    const read = await readAll(directory.file('a.flv', concat(buildFlv(piece), buildFlv(piece))), { startMs: 3000 });
    expect(read[0]!.timestampMs).toBe(2980);
    expect(read.at(-1)!.timestampMs).toBe(3960);
  });

  it('is refused behind the end', async () => {
    for (const bytes of [buildFlv(tags), indexedFile(tags)]) {
      await expect(readAll(directory.file('a.flv', bytes), { startMs: 60_000 })).rejects.toMatchObject({
        code: 'ERR_USAGE',
      });
    }
  });
});

describe('FlvFileSource, what it refuses', () => {
  const failure = async (path: string) => {
    const source = await FlvFileSource.open(path);
    for await (const _ of source) {
      // reads to the end
    }
  };

  it('names what is wrong', async () => {
    await expect(failure(directory.file('none.flv'))).rejects.toMatchObject({
      code: 'ERR_FILE_NOT_FOUND',
      kind: 'not-found',
    });
    await expect(failure(directory.path)).rejects.toMatchObject({
      code: 'ERR_FILE_UNREADABLE',
      message: `${directory.path}: this is a directory, not a file`,
    });
    await expect(failure(directory.file('a.mp4', Buffer.from('\0\0\0\x20ftypisom')))).rejects.toMatchObject({
      code: 'ERR_NOT_FLV',
      message: expect.stringMatching(/a\.mp4: this is not an FLV; it seems to be an MP4/),
    });
    await expect(failure(directory.file('0.flv', new Uint8Array(0)))).rejects.toMatchObject({ code: 'ERR_NOT_FLV' });
    await expect(failure(directory.file('h.flv', buildHeader()))).rejects.toMatchObject({ code: 'ERR_MEDIA_EMPTY' });
  });

  it.skipIf(process.getuid?.() === 0)('says when it may not read', async () => {
    const path = directory.file('a.flv', buildFlv([aacFrame(0)]));
    chmodSync(path, 0);
    await expect(failure(path)).rejects.toMatchObject({ code: 'ERR_FILE_UNREADABLE', kind: 'media' });
  });
});

describe.skipIf(process.platform === 'win32')('FlvFileSource, named pipe', () => {
  it('is read once, from the start', async () => {
    const path = directory.file('pipe');
    execFileSync('sh', ['-c', 'mkfifo "$0"', path]);
    const source = await FlvFileSource.open(path, { startMs: 1000 });
    expect(source.durationMs).toBeUndefined();
    createWriteStream(path).end(buildFlv([avcSequenceHeader(), avcKeyframe(0), avcKeyframe(1000), avcKeyframe(2000)]));
    const times: number[] = [];
    for await (const tags of source) times.push(...tags.map((tag) => tag.timestampMs));
    expect(times).toEqual([1000, 1000, 2000]);
  });
});
