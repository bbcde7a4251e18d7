import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startNodeMediaServer } from '../support/node-media-server.js';
import { hasPeer } from '../support/peer.js';
import { expectTail, readTags, receptionOf } from '../support/reception.js';
import { Scene } from '../support/scene.js';

const QUIET = ['-hide_banner', '-loglevel', 'error', '-nostdin'];

describe.skipIf(!hasPeer('ffmpeg'))('push and pull against Node-Media-Server', () => {
  let scene: Scene;
  let url: string;

  beforeAll(async () => {
    scene = await Scene.open();
    const server = await startNodeMediaServer(scene.directory);
    scene.keep(server.peer);
    url = server.url;
  });
  afterAll(() => scene.close());

  // It tells players nothing when a stream ends: a pull has to know when it has enough, or notices the silence.
  it.concurrent('brings our push to our pull, for as long as asked', async () => {
    const clip = await scene.clip('pushed.flv', { seconds: 6, video: 'h264', audio: 'aac' });
    const push = await scene.push(clip, `${url}/pushed`);
    const pulled = scene.file('pulled.flv');
    const pull = await scene.pull(`${url}/pushed`, pulled, '--duration', '2s');

    expect(await pull.exit(), pull.stderr).toBe(0);
    expect(await push.exit(), push.stderr).toBe(0);

    const [sent, received] = [await readTags(clip), await readTags(pulled)];
    const video = receptionOf('video', sent, received);
    expect(video).toMatchObject({ startsWithKeyframe: true });
    expect(video.count).toBeGreaterThanOrEqual(49);
    expect(video.count).toBeLessThanOrEqual(52);
    receptionOf('audio', sent, received);
  });

  it.concurrent('brings FFmpeg to our pull, which keeps all and ends with 4 when nothing comes any more', async () => {
    const clip = await scene.clip('from-ffmpeg.flv', { seconds: 3, video: 'h264', audio: 'mp3' });
    const pulled = scene.file('from-ffmpeg-pulled.flv');
    const pull = await scene.pull(`${url}/from-ffmpeg`, pulled, '--stall-timeout', '2s');
    const ffmpeg = scene.peer('ffmpeg', [...QUIET, '-re', '-i', clip, '-c', 'copy', '-f', 'flv', `${url}/from-ffmpeg`]);

    expect(await ffmpeg.exit(), ffmpeg.output).toBe(0);
    expect(await pull.exit(), pull.stderr).toBe(4);
    expect(await pull.event('error')).toMatchObject({ code: 'ERR_STALLED' });

    const [sent, received] = [await readTags(clip), await readTags(pulled)];
    expect(expectTail('video', sent, received)).toMatchObject({ missedAtStart: 0 });
    expectTail('audio', sent, received);
  });

  it.concurrent('brings our push to FFmpeg', async () => {
    const clip = await scene.clip('to-ffmpeg.flv', { seconds: 6, video: 'h264', audio: 'aac' });
    const output = scene.file('by-ffmpeg.flv');
    const push = await scene.push(clip, `${url}/to-ffmpeg`);
    const play = ['-i', `${url}/to-ffmpeg`, '-t', '1.5', '-c', 'copy', '-f', 'flv', output];
    const ffmpeg = scene.peer('ffmpeg', [...QUIET, ...play]);

    expect(await ffmpeg.exit(), ffmpeg.output).toBe(0);
    expect(await push.exit(), push.stderr).toBe(0);

    const [sent, received] = [await readTags(clip), await readTags(output)];
    expect(receptionOf('video', sent, received)).toMatchObject({ startsWithKeyframe: true });
    receptionOf('audio', sent, received);
  });

  it.concurrent('closes on a second publisher of a name, without a word: its push ends with 3', async () => {
    const clip = await scene.clip('busy.flv', { seconds: 6, video: 'h264' });
    const first = await scene.push(clip, `${url}/busy`);
    const second = scene.cli('push', '--json', clip, `${url}/busy`);

    expect(await second.exit(), second.stderr).toBe(3);
    expect(await second.event('error')).toMatchObject({ code: 'ERR_CONNECTION_LOST' });
    expect(await first.exit(), first.stderr).toBe(0);
  });
});
