import { once } from 'node:events';
import { PassThrough, Readable } from 'node:stream';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RecycledMemory } from '../../src/bytes/recycled-memory.js';
import { FileSink } from '../../src/endpoint/file-sink.js';
import { FlvFileSource } from '../../src/endpoint/flv-file-source.js';
import { FlvFileWriter } from '../../src/endpoint/flv-file-writer.js';
import { FlvStreamSink } from '../../src/endpoint/flv-stream-sink.js';
import { FlvStreamSource } from '../../src/endpoint/flv-stream-source.js';
import { RtmpPublisher } from '../../src/endpoint/rtmp-publisher.js';
import { Broadcast } from '../../src/flow/broadcast.js';
import { feed } from '../../src/flow/feed.js';
import { encodeFlvTags } from '../../src/flv/tag.js';
import type { MediaTag } from '../../src/media/tag.js';
import { ChunkReader } from '../../src/rtmp/chunk/reader.js';
import { rtmpTagFormat } from '../../src/rtmp/chunk/tag-format.js';
import { MediaIntake } from '../../src/rtmp/session/media-intake.js';
import { randomSplit } from '../rtmp/chunk/reading.js';
import { FakeServers } from '../support/fake-servers.js';
import { FaultProxy } from '../support/fault-proxy.js';
import {
  aacFrame,
  aacSequenceHeader,
  avcFrame,
  avcKeyframe,
  avcSequenceHeader,
  buildFlv,
  metadata,
} from '../support/flv-builder.js';
import { differenceIn } from '../support/flv-file.js';
import { FakeFile } from './fake-file.js';
import { mediaTag, TestDirectory } from './flv-test-files.js';
import { linkOptions } from './rtmp-options.js';

// What goes through memory that is used again arrives as it was sent, whoever is slow, gives up or breaks off. Whatever was
// given back too early would be overwritten by what comes next, and show.

/** Some 5 MB with headers that are kept, and that change on the way. */
const BUILT = [
  metadata({ width: 64, encoder: 'first' }),
  avcSequenceHeader(),
  aacSequenceHeader(),
  ...Array.from({ length: 400 }, (_, i) => {
    const timestampMs = i * 40;
    return [
      ...(i === 200 ? [metadata({ width: 64, encoder: 'second' }), avcSequenceHeader(timestampMs)] : []),
      i % 50 === 0 ? avcKeyframe(timestampMs, 120_000) : avcFrame(timestampMs, 10_000 + i),
      aacFrame(timestampMs + 10, 300),
      aacFrame(timestampMs + 30, 300),
    ];
  }).flat(),
];
const TAGS = BUILT.map(mediaTag);
const WIRE = rtmpTagFormat({ chunkSizeBytes: 128, streamId: 1 }).encode(TAGS);

/** Tags from chunks that come in pieces of any size, and in what memory. */
async function* received(
  seed: number,
  memory: RecycledMemory | undefined,
  blocks: Set<ArrayBufferLike>,
): AsyncGenerator<readonly MediaTag[]> {
  const reader = new ChunkReader({}, memory);
  const intake = new MediaIntake();
  for (const piece of randomSplit(seed, 300_000)(WIRE)) {
    const messages: Parameters<ChunkReader['read']>[1] = [];
    const arrived = piece.slice();
    reader.read(arrived, messages);
    arrived.fill(0xee);
    const tags: MediaTag[] = [];
    for (const message of messages) intake.read(message, tags);
    for (const { kind, body } of tags) {
      if (kind !== 'data') blocks.add(body.buffer);
    }
    yield tags;
    await new Promise(setImmediate);
  }
}

interface Way {
  readonly seed: number;
  /** Of one write to the file, and how many turns of the event loop it takes. */
  readonly stepBytes: number;
  readonly writeTurns: number;
  /** Where the disk is full. */
  readonly capacityBytes: number;
  /** After how many of the tags nobody wants any more. */
  readonly abortAfter: number;
}

class SlowFile extends FakeFile {
  readonly #turns: number;

  constructor({ stepBytes, writeTurns, capacityBytes }: Way) {
    super();
    this.stepBytes = stepBytes;
    this.capacityBytes = capacityBytes;
    this.#turns = writeTurns;
  }

  override async writev(buffers: readonly Uint8Array[], position: number): Promise<{ bytesWritten: number }> {
    for (let turn = 0; turn < this.#turns; turn++) await new Promise(setImmediate);
    return super.writev(buffers, position);
  }
}

/** One stream into a slow file, a pipe of which nobody reads before the end, and a late joiner who is too slow. */
async function record(way: Way, memory: RecycledMemory | undefined) {
  const file = new SlowFile(way);
  const pipe = new PassThrough({ highWaterMark: 2 * WIRE.length });
  const late = new PassThrough({ highWaterMark: 100_000 });
  const broadcast = new Broadcast({ maxBytes: 1024 * 1024, gopCache: false, memory });
  const fileSink = new FileSink(new FlvFileWriter('fake.flv', file));
  const pipeSink = new FlvStreamSink(pipe);
  const lateSink = new FlvStreamSink(late);
  fileSink.attach(broadcast, { mode: 'lossless', join: 'beginning' });
  pipeSink.attach(broadcast, { mode: 'lossless', join: 'beginning' });
  const blocks = new Set<ArrayBufferLike>();
  const abort = new AbortController();
  let seen = 0;
  async function* source(): AsyncGenerator<readonly MediaTag[]> {
    for await (const tags of received(way.seed, memory, blocks)) {
      if (seen === 0) lateSink.attach(broadcast, { mode: 'live', join: 'next-keyframe' });
      seen += tags.length;
      yield tags;
      if (seen >= way.abortAfter) abort.abort();
    }
  }
  await feed(source(), broadcast, abort.signal);
  broadcast.end();
  await fileSink.finished.catch(() => {});
  const lateBytes = await readAll(late, lateSink);
  return { file: file.bytes, pipe: await readAll(pipe, pipeSink), late: lateBytes, blocks: blocks.size };
}

async function readAll(stream: PassThrough, sink: FlvStreamSink): Promise<Buffer> {
  const pieces: Buffer[] = [];
  stream.on('data', (piece: Buffer) => pieces.push(piece));
  await sink.finished;
  stream.end();
  await once(stream, 'end');
  return Buffer.concat(pieces);
}

describe('a recording in memory that is used again', () => {
  const way: fc.Arbitrary<Way> = fc.record({
    seed: fc.integer(),
    stepBytes: fc.constantFrom(70_000, 300_000, Number.POSITIVE_INFINITY),
    writeTurns: fc.nat(5),
    capacityBytes: fc.constantFrom(Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, 2_000_000),
    abortAfter: fc.constantFrom(Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, 500),
  });

  it('has the same bytes as one in fresh memory', async () => {
    await fc.assert(
      fc.asyncProperty(way, async (one) => {
        const [recycled, fresh] = [await record(one, new RecycledMemory()), await record(one, undefined)];
        expect(recycled.file.equals(fresh.file), 'file').toBe(true);
        expect(recycled.pipe.equals(fresh.pipe), 'pipe').toBe(true);
        expect(recycled.late.equals(fresh.late), 'late joiner').toBe(true);
        expect(recycled.blocks).toBeLessThan(10);
      }),
      { numRuns: 12 },
    );
  });

  it('has everything that was sent', async () => {
    const all = { stepBytes: 70_000, writeTurns: 3, capacityBytes: Number.POSITIVE_INFINITY };
    const { pipe } = await record({ ...all, seed: 1, abortAfter: Number.POSITIVE_INFINITY }, new RecycledMemory());
    expect(pipe.subarray(13).equals(encodeFlvTags(TAGS))).toBe(true);
  });
});

describe('a file that is read into memory that is used again', () => {
  const fakes = new FakeServers();
  let directory: TestDirectory;
  beforeEach(() => {
    directory = new TestDirectory();
  });
  afterEach(async () => {
    await fakes.close();
    directory.remove();
  });

  const whole = buildFlv(BUILT);
  const damaged = Uint8Array.from(whole)
    .fill(0x55, 1_000_000, 1_030_000)
    .subarray(0, whole.length - 5000);

  it.each([
    ['whole', whole],
    ['damaged and cut off', damaged],
  ])('leaves a pipe as it came, in pieces of any size, when it is %s', async (_, bytes) => {
    async function passOn(seed: number, memory: RecycledMemory | undefined): Promise<Buffer> {
      const input = Readable.from(randomSplit(seed, 90_000)(bytes));
      const source = new FlvStreamSource(input, memory === undefined ? {} : { memory });
      const output = new PassThrough({ highWaterMark: 2 * bytes.length });
      const sink = new FlvStreamSink(output);
      const broadcast = new Broadcast({ maxBytes: 1024 * 1024, gopCache: false, memory });
      sink.attach(broadcast, { mode: 'lossless', join: 'beginning' });
      await feed(source, broadcast, new AbortController().signal);
      broadcast.end();
      return readAll(output, sink);
    }
    for (const seed of [1, 2, 3]) {
      expect((await passOn(seed, new RecycledMemory())).equals(await passOn(seed, undefined))).toBe(true);
    }
  });

  /** A server that lets everybody publish; what it got is in `tags`. */
  async function taker(tags: MediaTag[]): Promise<number> {
    return fakes.rtmp((event, session) => {
      if (event.type === 'connectRequest') session.acceptConnect();
      else if (event.type === 'publishRequest') session.acceptPublish(event.streamId);
      else if (event.type === 'tags') tags.push(...event.tags);
    });
  }

  async function readFresh(path: string): Promise<MediaTag[]> {
    const tags: MediaTag[] = [];
    for await (const some of await FlvFileSource.open(path)) tags.push(...some);
    return tags;
  }

  it.each([
    ['whole', whole],
    ['damaged and cut off', damaged],
  ])('arrives at every server that it is published to, when it is %s', async (_, bytes) => {
    const path = directory.file('film.flv', bytes);
    const memory = new RecycledMemory();
    const [quick, slow, leaving]: MediaTag[][] = [[], [], []];
    const proxy = await FaultProxy.to(await taker(slow!), { segmentBytes: 7000 });
    const publishers = [
      await RtmpPublisher.open(linkOptions(await taker(quick!), { memory })),
      await RtmpPublisher.open(linkOptions(proxy.port, { memory })),
      await RtmpPublisher.open(linkOptions(await taker(leaving!), { memory })),
    ];
    const broadcast = new Broadcast({ maxBytes: 1024 * 1024, gopCache: false, memory });
    for (const publisher of publishers) publisher.attach(broadcast, { mode: 'lossless', join: 'beginning' });
    const source = await FlvFileSource.open(path, { memory });
    const blocks = new Set<ArrayBufferLike>();
    async function* watched(): AsyncGenerator<readonly MediaTag[]> {
      for await (const tags of source) {
        for (const { body } of tags) blocks.add(body.buffer);
        yield tags;
        publishers[2]!.close();
      }
    }
    await feed(watched(), broadcast, new AbortController().signal);
    broadcast.end();
    await Promise.all(publishers.slice(0, 2).map(({ finished }) => finished));
    await proxy.close();

    const sent = await readFresh(path);
    expect(differenceIn(quick!, sent)).toBeUndefined();
    expect(differenceIn(slow!, sent)).toBeUndefined();
    expect(differenceIn(leaving!, sent.slice(0, leaving!.length))).toBeUndefined();
    expect(blocks.size).toBeLessThan(9);
  });
});
