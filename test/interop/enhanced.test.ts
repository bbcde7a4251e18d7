import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ClipShape, makeClip } from '../support/clip.js';
import type { Peer } from '../support/peer.js';
import { expectTail, readTags } from '../support/reception.js';
import { recordingOf, Scene, type SceneServer, startOf } from '../support/scene.js';

/**
 * A newer FFmpeg than the system's: 7 knows HEVC and AV1 in FLV, 8 and later Opus as well. One from a newer Debian release
 * in a folder (debootstrap --variant=minbase --include=ffmpeg) works without chroot through a script that calls it by the
 * folder's own ld-linux-x86-64.so.2 with --library-path.
 */
const FFMPEG = process.env['RTMPKIT_FFMPEG_NEW'] ?? '';

const QUIET = ['-hide_banner', '-loglevel', 'error', '-nostdin'];

const hasEnhancedAudio = FFMPEG !== '' && majorVersion() >= 8;

function majorVersion(): number {
  const text = execFileSync(FFMPEG, ['-version']).toString();
  return Number(/^ffmpeg version n?(\d+)/.exec(text)?.[1]);
}

const shapes = [
  { name: 'HEVC and AAC', seconds: 4, video: 'hevc', audio: 'aac' },
  { name: 'AV1 and AAC', seconds: 4, video: 'av1', audio: 'aac' },
  ...(hasEnhancedAudio
    ? [
        { name: 'HEVC and Opus', seconds: 4, video: 'hevc', audio: 'opus' } as const,
        { name: 'Opus alone', seconds: 3, audio: 'opus' } as const,
      ]
    : []),
] as const satisfies readonly (ClipShape & { name: string })[];

describe.skipIf(FFMPEG === '')('enhanced codecs with a newer FFmpeg', () => {
  let scene: Scene;
  let server: SceneServer;

  beforeAll(async () => {
    scene = await Scene.open();
    server = await scene.serve('--record', scene.file('recordings'));
  });
  afterAll(() => scene.close());

  it.concurrent.each(shapes)('brings $name from FFmpeg into our recording and to our pull', async (shape) => {
    const name = `${shape.name.replaceAll(/\W/g, '')}-published`;
    const clip = scene.file(`${name}.flv`);
    await makeClip(clip, shape, [FFMPEG]);
    const stream = `live/${name}`;
    const url = `${server.url}/${stream}`;
    const ffmpeg = scene.peer(FFMPEG, [...QUIET, '-re', '-i', clip, '-c', 'copy', '-f', 'flv', url]);
    await startOf(server, 'publisher', stream);
    const pulled = scene.file(`${name}-pulled.flv`);
    const pull = await scene.pull(url, pulled);

    expect(await ffmpeg.exit(), ffmpeg.output).toBe(0);
    expect(await pull.exit(), pull.stderr).toBe(0);

    const sent = await readTags(clip);
    const recorded = await readTags(await recordingOf(server, name));
    for (const kind of kindsOf(shape)) {
      expect(expectTail(kind, sent, recorded)).toMatchObject({ missedAtStart: 0 });
      expectTail(kind, sent, await readTags(pulled));
    }
    expect(decode(pulled)).toBe('');
  });

  it.concurrent.each(shapes)('brings $name from our push to FFmpeg, a late one too', async (shape) => {
    const name = `${shape.name.replaceAll(/\W/g, '')}-pushed`;
    const clip = scene.file(`${name}.flv`);
    await makeClip(clip, { ...shape, gopSeconds: 10 }, [FFMPEG]);
    const stream = `live/${name}`;
    const push = await scene.push(clip, `${server.url}/${stream}`);
    await push.event('stats', ({ positionMs }) => Number(positionMs) >= 900);
    const output = scene.file(`${name}-by-ffmpeg.flv`);
    const play: Peer = scene.peer(FFMPEG, [
      ...QUIET,
      '-i',
      `${server.url}/${stream}`,
      '-c',
      'copy',
      '-f',
      'flv',
      output,
    ]);

    expect(await push.exit(), push.stderr).toBe(0);
    expect(await play.exit(), play.output).toBe(0);

    const [sent, received] = [await readTags(clip), await readTags(output)];
    for (const kind of kindsOf(shape)) {
      expectTail(kind, sent, received);
    }
    expect(decode(output)).toBe('');
  });
});

/** What FFmpeg has to complain of when it decodes a file. */
function decode(path: string): string {
  return execFileSync(FFMPEG, [...QUIET, '-i', path, '-f', 'null', '-'], { stdio: 'pipe' }).toString();
}

function kindsOf({ video, audio }: ClipShape): ('video' | 'audio')[] {
  return [...(video === undefined ? [] : ['video' as const]), ...(audio === undefined ? [] : ['audio' as const])];
}
