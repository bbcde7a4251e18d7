import { afterAll, describe, expect, it } from 'vitest';
import { parsePlaylist, playlistPath, readPlaylist } from '../../src/commands/playlist.js';
import { TestDirectory } from '../endpoint/flv-test-files.js';

const directory = new TestDirectory();
afterAll(() => directory.remove());

describe('parsePlaylist', () => {
  it('has one input per line, relative to its folder, and passes over comments, blank lines and what editors add', () => {
    const text =
      '\uFEFF#EXTM3U\r\n\r\n  # a comment\r\na.flv\r\n#EXTINF:10,second\n sub/b film.flv \n/films/c.flv\n\nhttps://host/d.flv';
    expect(parsePlaylist(text, 'lists/day.m3u')).toEqual([
      { input: 'lists/a.flv', lineNumber: 4 },
      { input: 'lists/sub/b film.flv', lineNumber: 6 },
      { input: '/films/c.flv', lineNumber: 7 },
      { input: 'https://host/d.flv', lineNumber: 9 },
    ]);
    expect(parsePlaylist('a.flv\rb.flv', 'day.txt').map(({ input }) => input)).toEqual(['a.flv', 'b.flv']);
  });

  it.each([
    ['a.flv\n@b.txt', /^playlist day.txt line 2: a playlist cannot name another playlist$/],
    ['\n\n-', /^playlist day.txt line 3: standard input has no place in a playlist$/],
    ['rtmp://host/live/hush-hush-hush', /^playlist day.txt line 1: push takes nothing from RTMP$/],
  ])('refuses %j', (text, message) => {
    expect(() => parsePlaylist(text, 'day.txt')).toThrow(message);
  });
});

describe('readPlaylist', () => {
  it('reads a file', async () => {
    const path = directory.file('day.txt', Buffer.from('a.flv\n'));
    expect(await readPlaylist(path)).toEqual([{ input: `${directory.path}/a.flv`, lineNumber: 1 }]);
    expect(directory.openFiles).toEqual([]);
  });

  it.each([
    ['is not there', undefined, 'ERR_FILE_NOT_FOUND'],
    ['is empty', '', 'ERR_MEDIA_EMPTY'],
    ['has comments only', '#\n\n# x\n', 'ERR_MEDIA_EMPTY'],
    ['is a film', 'FLV\u0001\u0005\u0000\u0000', 'ERR_MEDIA_UNSUPPORTED'],
    ['is far too long', 'a.flv\n'.repeat(2_000_000), 'ERR_MEDIA_UNSUPPORTED'],
  ])('refuses one that %s', async (name, text, code) => {
    const path = directory.file(name, text === undefined ? undefined : Buffer.from(text));
    await expect(readPlaylist(path)).rejects.toMatchObject({
      code,
      message: expect.stringContaining(`playlist ${path}`),
    });
    expect(directory.openFiles).toEqual([]);
  });

  it('refuses a directory, and does not take it for a film', async () => {
    await expect(readPlaylist(directory.path)).rejects.toMatchObject({
      code: 'ERR_FILE_UNREADABLE',
      message: `playlist ${directory.path}: this is a directory, not a file`,
    });
  });

  it('is told by its mark', () => {
    expect(playlistPath('@day.txt')).toBe('day.txt');
    expect(playlistPath('./@day.txt')).toBeUndefined();
  });
});
