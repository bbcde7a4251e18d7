import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Broadcast } from '../../src/flow/broadcast.js';
import type { Burst } from '../../src/flow/burst.js';
import type { LostMedia, Sink, SubscribeOptions, Subscription } from '../../src/flow/sink.js';
import type { MediaTag } from '../../src/media/tag.js';
import { headerSlot, isDisposable, isKeyframe, NO_HEADER_SLOT } from '../../src/media/tag-info.js';
import { FakeClock } from './fake-clock.js';
import { audio, audioHeader, disposableFrame, interFrame, keyframe, metadata, videoHeader } from './tags.js';

// Any sequence of appends, joins, fulls, resumes, closes and pauses, some subscribers thinned, compared with what was appended.

const MAX_BYTES = 8000;
const MAX_DURATION_MS = 1000;

type HeaderState = ReadonlyMap<number, Uint8Array>;

function seeHeader(state: HeaderState, tag: MediaTag): HeaderState {
  const slot = headerSlot(tag);
  return slot === NO_HEADER_SLOT ? state : new Map(state).set(slot, tag.body);
}

/** What was appended, and what a decoder must know before each tag. */
class Stream {
  readonly tags: MediaTag[] = [];
  readonly indexOf = new Map<MediaTag, number>();
  readonly headersBefore: HeaderState[] = [];
  #headers: HeaderState = new Map();

  add(tag: MediaTag): void {
    this.indexOf.set(tag, this.tags.length);
    this.tags.push(tag);
    this.headersBefore.push(this.#headers);
    this.#headers = seeHeader(this.#headers, tag);
  }

  canJoinAt(index: number): boolean {
    if (index === 0 || isKeyframe(this.tags[index]!)) return true;
    return !this.tags.slice(0, index + 1).some((tag) => tag.kind === 'video');
  }
}

/** Checks every tag as it comes. */
class CheckingSink implements Sink {
  subscription: Subscription | undefined;
  isOver = false;
  isEnded = false;
  room: number;
  readonly isLossless: boolean;
  isBeingWritten = false;
  /** What it does inside `write`, besides. */
  meddle = (): void => {};
  lostTags = 0;
  /** Frames that no other needs, left out one by one. */
  thinnedTags = 0;
  received = 0;
  firstIndex: number | undefined;
  #gapTags = 0;
  #nextIndex: number | undefined;
  #headers: HeaderState = new Map();
  readonly #stream: Stream;
  readonly #isThinned: boolean;
  /** It calls `resume` within `write`. */
  readonly #refillsInside: boolean;

  constructor(stream: Stream, { options, room, refillsInside }: Extract<Step, { do: 'join' }>) {
    this.#stream = stream;
    this.#refillsInside = refillsInside;
    this.isLossless = options.mode === 'lossless';
    this.#isThinned = !this.isLossless && Number.isFinite(options.thinFromMs);
    this.room = room;
  }

  write(burst: Burst): boolean {
    expect(this.isBeingWritten, 'no write within a write').toBe(false);
    this.isBeingWritten = true;
    try {
      return this.#take(burst);
    } finally {
      this.isBeingWritten = false;
    }
  }

  #take(burst: Burst): boolean {
    expect(this.isOver, 'nothing after close, end or cut-off').toBe(false);
    expect(this.room, 'nothing while full').toBeGreaterThan(0);
    for (const tag of burst.tags) {
      this.#check(tag, burst);
    }
    this.room--;
    this.meddle();
    if (this.room > 0) return true;
    if (this.#refillsInside) {
      this.room = 2;
      this.subscription?.resume();
    }
    return false;
  }

  #check(tag: MediaTag, burst: Burst): void {
    const index = this.#stream.indexOf.get(tag);
    if (index === undefined) {
      expect(headerSlot(tag), 'only headers are made up').not.toBe(NO_HEADER_SLOT);
    } else {
      this.#checkPlace(index, burst);
      this.#nextIndex = index + 1;
      this.received++;
    }
    this.#headers = seeHeader(this.#headers, tag);
  }

  #checkPlace(index: number, burst: Burst): void {
    if (index === this.#nextIndex) return;
    if (this.#nextIndex === undefined) {
      // It may have been too slow even for its first burst.
      this.firstIndex = index;
      this.#gapTags = this.lostTags;
      if (this.thinnableBefore(index) > 0) return;
    } else {
      expect(this.isLossless, 'lossless').toBe(false);
      expect(index, 'in order').toBeGreaterThan(this.#nextIndex);
      if (this.#miss(index) === 'thinned') return;
    }
    expect(burst.tags[0], 'joins at the beginning of a burst').toBe(this.#stream.tags[index]);
    expect(this.#stream.canJoinAt(index), 'joins at a keyframe').toBe(true);
    expect(this.#headers, 'with the right headers').toEqual(this.#stream.headersBefore[index]);
  }

  /** What it has not got up to this tag must have been said: as lost, or, of frames that may be, as left out. */
  #miss(index: number): 'lost' | 'thinned' | 'nothing' {
    const missed = this.#stream.tags.slice(this.#nextIndex, index);
    const lostBefore = this.#gapTags - this.thinnedTags;
    this.#gapTags += missed.length;
    const thinned = this.#gapTags - this.lostTags - this.thinnedTags;
    expect(thinned, 'gaps are counted before what follows them').toBeGreaterThanOrEqual(0);
    expect(thinned, 'only what may be').toBeLessThanOrEqual(this.#isThinned ? missed.filter(isDisposable).length : 0);
    this.thinnedTags += thinned;
    if (this.lostTags > lostBefore) return 'lost';
    return thinned > 0 ? 'thinned' : 'nothing';
  }

  /** Frames before this tag that it may have missed without being told. */
  thinnableBefore(index: number): number {
    return this.#isThinned ? this.#stream.tags.slice(0, index).filter(isDisposable).length : 0;
  }

  end(): void {
    expect(this.isOver).toBe(false);
    this.isOver = true;
    this.isEnded = true;
    if (this.#nextIndex === undefined) return;
    const what = this.#miss(this.#stream.tags.length);
    if (this.isLossless) expect(what, 'all of it').toBe('nothing');
  }

  skipped(lost: LostMedia): void {
    expect(this.isOver).toBe(false);
    expect(lost.tags).toBeGreaterThan(0);
    expect(lost.durationMs).toBeGreaterThanOrEqual(0);
    this.lostTags += lost.tags;
  }

  cutOff(): void {
    expect(this.isOver).toBe(false);
    expect(this.isLossless).toBe(false);
    this.isOver = true;
  }
}

type Step =
  | { do: 'append'; kinds: readonly string[]; stepMs: number }
  | { do: 'turn' }
  | { do: 'advance'; ms: number }
  | { do: 'join'; options: SubscribeOptions; room: number; refillsInside: boolean; meddlesWith: number | null }
  | { do: 'resume'; who: number; room: number }
  | { do: 'close'; who: number };

const tagKind = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom('inter', 'disposable', 'audio') },
  { weight: 2, arbitrary: fc.constant('key') },
  { weight: 1, arbitrary: fc.constantFrom('metadata', 'videoHeader', 'audioHeader', 'big') },
);

const subscribeOptions: fc.Arbitrary<SubscribeOptions> = fc.record({
  mode: fc.constantFrom('live' as const, 'live' as const, 'lossless' as const),
  join: fc.constantFrom('beginning' as const, 'newest-keyframe' as const, 'next-keyframe' as const),
  maxLagMs: fc.constantFrom(50, 300, 5000),
  cutOffAfterMs: fc.constantFrom(500, 1e9),
  thinFromMs: fc.constantFrom(30, 200, Number.POSITIVE_INFINITY),
});

const room = fc.constantFrom(1, 2, 5, 1e9);

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('append' as const),
      kinds: fc.array(tagKind, { minLength: 1, maxLength: 5 }),
      stepMs: fc.integer({ min: -20, max: 60 }),
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('turn' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('advance' as const), ms: fc.integer({ min: 1, max: 300 }) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('join' as const),
      options: subscribeOptions,
      room,
      refillsInside: fc.oneof({ weight: 5, arbitrary: fc.constant(false) }, fc.constant(true)),
      meddlesWith: fc.option(fc.nat(9), { freq: 2 }),
    }),
  },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('resume' as const), who: fc.nat(9), room }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('close' as const), who: fc.nat(9) }) },
);

const MAKE: Record<string, (ms: number, mark: number) => MediaTag> = {
  inter: (ms, mark) => interFrame(ms, mark, 50),
  disposable: (ms, mark) => disposableFrame(ms, mark),
  audio: (ms, mark) => audio(ms, mark),
  key: (ms, mark) => keyframe(ms, mark, 300),
  big: (ms, mark) => audio(ms, mark, 2000),
  metadata: (ms, mark) => metadata(ms, mark % 3),
  videoHeader: (ms, mark) => videoHeader(ms, mark % 3),
  audioHeader: (ms, mark) => audioHeader(ms, mark % 3),
};

interface Run {
  readonly steps: readonly Step[];
  readonly gopCache: boolean;
  readonly hasVideo: boolean;
  readonly respectsRoom: boolean;
}

function play({ steps, gopCache, hasVideo, respectsRoom }: Run): CheckingSink[] {
  const clock = new FakeClock();
  const broadcast = new Broadcast({ maxBytes: MAX_BYTES, maxDurationMs: MAX_DURATION_MS, gopCache, clock });
  const stream = new Stream();
  const sinks: CheckingSink[] = [];
  let nowMs = 0;

  function append(kinds: readonly string[], stepMs: number): void {
    if (respectsRoom && !broadcast.hasRoom) return;
    nowMs = Math.max(nowMs + stepMs, 0);
    const tags = kinds
      .filter((kind) => hasVideo || !['inter', 'disposable', 'key', 'videoHeader'].includes(kind))
      .map((kind, i) => MAKE[kind]!(nowMs + i, stream.tags.length + i));
    for (const tag of tags) stream.add(tag);
    broadcast.append(tags);
  }

  /** Somebody has enough in the middle of somebody's write, but not of its own. */
  function holdUp(sink: CheckingSink | undefined): void {
    if (sink === undefined || sink.isOver || sink.isBeingWritten) return;
    sink.room = 0;
    sink.subscription!.suspend();
  }

  for (const now of steps) {
    switch (now.do) {
      case 'append':
        append(now.kinds, now.stepMs);
        break;
      case 'turn':
        clock.endTurn();
        break;
      case 'advance':
        clock.advance(now.ms);
        break;
      case 'join': {
        const sink = new CheckingSink(stream, now);
        sink.subscription = broadcast.subscribe(sink, now.options);
        sink.meddle = () => holdUp(sinks[now.meddlesWith ?? -1]);
        sinks.push(sink);
        break;
      }
      case 'resume': {
        const sink = sinks[now.who];
        if (sink !== undefined && sink.room <= 0) {
          sink.room = now.room;
          sink.subscription!.resume();
        }
        break;
      }
      case 'close': {
        const sink = sinks[now.who];
        if (sink !== undefined) {
          sink.isOver = true;
          sink.subscription!.close();
        }
      }
    }
    checkBounds(broadcast, sinks, respectsRoom);
  }

  broadcast.end();
  clock.settle();
  for (const sink of sinks.filter(({ isOver }) => !isOver)) {
    while (!sink.isEnded) {
      sink.room = 3;
      sink.subscription!.resume();
    }
    const thinnedBeforeFirst = sink.subscription!.droppedTags - sink.lostTags - sink.thinnedTags;
    expect(thinnedBeforeFirst).toBeGreaterThanOrEqual(0);
    expect(thinnedBeforeFirst).toBeLessThanOrEqual(sink.thinnableBefore(sink.firstIndex ?? stream.tags.length));
  }
  expect(broadcast.stats.subscribers).toBe(0);
  return sinks;
}

/** The newest burst stays whatever its size: at most what one step appends, of which the biggest are the `big` ones. */
const MAX_BURST_IN_TEST_BYTES = 5 * (2000 + 256 + 3);

function checkBounds(broadcast: Broadcast, sinks: readonly CheckingSink[], respectsRoom: boolean): void {
  const { ringBytes } = broadcast.stats;
  // What was kept for one that has gone goes when the next burst comes.
  const hadLossless = sinks.some((sink) => sink.isLossless);
  if (!hadLossless) {
    expect(ringBytes).toBeLessThanOrEqual(Math.max(MAX_BYTES, ringBytesOfNewest(broadcast)));
  } else if (respectsRoom) {
    expect(ringBytes).toBeLessThanOrEqual(MAX_BYTES + 10 * MAX_BURST_IN_TEST_BYTES);
  }
}

function ringBytesOfNewest(broadcast: Broadcast): number {
  const { ringBursts, ringBytes } = broadcast.stats;
  return ringBursts === 1 ? ringBytes : 0;
}

it('loses nothing that is not counted, and keeps order, headers and bounds', () => {
  const seen = { skips: 0, thinned: 0, received: 0, lateJoins: 0, cutOffs: 0 };
  fc.assert(
    fc.property(
      fc.record({
        steps: fc.array(step, { minLength: 10, maxLength: 120, size: 'max' }),
        gopCache: fc.boolean(),
        hasVideo: fc.constantFrom(true, true, false),
        respectsRoom: fc.boolean(),
      }),
      (run) => {
        for (const sink of play(run)) {
          seen.skips += sink.lostTags;
          seen.thinned += sink.thinnedTags;
          seen.received += sink.received;
          seen.lateJoins += (sink.firstIndex ?? 0) > 0 ? 1 : 0;
          seen.cutOffs += sink.isOver && !sink.isEnded ? 1 : 0;
        }
      },
    ),
    { numRuns: 150 },
  );
  // The runs do reach what they are meant to reach.
  for (const count of Object.values(seen)) {
    expect(count).toBeGreaterThan(30);
  }
});
