import { readFileSync } from 'node:fs';
import { PassThrough } from 'node:stream';
import { afterAll, describe, expect, it } from 'vitest';
import { choosePullTarget, openPullOutput } from '../../src/commands/pull-output.js';
import { FileSink } from '../../src/endpoint/file-sink.js';
import { FlvStreamSink } from '../../src/endpoint/flv-stream-sink.js';
import { TestDirectory } from '../endpoint/flv-test-files.js';

const directory = new TestDirectory();
afterAll(() => directory.remove());

describe('choosePullTarget', () => {
  it('takes the path that is given', async () => {
    const path = directory.file('new.flv');
    expect(await choosePullTarget({ output: path, overwrite: false }, 'key')).toEqual({ path, overwrite: false });
  });

  it('makes a name of the stream and the time', async () => {
    const target = await choosePullTarget({ output: undefined, overwrite: false }, '../key?token=secret');
    expect(target).toEqual({ path: expect.stringMatching(/^\.\/_key-\d{8}-\d{6}\.flv$/), overwrite: false });
  });

  it('takes a stream as it is', async () => {
    const stream = new PassThrough();
    expect(await choosePullTarget({ output: stream, overwrite: false }, 'key')).toEqual({ stream });
  });

  it('refuses a file that is there, unless it may be replaced; a device may always be written', async () => {
    const path = directory.file('old.flv', Buffer.from('precious'));
    await expect(choosePullTarget({ output: path, overwrite: false }, 'key')).rejects.toMatchObject({
      code: 'ERR_OUTPUT_EXISTS',
      stage: 'output',
    });
    expect(await choosePullTarget({ output: path, overwrite: true }, 'key')).toEqual({ path, overwrite: true });
    expect(await choosePullTarget({ output: '/dev/null', overwrite: false }, 'key')).toMatchObject({
      path: '/dev/null',
    });
  });
});

describe('openPullOutput', () => {
  it('opens a file', async () => {
    const path = directory.file('opened.flv');
    const { sink, name } = await openPullOutput({ path, overwrite: false });
    expect(sink).toBeInstanceOf(FileSink);
    expect(name).toBe(path);
    await sink.finish();
    expect(directory.openFiles).toEqual([]);
  });

  it('refuses a file that has come meanwhile, and leaves it alone', async () => {
    const path = directory.file('meanwhile.flv');
    const target = await choosePullTarget({ output: path, overwrite: false }, 'key');
    directory.file('meanwhile.flv', Buffer.from('precious'));
    await expect(openPullOutput(target)).rejects.toMatchObject({ code: 'ERR_OUTPUT_EXISTS' });
    expect(readFileSync(path, 'utf8')).toBe('precious');
  });

  it('fails for a place that is none', async () => {
    const target = { path: directory.file('no/such/place.flv'), overwrite: false };
    await expect(openPullOutput(target)).rejects.toMatchObject({ code: 'ERR_OUTPUT' });
  });

  it('writes into a stream', async () => {
    const { sink, name } = await openPullOutput({ stream: new PassThrough().resume() });
    expect(sink).toBeInstanceOf(FlvStreamSink);
    expect(name).toBe('-');
    await sink.finish();
  });
});
