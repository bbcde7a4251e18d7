import type { RetryWish } from '../../commands/retry-policy.js';

interface RetrySettings {
  readonly retry: number | undefined;
  readonly 'retry-delay': number;
  readonly 'retry-max-delay': number;
}

/** What the options of a command say about connecting again. */
export function retryWish(settings: RetrySettings): RetryWish {
  return {
    attempts: settings.retry,
    delayMs: settings['retry-delay'],
    maxDelayMs: settings['retry-max-delay'],
  };
}
