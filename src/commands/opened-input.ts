import type { TagSource } from '../endpoint/tag-source.js';

/** One thing that is sent, opened. It may have been opened only to look at it, or to be read later. */
export interface PushInput {
  /** From `startMs` on. Can be read again, from the same place, when `isRepeatable`. */
  readonly tags: TagSource;
  /** From the wanted start to the end; `undefined`: not known. */
  readonly durationMs: number | undefined;
  readonly isRepeatable: boolean;
  /** `wall`: tags come when they are due, and grow old when they wait; `media`: they come as fast as they are taken. */
  readonly clock: 'wall' | 'media';
  /** Ends what runs for it, even while it is being read, and also when it never was. Resolves when that has ended. */
  readonly close?: () => Promise<void>;
}
