import { existsSync, readFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { encodeAmf0 } from '../../src/amf/amf0-writer.js';
import { FileSink } from '../../src/endpoint/file-sink.js';
import { FlvFileWriter } from '../../src/endpoint/flv-file-writer.js';
import { Broadcast } from '../../src/flow/broadcast.js';
import { Burst } from '../../src/flow/burst.js';
import type { MediaTag } from '../../src/media/tag.js';
import { aacFrame, avcKeyframe, buildRecording, metadata } from '../support/flv-builder.js';
import { FakeFile } from './fake-file.js';
import { bursts, contents, contentsOf, fingerprints, mediaTag, TestDirectory } from './flv-test-files.js';

let directory: TestDirectory;
beforeEach(() => {
  directory = new TestDirectory();
});
afterEach(() => {
  vi.useRealTimers();
  expect(directory.openFiles).toEqual([]);
  directory.remove();
});

const TAGS = buildRecording(4).map(mediaTag);

function megabyteKeyframes(count: number): MediaTag[] {
  const { body } = avcKeyframe(0, 1 << 20);
  return Array.from({ length: count }, (_, i) => ({ kind: 'video', timestampMs: i * 40, body }));
}

function record(file: FakeFile, tags: readonly MediaTag[] = TAGS): FileSink {
  const sink = new FileSink(new FlvFileWriter('fake.flv', file));
  for (const burst of bursts(tags)) sink.write(burst);
  return sink;
}

describe('FileSink', () => {
  it('records a broadcast, tag for tag', async () => {
    const path = directory.file('a.flv');
    const sink = new FileSink(await FlvFileWriter.create(path));
    const broadcast = new Broadcast({ maxBytes: 1 << 20, gopCache: true });
    sink.attach(broadcast, { mode: 'lossless', join: 'beginning' });
    broadcast.append(TAGS);
    broadcast.end();
    const summary = await sink.finished;
    const { tags, metadata, items } = contentsOf(path);
    expect(fingerprints(tags.slice(1))).toEqual(fingerprints(TAGS.slice(1)));
    expect(metadata?.get('duration')).toBe(4);
    expect(metadata?.get('filesize')).toBe(readFileSync(path).length);
    expect(items.filter((item) => item.type === 'damage')).toEqual([]);
    expect(summary).toEqual({
      sizeBytes: readFileSync(path).length,
      mediaBytes: TAGS.reduce((bytes, { kind, body }) => bytes + (kind === 'data' ? 0 : body.length), 0),
      durationMs: 4000,
      audioTags: 201,
      videoTags: 101,
      dataTags: 0,
    });
  });

  it('brings what it gets to the system within a quarter of a second', async () => {
    vi.useFakeTimers();
    const file = new FakeFile();
    const sink = record(file, [mediaTag(aacFrame(0))]);
    await vi.advanceTimersByTimeAsync(249);
    expect(file.bytes).toHaveLength(0);
    sink.write(new Burst([mediaTag(aacFrame(20))], [], false));
    await vi.advanceTimersByTimeAsync(1);
    expect(contents(file.bytes).tags).toHaveLength(3);
    sink.write(new Burst([mediaTag(aacFrame(40))], [], false));
    await vi.advanceTimersByTimeAsync(250);
    expect(contents(file.bytes).tags).toHaveLength(4);
    expect(vi.getTimerCount()).toBe(0);
    await sink.finish();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('leaves a file that can be played at any time before the end', async () => {
    vi.useFakeTimers();
    const file = new FakeFile();
    const sink = record(file);
    await vi.advanceTimersByTimeAsync(250);
    const { tags, metadata, items } = contents(file.bytes);
    expect(items.map((item) => item.type)).not.toContain('damage');
    expect(fingerprints(tags.slice(1))).toEqual(fingerprints(TAGS.slice(1)));
    expect(metadata?.get('duration')).toBe(0);
    expect(metadata?.has('keyframes')).toBe(false);
    await sink.finish();
    expect(contents(file.bytes).metadata?.has('keyframes')).toBe(true);
  });

  it('writes in large pieces', async () => {
    vi.useFakeTimers();
    const file = new FakeFile();
    const tags = Array.from({ length: 1000 }, (_, i) => mediaTag(aacFrame(i * 20, 1000)));
    const sink = record(file, []);
    for (const tag of tags) {
      sink.write(new Burst([tag], [], false));
      await Promise.resolve();
    }
    await sink.finish();
    expect(file.writes).toBeLessThan(12);
    expect(fingerprints(contents(file.bytes).tags.slice(1))).toEqual(fingerprints(tags));
  });

  it('handles a system that takes little at once', async () => {
    const file = new FakeFile();
    file.stepBytes = 777;
    await record(file).finish();
    expect(fingerprints(contents(file.bytes).tags.slice(1))).toEqual(fingerprints(TAGS.slice(1)));
    expect(contents(file.bytes).metadata?.get('filesize')).toBe(file.bytes.length);
  });

  it('says when it is full and when there is room again', async () => {
    const file = new FakeFile();
    let open = (): void => {};
    file.gate = new Promise((resolve) => {
      open = resolve;
    });
    const writer = new FlvFileWriter('fake.flv', file);
    const sink = new FileSink(writer);
    const broadcast = new Broadcast({ maxBytes: 1 << 20, gopCache: false });
    sink.attach(broadcast, { mode: 'lossless', join: 'beginning' });
    const megabyte = megabyteKeyframes(20);
    broadcast.append(megabyte);
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect(broadcast.hasRoom).toBe(false);
    expect(writer.hasRoom).toBe(false);
    open();
    await broadcast.room();
    broadcast.end();
    await sink.finished;
    expect(fingerprints(contents(file.bytes).tags.slice(1))).toEqual(fingerprints(megabyte));
  });

  it('takes the metadata into the head when it comes late', async () => {
    vi.useFakeTimers();
    const file = new FakeFile();
    const sink = record(file, [mediaTag(aacFrame(0))]);
    await vi.advanceTimersByTimeAsync(250);
    sink.write(new Burst([mediaTag(metadata({ title: 'late' })), mediaTag(aacFrame(20))], [], false));
    await vi.advanceTimersByTimeAsync(250);
    expect(contents(file.bytes).metadata?.get('title')).toBe('late');
    await sink.finish();
    expect(contents(file.bytes).metadata?.get('title')).toBe('late');
    expect(contents(file.bytes).tags).toHaveLength(3);
  });

  it('can be finished twice, and takes nothing afterwards', async () => {
    const file = new FakeFile();
    const sink = record(file);
    expect(await sink.finish()).toEqual(await sink.finish());
    expect(sink.write(new Burst([mediaTag(aacFrame(0))], [], false))).toBe(true);
    sink.end();
    expect(sink.summary.audioTags).toBe(201);
  });

  it.each([
    ['nothing', []],
    ['nothing but headers', TAGS.slice(0, 3)],
  ])('leaves no file when %s came', async (_, tags) => {
    const path = directory.file('a.flv');
    const sink = new FileSink(await FlvFileWriter.create(path));
    expect(existsSync(path)).toBe(true); // whoever else wants this name learns that it is taken
    sink.write(new Burst(tags, [], false));
    expect(await sink.finish()).toMatchObject({ sizeBytes: 0, audioTags: 0, videoTags: 0 });
    expect(existsSync(path)).toBe(false);
  });

  it('keeps a stream that is nothing but messages', async () => {
    const path = directory.file('a.flv');
    const sink = new FileSink(await FlvFileWriter.create(path));
    const message: MediaTag = { kind: 'data', timestampMs: 0, body: encodeAmf0('onChat', 'hello') };
    sink.write(new Burst([message], [], false));
    expect(await sink.finish()).toMatchObject({ dataTags: 1 });
    expect(contentsOf(path).tags).toHaveLength(2);
  });

  it('leaves what is there alone until something comes', async () => {
    const path = directory.file('a.flv', Buffer.from('precious'));
    await new FileSink(await FlvFileWriter.create(path, { overwrite: true })).finish();
    expect(readFileSync(path, 'utf8')).toBe('precious');
    const sink = new FileSink(await FlvFileWriter.create(path, { overwrite: true }));
    sink.write(new Burst(TAGS.slice(0, 3), [], false));
    expect(readFileSync(path, 'utf8')).toBe('precious');
    sink.write(new Burst(TAGS.slice(3), [], false));
    await sink.finish();
    expect(fingerprints(contentsOf(path).tags.slice(1))).toEqual(fingerprints(TAGS.slice(1)));
  });
});

describe('FileSink, failures', () => {
  it('does not overwrite unless told', async () => {
    const path = directory.file('a.flv', Buffer.from('precious'));
    await expect(FlvFileWriter.create(path)).rejects.toMatchObject({ code: 'ERR_OUTPUT_EXISTS', kind: 'usage' });
    expect(readFileSync(path, 'utf8')).toBe('precious');
    const sink = new FileSink(await FlvFileWriter.create(path, { overwrite: true }));
    for (const burst of bursts(TAGS)) sink.write(burst);
    await sink.finish();
    expect(contentsOf(path).metadata).toBeDefined();
  });

  it('names what cannot be opened', async () => {
    await expect(FlvFileWriter.create(directory.file('no/such/a.flv'))).rejects.toMatchObject({
      code: 'ERR_OUTPUT',
      kind: 'output',
    });
    await expect(FlvFileWriter.create(directory.path, { overwrite: true })).rejects.toMatchObject({
      code: 'ERR_OUTPUT',
    });
  });

  it('writes to a device that is always there', async () => {
    if (!existsSync('/dev/null')) return;
    const sink = new FileSink(await FlvFileWriter.create('/dev/null'));
    for (const burst of bursts(TAGS)) sink.write(burst);
    expect((await sink.finish()).videoTags).toBe(101);
  });

  it.each([46_000, 45_001, 45_002, 47_777])(
    'cuts the file back to its last whole tag when the disk is full at %i',
    async (capacityBytes) => {
      const file = new FakeFile();
      file.capacityBytes = capacityBytes;
      file.stepBytes = 5_000;
      const sink = record(file);
      const closed = vi.fn();
      sink.attach(new Broadcast({ maxBytes: 1, gopCache: false }), { mode: 'lossless', join: 'beginning' });
      vi.spyOn(sink.subscription!, 'close').mockImplementation(closed);
      await expect(sink.finish()).rejects.toMatchObject({ code: 'ERR_DISK_FULL', kind: 'output' });
      expect(file.isClosed).toBe(true);
      const { items, tags, metadata } = contents(file.bytes);
      expect(items.map((item) => item.type)).not.toContain('damage');
      expect(tags.length).toBeGreaterThan(10);
      expect(fingerprints(tags.slice(1))).toEqual(fingerprints(TAGS.slice(1, tags.length)));
      expect(file.bytes.length).toBeGreaterThan(capacityBytes - 300);
      expect(metadata?.get('filesize')).toBe(file.bytes.length);
      expect(metadata?.get('duration')).toBeGreaterThan(0);
      expect(sink.summary.sizeBytes).toBe(file.bytes.length);
      expect(closed).toHaveBeenCalled();
    },
  );

  it('fails at once, while the stream goes on, and takes nothing more', async () => {
    const file = new FakeFile();
    file.capacityBytes = 10;
    file.errorCode = 'EIO';
    const sink = record(file, []);
    const broadcast = new Broadcast({ maxBytes: 1 << 20, gopCache: false });
    sink.attach(broadcast, { mode: 'lossless', join: 'beginning' });
    broadcast.append(megabyteKeyframes(30));
    await expect(sink.finished).rejects.toMatchObject({ code: 'ERR_OUTPUT', message: expect.stringContaining('EIO') });
    expect(broadcast.hasRoom).toBe(true);
    expect(broadcast.stats.subscribers).toBe(0);
    expect(file.bytes).toHaveLength(0);
    expect(file.isClosed).toBe(true);
  });

  it('tells the first failure when the file cannot be completed either', async () => {
    const file = new FakeFile();
    const sink = record(file);
    vi.spyOn(file, 'writev').mockRejectedValue(Object.assign(new Error('gone'), { code: 'ENOSPC', syscall: 'write' }));
    vi.spyOn(file, 'truncate').mockRejectedValue(new Error('worse'));
    vi.spyOn(file, 'close').mockRejectedValue(new Error('worst'));
    await expect(sink.finish()).rejects.toMatchObject({ code: 'ERR_DISK_FULL' });
  });

  it('reports a real file that fails', async () => {
    const path = directory.file('a.flv', Buffer.from('x'));
    const readOnly = await open(path, 'r');
    const sink = new FileSink(new FlvFileWriter(path, readOnly));
    for (const burst of bursts(TAGS)) sink.write(burst);
    await expect(sink.finish()).rejects.toMatchObject({ code: 'ERR_OUTPUT' });
  });
});
