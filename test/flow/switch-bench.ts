import { expect } from 'vitest';
import { SourceSwitch, type SourceSwitchOptions } from '../../src/flow/source-switch.js';
import type { MediaTag } from '../../src/media/tag.js';
import { isKeyframe, isSequenceHeader } from '../../src/media/tag-info.js';
import { FakeClock } from './fake-clock.js';
import { audio, audioHeader, interFrame, keyframe, metadata, videoHeader } from './tags.js';

export const FRAME_MS = 40;
export const FRAMES_PER_GOP = 25;

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

/** A switch whose sources come and go as a test wants, and what comes out of it. */
export class SwitchBench {
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
  /** Those of which a keyframe has come since. */
  readonly #ready = new Set<number>();
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
        for (const source of this.#connected) if (!wanted.has(source)) this.#disconnect(source);
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
    this.#disconnect(source);
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
        if (frame.some(isKeyframe)) this.#ready.add(source);
        this.switch.tags(source, frame);
      }
      this.clock.advance(FRAME_MS);
    }
  }

  get switches(): Happening[] {
    return this.happenings.filter(({ switchedTo }) => switchedTo !== undefined);
  }

  /** Whether a source other than this has sent a keyframe on its present connection. */
  isAnyReadyBut(source: number): boolean {
    return [...this.#ready].some((one) => one !== source);
  }

  /** How much further the timeline is than the time that has passed. */
  get aheadMs(): number {
    return (this.out.at(-1)?.timestampMs ?? 0) - this.nowMs;
  }

  /** Longest time in which nothing came out. */
  get longestGapMs(): number {
    return this.longestGapMsSince(this.outAtMs[0] ?? 0);
  }

  longestGapMsSince(startMs: number): number {
    const atMs = [startMs, ...this.outAtMs.filter((ms) => ms >= startMs)];
    return Math.max(...atMs.map((ms, i) => ms - (atMs[i - 1] ?? ms)));
  }

  #disconnect(source: number): void {
    this.#connected.delete(source);
    this.#ready.delete(source);
  }
}

/** Who each frame comes from, in runs. */
export function turns(tags: readonly MediaTag[]): number[] {
  const marks = tags.filter((tag) => tag.kind !== 'data' && !isSequenceHeader(tag)).map(({ body }) => body.at(-1)!);
  return marks.filter((mark, i) => mark !== marks[i - 1]);
}

export function expectOneTimeline(tags: readonly MediaTag[], mostMs = 2 * FRAME_MS): void {
  for (const kind of ['audio', 'video'] as const) {
    const times = tags
      .filter((tag) => tag.kind === kind && !isSequenceHeader(tag))
      .map(({ timestampMs }) => timestampMs);
    const steps = times.slice(1).map((ms, i) => ms - times[i]!);
    expect(Math.min(...steps)).toBeGreaterThan(0);
    expect(Math.max(...steps)).toBeLessThanOrEqual(mostMs);
  }
}

/** Each turn begins with the source's headers and a keyframe. */
export function expectWholeTurns(tags: readonly MediaTag[]): void {
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
