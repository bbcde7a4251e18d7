import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CliRun } from '../support/cli.js';
import { FaultProxy } from '../support/fault-proxy.js';
import { hasNginxRtmp, startNginx } from '../support/nginx.js';
import { hasPeer, type Peer } from '../support/peer.js';
import { readTags } from '../support/reception.js';
import { Scene, type SceneServer, startOf } from '../support/scene.js';

const GOP_SECONDS = 1;
const STALL_MS = 2_000;
/** What is promised where another source stands by, from the moment at which the loss is known. */
const WARM_GAP_MS = 500;

const FFMPEG = ['-hide_banner', '-loglevel', 'info', '-nostdin'];

describe.skipIf(!hasPeer('ffmpeg'))('relay, while FFmpeg plays its target', () => {
  let scene: Scene;
  let clip: string;

  beforeAll(async () => {
    scene = await Scene.open();
    clip = await scene.clip('clip.flv', { seconds: 10, video: 'h264', audio: 'aac', gopSeconds: GOP_SECONDS });
  });
  afterAll(() => scene.close());

  const publish = async (server: SceneServer): Promise<CliRun> => {
    const push = scene.cli('push', '--json', '--loop', clip, `${server.url}/live/a`);
    await push.event('started');
    return push;
  };

  const play = (url: string, output: string): Peer =>
    scene.peer('ffmpeg', [...FFMPEG, '-i', url, '-c', 'copy', '-f', 'flv', '-y', output]);

  /** Ways to lose a server: the first two are known at once, the third when nothing has come for the stall timeout. */
  const losses = {
    'resets the connection': { loseBy: (proxy: FaultProxy) => proxy.reset(), knownMs: 0 },
    'ends the connection': { loseBy: (proxy: FaultProxy) => proxy.cut(), knownMs: 0 },
    hangs: { loseBy: (proxy: FaultProxy) => proxy.freeze(), knownMs: STALL_MS },
  };
  // Two at a time, one of each kind: what more of them have to start would make another late.
  describe.concurrent.each([
    { temperature: 'cold', isWarm: false },
    { temperature: 'warm', isWarm: true },
  ])('$temperature', ({ temperature, isWarm }) => {
    const entries = Object.entries(losses);
    it.sequential.for(entries)(
      'changes its source under it: the server %s',
      async ([how, loss], { onTestFinished }) => {
        const { loseBy, knownMs } = loss;
        const gapMs = isWarm ? knownMs + WARM_GAP_MS : STALL_MS + GOP_SECONDS * 1_000;
        const grace = ['--grace', '0'];
        const [main, spare, to] = [
          await scene.serve(...grace),
          await scene.serve(...grace),
          await scene.serve(...grace),
        ];
        await publish(main);
        await publish(spare);
        const proxy = await FaultProxy.to(main.port);
        onTestFinished(() => proxy.close());
        const relay = scene.cli(
          ...['relay', '--json', `rtmp://127.0.0.1:${proxy.port}/live/a`, `${spare.url}/live/a`],
          ...['--to', `${to.url}/live/out`, '--stall-timeout', `${STALL_MS}ms`, ...(isWarm ? ['--warm'] : [])],
        );
        await startOf(to, 'publisher', 'live/out');
        await relay.event('switched', ({ reason }) => reason === 'first');
        if (isWarm) {
          await relay.event('stats', ({ sources }) =>
            (sources as { state: string }[]).every(({ state }) => state === 'running'),
          );
        }
        const output = scene.file(`${temperature}-${how.replaceAll(' ', '-')}.flv`);
        const watch = scene.cli('pull', '-q', '--stall-timeout', '1m', `${to.url}/live/out`, '-');
        const arrivals = arrivalTimes(watch);
        const ffmpeg = play(`${to.url}/live/out`, output);
        await ffmpeg.says(/frame= *[1-9]\d/);
        proxy.refuse();
        loseBy(proxy);
        await relay.event('switched', ({ inputNumber }) => inputNumber === 2);
        const enough = relay.events.filter(({ event }) => event === 'stats').length + 3;
        await relay.until(
          'three more seconds',
          () => relay.events.filter(({ event }) => event === 'stats').length >= enough,
        );
        relay.kill('SIGTERM');
        expect(await relay.exit()).toBe(0);
        expect(await ffmpeg.exit(), ffmpeg.output).toBe(0);

        expect(ffmpeg.output).not.toMatch(/non-monoton|Invalid|error|New .* stream/i);
        expect(to.run.events.filter(({ event, role }) => event === 'started' && role === 'publisher')).toHaveLength(1);
        const longestMs = Math.max(...arrivals.map((ms, i) => ms - (arrivals[i - 1] ?? ms)));
        expect(longestMs).toBeLessThan(gapMs);
        for (const kind of ['audio', 'video'] as const) {
          const times = (await readTags(output))
            .filter((tag) => tag.kind === kind)
            .map(({ timestampMs }) => timestampMs);
          const steps = times.slice(1).map((ms, i) => ms - (times[i] ?? 0));
          expect(Math.min(...steps)).toBeGreaterThanOrEqual(0);
          expect(Math.max(...steps)).toBeLessThanOrEqual(200);
        }
      },
    );
  });
});

describe.skipIf(!hasPeer('ffmpeg') || !hasNginxRtmp())('relay between nginx-rtmp servers', () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await Scene.open();
  });
  afterAll(() => scene.close());

  it('takes a stream that FFmpeg publishes at one, and FFmpeg plays it at the other, over a lost publisher', async () => {
    const clip = await scene.clip('clip.flv', { seconds: 3, video: 'h264', audio: 'aac' });
    const [from, to] = [await startNginx(scene.directory), await startNginx(scene.directory)];
    scene.keep(from.peer);
    scene.keep(to.peer);
    const publish = (): Peer =>
      scene.peer('ffmpeg', [
        ...FFMPEG,
        '-re',
        '-stream_loop',
        '-1',
        '-i',
        clip,
        '-c',
        'copy',
        '-f',
        'flv',
        `${from.url}/a`,
      ]);
    const publisher = publish();
    await publisher.says(/frame= *[1-9]/);
    const relay = scene.cli(
      ...['relay', '--json', `${from.url}/a`, '--to', `${to.url}/b`],
      ...['--retry-delay', '100ms', '--retry-max-delay', '500ms'],
    );
    await relay.event('switched');
    const output = scene.file('nginx.flv');
    const player = scene.peer('ffmpeg', [...FFMPEG, '-i', `${to.url}/b`, '-c', 'copy', '-f', 'flv', '-y', output]);
    await player.says(/frame= *[1-9]/);
    await publisher.stop('SIGKILL');
    await relay.event('retrying', ({ source }) => source !== undefined);
    publish();
    const from2 = relay.events.length;
    await relay.until('media again', () =>
      relay.events.slice(from2).find(({ event, bitrateKbps }) => event === 'stats' && Number(bitrateKbps) > 100),
    );
    relay.kill('SIGTERM');
    expect(await relay.exit()).toBe(0);
    expect(await player.exit(), player.output).toBe(0);
    expect(player.output).not.toMatch(/non-monoton|Invalid|New .* stream/i);
    expect((await readTags(output)).length).toBeGreaterThan(50);
  });
});

/** When media comes out of a `pull … -`. */
function arrivalTimes(pull: CliRun): number[] {
  const times: number[] = [];
  pull.child.stdout.on('data', () => times.push(performance.now()));
  return times;
}
