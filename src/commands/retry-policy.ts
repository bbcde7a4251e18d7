import { NO_RETRY, type RetryPolicy } from '../flow/retry.js';

/** What the user says about trying again; the rest is as usual. */
export interface RetryWish {
  /** `Infinity`: for ever. */
  readonly attempts?: number | undefined;
  readonly delayMs?: number | undefined;
  readonly maxDelayMs?: number | undefined;
}

/** What is connected for: a recording or a file can be tried again by hand, what is live goes by. */
export type ConnectionUse = 'file' | 'live';

const ATTEMPTS: Readonly<Record<ConnectionUse, number>> = { file: 0, live: Number.POSITIVE_INFINITY };

/** How often and how soon a lost connection is made again. */
export function retryPolicy(wish: RetryWish | undefined, use: ConnectionUse): RetryPolicy {
  const delayMs = wish?.delayMs ?? NO_RETRY.delayMs;
  return {
    attempts: wish?.attempts ?? ATTEMPTS[use],
    delayMs,
    maxDelayMs: Math.max(wish?.maxDelayMs ?? NO_RETRY.maxDelayMs, delayMs),
  };
}
