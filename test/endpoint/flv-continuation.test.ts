import { appendFileSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FileSummary } from '../../src/endpoint/file-writer.js';
import { continueFlv } from '../../src/endpoint/flv-continuation.js';
import { FlvFileWriter } from '../../src/endpoint/flv-file-writer.js';
import { keyframesFromAmf } from '../../src/flv/keyframe-index.js';
import type { MediaTag } from '../../src/media/tag.js';
import { isFrame, isKeyframe } from '../../src/media/tag-info.js';
import { buildFlv, buildHeader, buildRecording, buildTag, concat } from '../support/flv-builder.js';
import { contentsOf, fingerprints, mediaTag, TestDirectory } from './flv-test-files.js';

let directory: TestDirectory;
beforeEach(() => {
  directory = new TestDirectory();
});
afterEach(() => {
  expect(directory.openFiles).toEqual([]);
  directory.remove();
});

const FIRST = buildRecording(2).map(mediaTag);
const SECOND = buildRecording(2, 500_000).map(mediaTag);

async function record(path: string, tags: readonly MediaTag[]): Promise<void> {
  const writer = await FlvFileWriter.create(path);
  writer.append(tags);
  writer.end();
  await writer.finished;
  makeOld(path);
}

/** Nobody waits for a file that was written a while ago. */
function makeOld(path: string): void {
  utimesSync(path, 1, 1);
}

function writeOld(path: string, bytes: Uint8Array): void {
  writeFileSync(path, bytes);
  makeOld(path);
}

/** What a recorder leaves that was killed: metadata of an open file, and the beginning of one more tag. */
async function recordUntilKilled(path: string, tags: readonly MediaTag[]): Promise<void> {
  const closed = `${path}.closed`;
  await record(closed, tags);
  const bytes = readFileSync(closed);
  const open = new Uint8Array(bytes);
  // The duration is the first number of the file's metadata: behind its name, its marker and its name's length.
  const at = bytes.indexOf('duration') + 'duration'.length + 1;
  open.fill(0, at, at + 8);
  directory.file(path.split('/').at(-1)!, concat(open, buildTag(buildRecording(1)[5]!).subarray(0, 20)));
  makeOld(path);
}

async function appendTo(path: string, tags: readonly MediaTag[]): Promise<FileSummary> {
  const writer = await continueFlv(path);
  writer.append(tags);
  writer.end();
  const summary = await writer.finished;
  makeOld(path);
  return summary;
}

/** One file of both, the second behind the first, complete. */
function expectJoined(path: string): void {
  const { tags, items, metadata } = contentsOf(path);
  expect(items.filter(({ type }) => type === 'damage')).toEqual([]);
  const expected = [...FIRST, ...SECOND.map((tag) => ({ ...tag, timestampMs: tag.timestampMs - 498_000 }))];
  expect(fingerprints(tags.filter(isFrame))).toEqual(fingerprints(expected.filter(isFrame)));
  expect(metadata?.get('duration')).toBe(4);
  expect(metadata?.get('filesize')).toBe(readFileSync(path).length);
  expect(metadata?.get('width')).toBe(64);
  const keyframes = keyframesFromAmf(metadata?.get('keyframes'));
  expect(keyframes.map(({ timestampMs }) => timestampMs)).toEqual([0, 1_000, 2_000, 3_000]);
  const atBytes = items.flatMap((item) => (item.type === 'tag' && isKeyframe(mediaTag(item)) ? [item.atByte] : []));
  expect(keyframes.map(({ atByte }) => atByte)).toEqual(atBytes);
}

describe('continueFlv', () => {
  it('goes on in a complete file', async () => {
    const path = directory.file('a.flv');
    await record(path, FIRST);
    const summary = await appendTo(path, SECOND);
    expectJoined(path);
    expect(summary).toMatchObject({ durationMs: 4_000, sizeBytes: readFileSync(path).length });
  });

  it('completes what a killed recorder left', async () => {
    const path = directory.file('killed.flv');
    await recordUntilKilled(path, FIRST);
    await appendTo(path, SECOND);
    expectJoined(path);
  });

  it('says of a file that grows nothing that is not true', async () => {
    const path = directory.file('growing.flv');
    await record(path, FIRST);
    const writer = await continueFlv(path);
    writer.append(
      Array.from({ length: 700 }, (_, i) => ({
        ...SECOND[3]!,
        timestampMs: i,
        body: new Uint8Array(2_000).fill(0x17),
      })),
    );
    await writer.room();
    const { metadata } = contentsOf(path);
    expect(metadata?.get('duration')).toBe(0);
    expect(metadata?.has('keyframes')).toBe(false);
    writer.end();
    await writer.finished;
  });

  it('may be done again and again', async () => {
    const path = directory.file('many.flv');
    for (let i = 0; i < 4; i++) await appendTo(path, FIRST);
    const { tags, metadata } = contentsOf(path);
    expect(metadata?.get('duration')).toBe(8);
    const times = tags.filter(({ kind }) => kind === 'video').map(({ timestampMs }) => timestampMs);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
  });

  it('makes a file that is not there, or empty', async () => {
    for (const path of [directory.file('new.flv'), directory.file('empty.flv', new Uint8Array(0))]) {
      await appendTo(path, FIRST);
      expect(fingerprints(contentsOf(path).tags.slice(1))).toEqual(fingerprints(FIRST.slice(1)));
    }
  });

  it.each([
    ['a file that a killed recorder left', recordUntilKilled],
    ['a file of another program', async (path: string) => writeOld(path, buildFlv(buildRecording(2)))],
  ])('leaves %s alone when nothing comes', async (_, make) => {
    const path = directory.file('nothing.flv');
    await make(path, FIRST);
    const before = readFileSync(path);
    await appendTo(path, FIRST.slice(0, 3)); // headers
    expect(readFileSync(path).equals(before)).toBe(true);
    expect(readdirSync(directory.path).filter((name) => name.endsWith('.part'))).toEqual([]);
  });

  it.each([
    ['goes on in', recordUntilKilled],
    ['writes anew', async (path: string) => writeOld(path, buildFlv(buildRecording(2)))],
  ])('leaves a file alone that grows before it %s it', async (_, make) => {
    const path = directory.file('shared.flv');
    await make(path, FIRST);
    const writer = await continueFlv(path);
    appendFileSync(path, 'what another recorder writes');
    const before = readFileSync(path);
    writer.append(SECOND);
    writer.end();
    await expect(writer.finished).rejects.toMatchObject({
      code: 'ERR_OUTPUT',
      message: `${path}: somebody else is writing to this file`,
    });
    expect(readFileSync(path).equals(before)).toBe(true);
    expect(readdirSync(directory.path).filter((name) => name.endsWith('.part'))).toEqual([]);
  });

  it.each([
    ['written by another program', buildFlv(buildRecording(2))],
    ['damaged in the middle', undefined],
    ['joined from two', concat(buildFlv(buildRecording(1)), buildHeader(), ...buildRecording(1, 1_000).map(buildTag))],
  ])('writes a file anew that was %s', async (_, bytes) => {
    const path = directory.file('foreign.flv', bytes);
    if (bytes === undefined) {
      await record(path, FIRST);
      const whole = readFileSync(path);
      const at = whole.length - 4_000;
      directory.file('foreign.flv', concat(whole.subarray(0, at), new Uint8Array(50).fill(0xee), whole.subarray(at)));
    }
    makeOld(path);
    await appendTo(path, SECOND);
    const { metadata, tags, items } = contentsOf(path);
    expect(items.filter(({ type }) => type === 'damage')).toEqual([]);
    expect(metadata?.get('duration')).toBe(4);
    expect(metadata?.get('filesize')).toBe(readFileSync(path).length);
    expect(tags.filter(isKeyframe).map(({ timestampMs }) => timestampMs)).toEqual([0, 1_000, 2_000, 3_000]);
    expect(readdirSync(directory.path).filter((name) => name.endsWith('.part'))).toEqual([]);
  });

  it('refuses what is no FLV, and leaves it alone', async () => {
    const text = Buffer.from('This is a letter, and quite a long one. '.repeat(50));
    const path = directory.file('letter.flv', text);
    await expect(continueFlv(path)).rejects.toMatchObject({ code: 'ERR_NOT_FLV' });
    expect(readFileSync(path).equals(text)).toBe(true);
    expect(readdirSync(directory.path)).toEqual(['letter.flv']);
  });
});
