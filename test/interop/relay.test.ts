import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CliRun } from '../support/cli.js';
import { hasNginxRtmp, startNginx } from '../support/nginx.js';
import { hasPeer, type Peer } from '../support/peer.js';
import { readTags } from '../support/reception.js';
import { Scene, type SceneServer, startOf } from '../support/scene.js';

const GOP_SECONDS = 1;
const STALL_MS = 2_000;
/** What a busy machine may add to what is promised. */
const GRACE_MS = 400;

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

  /** FFmpeg plays to a file, and tells when each frame comes (`showinfo` would decode; its own timestamps do). */
  const play = (url: string, output: string): Peer =>
    scene.peer('ffmpeg', [...FFMPEG, '-i', url, '-c', 'copy', '-f', 'flv', '-y', output]);

  const cases = [
    { name: 'cold, the server is killed', warm: false, end: 'kill', gapMs: GOP_SECONDS * 1000 + STALL_MS },
    { name: 'cold, the server hangs', warm: false, end: 'hang', gapMs: GOP_SECONDS * 1000 + STALL_MS },
    { name: 'warm, the server is killed', warm: true, end: 'kill', gapMs: 500 },
  ] as const;

  it.concurrent.each(cases)('changes its source under it: $name', async ({ name, warm, end, gapMs }) => {
    const grace = ['--grace', '0'];
    const [main, spare, to] = [await scene.serve(...grace), await scene.serve(...grace), await scene.serve(...grace)];
    await publish(main);
    await publish(spare);
    const relay = scene.cli(
      ...['relay', '--json', `${main.url}/live/a`, `${spare.url}/live/a`, '--to', `${to.url}/live/out`],
      ...['--stall-timeout', `${STALL_MS}ms`, ...(warm ? ['--warm'] : [])],
    );
    await startOf(to, 'publisher', 'live/out');
    await relay.event('switched', ({ reason }) => reason === 'first');
    if (warm) {
      await relay.event('stats', ({ sources }) =>
        (sources as { state: string }[]).every(({ state }) => state === 'running'),
      );
    }
    const output = scene.file(`${name.replaceAll(/\W/g, '')}.flv`);
    const watch = scene.cli('pull', '--json', '--stall-timeout', '1m', `${to.url}/live/out`, '-');
    const arrivals = arrivalTimes(watch);
    const ffmpeg = play(`${to.url}/live/out`, output);
    await ffmpeg.says(/frame= *[1-9]\d/);
    main.run.kill(end === 'kill' ? 'SIGKILL' : 'SIGSTOP');
    await relay.event('switched', ({ inputNumber }) => inputNumber === 2);
    const enough = relay.events.filter(({ event }) => event === 'stats').length + 3;
    await relay.until('three more seconds', () => relay.events.filter(({ event }) => event === 'stats').length >= enough);
    if (end === 'hang') main.run.kill('SIGCONT');
    relay.kill('SIGTERM');
    expect(await relay.exit()).toBe(0);
    expect(await ffmpeg.exit(), ffmpeg.output).toBe(0);

    expect(ffmpeg.output).not.toMatch(/non-monoton|Invalid|error|New .* stream/i);
    expect(to.run.events.filter(({ event, role }) => event === 'started' && role === 'publisher')).toHaveLength(1);
    const longestMs = Math.max(...arrivals.map((ms, i) => ms - (arrivals[i - 1] ?? ms)));
    expect(longestMs).toBeLessThanOrEqual(gapMs + GRACE_MS);
    for (const kind of ['audio', 'video'] as const) {
      const times = (await readTags(output)).filter((tag) => tag.kind === kind).map(({ timestampMs }) => timestampMs);
      const steps = times.slice(1).map((ms, i) => ms - (times[i] ?? 0));
      expect(Math.min(...steps)).toBeGreaterThanOrEqual(0);
      expect(Math.max(...steps)).toBeLessThanOrEqual(200);
    }
  });
});

/** When media comes out of a `pull … -`. */
function arrivalTimes(pull: CliRun): number[] {
  const times: number[] = [];
  pull.child.stdout.on('data', () => times.push(performance.now()));
  return times;
}
