import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, symlinkSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { repairFlv } from '../../src/endpoint/flv-repair.js';
import type { FlvDamage } from '../../src/flv/item.js';
import {
  aacFrame,
  avcFrame,
  buildFlv,
  buildHeader,
  buildRecording,
  concat,
  metadata,
  payload,
} from '../support/flv-builder.js';
import { contentsOf, fingerprints, mediaTag, TestDirectory } from './flv-test-files.js';

let directory: TestDirectory;
beforeEach(() => {
  directory = new TestDirectory();
});
afterEach(() => {
  expect(directory.openFiles).toEqual([]);
  directory.remove();
});

const TAGS = buildRecording(3);

describe('repairFlv', () => {
  it('completes a file that was cut off', async () => {
    const bytes = buildFlv(TAGS);
    const input = directory.file('in.flv', bytes.subarray(0, bytes.length - 20));
    const output = directory.file('out.flv');
    const damages: FlvDamage[] = [];
    const progress: number[] = [];
    const summary = await repairFlv(input, output, {
      onDamage: (damage) => damages.push(damage),
      onProgress: ({ bytesRead, sizeBytes }) => progress.push(bytesRead / sizeBytes),
    });
    const { tags, metadata, items } = contentsOf(output);
    expect(fingerprints(tags.slice(1))).toEqual(fingerprints(TAGS.slice(1, -1).map(mediaTag)));
    expect(items.map((item) => item.type)).not.toContain('damage');
    expect(metadata?.get('duration')).toBe(3);
    expect(metadata?.get('filesize')).toBe(readFileSync(output).length);
    expect(metadata?.has('keyframes')).toBe(true);
    expect(damages).toMatchObject([{ skippedBytes: 27, why: 'ends inside a tag' }]);
    expect(summary).toMatchObject({ damages: 1, skippedBytes: 27, isAborted: false, videoTags: 76, audioTags: 150 });
    expect(progress.at(-1)).toBeGreaterThan(0.95);
  });

  it('keeps encrypted tags, unknown types and wrong size words, each as it is', async () => {
    const odd = [
      { ...aacFrame(0), sizeWord: 5 },
      { ...avcFrame(20), filtered: true },
      { typeId: 3, timestampMs: 30, body: payload(9) },
      { typeId: 15, timestampMs: 35, body: payload(9) },
      aacFrame(40),
    ];
    const output = directory.file('out.flv');
    await repairFlv(directory.file('in.flv', buildFlv(odd)), output);
    const items = contentsOf(output)
      .items.filter((item) => item.type === 'tag')
      .slice(1);
    expect(items.map(({ typeId, timestampMs, filtered }) => [typeId, timestampMs, filtered])).toEqual([
      [8, 0, false],
      [9, 20, true],
      [3, 30, false],
      [15, 35, false],
      [8, 40, false],
    ]);
    expect(items.map((item) => Uint8Array.from(item.body))).toEqual(odd.map((tag) => tag.body));
    expect(
      contentsOf(output)
        .items.filter((item) => item.type === 'notice')
        .map(({ what }) => what),
    ).not.toContain('wrong size words');
  });

  it('makes one recording of several with garbage between', async () => {
    const output = directory.file('out.flv');
    const input = directory.file('in.flv', concat(buildFlv(TAGS), payload(500), buildFlv(TAGS)));
    expect(await repairFlv(input, output)).toMatchObject({ skippedBytes: 500, damages: 1, durationMs: 5980 });
    expect(contentsOf(output).items.filter((item) => item.type === 'header')).toHaveLength(1);
  });

  it('drops what old metadata says about the old file', async () => {
    const output = directory.file('out.flv');
    const old = metadata({ duration: 77, filesize: 1, title: 'cats', keyframes: { times: [1], filepositions: [5] } });
    await repairFlv(directory.file('in.flv', buildFlv([old, ...TAGS.slice(1)])), output);
    expect(contentsOf(output).metadata?.get('duration')).toBe(3);
    expect(contentsOf(output).metadata?.get('title')).toBe('cats');
  });

  it('says that it was aborted, and nothing of its input, when it had nothing yet', async () => {
    const output = directory.file('out.flv');
    const input = directory.file('in.flv', buildFlv(TAGS));
    const enough = new Error('enough');
    await expect(repairFlv(input, output, { signal: AbortSignal.abort(enough) })).rejects.toBe(enough);
    expect(existsSync(output)).toBe(false);
  });

  it('completes what it has when it is aborted', async () => {
    const output = directory.file('out.flv');
    const abort = new AbortController();
    const input = directory.file('in.flv', buildFlv(buildRecording(250)));
    const repairing = repairFlv(input, output, { signal: abort.signal, onProgress: () => abort.abort() });
    expect(await repairing).toMatchObject({ isAborted: true });
    expect(contentsOf(output).metadata?.get('filesize')).toBe(readFileSync(output).length);
  });

  it('refuses to write over its own input', async () => {
    const input = directory.file('in.flv', buildFlv(TAGS));
    const link = directory.file('link.flv');
    symlinkSync(input, link);
    for (const output of [input, link]) {
      await expect(repairFlv(input, output, { overwrite: true })).rejects.toMatchObject({ code: 'ERR_USAGE' });
    }
    expect(readFileSync(input)).toHaveLength(buildFlv(TAGS).length);
  });

  it('touches the output only when there is something to write', async () => {
    const output = directory.file('out.flv');
    await expect(repairFlv(directory.file('none.flv'), output)).rejects.toMatchObject({ code: 'ERR_FILE_NOT_FOUND' });
    const html = directory.file('in.html', Buffer.from('<html>'));
    await expect(repairFlv(html, output)).rejects.toMatchObject({ code: 'ERR_NOT_FLV' });
    const empty = directory.file('empty.flv', buildHeader());
    await expect(repairFlv(empty, output)).rejects.toMatchObject({ code: 'ERR_MEDIA_EMPTY' });
    expect(existsSync(output)).toBe(false);
    const input = directory.file('in.flv', buildFlv(TAGS));
    await repairFlv(input, output);
    await expect(repairFlv(input, output)).rejects.toMatchObject({ code: 'ERR_OUTPUT_EXISTS' });
    await repairFlv(input, output, { overwrite: true });
    await expect(repairFlv(input, directory.file('no/out.flv'))).rejects.toMatchObject({ code: 'ERR_OUTPUT' });
  });
});

describe.skipIf(process.platform === 'win32')('a named pipe', () => {
  it('is refused at once, as it cannot be read like a file', async () => {
    const path = directory.file('pipe');
    execFileSync('sh', ['-c', 'mkfifo "$0"', path]);
    await expect(repairFlv(path, directory.file('out.flv'))).rejects.toMatchObject({
      code: 'ERR_FILE_UNREADABLE',
      message: `${path}: this is a pipe, which cannot be read like a file`,
    });
    expect(existsSync(directory.file('out.flv'))).toBe(false);
  });
});
