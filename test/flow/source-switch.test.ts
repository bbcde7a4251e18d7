import { describe, expect, it } from 'vitest';
import { SourceSwitch, type SourceSwitchOptions } from '../../src/flow/source-switch.js';
import type { MediaTag } from '../../src/media/tag.js';
import { isKeyframe, isSequenceHeader } from '../../src/media/tag-info.js';
import { FakeClock } from './fake-clock.js';
import { audio, audioHeader, interFrame, keyframe, metadata, videoHeader } from './tags.js';

const FRAME_MS = 40;
const FRAMES_PER_GOP = 25;

/** A live source whose bodies tell where they come from: 25 frames/s, a keyframe each second, sound ahead of each picture. */
class LiveSource {
  readonly #mark: number;
  #nextMs: number;
  #frame = 0;

  constructor(mark: number, startMs: number) {
    this.#mark = mark;
    this.#nextMs = startMs;
  }

  headers(): MediaTag[] {
    return [metadata(0, this.#mark), videoHeader(0, this.#mark), audioHeader(0, this.#mark)];
  }

  frame(): MediaTag[] {
    const ms = this.#nextMs;
    this.#nextMs += FRAME_MS;
    const isKey = this.#frame++ % FRAMES_PER_GOP === 0;
    return [audio(ms - 5, this.#mark), isKey ? keyframe(ms, this.#mark) : interFrame(ms, this.#mark)];
  }
}

interface Happening {
  readonly atMs: number;
  readonly switchedTo?: number;
  readonly cause?: string;
  readonly connected?: readonly number[];
}

class Bench {
  readonly clock = new FakeClock();
  readonly out: MediaTag[] = [];
  readonly outAtMs: number[] = [];
  readonly happenings: Happening[] = [];
  readonly switch: SourceSwitch;
  readonly #startMs = this.clock.nowMs();
  readonly #sources: LiveSource[];
  readonly #running = new Set<number>();
  readonly #paused = new Set<number>();
  /** Bodies whose memory is used again as soon as they have been passed on. */
  readonly #recycled = new WeakSet<Uint8Array>();
  /** Those that have sent their headers. */
  readonly #connected = new Set<number>();
  #wanted: ReadonlySet<number> = new Set();

  constructor(given: Partial<SourceSwitchOptions> = {}) {
    const options = { sourceCount: 2, hasFallback: false, isWarm: false, failbackMs: 10_000, stallMs: 5_000, ...given };
    this.#sources = Array.from({ length: options.sourceCount }, (_, i) => new LiveSource(i + 1, i * 777_000));
    this.switch = new SourceSwitch({
      ...options,
      clock: this.clock,
      onTags: (tags) => {
        this.out.push(...tags.map((tag) => ({ ...tag, body: tag.body.slice() })));
        this.outAtMs.push(...tags.map(() => this.nowMs));
        for (const { body } of tags) if (this.#recycled.has(body)) body.fill(0xff);
      },
      onSwitch: (switchedTo, _former, cause) => this.happenings.push({ atMs: this.nowMs, switchedTo, cause }),
      onWanted: (wanted) => {
        this.#wanted = wanted;
        for (const source of this.#connected) if (!wanted.has(source)) this.#connected.delete(source);
        this.happenings.push({ atMs: this.nowMs, connected: [...wanted].sort() });
      },
    });
  }

  get nowMs(): number {
    return this.clock.nowMs() - this.#startMs;
  }

  /** The source answers from now on, when it is connected. */
  run(source: number): void {
    this.#running.add(source);
  }

  /** It sends nothing more. */
  hang(source: number): void {
    this.#running.delete(source);
    this.#connected.delete(source);
  }

  /** It sends nothing for a while, on the same connection; its clock goes on. */
  pause(source: number): void {
    this.#paused.add(source);
  }

  resume(source: number): void {
    this.#paused.delete(source);
  }

  cut(source: number): void {
    this.hang(source);
    this.switch.lost(source);
  }

  play(durationMs: number): void {
    const endMs = this.nowMs + durationMs;
    this.playUntil(() => this.nowMs >= endMs);
  }

  playUntil(isEnough: () => boolean): void {
    while (!isEnough()) {
      for (const source of this.#running) {
        const frame = this.#sources[source]!.frame();
        for (const { body } of frame) this.#recycled.add(body);
        if (!this.#wanted.has(source) || this.#paused.has(source)) continue;
        if (!this.#connected.has(source)) this.switch.tags(source, this.#sources[source]!.headers());
        this.#connected.add(source);
        this.switch.tags(source, frame);
      }
      this.clock.advance(FRAME_MS);
    }
  }

  get switches(): Happening[] {
    return this.happenings.filter(({ switchedTo }) => switchedTo !== undefined);
  }

  /** How much further the timeline is than the time that has passed. */
  get aheadMs(): number {
    return (this.out.at(-1)?.timestampMs ?? 0) - this.nowMs;
  }

  /** Longest time in which nothing came out. */
  get longestGapMs(): number {
    return Math.max(...this.outAtMs.map((ms, i) => ms - (this.outAtMs[i - 1] ?? ms)));
  }
}

/** Who each frame comes from, in runs. */
function turns(tags: readonly MediaTag[]): number[] {
  const marks = tags.filter((tag) => tag.kind !== 'data' && !isSequenceHeader(tag)).map(({ body }) => body.at(-1)!);
  return marks.filter((mark, i) => mark !== marks[i - 1]);
}

function expectOneTimeline(tags: readonly MediaTag[]): void {
  for (const kind of ['audio', 'video'] as const) {
    const times = tags
      .filter((tag) => tag.kind === kind && !isSequenceHeader(tag))
      .map(({ timestampMs }) => timestampMs);
    const steps = times.slice(1).map((ms, i) => ms - times[i]!);
    expect(Math.min(...steps)).toBeGreaterThan(0);
    expect(Math.max(...steps)).toBeLessThanOrEqual(2 * FRAME_MS);
  }
}

/** Each turn begins with the source's headers and a keyframe. */
function expectWholeTurns(tags: readonly MediaTag[]): void {
  let header: MediaTag | undefined;
  let mark = 0;
  for (const tag of tags.filter(({ kind }) => kind === 'video')) {
    if (isSequenceHeader(tag)) {
      header = tag;
    } else if (tag.body.at(-1) !== mark) {
      mark = tag.body.at(-1) ?? 0;
      expect(isKeyframe(tag)).toBe(true);
      expect(header?.body.at(-1)).toBe(mark);
    }
  }
}

describe('SourceSwitch', () => {
  it('passes one source on from its first keyframe, with its own times', () => {
    const bench = new Bench();
    bench.switch.start();
    bench.run(0);
    bench.play(3_000);
    expect(bench.happenings).toEqual([
      { atMs: 0, connected: [0] },
      { atMs: 0, switchedTo: 0, cause: 'first' },
    ]);
    expect(bench.out.slice(0, 4).map(({ kind }) => kind)).toEqual(['data', 'video', 'audio', 'video']);
    expect(bench.out.at(-1)?.timestampMs).toBe(2_960);
    bench.switch.stop();
    expect(bench.clock.pendingTimers).toBe(0);
  });

  it('changes to a warm source within the turn in which the first is lost, with the newest GOP that is held', () => {
    const bench = new Bench({ isWarm: true });
    bench.switch.start();
    bench.run(0);
    bench.run(1);
    bench.play(3_480);
    bench.cut(0);
    expect(bench.switches.at(-1)).toEqual({ atMs: 3_480, switchedTo: 1, cause: 'lost' });
    bench.play(3_000);
    bench.switch.stop();
    expect(turns(bench.out)).toEqual([1, 2]);
    expect(bench.longestGapMs).toBeLessThanOrEqual(FRAME_MS);
    expectOneTimeline(bench.out);
    expectWholeTurns(bench.out);
  });

  it('leaves a source that hangs after the stall time, connects a cold one, and waits for its keyframe', () => {
    const bench = new Bench();
    bench.switch.start();
    bench.run(0);
    bench.run(1);
    bench.play(2_000);
    bench.hang(0);
    bench.play(10_000);
    bench.switch.stop();
    expect(bench.switches.at(-1)).toMatchObject({ switchedTo: 1, cause: 'stalled' });
    expect(bench.longestGapMs).toBeLessThanOrEqual(5_000 + 1_000 + 200);
    expect(turns(bench.out)).toEqual([1, 2]);
    expectOneTimeline(bench.out);
    expectWholeTurns(bench.out);
  });

  it('goes back at a keyframe of the better one, without a gap, when it has been healthy for long enough', () => {
    const bench = new Bench();
    bench.switch.start();
    bench.run(1);
    bench.play(1_000);
    bench.cut(0);
    bench.run(1);
    bench.play(2_000);
    bench.run(0);
    bench.play(14_000);
    bench.switch.stop();
    const back = bench.switches.at(-1);
    expect(back).toMatchObject({ switchedTo: 0, cause: 'better' });
    expect(back?.atMs).toBeGreaterThanOrEqual(3_000 + 10_000);
    expect(back?.atMs).toBeLessThanOrEqual(3_000 + 10_000 + 1_100);
    expect(bench.happenings.at(-1)).toMatchObject({ connected: [0] });
    expect(turns(bench.out)).toEqual([2, 1]);
    expectOneTimeline(bench.out);
    expectWholeTurns(bench.out);
  });

  it('takes the same source up again when it comes back first, on the same timeline', () => {
    const bench = new Bench();
    bench.switch.start();
    bench.run(0);
    bench.play(1_500);
    bench.cut(0);
    bench.play(400);
    bench.run(0);
    bench.play(3_000);
    bench.switch.stop();
    expect(bench.switches.map(({ switchedTo }) => switchedTo)).toEqual([0, 0]);
    expectOneTimeline(bench.out);
    expectWholeTurns(bench.out);
  });

  it.each([40, 80, 480])(
    'goes back to the warm one without a gap when the better one is lost again %i ms after it was taken back',
    (afterMs) => {
      const bench = new Bench({ isWarm: true, failbackMs: 3_000 });
      bench.switch.start();
      bench.run(0);
      bench.run(1);
      bench.play(3_480);
      bench.cut(0);
      bench.play(10_280);
      bench.run(0);
      bench.playUntil(() => bench.switches.length === 3);
      bench.play(afterMs);
      bench.cut(0);
      bench.play(2_000);
      bench.switch.stop();
      expect(bench.switches.map(({ switchedTo, cause }) => [switchedTo, cause])).toEqual([
        ...[
          [0, 'first'],
          [1, 'lost'],
        ],
        ...[
          [0, 'better'],
          [1, 'lost'],
        ],
      ]);
      expectOneTimeline(bench.out);
      expectWholeTurns(bench.out);
      expect(bench.longestGapMs).toBeLessThanOrEqual(FRAME_MS);
    },
  );

  it('goes to and fro on one timeline, however often', () => {
    const bench = new Bench({ isWarm: true, failbackMs: 1_000 });
    bench.switch.start();
    bench.run(0);
    bench.run(1);
    for (let round = 0; round < 20; round++) {
      bench.play(1_000 + round * 37);
      bench.cut(0);
      bench.play(700);
      bench.run(0);
      bench.play(4_000);
    }
    bench.switch.stop();
    expect(turns(bench.out)).toHaveLength(41);
    expectOneTimeline(bench.out);
    expectWholeTurns(bench.out);
  });

  it('shows again no more than a GOP at each loss, and nothing when it goes back', () => {
    const bench = new Bench({ isWarm: true, failbackMs: 1_000 });
    bench.switch.start();
    bench.run(0);
    bench.run(1);
    bench.play(1_000);
    for (let round = 0; round < 20; round++) {
      bench.play(round * 49);
      const beforeMs = bench.aheadMs;
      bench.cut(0);
      expect(bench.aheadMs - beforeMs).toBeGreaterThanOrEqual(0);
      expect(bench.aheadMs - beforeMs).toBeLessThanOrEqual(FRAMES_PER_GOP * FRAME_MS);
      bench.play(700);
      const awayMs = bench.aheadMs;
      bench.run(0);
      bench.play(4_000);
      expect(bench.switch.onAir).toBe(0);
      expect(Math.abs(bench.aheadMs - awayMs)).toBeLessThanOrEqual(FRAME_MS);
    }
  });

  it('wakes up only when silence would change something, and never again when it has stopped', () => {
    const bench = new Bench({ isWarm: true, failbackMs: 1_000, stallMs: 5_000 });
    bench.switch.isWanted = true;
    bench.switch.start();
    bench.run(0);
    bench.run(1);
    bench.play(60_000);
    expect(bench.clock.timerCount).toBeLessThanOrEqual(60_000 / 5_000 + 2);
    expect(bench.clock.pendingTimers).toBe(1);
    bench.switch.isWanted = false;
    bench.clock.advance(5_000);
    expect(bench.clock.pendingTimers).toBe(0);
    bench.switch.stop();
    bench.switch.isWanted = true;
    expect(bench.clock.pendingTimers).toBe(0);
  });

  it('lets go of what it holds of a source that has stalled, as that is old when it goes on', () => {
    const bench = new Bench({ isWarm: true });
    bench.switch.start();
    bench.run(0);
    bench.run(1);
    bench.play(2_480);
    bench.pause(1);
    bench.play(8_000);
    bench.resume(1);
    bench.play(400);
    bench.cut(0);
    bench.play(2_000);
    bench.switch.stop();
    expect(turns(bench.out)).toEqual([1, 2]);
    expectOneTimeline(bench.out);
    expectWholeTurns(bench.out);
  });

  it('does not pass on what comes from a source that is not on air, or not wanted', () => {
    const bench = new Bench();
    bench.switch.start();
    bench.switch.tags(1, [keyframe(0, 9)]);
    expect(bench.out).toEqual([]);
    bench.run(0);
    bench.play(200);
    bench.switch.tags(1, [keyframe(0, 9)]);
    expect(turns(bench.out)).toEqual([1]);
  });

  it('joins a source without video at any sound', () => {
    const bench = new Bench();
    bench.switch.start();
    bench.switch.tags(0, [audioHeader(0), audio(0, 1), audio(23, 1)]);
    expect(bench.out.map(({ kind }) => kind)).toEqual(['audio', 'audio', 'audio']);
  });
});
