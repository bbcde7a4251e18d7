import type { ConnectionOptions } from '../commands/options.js';
import type { RetryWish } from '../commands/retry-policy.js';
import { readTlsOptions, type TlsSettings } from './tls-files.js';

interface RetrySettings {
  readonly retry: number | undefined;
  readonly 'retry-delay': number;
  readonly 'retry-max-delay': number;
}

interface LinkSettings extends RetrySettings, TlsSettings {
  readonly timeout: number;
  readonly 'stall-timeout': number;
}

type LinkOptions = Required<Pick<ConnectionOptions, 'timeoutMs' | 'stallTimeoutMs' | 'retry' | 'tls'>>;

/** How connections are made and kept, as the options of a command say; the files that they name are read. @throws {UsageError} */
export async function readLinkOptions(settings: LinkSettings): Promise<LinkOptions> {
  return {
    timeoutMs: settings.timeout,
    stallTimeoutMs: settings['stall-timeout'],
    retry: retryWish(settings),
    tls: await readTlsOptions(settings),
  };
}

function retryWish(settings: RetrySettings): RetryWish {
  return {
    attempts: settings.retry,
    delayMs: settings['retry-delay'],
    maxDelayMs: settings['retry-max-delay'],
  };
}
