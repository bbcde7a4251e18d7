import { mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { makeDirectory } from '../../src/files/make-directory.js';

const root = mkdtempSync(join(tmpdir(), 'rtmpkit-directories-'));
afterAll(() => rmSync(root, { recursive: true }));

describe('makeDirectory', () => {
  it.each(['one', 'a/b/c', 'a/b', 'a/b/d/', 'a/./b/../e', '.'])(
    'makes %s, and takes it as it is after that',
    async (name) => {
      await makeDirectory(`${root}/${name}`);
      await makeDirectory(`${root}/${name}`);
      expect(statSync(`${root}/${name}`).isDirectory()).toBe(true);
    },
  );

  it('makes one directory for all who want it at once', async () => {
    await Promise.all(Array.from({ length: 10 }, () => makeDirectory(join(root, 'crowd/a/b'))));
    expect(statSync(join(root, 'crowd/a/b')).isDirectory()).toBe(true);
  });

  it('goes through a link', async () => {
    await makeDirectory(join(root, 'real'));
    symlinkSync(join(root, 'real'), join(root, 'link'));
    await makeDirectory(join(root, 'link/below'));
    expect(statSync(join(root, 'real/below')).isDirectory()).toBe(true);
  });

  it('says that a file is in the way', async () => {
    const path = join(root, 'file');
    writeFileSync(path, '');
    await expect(makeDirectory(path)).rejects.toMatchObject({ code: 'EEXIST' });
    await expect(makeDirectory(join(path, 'below'))).rejects.toMatchObject({ code: 'ENOTDIR' });
  });

  it('says that a link leads nowhere', async () => {
    const path = join(root, 'nowhere');
    symlinkSync(join(root, 'missing/far'), path);
    await expect(makeDirectory(path)).rejects.toMatchObject({ code: 'EEXIST' });
    await expect(makeDirectory(join(path, 'below'))).rejects.toMatchObject({ code: 'EEXIST' });
  });

  it.runIf(process.platform === 'linux').each(['/proc/x', '/proc/x/y', '/proc/self/fd/x/y', '/sys/x/y'])(
    'gives up at %s, where nothing can be made',
    async (path) => {
      await expect(makeDirectory(path)).rejects.toThrow(/ENOENT|EPERM|EACCES|EROFS/);
    },
  );
});
