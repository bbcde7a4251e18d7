import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { constants, existsSync, openSync, readFileSync } from 'node:fs';
import { Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openOutputStream } from '../../src/endpoint/output-stream.js';
import { TestDirectory } from './flv-test-files.js';

let directory: TestDirectory;
beforeEach(() => {
  directory = new TestDirectory();
});
afterEach(() => {
  expect(directory.openFiles).toEqual([]);
  directory.remove();
});

async function write(path: string, ifThere: 'refuse' | 'replace' | 'append', text: string): Promise<void> {
  const stream = await openOutputStream(path, ifThere);
  const closed = once(stream, 'close');
  if (text !== '') stream.write(text);
  stream.end();
  await closed;
}

describe('openOutputStream', () => {
  it('makes, continues and replaces a file', async () => {
    const path = directory.file('a.ndjson');
    await write(path, 'refuse', 'one\n');
    await write(path, 'append', 'two\n');
    expect(readFileSync(path, 'utf8')).toBe('one\ntwo\n');
    await write(path, 'replace', 'three\n');
    expect(readFileSync(path, 'utf8')).toBe('three\n');
    await expect(openOutputStream(path, 'refuse')).rejects.toMatchObject({ code: 'ERR_OUTPUT_EXISTS' });
  });

  it('leaves no file when nothing is written, and what is there as it is', async () => {
    const [fresh, old] = [directory.file('fresh.ndjson'), directory.file('old.ndjson', Buffer.from('old\n'))];
    await write(fresh, 'append', '');
    await write(old, 'append', '');
    await write(old, 'replace', '');
    expect(existsSync(fresh)).toBe(false);
    expect(readFileSync(old, 'utf8')).toBe('old\n');
  });

  it.skipIf(process.platform === 'win32')(
    'refuses a pipe that nobody reads, and writes into one that is read',
    async () => {
      const path = directory.file('pipe');
      execFileSync('sh', ['-c', 'mkfifo "$0"', path]);
      await expect(openOutputStream(path, 'refuse')).rejects.toMatchObject({
        code: 'ERR_OUTPUT',
        message: `${path}: nobody reads this pipe`,
      });
      const reader = new Socket({ fd: openSync(path, constants.O_RDONLY | constants.O_NONBLOCK), writable: false });
      await write(path, 'refuse', 'one\n');
      const texts: Buffer[] = [];
      for await (const bytes of reader) texts.push(bytes);
      expect(Buffer.concat(texts).toString()).toBe('one\n');
    },
  );
});
