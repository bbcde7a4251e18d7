import { FlvFileSource } from '../../endpoint/flv-file-source.js';
import { RtmpkitError, UsageError } from '../../errors.js';
import type { SourceStats, SwitchReason } from '../../events.js';
import { systemClock } from '../../flow/clock.js';
import { codecDifferences } from '../../flow/codec-difference.js';
import { SourceSwitch } from '../../flow/source-switch.js';
import type { MediaTag } from '../../media/tag.js';
import type { RelayContext } from './context.js';
import { RelayFallback } from './fallback.js';
import type { RelayOutcome } from './outcome.js';
import type { SettledRelayOptions } from './settled-relays.js';
import { RelaySource } from './source.js';

export interface RelayInputListener {
  /** More of the one stream that all sources together make. */
  onTags(tags: readonly MediaTag[]): void;
  /** No source will come back. */
  onOver(outcome: RelayOutcome): void;
}

type InputOptions = Pick<SettledRelayOptions, 'sources' | 'fallback' | 'warm' | 'failbackMs' | 'stallTimeoutMs'>;

/** All sources of a relay, of which one is on air. */
export class RelayInput {
  readonly #context: RelayContext;
  readonly #listener: RelayInputListener;
  readonly #sources: (RelaySource | RelayFallback)[];
  readonly #switch: SourceSwitch;
  /** Of those that failed for good; `undefined`: ended in an orderly way. */
  readonly #ends = new Map<number, RtmpkitError | undefined>();
  readonly #toldDifferences = new Set<string>();
  #headers: readonly MediaTag[] = [];
  #isClosed = false;

  private constructor(
    options: InputOptions,
    fallbackFile: FlvFileSource | undefined,
    context: RelayContext,
    listener: RelayInputListener,
  ) {
    this.#context = context;
    this.#listener = listener;
    const sources = options.sources.map(
      (peer, i) =>
        new RelaySource(peer, context, {
          onTags: (tags) => this.#switch.tags(i, tags),
          onLost: () => this.#switch.lost(i),
          onGone: (error) => this.#gone(i, error),
        }),
    );
    const fallback = fallbackFile === undefined ? [] : [this.#fallback(fallbackFile, sources.length)];
    this.#sources = [...sources, ...fallback];
    this.#switch = new SourceSwitch({
      sourceCount: this.#sources.length,
      hasFallback: fallbackFile !== undefined,
      isWarm: options.warm,
      failbackMs: options.failbackMs,
      stallMs: options.stallTimeoutMs,
      clock: systemClock,
      onTags: (tags) => listener.onTags(tags),
      onSwitch: (source, former, reason) => this.#switched(source, former, reason),
      onWanted: (wanted) => this.#connect(wanted),
    });
  }

  /** @throws {MediaError} when the fallback cannot be read; {UsageError} when it is no regular file, and `ERR_URL` */
  static async open(options: InputOptions, context: RelayContext, listener: RelayInputListener): Promise<RelayInput> {
    const fallbackFile = options.fallback === undefined ? undefined : await openFallback(options.fallback);
    return new RelayInput(options, fallbackFile, context, listener);
  }

  /** Begins to connect what is needed. */
  start(): void {
    this.#switch.start();
  }

  /** Nothing is connected while nobody wants the stream. */
  set isWanted(isWanted: boolean) {
    if (!this.#isClosed) this.#switch.isWanted = isWanted;
  }

  get stats(): SourceStats[] {
    const { onAir } = this.#switch;
    return this.#sources.map(({ stats }, i) => ({ ...stats, onAir: i === onAir }));
  }

  /** Ends all connections; what had come is passed on. */
  async close(): Promise<void> {
    if (!this.#isClosed) {
      this.#isClosed = true;
      this.#switch.stop();
    }
    await Promise.all(this.#sources.map((source) => source.close()));
  }

  #fallback(file: FlvFileSource, number: number): RelayFallback {
    return new RelayFallback(file, {
      onTags: (tags) => this.#switch.tags(number, tags),
      onGone: (error) => this.#fallbackGone(number, error),
    });
  }

  #fallbackGone(number: number, error: unknown): void {
    if (!(error instanceof RtmpkitError)) {
      this.#context.onBug(error);
      return;
    }
    this.#context.report({
      event: 'warning',
      ...this.#context.place,
      code: 'WARN_FALLBACK_LOST',
      message: `the fallback can no longer be read: ${error.message}`,
    });
    this.#switch.gone(number);
  }

  #connect(wanted: ReadonlySet<number>): void {
    if (this.#isClosed) return;
    for (const [i, source] of this.#sources.entries()) {
      if (wanted.has(i)) source.want();
      else source.release();
    }
  }

  #switched(number: number, former: number | undefined, reason: SwitchReason): void {
    const source = this.#sources[number];
    if (source === undefined) return;
    if (number !== former) {
      this.#context.report({
        event: 'switched',
        ...this.#context.place,
        role: 'player',
        source: source.name,
        input: source.name,
        inputNumber: number + 1,
        inputCount: this.#sources.length,
        reason,
      });
    }
    this.#compare(source.name, this.#switch.headersOf(number));
  }

  /** Players that were told one codec may not cope with another. */
  #compare(name: string, headers: readonly MediaTag[]): void {
    const differences = codecDifferences(headers, this.#headers).join(', ');
    this.#headers = headers;
    if (differences === '' || this.#toldDifferences.has(differences)) return;
    this.#toldDifferences.add(differences);
    this.#context.report({
      event: 'warning',
      ...this.#context.place,
      code: 'WARN_CODEC_CHANGED',
      message: `${name} has ${differences}`,
      advice: 'players may stop at the change; let all sources have the same codecs and sizes',
    });
  }

  #gone(number: number, error: RtmpkitError | undefined): void {
    this.#ends.set(number, error);
    this.#switch.gone(number);
    if (this.#isClosed) return;
    if (this.#switch.isHopeless) {
      this.#listener.onOver(this.#outcome);
    } else if (error !== undefined) {
      const source = this.#sources[number]?.name ?? '';
      this.#context.report({
        event: 'warning',
        ...this.#context.place,
        source,
        code: 'WARN_SOURCE_FAILED',
        message: `${source} has failed for good: ${error.message}`,
        ...(error.advice === undefined ? {} : { advice: error.advice }),
      });
    }
  }

  /** The error of the best source that has one. */
  get #outcome(): RelayOutcome {
    const inOrder = [...this.#ends].sort(([one], [other]) => one - other);
    const error = inOrder.map(([, one]) => one).find((one) => one !== undefined);
    return error === undefined ? { kind: 'ended', reason: 'end of stream' } : { kind: 'failed', error };
  }
}

async function openFallback(path: string): Promise<FlvFileSource> {
  const file = await FlvFileSource.open(path);
  if (file.isRepeatable) return file;
  throw new UsageError('ERR_USAGE', `${path}: this is no regular file, and a fallback is read again and again`, {
    stage: 'file',
    advice: 'let its content be written into a file, and name that',
  });
}
