import type { StageReport, TimingsReport } from '../../report.js';

type StageName = StageReport['stage'];

/** How long each stage on the way to a stream takes, and what the server said to it. */
export class StageClock {
  readonly #nowMs: () => number;
  readonly #startMs: number;
  #passed: StageReport[] = [];
  #open: { readonly stage: StageName; readonly sinceMs: number; words: string | null } | undefined;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
    this.#startMs = nowMs();
  }

  /** Since the very beginning. */
  get elapsedMs(): number {
    return toTenths(this.#nowMs() - this.#startMs);
  }

  /** The stage before it, if there is one, is passed. */
  begin(stage: StageName): void {
    this.pass();
    if (stage === 'dns' || this.#passed.some((other) => other.stage === stage)) {
      this.#passed = []; // a connection is made anew
    }
    this.#open = { stage, sinceMs: this.#nowMs(), words: null };
  }

  /** What the server says belongs to the stage that is under way. */
  say(words: string): void {
    if (this.#open !== undefined) this.#open.words = words;
  }

  pass(): void {
    this.#close(true);
  }

  /** It goes no further. */
  fail(words: string | undefined): void {
    if (words !== undefined) this.say(words);
    this.#close(false);
  }

  get stages(): readonly StageReport[] {
    return this.#passed;
  }

  /** What a document says of the stages that were passed. */
  get timings(): Omit<TimingsReport, 'firstByteMs' | 'firstVideoMs' | 'firstKeyframeMs'> {
    return {
      dnsMs: this.#timeOf('dns'),
      tcpMs: this.#timeOf('tcp'),
      tlsMs: this.#timeOf('tls'),
      handshakeMs: this.#timeOf('handshake'),
      connectMs: this.#timeOf('connect'),
      createStreamMs: this.#timeOf('createStream'),
      playMs: this.#timeOf('play'),
    };
  }

  #timeOf(stage: StageName): number | null {
    return this.#passed.find((passed) => passed.stage === stage && passed.ok)?.ms ?? null;
  }

  #close(ok: boolean): void {
    if (this.#open === undefined) return;
    const { stage, sinceMs, words } = this.#open;
    this.#passed.push({ stage, ok, ms: toTenths(this.#nowMs() - sinceMs), words });
    this.#open = undefined;
  }
}

function toTenths(value: number): number {
  return Math.round(value * 10) / 10;
}
