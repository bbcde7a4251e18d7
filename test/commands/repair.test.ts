import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it, vi } from 'vitest';
import { repair } from '../../src/commands/repair.js';
import { TestDirectory } from '../endpoint/flv-test-files.js';

const FILM = readFileSync(fileURLToPath(new URL('../../fixtures/testcard.flv', import.meta.url)));
const directory = new TestDirectory();
afterAll(() => directory.remove());

it('a repair says nothing of writing the file that it reads, and leaves it alone', async () => {
  const source = directory.file('film.flv', FILM);
  const report = vi.fn();
  const running = repair({ source, outputs: [source], overwrite: true }, report, new AbortController().signal);
  await expect(running).rejects.toMatchObject({ code: 'ERR_USAGE' });
  expect(report).not.toHaveBeenCalled();
  expect(readFileSync(source).equals(FILM)).toBe(true);
});
