import { chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import type { CommandEvent } from '../../src/events.js';
import { type Display, withKeys, withoutKeys } from '../../src/server/display.js';
import { Recorder } from '../../src/server/recorder.js';
import { StreamRegistry } from '../../src/server/stream-registry.js';
import { metadata } from '../flow/tags.js';
import { differenceIn, readFlvFile } from '../support/flv-file.js';
import { videoTags } from './video.js';

const root = mkdtempSync(join(tmpdir(), 'rtmpkit-recorder-'));
afterAll(() => rmSync(root, { recursive: true }));

const TAGS = videoTags({ count: 30, framesPerGop: 10 });
const nobody = (): void => {};

class Desk {
  readonly events: CommandEvent[] = [];
  readonly directory: string;
  readonly registry: StreamRegistry;
  recorder!: Recorder;

  constructor(directory: string, gopCache: boolean) {
    this.directory = directory;
    const limits = { maxMemoryBytes: 100_000_000, maxStreamBytes: 10_000_000 };
    this.registry = new StreamRegistry({ gopCache, graceMs: 60_000, maxLatencyMs: 40, limits, report: this.report });
  }

  static async open({ gopCache = true, display = withKeys as Display } = {}): Promise<Desk> {
    const desk = new Desk(mkdtempSync(join(root, 'desk-')), gopCache);
    desk.recorder = await Recorder.into(desk.directory, display, desk.report);
    return desk;
  }

  readonly report = (event: CommandEvent): void => void this.events.push(event);

  publish(streamName: string, app = 'live'): ReturnType<StreamRegistry['publish']> {
    const stream = this.registry.publish({ app, streamName }, nobody);
    this.recorder.record(stream);
    return stream;
  }

  files(): string[] {
    return readdirSync(this.directory, { recursive: true })
      .map(String)
      .filter((path) => path.endsWith('.flv'));
  }

  kinds(): string[] {
    return this.events.map((event) => (event.event === 'warning' ? event.code : event.event));
  }
}

let desk: Desk;
afterEach(() => desk.registry.close());

describe('Recorder', () => {
  it.each([true, false])(
    'records every tag of a publisher who is faster than the disk, GOP cache: %s',
    async (gopCache) => {
      desk = await Desk.open({ gopCache });
      const stream = desk.publish('key');
      stream.append(TAGS);
      stream.finish();
      await desk.recorder.close();
      const [path] = desk.files();
      expect(path).toMatch(/^live\/key-\d{8}-\d{6}\.flv$/);
      const { tags, damages } = await readFlvFile(join(desk.directory, path!));
      expect(damages).toEqual([]);
      expect(differenceIn(tags, TAGS)).toBeUndefined();
      const output = join(desk.directory, path!);
      expect(desk.events).toEqual([
        { event: 'started', role: 'recorder', output },
        expect.objectContaining({
          event: 'ended',
          role: 'recorder',
          output,
          videoTags: 30,
          droppedFrames: 0,
          final: false,
        }),
      ]);
    },
  );

  it('goes on in the same file when a publisher comes back', async () => {
    desk = await Desk.open();
    const stream = desk.publish('key');
    stream.append(TAGS);
    stream.lose();
    expect(desk.publish('key')).toBe(stream);
    stream.append(TAGS);
    stream.finish();
    await desk.recorder.close();
    const [path, ...others] = desk.files();
    expect(others).toEqual([]);
    expect((await readFlvFile(join(desk.directory, path!))).tags.filter(({ kind }) => kind === 'video').length).toBe(
      60,
    );
  });

  it('makes a file for each stream, also of the same name in the same second', async () => {
    desk = await Desk.open();
    for (let i = 0; i < 3; i += 1) {
      const stream = desk.publish('key');
      stream.append(videoTags({ count: i + 1 }));
      stream.finish();
    }
    await desk.recorder.close();
    expect(new Set(desk.files()).size).toBe(3);
    const counts = await Promise.all(
      desk.files().map(async (path) => (await readFlvFile(join(desk.directory, path))).tags),
    );
    expect(counts.map((tags) => tags.filter(({ kind }) => kind === 'video').length).sort()).toEqual([1, 2, 3]);
  });

  it('leaves no file of a stream in which nothing was published', async () => {
    desk = await Desk.open();
    const stream = desk.publish('key');
    stream.append([metadata(0)]);
    stream.finish();
    await desk.recorder.close();
    expect(desk.files()).toEqual([]);
    expect(desk.kinds()).toEqual([]); // nor is one told of
  });

  it('keeps within its directory, and does not make it deeper than it needs', async () => {
    desk = await Desk.open();
    for (const stream of [desk.publish('..', '../../..'), desk.publish('deep', 'a/b/c/d/e/f/g/h/i/j/k')]) {
      stream.append(videoTags({ count: 1 }));
      stream.finish();
    }
    await desk.recorder.close();
    const names = desk.files().map((path) => path.replace(/-\d{8}-\d{6}/, ''));
    expect(names.sort()).toEqual(['a/b/c/d/e/f/g/h/deep.flv', 'stream/stream/stream/stream.flv']);
  });

  it('tells what fails without the name of the stream, which goes on, and tries again next time', async () => {
    desk = await Desk.open({ display: withoutKeys });
    writeFileSync(join(desk.directory, 'live'), 'in the way');
    const stream = desk.publish('sekret');
    stream.append(TAGS);
    await desk.recorder.close();
    expect(desk.kinds()).toEqual(['WARN_RECORDING_FAILED']);
    expect(JSON.stringify(desk.events)).not.toContain('sekret');
    expect(desk.registry.find(stream.id)).toBe(stream);
    await expect.poll(() => stream.broadcast.stats.subscribers).toBe(0);

    rmSync(join(desk.directory, 'live'));
    stream.lose();
    desk.publish('sekret').append(TAGS);
    stream.finish();
    await desk.recorder.close();
    expect(desk.kinds().slice(1)).toEqual(['started', 'ended']);
    expect(JSON.stringify(desk.events)).not.toContain('sekret');
  });

  it('needs a directory that can be made', async () => {
    desk = await Desk.open();
    const path = join(desk.directory, 'file');
    writeFileSync(path, '');
    const at = (directory: string) => Recorder.into(directory, withKeys, nobody);
    await expect(at(path)).rejects.toMatchObject({
      code: 'ERR_OUTPUT',
      message: `${path}: this is a file, not a directory`,
    });
    await expect(at(join(path, 'below'))).rejects.toMatchObject({
      code: 'ERR_OUTPUT',
      message: `${path}/below: a file stands where a directory should be`,
    });
  });

  it.runIf(process.platform === 'linux')('needs a place where directories can be made', async () => {
    desk = await Desk.open();
    await expect(Recorder.into('/proc/x', withKeys, nobody)).rejects.toMatchObject({
      code: 'ERR_OUTPUT',
      message: '/proc/x: no directory can be made there',
    });
  });

  it.runIf(process.platform !== 'win32' && process.getuid?.() !== 0)('needs leave to write there', async () => {
    desk = await Desk.open();
    chmodSync(desk.directory, 0o555);
    for (const directory of [desk.directory, join(desk.directory, 'below')]) {
      await expect(Recorder.into(directory, withKeys, nobody)).rejects.toMatchObject({
        code: 'ERR_OUTPUT',
        message: `${directory}: no permission to write`,
      });
    }
  });
});
