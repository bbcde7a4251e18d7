import { PassThrough, Writable } from 'node:stream';
import type { ConnectionOptions } from '../../../src/commands/options.js';
import { pull } from '../../../src/commands/pull.js';
import { push } from '../../../src/commands/push.js';
import { relay } from '../../../src/commands/relay/relay.js';
import { toMediaTag } from '../../../src/flv/media-tag.js';
import { FlvReader } from '../../../src/flv/reader.js';
import type { MediaTag } from '../../../src/media/tag.js';
import { CommandRun } from '../command-run.js';
import { FLV_START, flvTagBytes } from '../flv-file.js';
import { syntheticStream } from '../streams.js';
import { OurStation } from './our-station.js';
import type { Station, StationRole } from './station.js';

/** Tests do not wait for a back-off. */
const RETRY = { attempts: Number.POSITIVE_INFINITY, delayMs: 5, maxDelayMs: 20 };

const [, CUE_POINT] = syntheticStream({ durationMs: 2, cuePointMs: 1 }) as [MediaTag, MediaTag];

/** What a command says of its losses, of frames. */
export interface Claim {
  readonly dropped: number;
  readonly unconfirmed: number;
}

/** A command at work, with a faulty network on one side of it. */
export interface Subject {
  readonly run: CommandRun;
  send(tags: readonly MediaTag[]): void;
  /** What has come out at the other end. */
  readonly received: readonly MediaTag[];
  /** The source of the stream ends in an orderly way. */
  endSource(): Promise<void>;
  /** The source that has ended begins again. */
  beginSource(): Promise<void>;
  /** Brings the command to its end, once all has been sent. */
  finish(): Promise<void>;
  /** Known at the end. */
  readonly claim: Claim | undefined;
}

/** Where the faulty network leads. */
export interface FaultyWay {
  readonly url: string;
  readonly station: Station;
  readonly stallTimeoutMs: number;
  readonly maxQueueMs: number;
}

export interface Column {
  readonly role: 'publisher' | 'player';
  /** What the server behind the faulty network is. */
  readonly station: StationRole;
  /** Whether it waits for its source to begin again. */
  readonly goesOn: boolean;
  start(way: FaultyWay, first: readonly MediaTag[]): Promise<Subject>;
}

export const COLUMNS = {
  'live push': {
    role: 'publisher',
    station: 'target',
    goesOn: false,
    start: (way, first) => startPush(way, first, way.maxQueueMs),
  },
  'push --no-drop': {
    role: 'publisher',
    station: 'target',
    goesOn: false,
    start: (way, first) => startPush(way, first, Number.POSITIVE_INFINITY),
  },
  pull: { role: 'player', station: 'source', goesOn: false, start: startPull },
  'relay, its source': { role: 'player', station: 'source', goesOn: true, start: startRelayFrom },
  'relay, its target': { role: 'publisher', station: 'target', goesOn: true, start: startRelayTo },
} as const satisfies Record<string, Column>;

export type ColumnName = keyof typeof COLUMNS;

function connection({ stallTimeoutMs }: FaultyWay): ConnectionOptions {
  return { timeoutMs: 20_000, stallTimeoutMs, tls: {}, retry: RETRY };
}

async function startPush(way: FaultyWay, first: readonly MediaTag[], maxQueueMs: number): Promise<Subject> {
  const { station, url } = way;
  await station.watch();
  const input = new PassThrough();
  input.write(FLV_START);
  const all = { speed: 0, plays: 1, startMs: 0, durationMs: undefined, maxQueueMs };
  const run = new CommandRun((signal) => push({ ...connection(way), ...all, input, url }, signal));
  const send = (tags: readonly MediaTag[]): void => void input.write(Buffer.concat(tags.map(flvTagBytes)));
  send(first);
  await run.event('started');
  return {
    run,
    send,
    get received() {
      return station.watched;
    },
    endSource: async () => void input.end(),
    beginSource: async () => {},
    finish: async () => {
      input.end();
      await run.over;
    },
    get claim() {
      const ended = run.all('ended').at(-1);
      return ended && { dropped: ended.droppedFrames ?? 0, unconfirmed: ended.unconfirmedFrames ?? 0 };
    },
  };
}

async function startPull(way: FaultyWay, first: readonly MediaTag[]): Promise<Subject> {
  const { station, url } = way;
  await station.publish();
  const output = new FlvIntake();
  const options = { outputs: [{ kind: 'stream', stream: output } as const], overwrite: false, durationMs: undefined };
  const run = new CommandRun((signal) => pull({ ...connection(way), ...options, source: url }, signal));
  await run.event('connected');
  station.send(first);
  return {
    run,
    send: (tags) => station.send(tags),
    received: output.tags,
    endSource: () => station.endStream(),
    beginSource: () => station.publish(),
    finish: async () => {
      await station.endStream();
      await run.over;
    },
    claim: undefined,
  };
}

async function startRelayFrom(way: FaultyWay, first: readonly MediaTag[]): Promise<Subject> {
  const to = await OurStation.open();
  await to.watch();
  await way.station.publish();
  const subject = await startRelay(way, way.url, urlOf(to), way.station, to);
  await subject.run.event('connected', ({ role }) => role === 'player');
  way.station.send(first);
  return { ...subject, run: subject.run, finish: () => subject.finish().finally(() => to.close()) };
}

async function startRelayTo(way: FaultyWay, first: readonly MediaTag[]): Promise<Subject> {
  const from = await OurStation.open();
  await from.publish();
  await way.station.watch();
  const subject = await startRelay(way, urlOf(from), way.url, from, way.station);
  await subject.run.event('connected', ({ role }) => role === 'player');
  from.send(first);
  // Only the network to the target has faults: the source is never silent for so long that it is taken for stalled.
  const signOfLife = setInterval(() => from.send([CUE_POINT]), way.stallTimeoutMs / 5);
  return {
    ...subject,
    get received() {
      return subject.received;
    },
    get claim() {
      return subject.claim;
    },
    finish: () => {
      clearInterval(signOfLife);
      return subject.finish().finally(() => from.close());
    },
  };
}

function urlOf({ port, path }: Station): string {
  return `rtmp://127.0.0.1:${port}/${path}`;
}

/** A relay whose target has the stream. */
async function startRelay(
  way: FaultyWay,
  source: string,
  target: string,
  from: Station,
  to: Station,
): Promise<Subject> {
  const common = { warm: false, failbackMs: 0, delayMs: 0, maxDelayBytes: 1e9, onDemand: false, overwrite: false };
  const one = {
    ...connection(way),
    ...common,
    maxQueueMs: way.maxQueueMs,
    sources: [{ url: source }],
    targets: [{ kind: 'rtmp', url: target } as const],
  };
  const run = new CommandRun((signal) => relay({ relays: [one] }, signal));
  await run.event('started', ({ role }) => role === 'publisher');
  return {
    run,
    send: (tags) => from.send(tags),
    get received() {
      return to.watched;
    },
    endSource: () => from.endStream(),
    beginSource: () => from.publish(),
    finish: () => run.stop(),
    get claim() {
      const [to] = run.all('ended').at(-1)?.targets ?? [];
      return to && { dropped: to.droppedAudio + to.droppedVideo, unconfirmed: to.unconfirmedFrames };
    },
  };
}

/** Takes FLV bytes. */
class FlvIntake extends Writable {
  readonly tags: MediaTag[] = [];
  readonly #reader = new FlvReader();

  override _write(bytes: Buffer, _: BufferEncoding, done: () => void): void {
    for (const item of this.#reader.receive(Buffer.from(bytes))) {
      const tag = item.type === 'tag' ? toMediaTag(item) : undefined;
      if (tag !== undefined) this.tags.push(tag);
    }
    done();
  }
}
