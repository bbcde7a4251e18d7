import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CliRun } from '../support/cli.js';
import { FaultProxy } from '../support/fault-proxy.js';
import { freePort, hasPeer, listening } from '../support/peer.js';
import { expectTail, readTags } from '../support/reception.js';
import { recordingOf, Scene, type SceneServer } from '../support/scene.js';
import { VirtualDisplay } from '../support/virtual-display.js';
import { VLC_ARGUMENTS, vlcHome } from '../support/vlc.js';

const run = promisify(execFile);
const QUIET = ['-hide_banner', '-loglevel', 'error', '-nostdin', '-y'];

interface ProbedStream {
  readonly codec_name: string;
  readonly width?: number;
  readonly height?: number;
  readonly avg_frame_rate?: string;
  readonly pix_fmt?: string;
}

describe.skipIf(!hasPeer('ffmpeg') || !hasPeer('ffprobe'))('push through FFmpeg', { concurrent: true }, () => {
  let scene: Scene;
  let server: SceneServer;

  beforeAll(async () => {
    scene = await Scene.open();
    server = await scene.serve('--record', scene.file('recordings'));
  });
  afterAll(() => scene.close());

  async function ffmpeg(...args: string[]): Promise<void> {
    await run('ffmpeg', [...QUIET, ...args]);
  }

  async function streamsOf(path: string): Promise<ProbedStream[]> {
    const { stdout } = await run('ffprobe', ['-v', 'error', '-show_streams', '-of', 'json', path]);
    return JSON.parse(stdout).streams;
  }

  async function keyframeTimesOf(path: string): Promise<number[]> {
    const entries = ['-select_streams', 'v', '-show_entries', 'packet=dts_time,flags', '-of', 'csv=p=0'];
    const { stdout } = await run('ffprobe', ['-v', 'error', ...entries, path]);
    return [...stdout.matchAll(/^([\d.]+),K/gm)].map(([, time]) => Number(time));
  }

  /** The colour of one pixel of the first picture, as RGB. */
  async function colourAt(path: string, x: number, y: number): Promise<number[]> {
    const args = ['-vf', `crop=2:2:${x}:${y},format=rgb24`, '-frames:v', '1', '-f', 'rawvideo', '-'];
    const { stdout } = await run('ffmpeg', ['-loglevel', 'error', '-nostdin', '-i', path, ...args], {
      encoding: 'buffer',
    });
    return [...stdout.subarray(0, 3)];
  }

  /** Pushes to our server, to the end, and gives the recording that it makes. */
  async function recorded(name: string, input: string, ...options: string[]): Promise<string> {
    const push = scene.cli('push', '--json', input, `${server.url}/live/${name}`, ...options);
    expect(await push.exit(), push.said).toBe(0);
    return recordingOf(server, name);
  }

  it('shows a test picture and a tone', async () => {
    const path = await recorded('testcard', 'test', '--duration', '5s');
    expect(await streamsOf(path)).toMatchObject([
      { codec_name: 'h264', width: 1280, height: 720, pix_fmt: 'yuv420p', avg_frame_rate: '30/1' },
      { codec_name: 'aac' },
    ]);
    const [first = 0, ...others] = await keyframeTimesOf(path);
    expect(others.map((time) => Math.round((time - first) * 10) / 10)).toEqual([2, 4]);
  });

  it('can be played while it goes on', async () => {
    const push = await scene.push('test', `${server.url}/live/going`);
    const path = scene.file('going.flv');
    const pull = await scene.pull(`${server.url}/live/going`, path, '--duration', '3s');
    expect(await pull.exit(), pull.said).toBe(0);
    push.kill('SIGINT');
    expect(await push.exit(), push.said).toBe(130);
    expect(await streamsOf(path)).toMatchObject([{ codec_name: 'h264' }, { codec_name: 'aac' }]);
  });

  it('encodes as it is told', async () => {
    const options = ['--size', '320x240', '--fps', '10', '--gop', '500ms', '--audio-codec', 'mp3'];
    const path = await recorded('told', 'test', '--duration', '2s', '--speed', '0', ...options);
    expect(await streamsOf(path)).toMatchObject([
      { codec_name: 'h264', width: 320, height: 240, avg_frame_rate: '10/1' },
      { codec_name: 'mp3' },
    ]);
    expect(await keyframeTimesOf(path)).toHaveLength(4);
  });

  describe.skipIf(!hasPeer('Xvfb') || !hasPeer('display') || !hasPeer('convert'))('of a screen', () => {
    let screen: VirtualDisplay;
    beforeAll(async () => {
      screen = await VirtualDisplay.open(641, 361); // odd sides, which the codec cannot have
      const image = scene.file('picture.png');
      await run('convert', [
        '-size',
        '321x361',
        'xc:#d02030',
        'xc:#2040d0',
        '+append',
        '-crop',
        '641x361+0+0',
        '+repage',
        image,
      ]);
      await screen.show(image);
    });
    afterAll(() => screen.close());

    it('sends what is on it', async () => {
      const push = scene.cliWith(
        screen.environment,
        'push',
        '--json',
        'screen',
        `${server.url}/live/screen`,
        '--duration',
        '2s',
      );
      expect(await push.exit(), push.said).toBe(0);
      const path = await recordingOf(server, 'screen');
      expect(await streamsOf(path)).toMatchObject([{ codec_name: 'h264', width: 640, height: 360 }]);
      expectNear(await colourAt(path, 160, 180), [0xd0, 0x20, 0x30]);
      expectNear(await colourAt(path, 480, 180), [0x20, 0x40, 0xd0]);
    });

    it('lists it', async () => {
      const list = scene.cliWith(screen.environment, 'push', '--list-devices');
      expect(await list.exit(), list.said).toBe(0);
      expect(list.stdout.toString()).toMatch(/^screen +screen +X display :\d+$/m);
    });
  });

  describe('of files', () => {
    it('encodes what RTMP cannot carry', async () => {
      const film = scene.file('film.avi');
      const source = ['-f', 'lavfi', '-i', 'testsrc2=size=320x180:rate=25', '-f', 'lavfi', '-i', 'sine'];
      await ffmpeg(...source, '-t', '3', '-c:v', 'mpeg4', '-c:a', 'pcm_s16le', film);
      const path = await recorded('avi', film, '--speed', '0');
      expect(await streamsOf(path)).toMatchObject([{ codec_name: 'h264' }, { codec_name: 'aac' }]);
    });

    it('leaves what it can carry as it is', async () => {
      const clip = await scene.clip('clip.flv', { seconds: 4, video: 'h264', audio: 'aac' });
      const path = await recorded('copied', clip, '--speed', '0', '--ffmpeg-args', '-metadata title=x');
      const [sent, received] = [await readTags(clip), await readTags(path)];
      expectTail('video', sent, received, { remakesHeaders: true });
      expectTail('audio', sent, received, { remakesHeaders: true });
    });

    it('begins where it is told, and repeats', async () => {
      const clip = await scene.clip('loop.flv', { seconds: 4, video: 'h264', audio: 'aac' });
      const options = ['--start', '2500ms', '--loop', '3', '--speed', '0', '--ffmpeg-args', '-metadata title=x'];
      const path = await recorded('loop', clip, ...options);
      const times = await keyframeTimesOf(path);
      expect(times).toHaveLength(6); // of 2 and 3 s, three times
      expect(times.at(-1)).toBeGreaterThan(4.9);
      expect(times.at(-1)).toBeLessThan(5.3);
    });
  });

  describe('of URLs', () => {
    let files: Server;
    let port = 0;
    const asked: IncomingMessage[] = [];

    beforeAll(async () => {
      await ffmpeg(
        '-i',
        await scene.clip('web.flv', { seconds: 4, video: 'h264', audio: 'aac' }),
        '-c',
        'copy',
        scene.file('web.ts'),
      );
      await ffmpeg('-i', scene.file('web.flv'), '-c', 'copy', '-hls_time', '1', scene.file('list.m3u8'));
      files = createServer(async (request, response) => {
        asked.push(request);
        const name = `${request.url}`.replace(/\?.*/, '');
        const body = await readFile(scene.file(name)).catch(() => undefined);
        response.writeHead(body === undefined ? 404 : 200).end(body);
      });
      files.listen(0, '127.0.0.1');
      await once(files, 'listening');
      port = (files.address() as AddressInfo).port;
    });
    afterAll(() => files.close());

    async function expectWhole(path: string): Promise<void> {
      const [sent, received] = [await readTags(scene.file('web.flv')), await readTags(path)];
      const frames = (tags: typeof sent): number => tags.filter(({ kind }) => kind === 'video').length;
      expect(frames(received)).toBeGreaterThanOrEqual(frames(sent) - 2); // headers and the end differ
    }

    it('reads one with secrets, which stand in no command line', async () => {
      const url = `http://us%20er:p%27w@127.0.0.1:${port}/web.ts?token=verysecret`;
      const path = await recorded('http', url, '--speed', '0');
      await expectWhole(path);
      expect(asked.some(({ url: path }) => path === '/web.ts?token=verysecret')).toBe(true);
    });

    it('reads HLS', async () => {
      await expectWhole(await recorded('hls', `http://127.0.0.1:${port}/list.m3u8`, '--speed', '0'));
    });

    it('says what is wrong with a URL', async () => {
      const push = scene.cli('push', `http://127.0.0.1:${port}/nothing.ts?token=verysecret`, `${server.url}/live/none`);
      expect(await push.exit(), push.said).toBe(11);
      expect(push.stderr).toMatch(/cannot read http:\/\/127\.0\.0\.1:\d+\/nothing\.ts\n.*404/);
      expect(push.stderr).not.toContain('verysecret');
    });

    it('says which URL nothing comes from', async () => {
      const push = scene.cli('push', '--timeout', '1ms', `udp://127.0.0.1:${await freePort()}`, `${server.url}/live/s`);
      expect(await push.exit(), push.said).toBe(4);
      expect(push.stderr).toMatch(/nothing that FFmpeg can read came from udp:\/\/127\.0\.0\.1:\d+ in time/);
    });

    it('reads a live transport stream over UDP', async () => {
      const udp = await freePort();
      const source = ['-re', '-f', 'lavfi', '-i', 'testsrc2=size=320x180:rate=25', '-c:v', 'libx264', '-g', '25'];
      scene.peer('ffmpeg', [...QUIET, ...source, '-f', 'mpegts', `udp://127.0.0.1:${udp}?pkt_size=1316`]);
      const path = await recorded('udp', `udp://127.0.0.1:${udp}`, '--duration', '2s', '--low-latency');
      expect(await streamsOf(path)).toMatchObject([{ codec_name: 'h264', width: 320, height: 180 }]);
    });

    it.skipIf(!hasPeer('cvlc'))('reads RTSP', async () => {
      const rtsp = await freePort();
      const home = await vlcHome(scene.directory);
      const clip = await scene.clip('rtsp.flv', { seconds: 30, video: 'h264', audio: 'aac', bFrames: false });
      const stream = `#rtp{sdp=rtsp://127.0.0.1:${rtsp}/film}`;
      scene.peer('cvlc', [...VLC_ARGUMENTS, '--loop', clip, '--sout', stream], home.options);
      await listening(rtsp);
      const path = await recorded('rtsp', `rtsp://127.0.0.1:${rtsp}/film`, '--duration', '2s', '--timeout', '20s');
      expect((await streamsOf(path)).map(({ codec_name }) => codec_name)).toContain('h264');
    });
  });

  it('leaves frames out for a slow server, and lets the camera not wait', async () => {
    const name = 'slow';
    const proxy = await FaultProxy.to(server.port, {});
    const push: CliRun = scene.cli(
      'push',
      '--json',
      'test',
      `rtmp://127.0.0.1:${proxy.port}/live/${name}`,
      '--max-queue',
      '500ms',
      '--video-bitrate',
      '4M',
    );
    await push.event('stats');
    proxy.faults.rateBytesPerSecond = 60_000;
    await push.event('stats', ({ droppedFrames }) => Number(droppedFrames) > 0);
    push.kill('SIGKILL');
    await push.exit();
    await proxy.close();
  });
});

function expectNear(colour: readonly number[], expected: readonly number[]): void {
  const distance = Math.max(...colour.map((value, i) => Math.abs(value - (expected[i] ?? 0))));
  expect(distance, `${colour} instead of ${expected}`).toBeLessThan(12);
}
