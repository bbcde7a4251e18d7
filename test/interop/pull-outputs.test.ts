import { execFile } from 'node:child_process';
import { statSync } from 'node:fs';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { CliRun } from '../support/cli.js';
import { CliRuns } from '../support/cli.js';
import { hasPeer } from '../support/peer.js';
import { Scene, type SceneServer, startOf } from '../support/scene.js';
import { SmallDisk } from '../support/small-disk.js';
import { VirtualDisplay } from '../support/virtual-display.js';

const run = promisify(execFile);

/** What H.264 makes of it is off by a few steps. */
const COLOR = [0x20, 0x60, 0xc0];
const COLOR_TOLERANCE = 12;

function expectColor(color: readonly number[]): void {
  expect(color).toHaveLength(3);
  for (const [i, value] of color.entries()) {
    expect(Math.abs(value - COLOR[i]!), `${color}`).toBeLessThanOrEqual(COLOR_TOLERANCE);
  }
}

interface Packet {
  readonly kind: string;
  readonly ptsMs: number;
}

/** All packets of a file as ffprobe sees them, times relative to the first. */
async function packetsOf(path: string): Promise<Packet[]> {
  const args = ['-v', 'error', '-show_entries', 'packet=codec_type,pts_time', '-of', 'csv=p=0', path];
  const { stdout } = await run('ffprobe', args, { maxBuffer: 1 << 26 });
  const packets = stdout
    .trim()
    .split('\n')
    .map((line) => line.split(','))
    .filter(([kind]) => kind === 'video' || kind === 'audio')
    .map(([kind = '', seconds = '']) => ({ kind, ptsMs: Math.round(Number(seconds) * 1_000) }));
  const firstMs = Math.min(...packets.map(({ ptsMs }) => ptsMs));
  return packets.map(({ kind, ptsMs }) => ({ kind, ptsMs: ptsMs - firstMs }));
}

/** What FFmpeg complains of when it decodes a file. */
async function complaints(path: string): Promise<string> {
  return (await run('ffmpeg', ['-v', 'warning', '-i', path, '-f', 'null', '-'])).stderr;
}

const hasFfmpeg = hasPeer('ffmpeg') && hasPeer('ffprobe');

describe.skipIf(!hasFfmpeg)('outputs of pull that need FFmpeg', { concurrent: true }, () => {
  const runs = new CliRuns();
  let scene: Scene;
  let server: SceneServer;
  /** A picture of one colour and a tone; a moving picture with B-frames. */
  let plain: string;
  let moving: string;

  beforeAll(async () => {
    scene = await Scene.open();
    server = await scene.serve();
    plain = scene.file('plain.flv');
    const picture = `color=0x${Buffer.from(COLOR).toString('hex')}:size=320x180:rate=25:duration=20`;
    const inputs = ['-f', 'lavfi', '-i', picture, '-f', 'lavfi', '-i', 'sine=duration=20'];
    const codecs = ['-c:v', 'libx264', '-g', '25', '-pix_fmt', 'yuv420p', '-c:a', 'aac', '-ac', '2'];
    await run('ffmpeg', ['-v', 'error', ...inputs, ...codecs, plain]);
    moving = await scene.clip('moving.flv', { seconds: 5, video: 'h264', audio: 'aac' });
  });
  afterAll(async () => {
    await runs.stopAll();
    await scene.close();
  });

  /** Plays a stream from its first frame on. */
  async function pull(name: string, file: string, outputs: string[], options = {}): Promise<CliRun> {
    const stream = `live/${name}`;
    const push = scene.cli('push', '--json', file, `${server.url}/${stream}`);
    await startOf(server, 'publisher', stream);
    const started = runs.start(['pull', '--json', `${server.url}/${stream}`, ...outputs], options);
    expect(push.isOver).toBe(false);
    return started;
  }

  it('writes MPEG-TS with the times of the stream', async () => {
    const [ts, flv] = [scene.file('out.ts'), scene.file('beside.flv')];
    const pulled = await pull('ts', moving, [ts, flv]);
    expect(await pulled.exit(), pulled.said).toBe(0);
    expect(await complaints(ts)).toBe('');
    const [packets, expected] = [await packetsOf(ts), await packetsOf(flv)];
    for (const kind of ['video', 'audio']) {
      const times = packets.filter((packet) => packet.kind === kind).map(({ ptsMs }) => ptsMs);
      const wanted = expected.filter((packet) => packet.kind === kind).map(({ ptsMs }) => ptsMs);
      expect(times.length).toBe(wanted.length);
      expect(Math.max(...times.map((ms, i) => Math.abs(ms - wanted[i]!)))).toBeLessThanOrEqual(1);
    }
    const ended = pulled.events.find(({ event, output }) => event === 'ended' && output === ts);
    expect(ended).toMatchObject({ bytes: statSync(ts).size, final: false });
  });

  it('leaves a whole MPEG-TS and no FFmpeg when it is killed', async () => {
    const ts = scene.file('killed.ts');
    const pulled = await pull('killed', moving, [ts]);
    await pulled.event('stats', ({ positionMs }) => Number(positionMs) > 2_000);
    pulled.kill('SIGKILL');
    expect(await pulled.exit()).toBe(137);
    await vi.waitFor(
      async () => expect((await run('pgrep', ['-f', ts]).catch(() => ({ stdout: '' }))).stdout).toBe(''),
      {
        timeout: 10_000,
      },
    );
    expect(await complaints(ts)).toBe('');
    const last = (await packetsOf(ts)).at(-1);
    expect(last?.ptsMs).toBeGreaterThan(1_000);
  });

  it('ends with 13 when the disk of FFmpeg is full', async ({ skip }) => {
    skip(!SmallDisk.isPossible, 'only root can mount a disk of its own here');
    const disk = await SmallDisk.open(128 * 1024);
    try {
      const pulled = await pull('full', moving, [disk.file('full.ts')], disk);
      expect(await pulled.exit(), pulled.said).toBe(13);
      expect(pulled.events.at(-1)).toMatchObject({ event: 'error', code: 'ERR_DISK_FULL' });
    } finally {
      await disk.close();
    }
  });

  it('ends with 11 when FFmpeg cannot be had', async () => {
    const options = ['--ffmpeg', scene.file('no-ffmpeg')];
    const missing = runs.start(['pull', `${server.url}/live/none`, scene.file('missing.ts'), ...options]);
    expect(await missing.exit()).toBe(11);
    expect(missing.stderr.trim().split('\n').length).toBeLessThanOrEqual(3);
  });

  it.each(['jpg', 'png'])('takes a picture of the first keyframe as %s, and goes on', async (extension) => {
    const [picture, flv] = [scene.file(`shot.${extension}`), scene.file(`shot-${extension}.flv`)];
    const pulled = await pull(`shot-${extension}`, plain, [flv, '--snapshot', picture, '--duration', '3s']);
    expect(await pulled.exit(), pulled.said).toBe(0);
    const raw = ['-v', 'error', '-i', picture, '-vf', 'scale=1:1', '-f', 'rawvideo', '-pix_fmt', 'rgb24', '-'];
    expectColor([...(await run('ffmpeg', raw, { encoding: 'buffer' })).stdout]);
    expect((await packetsOf(flv)).at(-1)?.ptsMs).toBeGreaterThan(2_500);
  });

  it('ends when a picture is all that is wanted', async () => {
    const picture = scene.file('only.jpg');
    const pulled = await pull('only', plain, ['--snapshot', picture]);
    expect(await pulled.exit(), pulled.said).toBe(0);
    expect(pulled.events.at(-1)).toMatchObject({ event: 'ended', output: picture, medium: 'picture', final: true });
  });

  it('pipes into FFmpeg', async () => {
    const mp4 = scene.file('piped.mp4');
    const pulled = await pull('pipe', moving, ['--pipe', `ffmpeg -v error -i - -c copy '${mp4}'`]);
    expect(await pulled.exit(), pulled.said).toBe(0);
    expect(await complaints(mp4)).toBe('');
    expect((await packetsOf(mp4)).at(-1)?.ptsMs).toBeGreaterThan(3_000);
  });

  describe.skipIf(!['Xvfb', 'xdotool', 'import', 'ffplay'].every(hasPeer))('in a window', () => {
    /** One for each test, so that nobody sees the window of another. */
    async function openDisplay(): Promise<VirtualDisplay> {
      const display = await VirtualDisplay.open(320, 180);
      displays.push(display);
      return display;
    }
    const displays: VirtualDisplay[] = [];
    afterAll(() => Promise.all(displays.map((display) => display.close())));

    const isShown = (display: VirtualDisplay): Promise<void> =>
      vi.waitFor(async () => expectColor(await display.colorAt(160, 90)), { timeout: 30_000, interval: 200 });

    it.each(['windowclose', 'windowkill'])('shows the stream, and ends well by %s', async (action) => {
      const display = await openDisplay();
      const pulled = await pull(`secret-${action}`, plain, ['--play'], { env: display.environment });
      await isShown(display);
      const titles = await display.titles();
      expect(titles.join()).toContain('/live/****');
      expect(titles.join()).not.toContain('secret');
      await display.act(action, 'ffplay');
      expect(await pulled.exit(), pulled.said).toBe(0);
      const end = { event: 'ended', medium: 'window', reason: 'the window was closed', final: true };
      expect(pulled.events.at(-1)).toMatchObject(end);
    });

    it('goes on recording when the window is closed', async () => {
      const [display, flv] = [await openDisplay(), scene.file('watched.flv')];
      const pulled = await pull('watched', plain, ['--play', flv, '--duration', '12s'], { env: display.environment });
      await isShown(display);
      await display.act('windowclose', 'ffplay');
      await pulled.event('ended', ({ medium }) => medium === 'window');
      expect(await pulled.exit(), pulled.said).toBe(0);
      expect((await packetsOf(flv)).at(-1)?.ptsMs).toBeGreaterThan(10_000);
    });

    it.each<[NodeJS.Signals, number]>([
      ['SIGINT', 130],
      ['SIGKILL', 137],
    ])('takes the window away on %s', async (signal, status) => {
      const display = await openDisplay();
      const pulled = await pull(`gone-${signal}`, plain, ['--play'], { env: display.environment });
      await isShown(display);
      pulled.kill(signal);
      expect(await pulled.exit()).toBe(status);
      await vi.waitFor(async () => expect((await display.titles()).join()).not.toContain('rtmp'), {
        timeout: 10_000,
      });
    });
  });
});
