import { existsSync, readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { FfmpegFileWriter } from '../../src/endpoint/ffmpeg-file-writer.js';
import { PictureSink } from '../../src/endpoint/picture-sink.js';
import { ProgramSink } from '../../src/endpoint/program-sink.js';
import { ChildProgram } from '../../src/ffmpeg/child-program.js';
import { Broadcast, type SubscribeOptions } from '../../src/flow/broadcast.js';
import type { MediaTag } from '../../src/media/tag.js';
import { isKeyframe, isSequenceHeader } from '../../src/media/tag-info.js';
import { FakePrograms } from '../support/fake-programs.js';
import { buildRecording } from '../support/flv-builder.js';
import { contents, contentsOf, fingerprints, mediaTag, TestDirectory } from './flv-test-files.js';

// Node scripts in the place of FFmpeg, players and commands.

const TAGS = buildRecording(2).map(mediaTag);
const programs = new FakePrograms();
const directory = new TestDirectory();
afterAll(async () => {
  await programs.remove();
  directory.remove();
});

/** Copies standard input into the file that is named last: `file:PATH`. */
const COPY = `
const fs = require('node:fs');
process.stdin.pipe(fs.createWriteStream(process.argv.at(-1).replace(/^file:/, '')));
`;

let lastProgram = 0;
function program(script: string): Promise<string> {
  lastProgram += 1;
  return programs.add(`program${lastProgram}`, script);
}

/** Gives a sink the whole stream. */
function broadcast(
  sink: { attach(broadcast: Broadcast, options: SubscribeOptions): void },
  tags: readonly MediaTag[] = TAGS,
): Broadcast {
  const stream = new Broadcast({ maxBytes: 1 << 24, gopCache: false });
  sink.attach(stream, { mode: 'lossless', join: 'beginning' });
  stream.append(tags);
  return stream;
}

describe('FfmpegFileWriter', () => {
  async function write(script: string, path: string, overwrite = false): Promise<FfmpegFileWriter> {
    return FfmpegFileWriter.create(path, { ffmpegPath: await program(script), muxer: 'mpegts', overwrite });
  }

  it('gives FFmpeg the whole stream as FLV, and waits until it is written', async () => {
    const path = directory.file('whole.ts');
    const file = await write(COPY, path);
    file.append(TAGS.slice(0, 100));
    await file.room();
    file.append(TAGS.slice(100));
    file.end();
    file.end();
    const summary = await file.finished;
    expect(fingerprints(contentsOf(path).tags)).toEqual(fingerprints(TAGS));
    const sizeBytes = readFileSync(path).length;
    expect(summary).toMatchObject({ durationMs: 2_000, videoTags: 51, audioTags: 101, sizeBytes });
    expect(file.append(TAGS)).toBe(true);
  });

  it('has no room while FFmpeg reads nothing', async () => {
    const path = directory.file('slow.ts');
    const gate = directory.file('gate');
    const file = await write(
      `const wait = () => (require('node:fs').existsSync(${JSON.stringify(gate)}) ? copy() : setTimeout(wait, 5));
       const copy = () => {${COPY}};
       wait();`,
      path,
    );
    const body = new Uint8Array(1 << 20).fill(0x27);
    expect(file.append([{ kind: 'video', timestampMs: 0, body }])).toBe(false);
    expect(file.hasRoom).toBe(false);
    directory.file('gate', new Uint8Array(1));
    await file.room();
    expect(file.hasRoom).toBe(true);
    file.end();
    await file.finished;
    expect(contentsOf(path).tags[0]?.body).toHaveLength(1 << 20);
  });

  it('fails with FFmpeg, in its words, and leaves no empty file', async () => {
    const path = directory.file('failed.ts');
    const file = await write(`process.stderr.write('[error] no way\\n'); process.exitCode = 1;`, path);
    file.append([{ kind: 'video', timestampMs: 0, body: new Uint8Array(1 << 20) }]);
    await file.room();
    await expect(file.finished).rejects.toMatchObject({
      code: 'ERR_FFMPEG_FAILED',
      message: `${path}: FFmpeg ended with exit status 1`,
      peerWords: 'no way',
    });
    expect(existsSync(path)).toBe(false);
    expect(file.append(TAGS)).toBe(true);
    file.end();
  });

  it('refuses a file that is there, and a place that is none, before it starts anything', async () => {
    const path = directory.file('precious.ts', Buffer.from('precious'));
    await expect(write(COPY, path)).rejects.toMatchObject({ code: 'ERR_OUTPUT_EXISTS' });
    expect(readFileSync(path, 'utf8')).toBe('precious');
    await expect(write(COPY, directory.file('no/such/place.ts'))).rejects.toMatchObject({ code: 'ERR_OUTPUT' });
    const file = await write(COPY, path, true);
    file.append(TAGS);
    file.end();
    await file.finished;
    expect(contentsOf(path).tags).toHaveLength(TAGS.length);
  });
});

describe('ProgramSink', () => {
  async function start(script: string): Promise<ProgramSink> {
    const path = await program(script);
    return new ProgramSink(await ChildProgram.start({ path, args: [], stdin: 'pipe', stdout: 'ignore' }), 'program');
  }

  it('gives a program the stream, and tells how it ended', async () => {
    const path = directory.file('given.flv');
    const sink = await start(
      `process.stdin.on('end', () => { process.exitCode = 3; }).pipe(require('node:fs').createWriteStream(${JSON.stringify(path)}));`,
    );
    broadcast(sink).end();
    const end = await sink.finished;
    const bytes = readFileSync(path);
    expect(end).toEqual({
      by: 'stream',
      bytes: bytes.length,
      isStopped: false,
      exit: { exitCode: 3, signal: undefined },
    });
    expect(fingerprints(contents(bytes).tags)).toEqual(fingerprints(TAGS));
  });

  it('ends with a program that has seen enough, and holds nobody up', async () => {
    const sink = await start(`process.stdin.once('data', () => process.exit(0));`);
    const stream = broadcast(sink);
    const end = await sink.finished;
    expect(end).toMatchObject({ by: 'consumer', exit: { exitCode: 0 } });
    stream.append(TAGS.map((tag) => ({ ...tag, body: new Uint8Array(1 << 18) })));
    expect(stream.hasRoom).toBe(true);
    expect(stream.stats.subscribers).toBe(0);
    stream.end();
  });

  it('ends a program that would go on by itself', async () => {
    const sink = await start(`process.stdin.resume(); setInterval(() => {}, 1e6);`);
    broadcast(sink).end();
    sink.stop();
    expect((await sink.finished).exit.signal).toBe('SIGTERM');
  });
});

describe('PictureSink', () => {
  async function take(script: string, path: string, tags: readonly MediaTag[] = TAGS): Promise<PictureSink> {
    const sink = new PictureSink({ ffmpegPath: await program(script), path, overwrite: false });
    broadcast(sink, tags).end();
    return sink;
  }

  it('hands FFmpeg the first keyframe with its headers, and wants no more', async () => {
    const path = directory.file('picture.jpg');
    const sink = await take(COPY, path);
    expect(await sink.finished).toBe(readFileSync(path).length);
    const { tags } = contentsOf(path);
    expect(tags.map((tag) => [tag.timestampMs, isSequenceHeader(tag), isKeyframe(tag)])).toEqual([
      [0, true, false],
      [0, false, true],
    ]);
  });

  it('fails when there is no picture', async () => {
    const path = directory.file('none.jpg');
    const sink = await take(
      COPY,
      path,
      TAGS.filter(({ kind }) => kind === 'audio'),
    );
    await expect(sink.finished).rejects.toMatchObject({ code: 'ERR_MEDIA_EMPTY' });
    expect(existsSync(path)).toBe(false);
  });

  it('fails when FFmpeg fails, or is content with nothing; no empty file is left', async () => {
    for (const [name, script] of [
      ['failed.jpg', 'process.exitCode = 1;'],
      ['nothing.jpg', 'process.stdin.resume();'],
    ] as const) {
      const path = directory.file(name);
      const sink = await take(script, path);
      await expect(sink.finished).rejects.toMatchObject({ code: 'ERR_FFMPEG_FAILED' });
      expect(existsSync(path)).toBe(false);
    }
  });
});
