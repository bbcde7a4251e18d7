import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasPeer } from '../support/peer.js';
import { readTags, receptionOf } from '../support/reception.js';
import { Scene, type SceneServer, startOf } from '../support/scene.js';
import { neverGoesBack } from '../support/stream-parts.js';

/** What FFmpeg says of a stream that goes back in time, or that it cannot follow. */
const COMPLAINT = /non.?monoton|out of order|invalid|error|missing|corrupt|discontinu/i;

describe.skipIf(!hasPeer('ffmpeg'))('FFmpeg and several inputs of push', () => {
  let scene: Scene;
  let server: SceneServer;

  beforeAll(async () => {
    scene = await Scene.open();
    server = await scene.serve();
  });
  afterAll(() => scene.close());

  const play = (stream: string, ...output: string[]) => {
    const quiet = ['-hide_banner', '-loglevel', 'warning', '-nostdin'];
    return scene.peer('ffmpeg', [...quiet, '-i', `${server.url}/${stream}`, ...output]);
  };

  it.concurrent('takes a playlist of other sizes and codecs, and one without audio, as one stream', async () => {
    const clips = await Promise.all([
      scene.clip('first.flv', { seconds: 3, video: 'h264', audio: 'aac' }),
      scene.clip('silent.flv', { seconds: 2, video: 'h264', size: '640x360', bFrames: false }),
      scene.clip('last.flv', { seconds: 3, video: 'h264', audio: 'mp3', size: '160x90' }),
    ]);
    writeFileSync(scene.file('list.m3u'), '#EXTM3U\nfirst.flv\nsilent.flv\nlast.flv\n');
    const push = await scene.push(`@${scene.file('list.m3u')}`, `${server.url}/live/list`);
    const copied = scene.file('copied.flv');
    const copying = play('live/list', '-map', '0:v', '-c', 'copy', '-f', 'flv', copied);
    const decoding = play('live/list', '-map', '0:v', '-fps_mode', 'passthrough', '-f', 'null', '-');
    await startOf(server, 'player', 'live/list');

    expect(await push.exit(), push.stderr).toBe(0);
    expect(await copying.exit(), copying.output).toBe(0);
    expect(await decoding.exit(), decoding.output).toBe(0);
    expect(copying.output).not.toMatch(COMPLAINT);
    expect(decoding.output).not.toMatch(COMPLAINT);
    const sent = (await Promise.all(clips.map(readTags))).flat();
    const received = await readTags(copied);
    const video = receptionOf('video', sent, received, { remakesHeaders: true });
    expect(video).toMatchObject({ missedAtEnd: 0, startsWithKeyframe: true });
    expect(neverGoesBack(received)).toBe(true);
  });

  it.concurrent('takes a loop as one stream, to its last frame', async () => {
    const clip = await scene.clip('loop.flv', { seconds: 2, video: 'h264', audio: 'aac' });
    const push = await scene.push(clip, `${server.url}/live/loop`, '--loop', '4');
    const copied = scene.file('looped.flv');
    const copying = play('live/loop', '-c', 'copy', '-f', 'flv', copied);
    await startOf(server, 'player', 'live/loop');

    expect(await push.exit(), push.stderr).toBe(0);
    expect(await copying.exit(), copying.output).toBe(0);
    expect(copying.output).toBe(''); // not even metadata in mid-stream, which it would take for subtitles
    const once = await readTags(clip);
    const sent = [once, once, once, once].flat();
    const received = await readTags(copied);
    expect(neverGoesBack(received)).toBe(true);
    for (const kind of ['audio', 'video'] as const) {
      expect(receptionOf(kind, sent, received, { remakesHeaders: true })).toMatchObject({ missedAtEnd: 0 });
    }
  });
});
