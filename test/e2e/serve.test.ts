import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MediaTag } from '../../src/media/tag.js';
import { isKeyframe, isSequenceHeader } from '../../src/media/tag-info.js';
import { CliRuns, type CliServer, type JsonEvent } from '../support/cli.js';
import { differenceIn, readFlvFile, withoutMetadata } from '../support/flv-file.js';
import { Publication } from '../support/publication.js';
import { RawClient } from '../support/raw-client.js';
import { type StreamShape, syntheticStream } from '../support/streams.js';

const SHAPE: StreamShape = { video: 'h264', audio: 'aac', durationMs: 2_500 };
const SHORT = syntheticStream(SHAPE);
/** In real time it ends long after the test does. */
const LONG = syntheticStream({ ...SHAPE, durationMs: 60_000 });

const runs = new CliRuns();
const clients: RawClient[] = [];
let server: CliServer;
let lastName = 0;

beforeAll(async () => {
  server = await runs.serve('--show-keys', '--grace', '1m');
});

afterAll(async () => {
  for (const client of clients) {
    client.close();
  }
  await runs.stopAll();
});

/** Every test has a stream of its own. */
function streamName(): string {
  lastName += 1;
  return `stream${lastName}`;
}

async function play({ port }: CliServer, name: string): Promise<RawClient> {
  const client = await RawClient.play(port, 'live', name);
  clients.push(client);
  return client;
}

function isOf(name: string, role: string): (event: JsonEvent) => boolean {
  return (event) => event['role'] === role && event['url'] === `live/${name}`;
}

function framesOf(kind: MediaTag['kind'], tags: readonly MediaTag[]): MediaTag[] {
  return tags.filter((tag) => tag.kind === kind && !isSequenceHeader(tag));
}

function timesOf(tags: readonly MediaTag[]): number[] {
  return tags.map(({ timestampMs }) => timestampMs);
}

function expectNeverBack(tags: readonly MediaTag[]): void {
  for (const kind of ['audio', 'video'] as const) {
    const times = timesOf(framesOf(kind, tags));
    expect(times).toEqual([...times].sort((a, b) => a - b));
  }
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

describe.concurrent('publishers of one name', () => {
  it('refuses the second one, and does not disturb the first', async () => {
    const name = streamName();
    const url = `${server.url}/live/${name}`;
    const first = await Publication.begin(runs, url, SHORT, '--speed', '0');
    const pull = runs.start(['pull', '--json', url, runs.file(`${name}.flv`)]);
    await pull.event('started');
    const second = runs.start(['push', '--json', '-', url]);

    expect(await second.exit()).toBe(8);
    expect(second.events.at(-1)).toMatchObject({
      code: 'ERR_STREAM_BUSY',
      peerWords: expect.stringMatching(/BadName/),
    });
    await server.run.event(
      'warning',
      ({ code, message }) => code === 'WARN_PUBLISH_REFUSED' && `${message}`.includes(name),
    );
    first.finish();
    expect([await first.push.exit(), await pull.exit()]).toEqual([0, 0]);
    expect(differenceIn((await readFlvFile(runs.file(`${name}.flv`))).tags, SHORT)).toBeUndefined();

    const third = await Publication.inRealTime(runs, url, SHORT, '--speed', '0');
    expect(await third.push.exit()).toBe(0);
  });

  it('goes on for its players with the next one, when the first is lost', async () => {
    const name = streamName();
    const url = `${server.url}/live/${name}`;
    const first = await Publication.begin(runs, url, SHORT, '--speed', '0');
    const pull = runs.start(['pull', '--json', url, runs.file(`${name}.flv`)]);
    const watcher = await play(server, name);
    await pull.event('started');
    await first.continue();
    await watcher.until(
      'all of the first',
      () => framesOf('video', watcher.tags).length === framesOf('video', SHORT).length,
    );
    first.push.kill('SIGKILL');
    await server.run.event('ended', isOf(name, 'publisher'));
    const next = syntheticStream({ ...SHAPE, frameBytes: 500 });
    const second = await Publication.inRealTime(runs, url, next, '--speed', '0');

    expect([await second.push.exit(), await pull.exit()]).toEqual([0, 0]);
    const { tags, damages } = await readFlvFile(runs.file(`${name}.flv`));
    expect(damages).toEqual([]);
    for (const kind of ['audio', 'video'] as const) {
      const sizes = framesOf(kind, tags).map(({ body }) => body.length);
      expect(sizes).toEqual([...framesOf(kind, SHORT), ...framesOf(kind, next)].map(({ body }) => body.length));
    }
    expectNeverBack(tags);
    const times = timesOf(framesOf('video', tags));
    const steps = times.slice(1).map((time, i) => time - times[i]!);
    expect(Math.max(...steps)).toBeLessThan(100);
  });

  it('ends the stream when nobody comes back within --grace', async () => {
    const impatient = await runs.serve('--show-keys', '--grace', '500ms');
    const publication = await Publication.begin(runs, `${impatient.url}/live/name`, SHORT, '--speed', '0');
    const pull = runs.start(['pull', '--json', `${impatient.url}/live/name`, runs.file('grace.flv')]);
    await pull.event('started');
    await publication.continue();
    await pull.event('stats', ({ positionMs }) => Number(positionMs) > 2_000);
    publication.push.kill('SIGKILL');

    expect(await pull.exit()).toBe(0);
    expect(pull.events.at(-1)).toMatchObject({ event: 'ended', reason: 'end of stream' });
    expect(differenceIn((await readFlvFile(runs.file('grace.flv'))).tags, SHORT)).toBeUndefined();
  });
});

describe.concurrent('who joins late', () => {
  it('gets headers, then the newest GOP from its keyframe on', async () => {
    const name = streamName();
    const publication = await Publication.begin(runs, `${server.url}/live/${name}`, SHORT, '--speed', '0');
    const early = await play(server, name);
    await publication.continue();
    await early.until('all', () => framesOf('video', early.tags).length === framesOf('video', SHORT).length);
    const late = await play(server, name);
    const newest = SHORT.filter(({ timestampMs }) => timestampMs >= 2_000);
    await late.until('newest GOP', () => framesOf('video', late.tags).length === framesOf('video', newest).length);

    expect(late.tags.slice(0, 3).map(({ kind }) => kind)).toEqual(['data', 'video', 'audio']);
    expect(late.tags.slice(1, 3).every(isSequenceHeader)).toBe(true);
    expect(isKeyframe(late.tags[3]!)).toBe(true);
    expect(differenceIn(framesOf('video', late.tags), framesOf('video', newest))).toBeUndefined();
    expect(differenceIn(framesOf('audio', late.tags), framesOf('audio', newest))).toBeUndefined();
    publication.push.endInput();
    await late.until('end', () => late.events.some(({ type }) => type === 'streamEnded'));
  });

  it('waits for the next keyframe with --no-gop-cache', async () => {
    const sparing = await runs.serve('--show-keys', '--no-gop-cache');
    const [before, after] = [SHORT.filter(isBefore(1_500)), SHORT.filter((tag) => !isBefore(1_500)(tag))];
    const publication = await Publication.begin(runs, `${sparing.url}/live/name`, before, '--speed', '0');
    const early = await play(sparing, 'name');
    await publication.continue();
    await early.until('first half', () => Math.max(...timesOf(early.tags)) === Math.max(...timesOf(before)));
    const late = await play(sparing, 'name');
    await publication.send(after);
    publication.push.endInput();
    await late.until('end', () => late.events.some(({ type }) => type === 'streamEnded'));

    expect(late.tags.slice(1, 3).every(isSequenceHeader)).toBe(true);
    expect(isKeyframe(late.tags[3]!)).toBe(true);
    const fromKeyframe = after.filter((tag) => !isBefore(2_000)(tag));
    expect(differenceIn(late.tags.slice(3), fromKeyframe)).toBeUndefined();
  });

  it('gets what is newest of a stream without video', async () => {
    const name = streamName();
    const sent = syntheticStream({ audio: 'aac', durationMs: 15_000 });
    const [older, newer] = [sent.filter(isBefore(12_000)), sent.filter((tag) => !isBefore(12_000)(tag))];
    const publication = await Publication.begin(runs, `${server.url}/live/${name}`, older, '--speed', '0');
    const early = await play(server, name);
    await publication.continue();
    await early.until('older part', () => Math.max(...timesOf(early.tags)) === Math.max(...timesOf(older)));
    await publication.send(newer);
    await early.until('newer part', () => Math.max(...timesOf(early.tags)) === Math.max(...timesOf(newer)));
    const late = await play(server, name);
    await late.until('audio', () => framesOf('audio', late.tags).length > 0);

    expect(late.tags.slice(0, 2).map(({ kind }) => kind)).toEqual(['data', 'audio']);
    const audio = framesOf('audio', late.tags);
    const from = audio[0]!.timestampMs;
    expect(from).toBeGreaterThanOrEqual(12_000);
    const newest = newer.filter((tag) => !isBefore(from)(tag));
    expect(differenceIn(audio, newest.slice(0, audio.length))).toBeUndefined();
    publication.push.kill();
  });
});

function isBefore(ms: number): (tag: MediaTag) => boolean {
  return ({ timestampMs }) => timestampMs < ms;
}

describe.concurrent('what a player asks for', () => {
  it('pauses, and goes on with a keyframe', async () => {
    const name = streamName();
    await Publication.inRealTime(runs, `${server.url}/live/${name}`, LONG);
    const player = await play(server, name);
    await player.until('video', () => framesOf('video', player.tags).length > 10);
    player.session.pause(true, 400);
    player.flush();
    await player.until('pause', () =>
      player.events.some((event) => event.type === 'status' && /Pause/.test(event.status.code)),
    );
    const pausedAt = player.tags.length;
    const other = await play(server, name);
    await other.until('more', () => framesOf('video', other.tags).length > 30);
    expect(player.tags.length).toBe(pausedAt);

    player.session.pause(false, 400);
    player.flush();
    await player.until('more', () => player.tags.length > pausedAt + 10);
    expect(isKeyframe(framesOf('video', player.tags.slice(pausedAt))[0]!)).toBe(true);
    expectNeverBack(framesOf('video', player.tags.slice(pausedAt)));
  });

  it('leaves out video or audio', async () => {
    const name = streamName();
    const publication = await Publication.begin(runs, `${server.url}/live/${name}`, SHORT, '--speed', '0');
    const [deaf, blind] = [await play(server, name), await play(server, name)];
    deaf.session.receiveAudio(false);
    blind.session.receiveVideo(false);
    for (const client of [deaf, blind]) {
      client.session.ping(0);
      client.flush();
      await client.until('pong', () => client.events.some(({ type }) => type === 'pong'));
    }
    publication.finish();
    for (const client of [deaf, blind]) {
      await client.until('end', () => client.events.some(({ type }) => type === 'streamEnded'));
    }

    expect(differenceIn(framesOf('video', deaf.tags), framesOf('video', SHORT))).toBeUndefined();
    expect(framesOf('audio', deaf.tags).length).toBeLessThan(3);
    expect(differenceIn(framesOf('audio', blind.tags), framesOf('audio', SHORT))).toBeUndefined();
    expect(framesOf('video', blind.tags).length).toBeLessThan(3);
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

  it('goes on in the same file when a lost publisher comes back', async () => {
    const recording = await runs.serve('--show-keys', '--record', runs.file('again'));
    const url = `${recording.url}/live/name`;
    const first = await Publication.begin(runs, url, SHORT, '--speed', '0');
    const watcher = await play(recording, 'name');
    await first.continue();
    await watcher.until('all', () => watcher.tags.length >= SHORT.length);
    first.push.kill('SIGKILL');
    await recording.run.event('ended', isOf('name', 'publisher'));
    const second = await Publication.inRealTime(runs, url, SHORT, '--speed', '0');
    expect(await second.push.exit()).toBe(0);
    const { output } = await recording.run.event('ended', ({ role }) => role === 'recorder');

    const { tags, metadata } = await readFlvFile(String(output));
    const bodies = framesOf('video', SHORT).map(({ body }) => body.length);
    expect(framesOf('video', tags).map(({ body }) => body.length)).toEqual([...bodies, ...bodies]);
    expectNeverBack(tags);
    expect(metadata.get('duration')).toBeCloseTo(5, 0);
    expect(recording.run.events.filter(({ event, role }) => event === 'started' && role === 'recorder').length).toBe(1);
  });
});

describe.concurrent('what serve tells', () => {
  it('tells who comes, what they do, and how it ended', async () => {
    const telling = await runs.serve();
    const url = `${telling.url}/live/sekret-key-4711`;
    const publication = await Publication.begin(runs, url, SHORT, '--speed', '0');
    const pull = runs.start(['pull', '--json', url, runs.file('telling.flv')]);
    await pull.event('started');
    await telling.run.event('stats', ({ publishers, players }) => publishers === 1 && players === 1);
    publication.finish();
    expect([await publication.push.exit(), await pull.exit()]).toEqual([0, 0]);
    telling.run.kill();
    expect(await telling.run.exit()).toBe(0);

    const told = telling.run.events.filter(({ event }) => event !== 'stats');
    const of = (connection: number): JsonEvent[] => told.filter((event) => event['connection'] === connection);
    expect(of(1)).toMatchObject([
      { event: 'connected', role: 'connection', url: 'live', address: '127.0.0.1', handshake: 'simple' },
      { event: 'started', role: 'publisher', url: 'live/****' },
      {
        event: 'ended',
        role: 'publisher',
        url: 'live/****',
        reason: 'closed by the client',
        audioTags: 109,
        videoTags: 64,
      },
      { event: 'ended', role: 'connection', bytes: expect.any(Number), final: false },
    ]);
    expect(of(2)).toMatchObject([
      { event: 'connected', role: 'connection', url: 'live' },
      { event: 'started', role: 'player', url: 'live/****' },
      { event: 'ended', role: 'player', url: 'live/****', reason: 'end of stream', droppedFrames: 0 },
      { event: 'ended', role: 'connection', final: false },
    ]);
    expect(told.at(-1)).toMatchObject({ event: 'ended', role: 'server', final: true });
    expect(telling.run.stdout.toString()).not.toContain('sekret');
    expect(telling.run.strayOutput).toBe('');
  });

  it('listens where it is told, and warns of what is open to everybody', async () => {
    const run = runs.start(['serve', '--json', '--listen', ':0', '--listen', '127.0.0.1:0']);
    const { listen } = await run.event('started');
    expect(listen).toHaveLength(2);
    expect(await run.event('warning')).toMatchObject({ code: 'WARN_NO_AUTHENTICATION' });
    for (const { port } of listen as { port: number }[]) {
      const push = runs.start(['push', '--json', '-', `rtmp://127.0.0.1:${port}/live/${port}`]);
      await Publication.through(push, SHORT);
      await push.event('started');
    }
  });
});
