import { execFileSync } from 'node:child_process';
import { afterAll, describe, expect, it } from 'vitest';
import { openOutput } from '../../src/endpoint/output-file.js';
import { TestDirectory } from './flv-test-files.js';

const directory = new TestDirectory();
afterAll(() => directory.remove());

describe.skipIf(process.platform === 'win32')('an output that is a pipe', () => {
  it.each([true, false])('is refused without waiting for its reader (overwrite: %j)', async (overwrite) => {
    const path = directory.file(`${overwrite}.flv`);
    execFileSync('sh', ['-c', 'mkfifo "$0"', path]);
    await expect(openOutput(path, overwrite)).rejects.toMatchObject({
      code: 'ERR_OUTPUT',
      message: `${path}: this is a pipe, which cannot be written like a file`,
    });
  });
});
