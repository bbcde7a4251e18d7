import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { capabilitiesOf } from '../../src/ffmpeg/capabilities.js';
import { CapabilityCache, cacheFolder } from '../../src/ffmpeg/capability-cache.js';
import { parseCapabilities } from '../../src/ffmpeg/capability-text.js';
import { FakePrograms } from '../support/fake-programs.js';

const VERSION_5 = `ffmpeg version 5.1.9-0+deb12u1 Copyright (c) 2000-2026 the FFmpeg developers
built with gcc 12 (Debian 12.2.0-14+deb12u1)
libavutil      57. 28.100 / 57. 28.100
libavformat    59. 27.100 / 59. 27.100
`;
const ENCODERS = `Encoders:
 V..... = Video
 A..... = Audio
 .....D = Supports direct rendering method 1
 ------
 V....D libx264              libx264 H.264 / AVC / MPEG-4 AVC / MPEG-4 part 10 (codec h264)
 VFS..D mpeg4                MPEG-4 part 2
 A....D aac                  AAC (Advanced Audio Coding)
 A..X.D vorbis               Vorbis
`;
const FORMATS = `File formats:
 D. = Demuxing supported
 .E = Muxing supported
 --
  E adts            ADTS AAC (Advanced Audio Coding)
 DE flv             FLV (Flash Video)
 D  mov,mp4,m4a,3gp,3g2,mj2 QuickTime / MOV
 D  x11grab         X11 screen capture, using XCB
`;
const FORMATS_8 = `Formats:
 D.. = Demuxing supported
 .E. = Muxing supported
 ..d = Is a device
 ---
 DE  flv             FLV (Flash Video)
 D d lavfi           Libavfilter virtual input device
  Ed caca            caca (color ASCII art) output device
`;
const PROTOCOLS = `Supported file protocols:
Input:
  file
  srt
Output:
  md5
`;
const TEXTS = { version: VERSION_5, encoders: ENCODERS, formats: FORMATS, protocols: PROTOCOLS };

describe('parseCapabilities', () => {
  it('reads what FFmpeg prints', () => {
    expect(parseCapabilities(TEXTS)).toEqual({
      version: '5.1.9-0+deb12u1',
      formatVersion: [59, 27],
      encoders: new Set(['libx264', 'mpeg4', 'aac', 'vorbis']),
      muxers: new Set(['adts', 'flv']),
      demuxers: new Set(['flv', 'mov', 'mp4', 'm4a', '3gp', '3g2', 'mj2', 'x11grab']),
      inputProtocols: new Set(['file', 'srt']),
    });
  });

  it('reads the tables of newer versions, and a build without a version number', () => {
    const version = 'ffmpeg version N-109542-g1bf1fb9 Copyright\r\nlibavformat    61.  1.100 / 61.  1.100\r\n';
    const formats = FORMATS_8.replaceAll('\n', '\r\n');
    expect(parseCapabilities({ ...TEXTS, version, formats })).toMatchObject({
      version: 'N-109542-g1bf1fb9',
      formatVersion: [61, 1],
      muxers: new Set(['flv', 'caca']),
      demuxers: new Set(['flv', 'lavfi']),
    });
  });

  it('makes nothing of garbage', () => {
    const garbage = { version: '\0\uFFFD', encoders: 'x'.repeat(1000), formats: '', protocols: 'Output:' };
    expect(parseCapabilities(garbage)).toEqual({
      version: 'unknown',
      formatVersion: undefined,
      encoders: new Set(),
      muxers: new Set(),
      demuxers: new Set(),
      inputProtocols: new Set(),
    });
  });
});

describe('capabilitiesOf', () => {
  const programs = new FakePrograms();
  const answers = JSON.stringify({
    '-version': VERSION_5,
    '-encoders': ENCODERS,
    '-formats': FORMATS,
    '-protocols': PROTOCOLS,
  });
  let ffmpeg = '';
  beforeAll(async () => {
    ffmpeg = await programs.add(
      'ffmpeg',
      `require('fs').appendFileSync(__dirname + '/asked', 'x'); process.stdout.write((${answers})[process.argv[3]])`,
    );
  });
  afterAll(() => programs.remove());

  const timesAsked = async () => (await stat(join(programs.folder, 'asked'))).size;

  it('asks once', async () => {
    const cache = new CapabilityCache(join(programs.folder, 'a', 'b'));
    const first = await capabilitiesOf(ffmpeg, cache);
    expect(first.encoders).toContain('libx264');
    expect(await timesAsked()).toBe(4);
    expect(await capabilitiesOf(ffmpeg, cache)).toEqual(first);
    expect(await timesAsked()).toBe(4);
    expect((await readdir(join(programs.folder, 'a', 'b'))).length).toBe(1);
  });

  it('does not need a cache', async () => {
    const folder = join(await programs.file('file', 'in the way'), 'below');
    expect((await capabilitiesOf(ffmpeg, new CapabilityCache(folder))).encoders).toContain('aac');
  });

  it('does not believe a damaged cache', async () => {
    const folder = join(programs.folder, 'damaged');
    await capabilitiesOf(ffmpeg, new CapabilityCache(folder));
    const [name = ''] = await readdir(folder);
    await programs.file(`damaged/${name}`, '{"identity": 1, "texts"');
    expect((await capabilitiesOf(ffmpeg, new CapabilityCache(folder))).encoders).toContain('aac');
  });

  it.each([
    ['that is another program', 'console.log("hello")'],
    ['that fails', 'console.error("no such library"); process.exit(127)'],
  ])('refuses one %s', async (_, script) => {
    const path = await programs.add('no-ffmpeg', script);
    const cache = new CapabilityCache(join(programs.folder, 'other'));
    await expect(capabilitiesOf(path, cache)).rejects.toMatchObject({ code: 'ERR_FFMPEG_FAILED', kind: 'ffmpeg' });
  });
});

describe('cacheFolder', () => {
  it.each<[NodeJS.Platform, Record<string, string>, RegExp | undefined]>([
    ['linux', { XDG_CACHE_HOME: '/x' }, /^\/x\/rtmpkit$/],
    ['linux', { XDG_CACHE_HOME: 'relative' }, undefined],
    ['linux', {}, /\/\.cache\/rtmpkit$/],
    ['darwin', {}, /\/Library\/Caches\/rtmpkit$/],
    ['win32', {}, undefined],
  ])('on %s with %o', (platform, environment, expected) => {
    const folder = cacheFolder(environment, platform);
    if (expected === undefined) expect(folder).toBeUndefined();
    else expect(folder).toMatch(expected);
  });
});
