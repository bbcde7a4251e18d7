/** A better source must have sent without a pause of this length to count as healthy. */
const HEALTHY_PAUSE_MS = 2_000;
/** At the very beginning, a better source that is being opened is waited for so long. */
const HEAD_START_MS = 2_000;

export interface FailoverOptions {
  /** How many sources there are; they are numbered from 0 in order of preference. */
  readonly sourceCount: number;
  /** Whether the last of them is a fallback, that is on air only while all others fail, and gives way at once. */
  readonly hasFallback: boolean;
  /** All sources but the fallback are connected all the time. Otherwise only those that may be needed. */
  readonly isWarm: boolean;
  /** How long a better source has to be healthy before it is preferred to one that does well. */
  readonly failbackMs: number;
  /** A source that sends nothing for so long has stalled. */
  readonly stallMs: number;
}

/** Who should be on air, and whether the one before can still be heard until then. */
export interface Choice {
  readonly source: number;
  /** `false`: the one on air does well, and is to go on until the chosen one has its next keyframe. */
  readonly isUrgent: boolean;
}

/** `passed over` says that others may be tried meanwhile; such a source may be trying again all the time. */
type Source =
  | { readonly state: 'idle' }
  | { readonly state: 'opening'; readonly sinceMs: number }
  | { readonly state: 'alive'; readonly healthySinceMs: number; readonly newestMs: number }
  | { readonly state: 'passed over' }
  | { readonly state: 'gone' };

const IDLE: Source = { state: 'idle' };

/**
 * Decides which of several sources is on air, and which of them are to be connected. It knows nothing of tags and has no
 * clock: it is told what happens, and when.
 *
 * The best source that is alive is taken when the one on air is lost or stalls. A better one than that on air is taken back when it
 * has been healthy for `failbackMs`. Without `isWarm` a source is connected only when all better ones fail.
 */
export class Failover {
  readonly #options: FailoverOptions;
  readonly #sources: Source[];
  #onAir: number | undefined;
  #isWanted = true;
  #hasBegun = false;

  constructor(options: FailoverOptions) {
    this.#options = options;
    this.#sources = Array.from({ length: options.sourceCount }, () => IDLE);
  }

  /** The source on air; `undefined`: none. */
  get onAir(): number | undefined {
    return this.#onAir;
  }

  /** All sources but the fallback have failed for good. */
  get isHopeless(): boolean {
    return this.#sources.every(({ state }, source) => state === 'gone' || this.#isFallback(source));
  }

  /** Whether anybody wants the stream at all. Nothing is connected, and nothing on air, while nobody does. */
  set isWanted(isWanted: boolean) {
    this.#isWanted = isWanted;
    if (!isWanted) this.#onAir = undefined;
  }

  /** Media of a source came, with which it could go on air at once. */
  media(source: number, nowMs: number): void {
    const former = this.#sources[source] ?? IDLE;
    if (former.state === 'gone') return;
    const isSteady = former.state === 'alive' && nowMs - former.newestMs <= HEALTHY_PAUSE_MS;
    const healthySinceMs = isSteady ? former.healthySinceMs : nowMs;
    this.#sources[source] = { state: 'alive', healthySinceMs, newestMs: nowMs };
  }

  /** The connection to a source failed or ended; it may come back. */
  lost(source: number): void {
    if (this.#sources[source]?.state === 'gone') return;
    this.#sources[source] = { state: 'passed over' };
    if (this.#onAir === source) this.#onAir = undefined;
  }

  /** A source has failed for good. */
  gone(source: number): void {
    this.lost(source);
    this.#sources[source] = { state: 'gone' };
  }

  /**
   * Looks who has been silent for too long; to be called at `nextCheckMs`, before `wanted` and `choice` are asked.
   *
   * @returns whoever has stalled since the last time
   */
  check(nowMs: number): readonly number[] {
    const stalled = [...this.#sources.keys()].filter((source) => this.#stallsAtMs(source) <= nowMs);
    for (const source of stalled) this.lost(source);
    return stalled;
  }

  /** When silence changes something next; `Infinity`: never. Whatever happens meanwhile may change that. */
  nextCheckMs(nowMs: number): number {
    const stalls = [...this.#sources.keys()].map((source) => this.#stallsAtMs(source));
    const headStarts = this.#sources.map(headStartEndsAtMs).filter((endMs) => endMs > nowMs);
    return Math.min(...stalls, ...(this.#hasBegun ? [] : headStarts));
  }

  /**
   * The sources that are to be connected now. Those that were not so far begin to be opened with this call, and are not
   * known to be silent before `stallMs` have passed.
   */
  wanted(nowMs: number): ReadonlySet<number> {
    const wanted = this.#needed();
    for (const [source, { state }] of this.#sources.entries()) {
      if (state === 'gone') continue;
      if (!wanted.has(source)) {
        this.#sources[source] = IDLE;
      } else if (state === 'idle') {
        this.#sources[source] = { state: 'opening', sinceMs: nowMs };
      }
    }
    return wanted;
  }

  /** Who should go on air instead of the present one; `undefined`: it stays as it is. */
  choice(nowMs: number): Choice | undefined {
    if (!this.#isWanted) return undefined;
    const onAir = this.#onAir ?? Number.POSITIVE_INFINITY;
    const isUrgent = this.#onAir === undefined || this.#isFallback(this.#onAir);
    const source = this.#sources.findIndex((_, one) => one < onAir && this.#mayTakeOver(one, isUrgent, nowMs));
    return source < 0 || this.#hasHeadStart(source, nowMs) ? undefined : { source, isUrgent };
  }

  /** A source goes on air. */
  take(source: number): void {
    this.#onAir = source;
    this.#hasBegun = true;
  }

  #mayTakeOver(source: number, isUrgent: boolean, nowMs: number): boolean {
    const state = this.#sources[source];
    if (state?.state !== 'alive') return false;
    const isHealthy = nowMs - state.newestMs <= HEALTHY_PAUSE_MS;
    return isUrgent || (isHealthy && nowMs - state.healthySinceMs >= this.#options.failbackMs);
  }

  /** Whether one of those that are better than this is about to come first. */
  #hasHeadStart(source: number, nowMs: number): boolean {
    return !this.#hasBegun && this.#sources.slice(0, source).some((better) => headStartEndsAtMs(better) > nowMs);
  }

  /** If it stays silent until then. */
  #stallsAtMs(source: number): number {
    const state = this.#sources[source];
    if (state?.state === 'alive') return state.newestMs + this.#options.stallMs;
    if (state?.state === 'opening') return state.sinceMs + this.#options.stallMs;
    return Number.POSITIVE_INFINITY;
  }

  #needed(): Set<number> {
    const needed = new Set<number>();
    if (!this.#isWanted) return needed;
    if (this.#onAir !== undefined) needed.add(this.#onAir);
    let isCovered = false;
    for (const [source, { state }] of this.#sources.entries()) {
      if (isCovered && (!this.#options.isWarm || this.#isFallback(source))) continue;
      if (state !== 'gone') needed.add(source);
      isCovered ||= state === 'alive' || state === 'opening' || state === 'idle';
    }
    return needed;
  }

  #isFallback(source: number): boolean {
    return this.#options.hasFallback && source === this.#options.sourceCount - 1;
  }
}

function headStartEndsAtMs(source: Source): number {
  return source.state === 'opening' ? source.sinceMs + HEAD_START_MS : Number.NEGATIVE_INFINITY;
}
