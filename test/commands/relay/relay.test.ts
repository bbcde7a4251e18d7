import { once } from 'node:events';
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import type { RelayChange, RelayTarget } from '../../../src/commands/relay/options.js';
import type { MediaTag } from '../../../src/media/tag.js';
import { isKeyframe, isSequenceHeader } from '../../../src/media/tag-info.js';
import { FaultProxy } from '../../support/fault-proxy.js';
import { readTags } from '../../support/reception.js';
import { type Guest, StreamServer } from '../../support/stream-server.js';
import { syntheticStream } from '../../support/streams.js';
import { RelayRun, relayOptions, sourceAt, targetAt } from './relay-bench.js';

const SLATE = fileURLToPath(new URL('../../../fixtures/testcard.flv', import.meta.url));
const directory = mkdtempSync(join(tmpdir(), 'rtmpkit-relay-'));
afterAll(() => rmSync(directory, { recursive: true }));

const servers: StreamServer[] = [];
const runs: RelayRun[] = [];
afterEach(async () => {
  await Promise.all(runs.splice(0).map((run) => run.stop().catch(() => {})));
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function server(): Promise<StreamServer> {
  const one = await new StreamServer().listen();
  servers.push(one);
  return one;
}

function start(run: RelayRun): RelayRun {
  runs.push(run);
  return run;
}

/** The client that a target of the relay is, as soon as it takes the stream. */
async function joined(run: RelayRun, to: StreamServer, name = 'out'): Promise<Guest> {
  await run.event('started', ({ target }) => target === name);
  return to.guest(1);
}

/** Resolves when a target has got so many frames. */
async function received(guest: Guest, frames: number): Promise<void> {
  let [count, at] = [0, 0];
  for (;;) {
    count += framesOf(guest.tags.slice(at)).length;
    at = guest.tags.length;
    if (count >= frames) return;
    await once(guest.socket, 'data');
    await new Promise(setImmediate);
  }
}

function framesOf(tags: readonly MediaTag[]): MediaTag[] {
  return tags.filter((tag) => tag.kind !== 'data' && !isSequenceHeader(tag));
}

function bodiesOf(tags: readonly MediaTag[]): string[] {
  return framesOf(tags).map(({ body }) => Buffer.from(body).toString('base64'));
}

function expectMonotonic(tags: readonly MediaTag[]): void {
  for (const kind of ['audio', 'video'] as const) {
    const times = framesOf(tags)
      .filter((tag) => tag.kind === kind)
      .map(({ timestampMs }) => timestampMs);
    expect(times).toEqual(times.toSorted((one, other) => one - other));
  }
}

const ONE_SECOND = { video: 'h264', audio: 'aac', durationMs: 1_000 } as const;

describe('relay', () => {
  it('sends every tag of its source to a server and into a file, and ends both in an orderly way', async () => {
    const [from, to] = [await server(), await server()];
    const tags = syntheticStream({ ...ONE_SECOND, durationMs: 3_000, cuePointMs: 700 });
    const path = join(directory, 'copy.flv');
    const run = start(
      RelayRun.of({ sources: [sourceAt(from)], targets: [targetAt(to), { kind: 'file', path, name: 'copy' }] }),
    );
    const target = await joined(run, to);
    (await from.guest(1)).send(tags);
    await received(target, framesOf(tags).length);
    await run.stop();
    expect(bodiesOf(target.tags)).toEqual(bodiesOf(tags));
    expect(target.tags.map(({ timestampMs }) => timestampMs)).toEqual(tags.map(({ timestampMs }) => timestampMs));
    expect(target.events.some(({ type }) => type === 'streamClosed')).toBe(true);
    expect(bodiesOf(await readTags(path))).toEqual(bodiesOf(tags));
    expect(run.events.at(-1)).toMatchObject({ event: 'ended', role: 'relay', reason: 'stopped', final: true });
    const ended = run.all('ended').map((event) => event.target ?? event.role);
    expect([...ended.slice(0, -1).toSorted(), ended.at(-1)]).toEqual(['copy', 'out', 'relay']);
  });

  it('tells how much the way to a target carries, if that is less than there is, and nothing of a file', async () => {
    const [from, to] = [await server(), await server()];
    const proxy = await FaultProxy.to(to.port, { rateBytesPerSecond: 20_000_000 });
    const path = join(directory, 'beside.flv');
    const targets = [targetAt(proxy), { kind: 'file', path } as const];
    const run = start(RelayRun.of({ sources: [sourceAt(from)], targets, maxQueueMs: 60_000 }));
    const target = await joined(run, to);
    const tags = syntheticStream({ ...ONE_SECOND, durationMs: 20_000, frameBytes: 40_000 });
    (await from.guest(1)).send(tags);
    await received(target, framesOf(tags).length);
    await run.stop();
    await proxy.close();
    const [way, file] = run.all('ended').at(-1)?.targets ?? [];
    expect(way?.capacityKbps).toSatisfy((kbps) => kbps > 16_000 && kbps < 240_000); // of 160,000; a busy machine carries less
    expect(file).toMatchObject({ capacityKbps: null, bandwidthUse: null });
  });

  it('goes to the next source when the first is lost, and comes back, while its target sees one stream', async () => {
    const [main, spare, to] = [await server(), await server(), await server()];
    const sources = [sourceAt(main, 'main'), sourceAt(spare, 'spare')];
    const run = start(RelayRun.of({ sources, targets: [targetAt(to)], failbackMs: 0 }));
    const target = await joined(run, to);
    const first = syntheticStream({ ...ONE_SECOND, startMs: 500_000 });
    const second = syntheticStream({ ...ONE_SECOND, startMs: 3_000, gopMs: 500, metadata: { encoder: 'other' } });
    const third = syntheticStream({ ...ONE_SECOND, startMs: 0, frameBytes: 200 });

    const guest = await main.guest(1);
    guest.send(first);
    await received(target, framesOf(first).length);
    main.handle = (client) => {
      client.reset(); // whoever comes
      return true;
    };
    guest.reset();
    (await spare.guest(1)).send(second);
    await received(target, framesOf([...first, ...second]).length);
    main.handle = () => false;
    (await main.guest(2)).send(third);
    await received(target, framesOf([...first, ...second, ...third]).length);
    await run.stop();

    expect(to.guests).toHaveLength(1);
    expect(bodiesOf(target.tags)).toEqual(bodiesOf([...first, ...second, ...third]));
    expectMonotonic(target.tags);
    expect(run.all('switched').map(({ input, reason }) => [input, reason])).toEqual([
      ['main', 'first'],
      ['spare', 'lost'],
      ['main', 'better'],
    ]);
    // What it looks like has not changed, so its metadata is told once.
    expect(target.tags.filter(({ kind }) => kind === 'data')).toHaveLength(1);
  }, 20_000);

  it('changes to a warm source at once, from its newest keyframe on', async () => {
    const [main, spare, to] = [await server(), await server(), await server()];
    const sources = [sourceAt(main, 'main'), sourceAt(spare, 'spare')];
    const run = start(RelayRun.of({ sources, targets: [targetAt(to)], warm: true }));
    const target = await joined(run, to);
    // More than fits into one piece of memory: what is used again too early would show.
    const standby = syntheticStream({ ...ONE_SECOND, durationMs: 2_500, frameBytes: 20_000 });
    const onAir = syntheticStream({ ...ONE_SECOND, durationMs: 1_500, frameBytes: 23_000 });
    const guest = await main.guest(1);
    guest.send(onAir);
    await received(target, framesOf(onAir).length);
    (await spare.guest(1)).send(standby);
    await run.event('stats', ({ sources: all = [] }) => (all[1]?.bytes ?? 0) > 0);
    guest.reset();
    const newestGop = standby.slice(standby.findLastIndex((tag) => isKeyframe(tag)));
    await received(target, framesOf([...onAir, ...newestGop]).length);
    expect(bodiesOf(target.tags)).toEqual(bodiesOf([...onAir, ...newestGop]));
    expectMonotonic(target.tags);
  });

  it('repeats the fallback while no source is alive, says how it differs, and leaves it for the first one that is', async () => {
    const [from, to] = [await server(), await server()];
    await from.close();
    const run = start(RelayRun.of({ sources: [sourceAt(from)], targets: [targetAt(to)], fallback: SLATE }));
    const target = await joined(run, to);
    const slate = framesOf(await readTags(SLATE));
    await received(target, 20);
    expect(bodiesOf(target.tags)).toEqual(bodiesOf(slate).slice(0, framesOf(target.tags).length));

    await from.listen();
    const live = syntheticStream(ONE_SECOND);
    (await from.guest(1)).send(live);
    await run.event('switched', ({ source }) => source === 'live');
    const isThere = (): boolean => bodiesOf(target.tags).includes(bodiesOf(live).at(-1) ?? '');
    while (!isThere()) await received(target, framesOf(target.tags).length + 1);
    const at = bodiesOf(target.tags).indexOf(bodiesOf(live)[0] ?? '');
    expect(bodiesOf(target.tags).slice(at)).toEqual(bodiesOf(live));
    expectMonotonic(target.tags);
    const warning = await run.event('warning', ({ code }) => code === 'WARN_CODEC_CHANGED');
    expect(warning.message).toMatch(/live has video h264 64x64 instead of h264 \d+x\d+/);
  });

  it('sends later what comes now', async () => {
    const [from, to] = [await server(), await server()];
    const run = start(RelayRun.of({ sources: [sourceAt(from)], targets: [targetAt(to)], delayMs: 300 }));
    const target = await joined(run, to);
    const tags = syntheticStream({ ...ONE_SECOND, frameBytes: 20_000 });
    const startedMs = performance.now();
    (await from.guest(1)).send(tags);
    await received(target, framesOf(tags).length);
    expect(performance.now() - startedMs).toBeGreaterThan(298);
    expect(bodiesOf(target.tags)).toEqual(bodiesOf(tags));
    await run.stop();
  });

  it('ends with a clear error when what is to be sent later needs too much memory', async () => {
    const [from, to] = [await server(), await server()];
    const maxDelayBytes = 1024 * 1024;
    const run = start(
      RelayRun.of({ sources: [sourceAt(from)], targets: [targetAt(to)], delayMs: 600_000, maxDelayBytes }),
    );
    (await from.guest(1)).send(syntheticStream({ ...ONE_SECOND, frameBytes: 100_000 }));
    await expect(run.over).rejects.toMatchObject({
      code: 'ERR_DELAY_MEMORY',
      message: expect.stringMatching(/600 s of this stream .* 1 MB/),
    });
  });

  it('pulls on demand only while a target takes the stream', async () => {
    const [from, to] = [await server(), await server()];
    await to.close();
    const run = start(RelayRun.of({ sources: [sourceAt(from)], targets: [targetAt(to)], onDemand: true }));
    await run.event('retrying', ({ target, attempt }) => target === 'out' && attempt >= 3);
    expect(from.guests).toHaveLength(0);
    await to.listen();
    const source = await from.guest(1);
    const tags = syntheticStream(ONE_SECOND);
    source.send(tags);
    await received(await joined(run, to), framesOf(tags).length);
    await to.kill();
    await source.closed;
  });

  it('fails with the error of its first source when all have failed for good', async () => {
    const [one, other, to] = [await server(), await server(), await server()];
    for (const from of [one, other]) {
      from.handle = (guest, event) => {
        if (event.type !== 'playRequest') return false;
        guest.session.rejectPlay(event.streamId, {
          level: 'error',
          code: 'NetStream.Play.Failed',
          description: 'not for you',
        });
        return true;
      };
    }
    const retry = { attempts: 0 };
    const run = start(RelayRun.of({ sources: [sourceAt(one), sourceAt(other)], targets: [targetAt(to)], retry }));
    await expect(run.over).rejects.toMatchObject({ peerWords: expect.stringMatching(/not for you/) });
    expect(await run.event('warning')).toMatchObject({ code: 'WARN_SOURCE_FAILED', source: 'live' });
  });

  it('ends when its source has ended and is not to be tried again, and everything has arrived', async () => {
    const [from, to] = [await server(), await server()];
    const run = start(
      RelayRun.of({ sources: [sourceAt(from)], targets: [targetAt(to)], retry: { attempts: 0 }, delayMs: 200 }),
    );
    const target = await joined(run, to);
    const tags = syntheticStream(ONE_SECOND);
    const source = await from.guest(1);
    source.send(tags);
    source.session.endPlay(1, 'that was all');
    source.flush();
    await run.over;
    expect(run.events.at(-1)).toMatchObject({ event: 'ended', reason: 'end of stream', final: true });
    expect(bodiesOf(target.tags)).toEqual(bodiesOf(tags));
  });

  it('refuses a file that is there before it connects to anybody', async () => {
    const from = await server();
    const run = start(RelayRun.of({ sources: [sourceAt(from)], targets: [{ kind: 'file', path: SLATE }] }));
    await expect(run.over).rejects.toMatchObject({ code: 'ERR_OUTPUT_EXISTS' });
    expect(from.guests).toEqual([]);
  });

  it('takes no file for two targets, and none that is its fallback, too', async () => {
    const path = join(directory, 'shared.flv');
    copyFileSync(SLATE, path);
    symlinkSync(path, join(directory, 'link.flv'));
    const sources = [sourceAt(await server())];
    const file = (name: string): RelayTarget => ({ kind: 'file', path: join(directory, name) });
    const relayInto = (...names: string[]) => ({ sources, targets: names.map(file), overwrite: true });
    const refused = [
      [[relayInto('new.flv', './new.flv')], /new\.flv is named as target twice/],
      [[relayInto('shared.flv'), { ...relayInto('link.flv'), name: 'other' }], /link\.flv is named as target twice/],
      [[{ ...relayInto('link.flv'), fallback: path }], /link\.flv is a target and a fallback/],
    ] as const;
    for (const [relays, message] of refused) {
      const run = start(new RelayRun({ relays: relays.map(relayOptions) }));
      await expect(run.over).rejects.toThrow(message);
    }
    expect(readFileSync(path).equals(readFileSync(SLATE))).toBe(true);
    expect(existsSync(join(directory, 'new.flv'))).toBe(false);
  });

  it.each(['copy.m3u8', 'copy.ts', 'copy.JPG'])('writes no FLV by the name of something else: %s', async (name) => {
    const from = await server();
    const path = join(directory, name);
    const run = start(RelayRun.of({ sources: [sourceAt(from)], targets: [{ kind: 'file', path }] }));
    await expect(run.over).rejects.toMatchObject({ code: 'ERR_USAGE', advice: expect.stringMatching(/\.flv \.mp4/) });
    expect([from.guests.length, existsSync(path)]).toEqual([0, false]);
  });

  it('begins no file when another one cannot be', async () => {
    const begun = join(directory, 'begun.flv');
    const targets = [begun, join(directory, 'nowhere', 'copy.flv')].map((path) => ({ kind: 'file' as const, path }));
    const run = start(RelayRun.of({ sources: [sourceAt(await server())], targets }));
    await expect(run.over).rejects.toMatchObject({ code: 'ERR_OUTPUT' });
    expect(existsSync(begun)).toBe(false);
  });
});

describe('several relays', () => {
  it('change only what is different: a target of one, another relay, and nothing of the third', async () => {
    const [from, ...to] = [await server(), await server(), await server(), await server(), await server()];
    const [a, b, c, d] = to as [StreamServer, StreamServer, StreamServer, StreamServer];
    const same = relayOptions({ name: 'same', sources: [sourceAt(from, 's1')], targets: [targetAt(a)] });
    const more = relayOptions({ name: 'more', sources: [sourceAt(from, 's2')], targets: [targetAt(b)] });
    const gone = relayOptions({ name: 'gone', sources: [sourceAt(from, 's3')], targets: [targetAt(c)] });
    const changes = new Changes();
    const run = start(new RelayRun({ relays: [same, more, gone], changes }));
    const kept = await Promise.all([a.guest(1), b.guest(1)]);
    const lost = await c.guest(1);
    await from.guest(3);

    changes.push({ error: new Error('line 3 is no good') });
    expect(await run.event('warning')).toMatchObject({
      code: 'WARN_RELOAD_FAILED',
      message: expect.stringMatching(/line 3/),
    });
    const file = { kind: 'file', path: join(directory, 'twice.flv') } as const;
    changes.push({
      relays: [
        { ...same, targets: [file] },
        { ...more, targets: [file] },
      ],
    });
    expect(await run.event('warning', ({ message }) => message.includes('twice.flv'))).toMatchObject({
      code: 'WARN_RELOAD_FAILED',
    });
    changes.push({ relays: [same, { ...more, targets: [targetAt(b), targetAt(d, 'new')] }] });
    await lost.closed;
    const added = await d.guest(1);
    await run.event('started', ({ relays }) => relays === 2);
    expect(kept.every(({ socket }) => !socket.destroyed)).toBe(true);
    expect(a.guests).toHaveLength(1);
    expect(b.guests).toHaveLength(1);
    expect(from.guests).toHaveLength(3);

    changes.push({ relays: [same, { ...more, maxQueueMs: 1_000 }] });
    await added.closed;
    await b.guest(2);
    expect(a.guests).toHaveLength(1);
    await run.stop();
    expect(run.events.at(-1)).toMatchObject({ event: 'ended', role: 'relay', final: true });
    const ends = run
      .all('ended')
      .filter(({ role, relay, reason }) => role === 'relay' && !(relay && reason === 'stopped'));
    expect(ends.map(({ relay, reason }) => [relay, reason])).toEqual([
      ['gone', 'no longer wanted'],
      ['more', 'its settings have changed'],
      [undefined, 'stopped'],
    ]);
  });

  it('go on when one of them has failed for good', async () => {
    const [from, to] = [await server(), await server()];
    const dead = await server();
    await dead.close();
    const well = relayOptions({ name: 'well', sources: [sourceAt(from)], targets: [targetAt(to)] });
    const ill = relayOptions({
      name: 'ill',
      sources: [sourceAt(dead)],
      targets: [targetAt(to, 'other')],
      retry: { attempts: 0 },
    });
    const run = start(new RelayRun({ relays: [ill, well] }));
    expect(await run.event('warning', ({ code }) => code === 'WARN_RELAY_FAILED')).toMatchObject({ relay: 'ill' });
    const tags = syntheticStream(ONE_SECOND);
    (await from.guest(1)).send(tags);
    await run.event('stats', ({ relay, targets = [] }) => relay === 'well' && (targets[0]?.bytes ?? 0) > 0);
    await run.stop();
  });
});

/** Changes that the test pushes. */
class Changes implements AsyncIterable<RelayChange> {
  readonly #waiting: RelayChange[] = [];
  #wake = (): void => {};

  push(change: RelayChange): void {
    this.#waiting.push(change);
    this.#wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<RelayChange> {
    for (;;) {
      const next = this.#waiting.shift();
      if (next === undefined) {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      } else {
        yield next;
      }
    }
  }
}
