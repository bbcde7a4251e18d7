import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ClipShape } from '../support/clip.js';
import { hasPeer, type Peer } from '../support/peer.js';
import { expectTail, readTags } from '../support/reception.js';
import { endOf, recordingOf, Scene, type SceneServer, startOf } from '../support/scene.js';

const QUIET = ['-hide_banner', '-loglevel', 'error', '-nostdin'];

describe.skipIf(!hasPeer('ffmpeg'))('FFmpeg and our server', () => {
  let scene: Scene;
  let server: SceneServer;

  beforeAll(async () => {
    scene = await Scene.open();
    server = await scene.serve('--record', scene.file('recordings'));
  });
  afterAll(() => scene.close());

  /** Publishes a file in real time, as it is. */
  const publish = (file: string, stream: string): Peer =>
    scene.peer('ffmpeg', [...QUIET, '-re', '-i', file, '-c', 'copy', '-f', 'flv', `${server.url}/${stream}`]);

  const play = (stream: string, output: string): Peer =>
    scene.peer('ffmpeg', [...QUIET, '-i', `${server.url}/${stream}`, '-c', 'copy', '-f', 'flv', '-y', output]);

  const shapes: readonly (ClipShape & { name: string })[] = [
    { name: 'H.264 and AAC', seconds: 5, video: 'h264', audio: 'aac' },
    { name: 'H.264 and MP3', seconds: 4, video: 'h264', audio: 'mp3' },
    { name: 'video only', seconds: 4, video: 'h264' },
    { name: 'audio only', seconds: 4, audio: 'aac' },
  ];

  it.concurrent.each(shapes)('takes $name from FFmpeg and keeps every frame', async (shape) => {
    const name = `from-${shape.name.replaceAll(/\W/g, '')}`;
    const clip = await scene.clip(`${name}.flv`, shape);
    const stream = `live/${name}`;
    const ffmpeg = publish(clip, stream);
    const published = await startOf(server, 'publisher', stream);
    const pulled = scene.file(`${name}-pulled.flv`);
    const pull = await scene.pull(`${server.url}/${stream}`, pulled);

    expect(await ffmpeg.exit(), ffmpeg.output).toBe(0);
    expect(await pull.exit(), pull.stderr).toBe(0);
    const ended = await endOf(server, 'publisher', stream);
    expect(ended['connection']).toBe(published['connection']);
    const sent = await readTags(clip);
    const recorded = await readTags(await recordingOf(server, name));
    for (const kind of kindsOf(shape)) {
      expect(expectTail(kind, sent, recorded)).toMatchObject({ missedAtStart: 0 });
      expectTail(kind, sent, await readTags(pulled));
    }
    expect(new Set(recorded.map((tag) => tag.kind))).toEqual(new Set(['data', ...kindsOf(shape)]));
  });

  it.concurrent.each(shapes)('gives $name to FFmpeg, which ends with the stream', async (shape) => {
    const name = `to-${shape.name.replaceAll(/\W/g, '')}`;
    const clip = await scene.clip(`${name}.flv`, shape);
    const stream = `live/${name}`;
    const push = await scene.push(clip, `${server.url}/${stream}`);
    const output = scene.file(`${name}-by-ffmpeg.flv`);
    const ffmpeg = play(stream, output);
    await startOf(server, 'player', stream);

    expect(await push.exit(), push.stderr).toBe(0);
    expect(await ffmpeg.exit(), ffmpeg.output).toBe(0);

    expect(ffmpeg.output).toBe('');
    const sent = await readTags(clip);
    for (const kind of kindsOf(shape)) {
      expectTail(kind, sent, await readTags(output));
    }
  });

  it.concurrent('gives a late joiner a picture at once', async () => {
    const clip = await scene.clip('one-keyframe.flv', { seconds: 5, video: 'h264', audio: 'aac', gopSeconds: 10 });
    const stream = 'live/late';
    const push = await scene.push(clip, `${server.url}/${stream}`);
    await push.event('stats', ({ positionMs }) => Number(positionMs) >= 1500);
    const output = scene.file('late.flv');
    const ffmpeg = play(stream, output);

    expect(await ffmpeg.exit(), ffmpeg.output).toBe(0);

    const sent = await readTags(clip);
    const received = await readTags(output);
    // There is but one keyframe, and it was over long ago when FFmpeg came.
    expect(expectTail('video', sent, received)).toMatchObject({ missedAtStart: 0, startsWithKeyframe: true });
    expectTail('audio', sent, received);
  });

  it.concurrent('refuses a second FFmpeg that publishes the same name, and the first does not notice', async () => {
    const clip = await scene.clip('busy.flv', { seconds: 6, video: 'h264', audio: 'aac' });
    const stream = 'live/busy';
    const first = publish(clip, stream);
    await startOf(server, 'publisher', stream);
    const second = publish(clip, stream);

    expect(await second.exit()).not.toBe(0);
    expect(second.output).toContain('somebody else publishes this stream');
    expect(first.isOver).toBe(false);
    expect(await first.exit(), first.output).toBe(0);
    const recorded = await readTags(await recordingOf(server, 'busy'));
    expect(expectTail('video', await readTags(clip), recorded)).toMatchObject({ missedAtStart: 0 });
  });

  it.concurrent('tells FFmpeg that a stream does not exist', async () => {
    const ffmpeg = play('live/nobody', scene.file('nobody.flv'));

    expect(await ffmpeg.exit()).not.toBe(0);
    expect(ffmpeg.output).toMatch(/live\/nobody/);
  });

  it.concurrent('joins an FFmpeg that publishes with FFmpegs that play, each with its decoder', async () => {
    const stream = 'live/instance/decoded?token=a%20b';
    const encoder = ['-c:v', 'libx264', '-preset', 'veryfast', '-g', '25', '-pix_fmt', 'yuv420p', '-f', 'flv'];
    const picture = ['-re', '-f', 'lavfi', '-i', 'testsrc2=size=320x180:rate=25:duration=3'];
    const publisher = scene.peer('ffmpeg', [...QUIET, ...picture, ...encoder, `${server.url}/${stream}`]);
    await server.run.event('started', ({ role, url }) => role === 'publisher' && `${url}`.includes('decoded'));
    const players = [1, 2].map(() =>
      scene.peer('ffmpeg', [...QUIET, '-xerror', '-i', `${server.url}/${stream}`, '-f', 'null', '-']),
    );

    expect(await publisher.exit(), publisher.output).toBe(0);
    for (const player of players) {
      expect(await player.exit(), player.output).toBe(0);
      expect(player.output).toBe('');
    }
  });
});

function kindsOf({ video, audio }: ClipShape): ('video' | 'audio')[] {
  return [...(video === undefined ? [] : ['video' as const]), ...(audio === undefined ? [] : ['audio' as const])];
}
