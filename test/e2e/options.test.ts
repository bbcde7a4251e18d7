import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MediaTag } from '../../src/media/tag.js';
import { isKeyframe, isSequenceHeader } from '../../src/media/tag-info.js';
import { type ServerIdentity, selfSigned } from '../support/certificate.js';
import { type CliRun, CliRuns, type CliServer, type JsonEvent } from '../support/cli.js';
import { FakeServers } from '../support/fake-servers.js';
import { differenceIn, flvBytes, parseFlv, readFlvFile, withoutMetadata } from '../support/flv-file.js';
import { Publication } from '../support/publication.js';
import { recorded } from '../support/recorded.js';
import { bodiesOf, framesOf } from '../support/stream-parts.js';
import { syntheticStream } from '../support/streams.js';

const FIXTURE = fileURLToPath(new URL('../../fixtures/testcard.flv', import.meta.url));
const FIXTURE_TAGS = parseFlv(readFileSync(FIXTURE)).tags;
const SHORT = syntheticStream({ video: 'h264', audio: 'aac', durationMs: 2_000 });

/** In real time it ends long after the test does. */
const LONG = syntheticStream({ video: 'h264', audio: 'aac', durationMs: 60_000 });

const runs = new CliRuns();
const fakes = new FakeServers();
/** Records everything, so that what push sends can be looked at. */
let server: CliServer;

beforeAll(async () => {
  server = await runs.serve('--show-keys', '--record', runs.file('recordings'));
});

afterAll(async () => {
  await runs.stopAll();
  await fakes.close();
});

function fileWith(name: string, tags: readonly MediaTag[]): string {
  const path = runs.file(name);
  writeFileSync(path, flvBytes(tags));
  return path;
}

/** Sends a file, and gives back what came. */
async function send(name: string, path: string, ...options: string[]): Promise<readonly MediaTag[]> {
  const push = runs.start(['push', '--json', path, `${server.url}/live/${name}`, ...options]);
  expect(await push.exit()).toBe(0);
  return recorded(server, name);
}

describe.concurrent('what of a file push sends', () => {
  it('begins at the keyframe before --start', async () => {
    const came = await send('start', FIXTURE, '--start', '5s', '--speed', '0');

    const from = FIXTURE_TAGS.findIndex((tag) => isKeyframe(tag) && tag.timestampMs >= 4_000);
    const expected = FIXTURE_TAGS.slice(from);
    expect(expected.length).toBeLessThan(FIXTURE_TAGS.length * 0.7);
    expect(differenceIn(framesOf('video', came), framesOf('video', expected))).toBeUndefined();
    expect(differenceIn(framesOf('audio', came), framesOf('audio', expected))).toBeUndefined();
    const headers = came.filter(isSequenceHeader);
    expect(headers.map(({ kind, timestampMs }) => `${kind} ${timestampMs}`)).toEqual([
      `video ${expected[0]!.timestampMs}`,
      `audio ${expected[0]!.timestampMs}`,
    ]);
  });

  it('ends after --duration', async () => {
    const came = await send('duration', FIXTURE, '--duration', '1500ms', '--speed', '0');

    const expected = withoutMetadata(FIXTURE_TAGS).filter(({ timestampMs }) => timestampMs < 1_500);
    expect(differenceIn(came, expected)).toBeUndefined();
  });

  it('sends it --loop 3 times on one timeline', async () => {
    const came = await send('loop', fileWith('loop.flv', SHORT), '--loop', '3', '--speed', '0');

    for (const kind of ['audio', 'video'] as const) {
      const [once, thrice] = [framesOf(kind, SHORT), framesOf(kind, came)];
      expect(bodiesOf(thrice)).toEqual(bodiesOf([...once, ...once, ...once]));
      const steps = thrice.slice(1).map((tag, i) => tag.timestampMs - thrice[i]!.timestampMs);
      expect(Math.min(...steps)).toBeGreaterThan(0);
      expect(Math.max(...steps)).toBeLessThanOrEqual(80);
    }
    expect(Math.max(...came.map(({ timestampMs }) => timestampMs))).toBeGreaterThan(5_900);
  });

  it('puts together --start, --loop and --duration', async () => {
    const options = ['--start', '1s', '--loop', '--duration', '3500ms', '--speed', '0'];
    const came = framesOf('video', await send('together', fileWith('together.flv', SHORT), ...options));

    const piece = framesOf('video', SHORT).slice(25);
    expect(bodiesOf(came)).toEqual(bodiesOf([...piece, ...piece, ...piece, ...piece].slice(0, came.length)));
    expect(came[0]!.timestampMs).toBe(1_000);
    expect(came.at(-1)!.timestampMs).toBeGreaterThan(4_400);
    expect(came.at(-1)!.timestampMs).toBeLessThan(4_500);
  });

  it.each([
    ['real time', '1', 1_950],
    ['twice as fast', '2', 950],
  ])('sends in %s', async (_, speed, atLeastMs) => {
    const name = `speed${speed}`;
    const push = runs.start([
      'push',
      '--json',
      fileWith(`${name}.flv`, SHORT),
      `${server.url}/live/${name}`,
      '--speed',
      speed,
    ]);
    expect(await push.exit()).toBe(0);

    const [started, ended] = ['started', 'ended'].map((wanted) =>
      Date.parse(push.events.find(({ event }) => event === wanted)!.time),
    ) as [number, number];
    expect(ended - started).toBeGreaterThanOrEqual(atLeastMs);
    expect(differenceIn(await recorded(server, name), SHORT)).toBeUndefined();
  });
});

describe.concurrent('-vv', () => {
  it('tells every message to people and to programs, and never the key', async () => {
    const watching = await runs.serve('-vv');
    const url = `${watching.url}/live/hush-hush?token=t0k3n-t0k3n`;
    const push = runs.start(['push', fileWith('watched.flv', SHORT), url, '--speed', '0', '-vv']);
    expect(await push.exit()).toBe(0);
    expect(push.stderr).toMatch(
      /sent Command connect, transaction 1: \{app: "live", .*\(csid 3, stream 0, 0 ms, \d+ bytes\)\n/,
    );
    expect(push.stderr).toMatch(/received Command onStatus, transaction 0: .*NetStream\.Publish\.Start/);
    expect(push.stderr).toMatch(/sent Video: keyframe \(csid 6, stream 1, 0 ms,/);

    const publish = await watching.run.event('message', ({ name }) => name === 'publish');
    expect(publish).toMatchObject({
      connection: 1,
      direction: 'received',
      type: 'Command',
      content: 'null, "****", "live"',
    });
    await watching.run.event('message', ({ name }) => name === 'deleteStream');
    expect(push.stderr + watching.run.stdout).not.toMatch(/hush-hush|t0k3n/);
  });
});

describe.concurrent('push without a URL', () => {
  it('offers the stream on this machine, and says where', async () => {
    const push = runs.start(['push', '--json', '-']);
    const publication = await Publication.through(push, SHORT);
    const { playUrls } = await push.event('started');
    const path = runs.file('offered.flv');
    const pull = runs.start(['pull', '--json', String((playUrls as string[])[0]), path]);
    await pull.event('started');
    publication.finish();

    expect([await push.exit(), await pull.exit()]).toEqual([0, 0]);
    expect(differenceIn((await readFlvFile(path)).tags, SHORT)).toBeUndefined();
  });

  it('offers it on another port when the usual one is taken', async () => {
    const offers = await Promise.all(
      ['one', 'two'].map(async (name) => {
        const push = runs.start(['push', '--json', '-', '--name', name]);
        const publication = await Publication.through(push, SHORT);
        const { playUrls } = await push.event('started');
        return { push, publication, url: String((playUrls as string[])[0]) };
      }),
    );
    expect(new Set(offers.map(({ url }) => new URL(url).port)).size).toBe(2);
    for (const { push, publication, url } of offers) {
      const pull = runs.start(['pull', '--json', url, runs.file(`offered-${new URL(url).port}.flv`)]);
      await pull.event('started');
      publication.finish();
      expect([await push.exit(), await pull.exit()]).toEqual([0, 0]);
    }
  });

  it('calls it what it is told to', async () => {
    const push = runs.start(['push', '--json', '-', '--app', 'tv/one', '--name', 'demo']);
    const publication = await Publication.through(push, SHORT);
    const { playUrls } = await push.event('started');
    const [url] = playUrls as string[];
    expect(url).toMatch(/^rtmp:\/\/127\.0\.0\.1:\d+\/tv\/one\/demo$/);
    const pull = runs.start(['pull', '--json', String(url), runs.file('named.flv')]);
    await pull.event('started');
    publication.finish();
    expect([await push.exit(), await pull.exit()]).toEqual([0, 0]);
  });
});

describe.concurrent('pull', () => {
  it('ends after --duration', async () => {
    const url = `${server.url}/live/pull-duration`;
    const publication = await Publication.begin(runs, url, LONG);
    const path = runs.file('duration.flv');
    const pull = runs.start(['pull', '--json', url, path, '--duration', '1s']);
    await pull.event('started');
    publication.finish();

    expect(await pull.exit()).toBe(0);
    expect(pull.events.at(-1)).toMatchObject({ event: 'ended', reason: 'the wanted duration is reached' });
    const { tags, metadata } = await readFlvFile(path);
    const expected = withoutMetadata(LONG).filter(({ timestampMs }) => timestampMs < 1_000);
    expect(differenceIn(tags, expected)).toBeUndefined();
    expect(metadata.get('duration')).toBeCloseTo(1, 1);
  });

  it('makes a file name of the name of the stream and the time', async () => {
    const url = `${server.url}/live/..%2Fcam~1?token=none`;
    const publication = await Publication.begin(runs, url, SHORT, '--speed', '0');
    const directory = dirname(runs.file('unnamed/x'));
    const pull = runs.start(['pull', '--json', url], { cwd: directory });
    await pull.event('started');
    publication.finish();

    expect(await pull.exit()).toBe(0);
    const files = readdirSync(directory);
    expect(files).toEqual([expect.stringMatching(/^_2Fcam_1-\d{8}-\d{6}\.flv$/)]);
    expect(differenceIn((await readFlvFile(`${directory}/${files[0]}`)).tags, SHORT)).toBeUndefined();
  });

  it('replaces a file only with --overwrite', async () => {
    const url = `${server.url}/live/overwrite`;
    const publication = await Publication.begin(runs, url, SHORT, '--speed', '0');
    const path = runs.file('overwritten.flv');
    writeFileSync(path, Buffer.alloc(1_000_000));
    const pull = runs.start(['pull', '--json', url, path, '--overwrite']);
    await pull.event('started');
    publication.finish();

    expect(await pull.exit()).toBe(0);
    const { tags, damages } = await readFlvFile(path);
    expect(differenceIn(tags, SHORT)).toBeUndefined();
    expect(damages).toEqual([]);
  });
});

describe.concurrent('ways to give a stream key', () => {
  const KEY = 'sekret-key-4711';

  function pushWithKey(args: readonly string[], env: Record<string, string> = {}, app = 'live'): CliRun {
    return runs.start(
      ['push', '--json', '--speed', '0', fileWith(`${app}.flv`, SHORT), `${server.url}/${app}`, ...args],
      {
        env,
      },
    );
  }

  /** It published under the key, and never said it. */
  async function expectPublished(push: CliRun, app: string): Promise<void> {
    expect(await push.exit()).toBe(0);
    await server.run.event('started', ({ role, url }) => role === 'publisher' && url === `${app}/${KEY}`);
    expect(push.stdout.toString() + push.stderr).not.toContain(KEY);
    expect(push.stdout.toString()).toContain(`/${app}/****`);
  }

  it('takes it from --key-file', async () => {
    writeFileSync(runs.file('key.txt'), `${KEY}\n`);
    await expectPublished(pushWithKey(['--key-file', runs.file('key.txt')], {}, 'key-file'), 'key-file');
  });

  it('takes it from RTMPKIT_KEY', async () => {
    await expectPublished(pushWithKey([], { RTMPKIT_KEY: KEY }, 'key-env'), 'key-env');
  });

  it('takes it from standard input with --key -', async () => {
    const push = pushWithKey(['--key', '-'], {}, 'key-stdin');
    push.endInput(Buffer.from(`${KEY}\n`));
    await expectPublished(push, 'key-stdin');
  });

  it('shows it with --show-keys', async () => {
    const push = pushWithKey(['--show-keys'], { RTMPKIT_KEY: KEY }, 'key-shown');
    expect(await push.exit()).toBe(0);
    expect(push.stdout.toString()).toContain(`/key-shown/${KEY}`);
  });
});

describe.concurrent('--json and --quiet', () => {
  const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

  function namesOf(events: readonly JsonEvent[]): string[] {
    return events.map(({ event, stage }) => (stage === undefined ? event : `${event} ${stage}`));
  }

  it('tells push and pull as events, and nothing else', async () => {
    const url = `${server.url}/live/json`;
    const publication = await Publication.begin(runs, url, SHORT);
    const pull = runs.start(['pull', '--json', url, runs.file('json.flv')]);
    await pull.event('started');
    publication.finish();
    expect([await publication.push.exit(), await pull.exit()]).toEqual([0, 0]);
    expect(namesOf(publication.push.events)).toContain('stats');

    for (const { run, stage, role } of [
      { run: publication.push, stage: 'publish', role: 'publisher' },
      { run: pull, stage: 'play', role: 'player' },
    ]) {
      const opening = ['connecting tcp', 'connecting handshake', 'connecting connect', `connecting ${stage}`];
      const names = namesOf(run.events);
      expect(names.filter((name) => name !== 'stats')).toEqual([...opening, 'connected', 'started', 'ended']);
      expect(run.strayOutput).toBe('');
      expect(run.stderr).toBe('');
      for (const event of run.events) {
        expect(event).toMatchObject({ role, time: expect.stringMatching(TIME) });
      }
      const counts = { audioTags: 88, videoTags: 51, final: true, durationMs: expect.closeTo(1_980, -2) };
      expect(run.events.at(-1)).toMatchObject(counts);
    }
  });

  it('says nothing with --quiet, and failures all the same', async () => {
    const url = `${server.url}/live/quiet`;
    const push = runs.start(['push', '-', url, '--quiet', '--speed', '0']);
    const publication = await Publication.through(push, SHORT);
    await server.run.event('started', (event) => event['role'] === 'publisher' && event['url'] === 'live/quiet');
    const pull = runs.start(['pull', url, runs.file('quiet.flv'), '--quiet']);
    await server.run.event('started', (event) => event['role'] === 'player' && event['url'] === 'live/quiet');
    publication.finish();
    const failing = runs.start(['pull', `${server.url}/live/nobody`, runs.file('nobody.flv'), '-q']);

    expect([await push.exit(), await pull.exit(), await failing.exit()]).toEqual([0, 0, 7]);
    expect([push.stderr, pull.stderr]).toEqual(['', '']);
    expect([push.stdout.length, pull.stdout.length]).toEqual([0, 0]);
    expect(failing.stderr).toMatch(/^rtmpkit pull failed \(play\): there is no such stream/);
  });
});

describe.concurrent('rtmps', () => {
  let identity: ServerIdentity;
  let url: string;

  /** Takes the TLS away in front of our server. */
  beforeAll(async () => {
    identity = selfSigned();
    const port = await fakes.tls(identity, (socket) => {
      const plain = connect(server.port, '127.0.0.1');
      socket.on('error', () => {}).pipe(plain);
      plain.on('error', () => {}).pipe(socket);
    });
    url = `rtmps://127.0.0.1:${port}/live`;
    writeFileSync(runs.file('ca.pem'), identity.cert);
  });

  it.each([
    ['trusts --tls-ca', () => ['--tls-ca', runs.file('ca.pem')]],
    ['trusts anybody with --tls-insecure', () => ['--tls-insecure']],
  ])('%s', async (name, options) => {
    const stream = `${url}/${name.split(' ').at(-1)}`;
    const publication = await Publication.begin(runs, stream, SHORT, '--speed', '0', ...options());
    const path = runs.file(`${name}.flv`);
    const pull = runs.start(['pull', '--json', stream, path, ...options()]);
    await pull.event('started');
    publication.finish();

    expect([await publication.push.exit(), await pull.exit()]).toEqual([0, 0]);
    expect(differenceIn((await readFlvFile(path)).tags, SHORT)).toBeUndefined();
  });
});
