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

it.each([
  ['fixed.m3u8', /no \.m3u8 can be written/],
  ['fixed.jpg', /the name of a picture/],
])('a repair writes no FLV by the name of something else: %s', async (name, message) => {
  const source = directory.file('damaged.flv', FILM);
  const options = { source, outputs: [directory.file(name)], overwrite: true };
  await expect(repair(options, () => {}, new AbortController().signal)).rejects.toMatchObject({
    code: 'ERR_USAGE',
    message: expect.stringMatching(message),
  });
});
