import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isFrame } from '../../src/media/tag-info.js';
import { FaultProxy } from '../support/fault-proxy.js';
import { hasNginxRtmp, startNginx } from '../support/nginx.js';
import { hasPeer } from '../support/peer.js';
import { expectTail, readTags } from '../support/reception.js';
import { Scene } from '../support/scene.js';
import { bodiesOf } from '../support/stream-parts.js';

describe.skipIf(!hasNginxRtmp() || !hasPeer('ffmpeg'))('push and pull against nginx-rtmp', () => {
  let scene: Scene;
  /** An app that closes its players' connections when the stream ends. */
  let live: string;
  /** An app that keeps them, and tells them. */
  let notify: string;
  let server: string;
  /** An app that plays files. */
  let vod: string;

  beforeAll(async () => {
    scene = await Scene.open();
    const nginx = await startNginx(scene.directory);
    scene.keep(nginx.peer);
    live = nginx.url;
    notify = nginx.notifyUrl;
    server = nginx.server;
    vod = nginx.vodUrl;
  });
  afterAll(() => scene.close());

  it.concurrent.each([
    { name: 'H.264 and AAC', seconds: 4, video: 'h264', audio: 'aac' },
    { name: 'H.264 and MP3', seconds: 3, video: 'h264', audio: 'mp3' },
    { name: 'audio only', seconds: 3, audio: 'aac' },
    { name: 'video only', seconds: 3, video: 'h264' },
  ] as const)('brings $name from our push to our pull, which was there first', async (shape) => {
    const name = shape.name.replaceAll(/\W/g, '');
    const clip = await scene.clip(`${name}.flv`, shape);
    const pulled = scene.file(`${name}-pulled.flv`);
    const pull = await scene.pull(`${notify}/${name}`, pulled);
    const push = await scene.push(clip, `${notify}/${name}`);

    expect(await push.exit(), push.stderr).toBe(0);
    expect(await pull.exit(), pull.stderr).toBe(0);

    expect(pull.events.filter(({ event }) => event === 'warning')).toEqual([]);
    const [sent, received] = [await readTags(clip), await readTags(pulled)];
    if ('video' in shape) {
      expect(expectTail('video', sent, received)).toMatchObject({ missedAtStart: 0 });
    }
    if ('audio' in shape) {
      expectTail('audio', sent, received);
    }
  });

  it.concurrent('plays a recorded stream from where we want it', async () => {
    const unindexed = await scene.clip('unindexed.flv', { seconds: 5, video: 'h264', audio: 'aac' });
    const clip = scene.file('film.flv'); // nginx finds places by the index that a repair makes
    expect(await scene.cli('pull', unindexed, clip).exit()).toBe(0);
    const path = scene.file('film-from-2.flv');
    const pull = scene.cli('pull', '--json', `${vod}/film.flv`, path, '--start', '2s', '--buffer', '10s');

    expect(await pull.exit(), pull.said).toBe(0);
    const wanted = (await readTags(clip)).filter(({ kind }) => kind === 'video');
    const got = (await readTags(path)).filter(({ kind }) => kind === 'video');
    expect(got.length).toBeLessThan(wanted.length - 40);
    expect(got.at(-1)?.body).toEqual(wanted.at(-1)?.body);
    expect(pull.events.at(-1)).toMatchObject({ event: 'ended', reason: 'end of stream' });
  });

  it.concurrent.each([
    ['that was played from a place', 'long', ['--start', '2s']],
    ['that was played without a word of that', 'whole', []],
  ])('goes on in a recorded stream %s where the connection broke off', async (_, name, start) => {
    const plain = await scene.clip(`${name}-plain.flv`, { seconds: 8, video: 'h264', audio: 'aac' });
    const clip = scene.file(`${name}.flv`);
    expect(await scene.cli('pull', plain, clip).exit()).toBe(0);
    const proxy = await FaultProxy.to(Number(new URL(server.replace('rtmp', 'http')).port));
    const path = scene.file(`${name}-pulled.flv`);
    const patience = ['--retry', '20', '--retry-delay', '50ms'];
    const url = `rtmp://127.0.0.1:${proxy.port}/vod/${name}.flv`;
    const pull = scene.cli('pull', '--json', url, path, ...start, '--buffer', '1s', ...patience);
    await pull.event('stats', ({ positionMs }) => Number(positionMs) > 2_500);
    proxy.reset();

    expect(await pull.exit(), pull.said).toBe(0);
    await proxy.close();
    expect(pull.events.filter(({ event }) => event === 'connected').length).toBe(2);
    const [sent, received] = [await readTags(clip), await readTags(path)];
    for (const kind of ['audio', 'video'] as const) {
      const [all, came] = [sent, received].map((tags) =>
        bodiesOf(tags.filter((tag) => tag.kind === kind && isFrame(tag))),
      );
      expect(came?.length).toBeGreaterThan(100);
      expect(came).toEqual(all?.slice(-(came?.length ?? 0)));
      if (start.length === 0) expect(came?.length).toBe(all?.length);
    }
  });

  it.concurrent('lets a late pull begin at a keyframe and end with 0 when nginx closes its connection', async () => {
    const clip = await scene.clip('closed.flv', { seconds: 6, video: 'h264', audio: 'aac' });
    const push = await scene.push(clip, `${live}/closed`);
    const pulled = scene.file('closed-pulled.flv');
    const pull = await scene.pull(`${live}/closed`, pulled);

    expect(await push.exit(), push.stderr).toBe(0);
    expect(await pull.exit(), pull.stderr).toBe(0);

    expect(await pull.event('ended')).toMatchObject({ reason: 'end of stream' });
    const [sent, received] = [await readTags(clip), await readTags(pulled)];
    expectTail('video', sent, received);
    expectTail('audio', sent, received);
  });

  it.concurrent('brings our push to FFmpeg', async () => {
    const clip = await scene.clip('to-ffmpeg.flv', { seconds: 6, video: 'h264', audio: 'aac' });
    const push = await scene.push(clip, `${live}/to-ffmpeg`);
    const output = scene.file('by-ffmpeg.flv');
    const quiet = ['-hide_banner', '-loglevel', 'error', '-nostdin'];
    const ffmpeg = scene.peer('ffmpeg', [...quiet, '-i', `${live}/to-ffmpeg`, '-c', 'copy', '-f', 'flv', output]);

    expect(await push.exit(), push.stderr).toBe(0);
    expect(await ffmpeg.exit(), ffmpeg.output).toBe(0);

    const [sent, received] = [await readTags(clip), await readTags(output)];
    expectTail('video', sent, received);
    expectTail('audio', sent, received);
  });

  it.concurrent('brings FFmpeg to our pull, which was there first and ends with UnpublishNotify', async () => {
    const clip = await scene.clip('from-ffmpeg.flv', { seconds: 4, video: 'h264', audio: 'aac' });
    const pulled = scene.file('from-ffmpeg-pulled.flv');
    const pull = await scene.pull(`${notify}/from-ffmpeg`, pulled);
    const quiet = ['-hide_banner', '-loglevel', 'error', '-nostdin'];
    const ffmpeg = scene.peer('ffmpeg', [
      ...quiet,
      '-re',
      '-i',
      clip,
      '-c',
      'copy',
      '-f',
      'flv',
      `${notify}/from-ffmpeg`,
    ]);

    expect(await ffmpeg.exit(), ffmpeg.output).toBe(0);
    expect(await pull.exit(), pull.stderr).toBe(0);

    expect(pull.events.filter(({ event }) => event === 'warning')).toEqual([]);
    const [sent, received] = [await readTags(clip), await readTags(pulled)];
    expect(expectTail('video', sent, received)).toMatchObject({ missedAtStart: 0 });
    expectTail('audio', sent, received);
  });

  it.concurrent('pushes as fast as nginx takes it', async () => {
    const clip = await scene.clip('fast.flv', { seconds: 30, video: 'h264', audio: 'aac' });
    const pulled = scene.file('fast-pulled.flv');
    const pull = await scene.pull(`${notify}/fast`, pulled);
    const push = await scene.push(clip, `${notify}/fast`, '--speed', '0');

    expect(await push.exit(), push.stderr).toBe(0);
    expect(await pull.exit(), pull.stderr).toBe(0);

    const [sent, received] = [await readTags(clip), await readTags(pulled)];
    expect(expectTail('video', sent, received)).toMatchObject({ missedAtStart: 0 });
    expectTail('audio', sent, received);
  });

  describe('refusals', () => {
    it.concurrent('an unknown app ends a push and a pull with 7', async () => {
      const clip = await scene.clip('refused.flv', { seconds: 1, video: 'h264' });
      const push = scene.cli('push', '--json', clip, `${server}/nothing/key`);
      const pull = scene.cli('pull', '--json', `${server}/nothing/key`, scene.file('refused-pulled.flv'));

      expect(await push.exit(), push.stderr).toBe(7);
      expect(await pull.exit(), pull.stderr).toBe(7);
      expect(await push.event('error')).toMatchObject({ code: 'ERR_APP_NOT_FOUND', exitCode: 7 });
      expect(await pull.event('error')).toMatchObject({ code: 'ERR_APP_NOT_FOUND', exitCode: 7 });
    });

    it.concurrent('a name that is busy ends a push with 8, and the first goes on', async () => {
      const clip = await scene.clip('busy.flv', { seconds: 6, video: 'h264' });
      const first = await scene.push(clip, `${live}/busy`);
      const second = scene.cli('push', '--json', clip, `${live}/busy`);

      expect(await second.exit(), second.stderr).toBe(8);
      expect(await second.event('error')).toMatchObject({ code: 'ERR_STREAM_BUSY', exitCode: 8 });
      expect(await first.exit(), first.stderr).toBe(0);
    });

    it.concurrent('a stream that does not exist ends a pull with 7', async () => {
      const pull = scene.cli('pull', '--json', `${live}/nobody`, scene.file('nobody.flv'));

      expect(await pull.exit(), pull.stderr).toBe(7);
      expect(await pull.event('error')).toMatchObject({ code: 'ERR_STREAM_NOT_FOUND', exitCode: 7 });
    });

    it.concurrent('a stream that waits for its publisher ends a pull with 4 when it stalls', async () => {
      const pull = scene.cli('pull', '--json', '--stall-timeout', '1s', `${notify}/nobody`, scene.file('silent.flv'));

      expect(await pull.exit(), pull.stderr).toBe(4);
      expect(await pull.event('error')).toMatchObject({ exitCode: 4 });
    });
  });
});
