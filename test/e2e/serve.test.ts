import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isKeyframe, isSequenceHeader } from '../../src/media/tag-info.js';
import { CliRuns, type CliServer, type JsonEvent } from '../support/cli.js';
import { differenceIn, readFlvFile } from '../support/flv-file.js';
import { Publication } from '../support/publication.js';
import { RawClient } from '../support/raw-client.js';
import { bodiesOf, framesOf, isBefore, neverGoesBack, newestMs, timesOf } from '../support/stream-parts.js';
import { type StreamShape, syntheticStream } from '../support/streams.js';

const SHAPE: StreamShape = { video: 'h264', audio: 'aac', durationMs: 2_500 };
const SHORT = syntheticStream(SHAPE);
/** In real time it ends long after the test does. */
const LONG = syntheticStream({ ...SHAPE, durationMs: 60_000 });

const runs = new CliRuns();
const clients: RawClient[] = [];
let server: CliServer;

beforeAll(async () => {
  server = await runs.serve('--show-keys', '--grace', '1m');
});

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

function isOf(name: string, role: string): (event: JsonEvent) => boolean {
  return (event) => event['role'] === role && event['url'] === `live/${name}`;
}

describe.concurrent('publishers of one name', () => {
  it('refuses the second one, and does not disturb the first', async () => {
    const name = runs.streamName();
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
    const name = runs.streamName();
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
      expect(bodiesOf(framesOf(kind, tags))).toEqual(bodiesOf([...framesOf(kind, SHORT), ...framesOf(kind, next)]));
    }
    expect(neverGoesBack(tags)).toBe(true);
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
    const name = runs.streamName();
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
    await early.until('first half', () => newestMs(early.tags) === newestMs(before));
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
    const name = runs.streamName();
    const sent = syntheticStream({ audio: 'aac', durationMs: 15_000 });
    const [older, newer] = [sent.filter(isBefore(12_000)), sent.filter((tag) => !isBefore(12_000)(tag))];
    const publication = await Publication.begin(runs, `${server.url}/live/${name}`, older, '--speed', '0');
    const early = await play(server, name);
    await publication.continue();
    await early.until('older part', () => newestMs(early.tags) === newestMs(older));
    await publication.send(newer);
    await early.until('newer part', () => newestMs(early.tags) === newestMs(newer));
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

describe.concurrent('what a player asks for', () => {
  it('pauses, and goes on with a keyframe', async () => {
    const name = runs.streamName();
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
    expect(neverGoesBack(framesOf('video', player.tags.slice(pausedAt)))).toBe(true);
  });

  it('leaves out video or audio', async () => {
    const name = runs.streamName();
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

describe.concurrent('the way to a stream', () => {
  it('does not depend on the query of the name', async () => {
    const name = runs.streamName();
    const publication = await Publication.begin(runs, `${server.url}/live/${name}?token=a`, SHORT, '--speed', '0');
    const path = runs.file(`${name}.flv`);
    const pull = runs.start(['pull', '--json', `${server.url}/live/${name}?token=b&x=1`, path]);
    await pull.event('started');
    publication.finish();

    expect([await publication.push.exit(), await pull.exit()]).toEqual([0, 0]);
    expect(differenceIn((await readFlvFile(path)).tags, SHORT)).toBeUndefined();
  });

  it('depends on app and name', async () => {
    const name = runs.streamName();
    await Publication.begin(runs, `${server.url}/live/${name}`, SHORT);
    const strangers = [`/live/${name}x`, `/live2/${name}`, `/live/deep/${name}`].map((path) =>
      runs.start(['pull', '--json', server.url + path, runs.file('stranger.flv')]),
    );
    expect(await Promise.all(strangers.map((pull) => pull.exit()))).toEqual([7, 7, 7]);
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
