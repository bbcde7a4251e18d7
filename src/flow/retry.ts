import type { ErrorCode } from '../errors.js';

/**
 * Whether trying again can help.
 *
 * `never`: it would fail in the same way. `soon`: the network, or the other side's health. `patiently`: a name that is not
 * free yet, or not there yet: a server needs minutes to notice that a former publisher is gone. `if-it-ran`: a refusal that is
 * final, unless the same was allowed a moment ago; then it is more likely the end of a server that was asked too late.
 */
export type RetryClass = 'never' | 'soon' | 'patiently' | 'if-it-ran';

const CLASS_OF_CODE: Readonly<Record<ErrorCode, RetryClass>> = {
  ERR_INTERNAL: 'never',

  ERR_USAGE: 'never',
  ERR_URL: 'never',
  ERR_OUTPUT_EXISTS: 'never',
  ERR_DELAY_MEMORY: 'never',

  ERR_DNS: 'soon',
  ERR_REFUSED: 'soon',
  ERR_NETWORK: 'soon',
  ERR_LISTEN: 'never',
  ERR_CONNECTION_LOST: 'soon',

  ERR_TIMEOUT: 'soon',
  ERR_STALLED: 'soon',

  ERR_TLS: 'never',
  ERR_TLS_CERTIFICATE_MISSING: 'if-it-ran',
  ERR_TLS_ON_PLAIN_PORT: 'never',

  ERR_AUTH: 'never',
  ERR_DENIED: 'if-it-ran',

  ERR_APP_NOT_FOUND: 'patiently',
  ERR_STREAM_NOT_FOUND: 'patiently',
  ERR_FILE_NOT_FOUND: 'never',

  ERR_STREAM_BUSY: 'patiently',
  ERR_SERVER_FULL: 'soon',

  // What breaks the protocol on the way may be whole on the next connection.
  ERR_TRUNCATED: 'soon',
  ERR_NOT_RTMP: 'never',
  ERR_HANDSHAKE: 'soon',
  ERR_CHUNK: 'soon',
  ERR_CHUNK_SIZE: 'soon',
  ERR_MESSAGE: 'soon',
  ERR_AMF: 'soon',
  ERR_LIMIT: 'soon',
  ERR_REJECTED: 'soon',

  ERR_FILE_UNREADABLE: 'never',
  ERR_NOT_FLV: 'never',
  ERR_MEDIA_DAMAGED: 'never',
  ERR_MEDIA_UNSUPPORTED: 'never',
  ERR_MEDIA_EMPTY: 'never',

  ERR_FFMPEG_MISSING: 'never',
  ERR_FFMPEG_FAILED: 'never',
  ERR_EXPECTATION: 'never',

  ERR_OUTPUT: 'never',
  ERR_DISK_FULL: 'never',
};

export function retryClassOf(code: ErrorCode): RetryClass {
  return CLASS_OF_CODE[code];
}

export interface RetryPolicy {
  /** How often in a row it may be tried again; 0 never, `Infinity` for ever. */
  readonly attempts: number;
  /** Bound of the first wait; it doubles with each failure in a row, up to `maxDelayMs`. */
  readonly delayMs: number;
  readonly maxDelayMs: number;
}

export const NO_RETRY: RetryPolicy = { attempts: 0, delayMs: 1_000, maxDelayMs: 30_000 };

/** What comes after a failure. */
export interface RetryWait {
  /** Number of the attempt that follows, counted from 1 since all was well. */
  readonly attempt: number;
  readonly delayMs: number;
}

/** So long a stream has to run before the failures ahead of it are forgotten. */
const HEALTHY_AFTER_MS = 10_000;
/**
 * For so long after it ran, a name that is taken or missing does not use up attempts, nor does a refusal: nginx-rtmp needs 90 s to
 * notice.
 */
const PATIENCE_MS = 120_000;
/** A name that becomes free should not be missed for longer. */
const MAX_PATIENT_DELAY_MS = 5_000;

/**
 * When a connection is tried again (exponential back-off with full jitter). It holds no timer and reads no clock: the owner
 * says what happens and when.
 */
export class Backoff {
  readonly #policy: RetryPolicy;
  readonly #random: () => number;
  #failures = 0;
  /** Failures that were patient do not count. */
  #usedAttempts = 0;
  #runsSinceMs: number | undefined;
  #ranUntilMs = Number.NEGATIVE_INFINITY;

  /** @param random at least 0, less than 1 */
  constructor(policy: RetryPolicy, random: () => number = Math.random) {
    this.#policy = policy;
    this.#random = random;
  }

  /** The stream runs. */
  succeeded(nowMs: number): void {
    this.#runsSinceMs = nowMs;
  }

  /** So long it ran, whoever had opened it. */
  ranUntil(untilMs: number): void {
    this.#ranUntilMs = Math.max(this.#ranUntilMs, untilMs);
  }

  /** It failed, or could not begin. @returns `undefined`: it is not to be tried again */
  failed(code: ErrorCode, nowMs: number): RetryWait | undefined {
    if (this.#runsSinceMs !== undefined) {
      this.#ranUntilMs = nowMs;
      if (nowMs - this.#runsSinceMs >= HEALTHY_AFTER_MS) this.#failures = this.#usedAttempts = 0;
      this.#runsSinceMs = undefined;
    }
    const { attempts, delayMs, maxDelayMs } = this.#policy;
    const retryClass = retryClassOf(code);
    const hasJustRun = nowMs - this.#ranUntilMs < PATIENCE_MS;
    if (retryClass === 'never' || (retryClass === 'if-it-ran' && !hasJustRun) || attempts === 0) return undefined;
    const isPatient = retryClass !== 'soon';
    if (!(isPatient && hasJustRun)) this.#usedAttempts++;
    if (this.#usedAttempts > attempts) return undefined;
    const limitMs = isPatient ? Math.min(MAX_PATIENT_DELAY_MS, maxDelayMs) : maxDelayMs;
    const boundMs = Math.min(delayMs * 2 ** this.#failures, Math.max(limitMs, delayMs));
    this.#failures++;
    return { attempt: this.#failures, delayMs: Math.round(this.#random() * boundMs) };
  }
}
