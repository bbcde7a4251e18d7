import type { RtmpkitError } from '../../errors.js';

/** How a relay came to its end. */
export type RelayOutcome =
  /** In an orderly way; for people. */
  { readonly kind: 'ended'; readonly reason: string } | { readonly kind: 'failed'; readonly error: RtmpkitError };
