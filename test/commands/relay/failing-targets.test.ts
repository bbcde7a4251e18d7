import { afterEach, describe, expect, it } from 'vitest';
import type { MediaTag } from '../../../src/media/tag.js';
import { isFrame, isKeyframe, isSequenceHeader } from '../../../src/media/tag-info.js';
import { eventually } from '../../support/eventually.js';
import { ILLNESSES, newestGuest } from '../../support/faults/patients.js';
import { bodiesOf, framesOf } from '../../support/stream-parts.js';
import { type Guest, StreamServer } from '../../support/stream-server.js';
import { syntheticStream } from '../../support/streams.js';
import { RelayRun, sourceAt, targetAt } from './relay-bench.js';

/** In the time of the stream, which is sent as fast as the healthy ones take it. */
const FAILS_MS = 5_000;
const RECOVERS_MS = FAILS_MS + 60_000;
const ENDS_MS = RECOVERS_MS + 10_000;

/** In a minute much more than kernels hold for a server that takes nothing. */
const STREAM = syntheticStream({
  video: 'h264',
  audio: 'aac',
  durationMs: ENDS_MS,
  gopMs: 1_000,
  keyframeBytes: 20_000,
  frameBytes: 12_000,
});

const servers: StreamServer[] = [];
let run: RelayRun | undefined;
afterEach(async () => {
  await run?.stop().catch(() => {});
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function newServer(): Promise<StreamServer> {
  const server = await new StreamServer().listen();
  servers.push(server);
  return server;
}

/** Whether its newest connection has got this. */
function hasGot(server: StreamServer, tag: MediaTag | undefined): boolean {
  const got = server.guests.at(-1)?.tags.findLast(({ kind }) => kind === tag?.kind);
  return got !== undefined && tag !== undefined && Buffer.compare(got.body, tag.body) === 0;
}

function between(fromMs: number, toMs: number): MediaTag[] {
  return STREAM.filter(({ timestampMs }) => timestampMs >= fromMs && timestampMs < toMs);
}

/** Some at a time, as fast as these servers take them. */
async function send(source: Guest, tags: readonly MediaTag[], to: readonly StreamServer[]): Promise<void> {
  for (let at = 0; at < tags.length; at += 50) {
    const some = tags.slice(at, at + 50);
    source.send(some);
    await eventually('the healthy have it', () => to.every((server) => hasGot(server, some.at(-1))));
  }
}

describe('a relay to ten targets of which three fail for a minute, each in its way', () => {
  it('gives the others every byte, and the three the stream again from a keyframe on', async () => {
    const from = await newServer();
    const well = await Promise.all(Array.from({ length: 7 }, newServer));
    const patients = await Promise.all(Object.values(ILLNESSES).map(async (illness) => illness(await newServer())));
    const all = [...well, ...patients.map(({ server }) => server)];
    const targets = all.map((server, i) => targetAt(server, `target${i}`));
    run = RelayRun.of({ sources: [sourceAt(from)], targets });
    await Promise.all(all.map((server) => server.guest(1)));
    const source = await from.guest(1);

    await send(source, between(0, FAILS_MS), all);
    for (const patient of patients) await patient.fail();
    await send(source, between(FAILS_MS, RECOVERS_MS), well);
    const before = run.events.length;
    const sick = await run.event('stats', ({ targets: ten = [] }) => (ten[9]?.droppedFrames ?? 0) > 0, before);
    for (const patient of patients) await patient.recover();
    await run.event(
      'stats',
      ({ targets: ten = [] }) => ten.every(({ state, queueMs }) => state === 'running' && queueMs < 1_000),
      before,
    );
    await send(source, between(RECOVERS_MS, ENDS_MS), all);
    await run.stop();

    const sent = bodiesOf(STREAM);
    for (const server of well) {
      expect(server.guests).toHaveLength(1);
      expect(bodiesOf(newestGuest(server).tags)).toEqual(sent);
    }
    for (const { server } of patients) expectTail(newestGuest(server).tags);
    const [dead, reset, still] = sick.targets?.slice(7) ?? [];
    expect(dead).toMatchObject({ state: 'waiting', reconnects: 0, uptimeMs: null });
    expect(reset?.retries).toBeGreaterThan(5);
    expect(still).toMatchObject({ state: 'running', reconnects: 0, retries: 0 });
    const ten = run.all('ended').at(-1)?.targets ?? [];
    expect(ten.map(({ droppedFrames }) => droppedFrames > 0)).toEqual(ten.map((_, i) => i >= 7));
    expect(ten.map(({ reconnects }) => reconnects > 0)).toEqual(ten.map((_, i) => i === 7 || i === 8));
  }, 60_000);
});

/** The end of the stream, whole: from a keyframe on, behind its headers. */
function expectTail(tags: readonly MediaTag[]): void {
  const tail = tags.slice(tags.findIndex((tag) => isKeyframe(tag) && tag.timestampMs >= RECOVERS_MS - 1_000));
  expect(bodiesOf(tail.filter(isFrame))).toEqual(bodiesOf(STREAM.filter(isFrame)).slice(-tail.filter(isFrame).length));
  expect(framesOf('video', tail).length).toBeGreaterThan(200);
  expect(tags.findIndex(isSequenceHeader)).toBeLessThan(tags.findIndex(isKeyframe));
}
