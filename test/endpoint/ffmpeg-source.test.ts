import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { RecycledMemory } from '../../src/bytes/recycled-memory.js';
import { FfmpegSource, type FfmpegSourceOptions } from '../../src/endpoint/ffmpeg-source.js';
import { asItIs } from '../../src/ffmpeg/input.js';
import { isSequenceEnd } from '../../src/media/tag-info.js';
import { FakePrograms, isRunning, PATIENCE } from '../support/fake-programs.js';

const FIXTURE = fileURLToPath(new URL('../../fixtures/testcard.flv', import.meta.url));
const WRITE = `const film = require('fs').readFileSync(${JSON.stringify(FIXTURE)});
require('fs').writeFileSync(__dirname + '/pid', String(process.pid));`;

const programs = new FakePrograms();
afterAll(() => programs.remove());

async function source(script: string, options: Partial<FfmpegSourceOptions> = {}): Promise<FfmpegSource> {
  return new FfmpegSource({
    ffmpegPath: await programs.add('ffmpeg', `${WRITE}\n${script}`),
    input: { args: ['-i', 'x'], label: 'x', redact: asItIs },
    outputArgs: ['pipe:1'],
    memory: new RecycledMemory(),
    silenceMs: 20_000,
    signal: new AbortController().signal,
    ...options,
  });
}

async function count(tags: FfmpegSource): Promise<number> {
  let sum = 0;
  for await (const some of tags) sum += some.length;
  return sum;
}

async function pid(): Promise<number> {
  return Number(await readFile(join(programs.folder, 'pid'), 'utf8'));
}

/** A source of which the first tags have come. */
async function flowing(script: string, options: Partial<FfmpegSourceOptions> = {}) {
  const tags = await source(script, options);
  const reading = tags[Symbol.asyncIterator]();
  expect(await reading.next()).toMatchObject({ done: false });
  return { tags, reading };
}

const ENDLESS = 'process.stdout.write(film); setInterval(() => {}, 1e6);';

describe('FfmpegSource', PATIENCE, () => {
  it('gives what FFmpeg makes, as often as it is read', async () => {
    const tags = await source('process.stdout.write(film)');
    const first = await count(tags);
    expect(first).toBeGreaterThan(100);
    expect(await count(tags)).toBe(first);
  });

  it('leaves out ends of sequences: more may follow', async () => {
    const tags = await source(
      `process.stdout.write(film); process.stdout.write(Buffer.from('090000050000007f0000001702000000' + '00000010', 'hex'))`,
    );
    for await (const some of tags) expect(some.some(isSequenceEnd)).toBe(false);
  });

  it('gives it its script', async () => {
    const script = `process.stdin.on('data', (d) => { if (d + '' === 'the secret') process.stdout.write(film); })`;
    const input = { args: ['-i', 'pipe:0'], script: 'the secret', label: 'x', redact: asItIs };
    expect(await count(await source(script, { input }))).toBeGreaterThan(100);
  });

  it.each<[string, string, string, string | undefined]>([
    [
      'dies before it gives anything',
      `console.error('[error] no such camera'); process.exitCode = 1`,
      'FFmpeg ended with exit status 1',
      'no such camera',
    ],
    [
      'dies in the middle of a tag',
      `process.stdout.write(film.subarray(0, 60000), () => process.kill(process.pid, 'SIGKILL'))`,
      'FFmpeg was ended by SIGKILL',
      undefined,
    ],
    ['ends without media', `console.error('[error] nothing there')`, 'FFmpeg made no media of x', 'nothing there'],
    [
      'gives garbage',
      `process.stdout.write(Buffer.alloc(200000, 0x5a))`,
      'what FFmpeg writes is no FLV, or a damaged one',
      undefined,
    ],
    [
      'gives garbage behind good media',
      `process.stdout.write(Buffer.concat([film, Buffer.alloc(200000, 0x5a)]))`,
      'what FFmpeg writes is no FLV, or a damaged one',
      undefined,
    ],
    [
      'gives garbage and goes on',
      `process.stdout.write(Buffer.alloc(3000000, 0x5a)); setInterval(() => {}, 1e6)`,
      'what FFmpeg writes is no FLV, or a damaged one',
      undefined,
    ],
  ])('fails when FFmpeg %s', async (_, script, message, peerWords) => {
    await expect(count(await source(script))).rejects.toMatchObject({ kind: 'ffmpeg', message, peerWords });
    await expect.poll(async () => isRunning(await pid())).toBe(false);
  });

  it.each([
    ['from the beginning', 'setInterval(() => {}, 1e6)'],
    ['in the middle', ENDLESS],
    ['and does not even end when asked to', `${ENDLESS} process.on('SIGTERM', () => {})`],
    ['at the end', `process.stdout.end(film); setInterval(() => {}, 1e6)`],
  ])('fails when FFmpeg hangs %s', async (_, script) => {
    const failing = count(await source(script, { silenceMs: 400 }));
    await expect(failing).rejects.toMatchObject({ kind: 'ffmpeg', message: 'FFmpeg gave nothing for 0.4 s of x' });
    expect(isRunning(await pid())).toBe(false);
  });

  it('fails when it is not there', async () => {
    await expect(count(await source('', { ffmpegPath: '/no/such' }))).rejects.toMatchObject({
      code: 'ERR_FFMPEG_MISSING',
    });
  });

  it('ends FFmpeg when its reader leaves', async () => {
    const { reading } = await flowing(ENDLESS);
    await reading.return?.();
    expect(isRunning(await pid())).toBe(false);
  });

  it('ends FFmpeg and the stream when it is closed, even while somebody waits', async () => {
    const { tags, reading } = await flowing(ENDLESS);
    const rest = (async () => {
      for (let next = await reading.next(); next.done !== true; next = await reading.next());
    })();
    await tags.close();
    await rest;
    expect(isRunning(await pid())).toBe(false);
    expect(await count(tags)).toBe(0);
  });

  it('ends FFmpeg and the stream when it is aborted', async () => {
    const stop = new AbortController();
    const { reading } = await flowing(ENDLESS, { signal: stop.signal });
    const rest = (async () => {
      for (let next = await reading.next(); next.done !== true; next = await reading.next());
    })();
    stop.abort();
    await rest;
    expect(isRunning(await pid())).toBe(false);
  });

  it('does not take a slow reader for a silent FFmpeg', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const { reading } = await flowing('process.stdout.write(film)');
      vi.advanceTimersByTime(60_000);
      let tags = 0;
      for (let next = await reading.next(); next.done !== true; next = await reading.next()) tags += next.value.length;
      expect(tags).toBeGreaterThan(50);
    } finally {
      vi.useRealTimers();
    }
  });

  it('tells each complaint once, and none of an FFmpeg that fails at once', async () => {
    const told: string[] = [];
    const onComplaint = (text: string): void => void told.push(text);
    const script = `process.stdout.write(film.subarray(0, 100000));
      process.stdin.on('data', () => {});
      setTimeout(() => { for (let i = 0; i < 500; i++) console.error('[error] bad frame ' + (i % 20)); process.stdout.end(film.subarray(100000)); }, 300)`;
    await count(await source(script, { onComplaint }));
    expect(told.length).toBe(10);
    expect(new Set(told).size).toBe(10);
    told.length = 0;
    await count(await source(`console.error('[error] no such camera'); process.exitCode = 1`, { onComplaint })).catch(
      () => {},
    );
    expect(told).toEqual([]);
  });

  it('makes FFmpeg wait for its reader', async () => {
    const script = `let n = 0; const more = () => { n += film.length; require('fs').writeFileSync(__dirname + '/written', String(n)); };
      const loop = () => { while (process.stdout.write(film, more)); process.stdout.once('drain', loop); }; loop();`;
    const { reading } = await flowing(script);
    await expect.poll(async () => Number(await readFile(join(programs.folder, 'written'), 'utf8'))).toBeGreaterThan(0);
    let before = -1;
    let now = 0;
    while (now !== before) {
      before = now;
      await new Promise((resolve) => setTimeout(resolve, 100));
      now = Number(await readFile(join(programs.folder, 'written'), 'utf8'));
    }
    expect(now).toBeLessThan(20_000_000);
    await reading.return?.();
  });
});
