import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { RelayFallback } from '../../../src/commands/relay/fallback.js';
import { Bell } from '../../../src/endpoint/bell.js';
import { FlvFileSource } from '../../../src/endpoint/flv-file-source.js';
import { TestDirectory } from '../../endpoint/flv-test-files.js';
import { RelayRun } from './relay-bench.js';

const SLATE = readFileSync(fileURLToPath(new URL('../../../fixtures/testcard.flv', import.meta.url)));
const directory = new TestDirectory();
afterAll(() => directory.remove());
afterEach(() => expect(directory.openFiles).toEqual([]));

async function fallback() {
  const news = new Bell();
  const errors: unknown[] = [];
  const file = await FlvFileSource.open(directory.file('slate.flv', SLATE));
  const one = new RelayFallback(file, { onTags: () => news.ring(), onGone: (error) => errors.push(error) });
  return { one, news, errors };
}

describe('RelayFallback', () => {
  it('has closed its file when it is closed', async () => {
    const { one, news, errors } = await fallback();
    one.want();
    await news.next();
    await one.close();
    expect(directory.openFiles).toEqual([]);
    expect(errors).toEqual([]);
  });

  it('waits for all the turns in which it was wanted', async () => {
    const { one, news } = await fallback();
    for (let turn = 0; turn < 3; turn++) {
      one.want();
      await news.next();
      one.release();
    }
    await one.close();
    expect(directory.openFiles).toEqual([]);
    expect(one.stats.state).toBe('idle');
  });

  it.runIf(process.platform !== 'win32')('is no pipe, which can be read but once', async () => {
    const path = directory.file('pipe.flv');
    execFileSync('sh', ['-c', 'mkfifo "$0"', path]);
    const targets = [{ kind: 'rtmp', url: 'rtmp://127.0.0.1:1/live/x' }] as const;
    const run = RelayRun.of({ sources: [{ url: 'rtmp://127.0.0.1:1/live/x' }], targets, fallback: path });
    await expect(run.over).rejects.toMatchObject({
      code: 'ERR_USAGE',
      message: expect.stringContaining('no regular file'),
    });
  });
});
