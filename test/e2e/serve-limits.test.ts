import { readdirSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { isKeyframe } from '../../src/media/tag-info.js';
import { CliRuns, type CliServer, type JsonEvent } from '../support/cli.js';
import { differenceIn, readFlvFile, withoutMetadata } from '../support/flv-file.js';
import { Publication } from '../support/publication.js';
import { RawClient } from '../support/raw-client.js';
import { bodiesOf, framesOf, neverGoesBack } from '../support/stream-parts.js';
import { type StreamShape, syntheticStream } from '../support/streams.js';

const SHAPE: StreamShape = { video: 'h264', audio: 'aac', durationMs: 2_500 };
const SHORT = syntheticStream(SHAPE);
/** In real time it ends long after the test does. */
const LONG = syntheticStream({ ...SHAPE, durationMs: 60_000 });

const runs = new CliRuns();
const clients: RawClient[] = [];

afterAll(async () => {
  for (const client of clients) {
    client.close();
  }
  await runs.stopAll();
});

async function play({ port }: CliServer, name: string): Promise<RawClient> {
  const client = await RawClient.play(port, 'live', name);
  clients.push(client);
  return client;
}

describe.concurrent('players that are too slow', () => {
  it('skip to a keyframe, are cut off in the end, and disturb nobody', async () => {
    const patient = await runs.serve();
    const url = `${patient.url}/live/name`;
    const sent = syntheticStream({ ...SHAPE, durationMs: 45_000, keyframeBytes: 200_000, frameBytes: 40_000 });
    const publication = await Publication.begin(runs, url, sent);
    const [sleeper, dozer] = [await play(patient, 'name'), await play(patient, 'name')];
    const pull = runs.start(['pull', '--json', url, runs.file('patient.flv')]);
    await pull.event('started');
    sleeper.stopReading();
    dozer.stopReading();
    publication.finish();

    // Each skips some 70 tags per second once it is three seconds behind.
    await patient.run.event('stats', ({ droppedFrames }) => Number(droppedFrames) > 400);
    dozer.readOn();
    const cutOff = await patient.run.event('ended', ({ role }) => role === 'player');
    expect(cutOff['reason']).toMatch(/took no media/);
    expect(cutOff['droppedFrames']).toBeGreaterThan(400);
    publication.push.kill('SIGINT');
    expect([await publication.push.exit(), await pull.exit()]).toEqual([130, 0]);
    await dozer.until('end', () => dozer.events.some(({ type }) => type === 'streamEnded'));

    const { tags } = await readFlvFile(runs.file('patient.flv'));
    const pulled = withoutMetadata(tags);
    expect(differenceIn(pulled, withoutMetadata(sent).slice(0, pulled.length))).toBeUndefined();
    const video = framesOf('video', dozer.tags);
    const gaps = video.filter((tag, i) => i > 0 && tag.timestampMs - video[i - 1]!.timestampMs > 500);
    expect(gaps.length).toBeGreaterThan(0);
    expect(gaps.every(isKeyframe)).toBe(true);
    expect(video.at(-1)!.timestampMs).toBe(framesOf('video', pulled).at(-1)!.timestampMs);
  });
});

describe.concurrent('limits', () => {
  it.each([
    ['--max-connections', /limit of 2 connections is reached/],
    ['--max-connections-per-address', /limit of 2 connections per address is reached/],
  ])('keeps to %s', async (option, words) => {
    const small = await runs.serve('--show-keys', option, '2');
    await Publication.begin(runs, `${small.url}/live/name`, LONG);
    const second = await play(small, 'name');
    const third = runs.start(['pull', '--json', `${small.url}/live/name`, runs.file('third.flv')]);

    expect(await third.exit()).toBe(3);
    expect(await small.run.event('warning')).toMatchObject({
      code: 'WARN_CONNECTION_REFUSED',
      message: expect.stringMatching(words),
    });
    second.close();
    await small.run.event('ended', ({ role }) => role === 'connection');
    const next = await play(small, 'name');
    await next.until('video', () => next.tags.some(isKeyframe));
  });

  it('refuses streams when --max-memory is used up', async () => {
    const small = await runs.serve('--show-keys', '--max-memory', '7M');
    // One GOP, which is held whatever happens: 2.8 MB, and once more for players.
    const big = syntheticStream({ ...SHAPE, gopMs: 10_000, keyframeBytes: 400_000, frameBytes: 40_000 });
    const publication = await Publication.begin(runs, `${small.url}/live/first`, big, '--speed', '0');
    await play(small, 'first');
    await publication.continue();
    const isShort = ({ queueBytes }: JsonEvent): boolean => Number(queueBytes) > 5_300_000;
    const { positionMs: sinceMs } = await small.run.event('stats', isShort);
    // The server looks at its memory at least once from one of these events to the next.
    await small.run.event('stats', (stats) => isShort(stats) && Number(stats['positionMs']) > Number(sinceMs));
    const second = runs.start(['push', '--json', '-', `${small.url}/live/second`]);

    expect(await second.exit()).toBe(6);
    expect(second.events.at(-1)).toMatchObject({ peerWords: expect.stringMatching(/memory for streams is used up/) });
  });
});

describe.concurrent('the end of a server', () => {
  it('does not wait for a player that reads nothing', async () => {
    const ending = await runs.serve();
    const big = syntheticStream({ ...SHAPE, keyframeBytes: 6_000_000, frameBytes: 100_000 });
    const publication = await Publication.begin(runs, `${ending.url}/live/name`, big, '--speed', '0');
    const sleeper = await play(ending, 'name');
    sleeper.stopReading();
    await publication.continue();
    await ending.run.event('stats', ({ bytes }) => Number(bytes) > 20_000_000);
    const beganMs = performance.now();
    ending.run.kill();

    expect(await ending.run.exit()).toBe(0);
    expect(performance.now() - beganMs).toBeLessThan(10_000);
  });
});

describe.concurrent('--record', () => {
  it('keeps every stream in a file of its own, whatever it is called', async () => {
    const recording = await runs.serve('--show-keys', '--record', runs.file('recordings'));
    const streams = [
      { target: ['/live/one'], file: /^live\/one-\d{8}-\d{6}\.flv$/ },
      { target: ['/live/two?token=x'], file: /^live\/two-\d{8}-\d{6}\.flv$/ },
      { target: ['/other/deep/one'], file: /^other\/deep\/one-\d{8}-\d{6}\.flv$/ },
      { target: ['/x', '--app', '../..', '--name', '../../evil'], file: /^(stream\/)+evil-\d{8}-\d{6}\.flv$/ },
    ];
    const pushes = await Promise.all(
      streams.map(({ target: [path, ...options] }, i) => {
        const sent = syntheticStream({ ...SHAPE, frameBytes: 400 + i });
        return Publication.inRealTime(runs, recording.url + path, sent, '--speed', '0', ...options);
      }),
    );
    expect(await Promise.all(pushes.map(({ push }) => push.exit()))).toEqual([0, 0, 0, 0]);
    recording.run.kill();
    expect(await recording.run.exit()).toBe(0);

    const directory = runs.file('recordings');
    const files = readdirSync(directory, { recursive: true })
      .map(String)
      .filter((path) => path.endsWith('.flv'));
    expect(files.length).toBe(4);
    for (const [i, { file }] of streams.entries()) {
      const path = files.find((candidate) => file.test(candidate));
      expect(path, `${file} of ${files}`).toBeDefined();
      const sent = syntheticStream({ ...SHAPE, frameBytes: 400 + i });
      expect(differenceIn((await readFlvFile(`${directory}/${path}`)).tags, sent)).toBeUndefined();
    }
  });

  it.runIf(process.platform === 'linux')('ends with 13 where no directory can be made', async () => {
    const serve = runs.start(['serve', '--listen', '127.0.0.1:0', '--record', '/proc/nowhere']);
    expect(await serve.exit()).toBe(13);
    expect(serve.stderr).toMatch(/\/proc\/nowhere: no directory can be made there/);
  });

  it('goes on in the same file when a lost publisher comes back', async () => {
    const recording = await runs.serve('--show-keys', '--record', runs.file('again'));
    const url = `${recording.url}/live/name`;
    const first = await Publication.begin(runs, url, SHORT, '--speed', '0');
    const watcher = await play(recording, 'name');
    await first.continue();
    await watcher.until('all', () => watcher.tags.length >= SHORT.length);
    first.push.kill('SIGKILL');
    await recording.run.event('ended', ({ role }) => role === 'publisher');
    const second = await Publication.inRealTime(runs, url, SHORT, '--speed', '0');
    expect(await second.push.exit()).toBe(0);
    const { output } = await recording.run.event('ended', ({ role }) => role === 'recorder');

    const { tags, metadata } = await readFlvFile(String(output));
    const once = bodiesOf(framesOf('video', SHORT));
    expect(bodiesOf(framesOf('video', tags))).toEqual([...once, ...once]);
    expect(neverGoesBack(tags)).toBe(true);
    expect(metadata.get('duration')).toBeCloseTo(5, 0);
    expect(recording.run.events.filter(({ event, role }) => event === 'started' && role === 'recorder').length).toBe(1);
  });
});
