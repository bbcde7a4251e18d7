import { execFile } from 'node:child_process';
import { chmod, copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasPeer, type Peer, type PeerOptions } from '../support/peer.js';
import { expectTail, readTags } from '../support/reception.js';
import { recordingOf, Scene, type SceneServer, startOf } from '../support/scene.js';
import { VLC_ARGUMENTS, vlcHome } from '../support/vlc.js';

const run = promisify(execFile);

describe.skipIf(!hasPeer('cvlc') || !hasPeer('ffmpeg'))('VLC and our server', () => {
  let scene: Scene;
  let server: SceneServer;
  let home: { path: string; options: PeerOptions };

  beforeAll(async () => {
    scene = await Scene.open();
    home = await vlcHome(scene.directory);
    server = await scene.serve('--record', scene.file('recordings'));
  });
  afterAll(() => scene.close());

  const vlc = (...args: string[]): Peer => scene.peer('cvlc', [...VLC_ARGUMENTS, ...args], home.options);

  it.concurrent('gets every byte of the stream and ends with it', async () => {
    const clip = await scene.clip('played.flv', { seconds: 5, video: 'h264', audio: 'aac' });
    const stream = 'live/played';
    const push = await scene.push(clip, `${server.url}/${stream}`);
    const output = join(home.path, 'dump.flv');
    const player = vlc('--demux', 'dump', '--demuxdump-file', output, `${server.url}/${stream}`);
    await startOf(server, 'player', stream);

    expect(await push.exit(), push.stderr).toBe(0);
    expect(await player.exit(), player.output).toBe(0);

    const [sent, received] = [await readTags(clip), await readTags(output)];
    expectTail('video', sent, received);
    expectTail('audio', sent, received);
  });

  it.concurrent('plays for a late joiner from the one keyframe on, and ends with the stream', async () => {
    const clip = await scene.clip('late.flv', { seconds: 6, video: 'h264', audio: 'aac', gopSeconds: 10 });
    const stream = 'live/late';
    const push = await scene.push(clip, `${server.url}/${stream}`);
    await push.event('stats', ({ positionMs }) => Number(positionMs) >= 1500);
    const output = join(home.path, 'late.mkv');
    const player = vlc(`${server.url}/${stream}`, '--sout', `#std{access=file,mux=ffmpeg{mux=matroska},dst=${output}}`);

    expect(await player.exit(), player.output).toBe(0);

    const pictures = await picturesOf(output);
    expect(pictures[0]).toMatchObject({ key_frame: 1, pict_type: 'I' });
    expect(pictures.filter(({ key_frame }) => key_frame === 1)).toHaveLength(1);
    expect(pictures.length).toBeGreaterThan(135); // of 150; VLC's packetizer may hold back the last ones
  });

  it.concurrent('publishes', async () => {
    const clip = await scene.clip('published.flv', { seconds: 5, video: 'h264', audio: 'aac' });
    const source = join(home.path, 'published.flv');
    await copyFile(clip, source);
    await chmod(source, 0o644);
    const stream = 'live/published';
    const publisher = vlc(
      source,
      '--sout-mux-caching=1500',
      '--sout',
      `#std{access=rtmp,mux=ffmpeg{mux=flv},dst=${server.url}/${stream}}`,
    );
    await startOf(server, 'publisher', stream);
    const pulled = scene.file('published-pulled.flv');
    const pull = await scene.pull(`${server.url}/${stream}`, pulled);

    expect(await publisher.exit(), publisher.output).toBe(0);
    expect(await pull.exit(), pull.stderr).toBe(0);

    // VLC takes the video apart and puts it together anew, so that only audio bodies stay what they were.
    const recording = await recordingOf(server, 'published');
    const pictures = await picturesOf(recording);
    expect(pictures[0]).toMatchObject({ key_frame: 1, pict_type: 'I' });
    expect(pictures.length).toBeGreaterThan(105); // of 125
    const sent = await readTags(clip);
    const lostByVlc = { mayMissAtEnd: 20 };
    expect(expectTail('audio', sent, await readTags(recording), lostByVlc).missedAtStart).toBeLessThan(5);
    expectTail('audio', sent, await readTags(pulled), lostByVlc);
  });

  it.concurrent('learns that a stream does not exist', async () => {
    const player = vlc(`${server.url}/live/nobody`, '--sout', '#dummy');

    await player.exit(); // with 0 whatever happens
    expect(player.output).toContain('Server error: nobody publishes this stream');
  });
});

/** What FFmpeg decodes of a file, picture by picture. */
async function picturesOf(path: string): Promise<{ key_frame: number; pict_type: string }[]> {
  const shown = ['-show_entries', 'frame=key_frame,pict_type', '-of', 'json'];
  const { stdout } = await run('ffprobe', ['-loglevel', 'error', '-select_streams', 'v', ...shown, path], {
    maxBuffer: 1e8,
  });
  return JSON.parse(stdout).frames;
}
