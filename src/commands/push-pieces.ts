import type { RecycledMemory } from '../bytes/recycled-memory.js';
import type { TagSource } from '../endpoint/tag-source.js';
import { MediaError, RtmpkitError } from '../errors.js';
import type { CommandEvent } from '../events.js';
import type { MediaTag } from '../media/tag.js';
import { isFrame } from '../media/tag-info.js';
import { openEntry, type PushEntry } from './push-entries.js';
import type { PushInput } from './push-input.js';
import { WarningGate } from './warning-gate.js';

/** The next input is opened when so much of the present one is left, so that it is ready when it is due. */
const LEAD_MS = 3_000;

export interface PushPiecesOptions {
  /** How often all of them are played; `Infinity` for ever. */
  readonly plays: number;
  /** Where the first input begins, each time. */
  readonly startMs: number;
  readonly memory: RecycledMemory;
  readonly report: (event: CommandEvent) => void;
  readonly signal: AbortSignal;
}

/** One play of one input. */
export interface PushPiece extends TagSource {
  readonly entry: PushEntry;
  /** Of the entry in its list, counted from 1. */
  readonly number: number;
}

/** An input with its first tags read. */
interface ReadyInput {
  readonly durationMs: number | undefined;
  readonly tags: AsyncIterator<readonly MediaTag[], void>;
  readonly first: IteratorResult<readonly MediaTag[], void>;
}

/**
 * The inputs of a push, one after the other, again and again. Each is opened while the one before still plays.
 *
 * An input that cannot be opened any more when it is due, or breaks off, is reported and passed over: a stream of many hours does
 * not end because of one file. When all of them fail in one round the failure is thrown.
 */
export class PushPieces implements AsyncIterable<PushPiece> {
  readonly #entries: readonly PushEntry[];
  readonly #options: PushPiecesOptions;
  readonly #gate: WarningGate;
  /** The first one is open from the beginning. */
  #firstInput: PushInput | undefined;
  #ahead: { readonly turn: number; readonly ready: Promise<ReadyInput> } | undefined;
  #hasMedia = false;
  #failure: RtmpkitError | undefined;
  #failedPlays = 0;

  constructor(entries: readonly PushEntry[], firstInput: PushInput, options: PushPiecesOptions) {
    this.#entries = entries;
    this.#firstInput = firstInput;
    this.#options = options;
    this.#gate = new WarningGate(options.report);
  }

  /** How often an input, or the rest of it, had to be passed over. */
  get failedPlays(): number {
    return this.#failedPlays;
  }

  /** @throws {RtmpkitError} when a whole round gave no audio and no video: of the last failure, or `ERR_MEDIA_EMPTY` */
  async *[Symbol.asyncIterator](): AsyncGenerator<PushPiece, void> {
    const turns = this.#entries.length * this.#options.plays;
    try {
      for (let turn = 0; turn < turns; turn++) {
        const ready = await this.#takeReady(turn);
        if (ready !== undefined) yield this.#pieceOf(ready, turn);
        if ((turn + 1) % this.#entries.length === 0) this.#endRound();
      }
    } finally {
      this.#gate.close();
      await this.#discardAhead();
    }
  }

  #pieceOf(ready: ReadyInput, turn: number): PushPiece {
    return {
      entry: this.#entryOf(turn),
      number: (turn % this.#entries.length) + 1,
      [Symbol.asyncIterator]: () => this.#play(ready, turn),
    };
  }

  async *#play({ durationMs, tags, first }: ReadyInput, turn: number): AsyncGenerator<readonly MediaTag[], void> {
    const firstMs = first.done === true ? 0 : (first.value[0]?.timestampMs ?? 0);
    const leadFromMs = firstMs + (durationMs ?? Number.POSITIVE_INFINITY) - LEAD_MS;
    try {
      for (let next = first; next.done !== true; next = await tags.next()) {
        this.#hasMedia ||= next.value.some(isFrame);
        if ((next.value.at(-1)?.timestampMs ?? 0) >= leadFromMs) this.#openAhead(turn + 1);
        yield next.value;
      }
    } catch (error) {
      this.#passOver(error, 'the rest of an input is left out');
    } finally {
      await tags.return?.();
    }
  }

  async #takeReady(turn: number): Promise<ReadyInput | undefined> {
    const ready = this.#ahead?.turn === turn ? this.#ahead.ready : this.#makeReady(turn);
    this.#ahead = undefined;
    try {
      return await ready;
    } catch (error) {
      this.#passOver(error, 'an input is left out');
      return undefined;
    }
  }

  #openAhead(turn: number): void {
    if (this.#ahead !== undefined || turn >= this.#entries.length * this.#options.plays) return;
    const ready = this.#makeReady(turn);
    ready.catch(() => {}); // told when it is its turn
    this.#ahead = { turn, ready };
  }

  async #makeReady(turn: number): Promise<ReadyInput> {
    const input = this.#firstInput ?? (await this.#open(turn));
    this.#firstInput = undefined;
    const tags = input.tags[Symbol.asyncIterator]();
    return { durationMs: input.durationMs, tags, first: await tags.next() };
  }

  #open(turn: number): Promise<PushInput> {
    const entry = this.#entryOf(turn);
    const startMs = turn % this.#entries.length === 0 ? this.#options.startMs : 0;
    return openEntry(entry, { startMs, memory: this.#options.memory, report: namedReport(entry, this.#gate.report) });
  }

  #passOver(error: unknown, what: string): void {
    if (!(error instanceof RtmpkitError) || this.#options.signal.aborted) throw error;
    this.#failure = error;
    this.#failedPlays++;
    this.#gate.report({ event: 'warning', code: 'WARN_INPUT_LEFT_OUT', message: `${what}: ${error.message}` });
  }

  /** Without this a loop over inputs that are gone would spin for ever. */
  #endRound(): void {
    if (!this.#hasMedia) {
      throw (
        this.#failure ?? new MediaError('ERR_MEDIA_EMPTY', 'the input has no audio and no video', { stage: 'file' })
      );
    }
    this.#hasMedia = false;
    this.#failure = undefined;
  }

  async #discardAhead(): Promise<void> {
    const ready = this.#ahead?.ready;
    this.#ahead = undefined;
    const closing = ready?.then(
      ({ tags }) => tags.return?.(),
      () => {}, // nobody needs it any more
    );
    // One that is stuck in a read cannot be waited for.
    if (!this.#options.signal.aborted) await closing;
  }

  #entryOf(turn: number): PushEntry {
    const entry = this.#entries[turn % this.#entries.length];
    if (entry === undefined) throw new Error('a push has at least one input');
    return entry;
  }
}

/** Warnings that say which of several inputs they are about. */
export function namedReport({ name }: PushEntry, report: (event: CommandEvent) => void): (event: CommandEvent) => void {
  return (event) => report(event.event === 'warning' ? { ...event, message: `${name}: ${event.message}` } : event);
}
