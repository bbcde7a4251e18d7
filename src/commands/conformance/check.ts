import type { ConformanceOutcome } from '../../report.js';
import type { CheckDesk } from './desk.js';

/** What a check has come to. */
export interface Finding {
  readonly outcome: ConformanceOutcome;
  /** What the server did, in a few words. */
  readonly seen: string;
}

/** One thing that a server should do. */
export interface Check {
  /** Stable, for scripts. */
  readonly id: string;
  /** Where it is written: `RTMP 5.3.1.1`. */
  readonly section: string;
  /** What is right. */
  readonly title: string;
  /** What may bring a weak server down is tried out at the end, one thing at a time. */
  readonly isRisky?: boolean;
  /** It does with the one connection that the desk keeps; else it opens its own. */
  readonly usesSession?: boolean;
  /**
   * Tries it out.
   *
   * @throws {RtmpkitError} what goes wrong on the way is a finding too
   */
  readonly run: (desk: CheckDesk) => Promise<Finding>;
}

/** Checks of one part of the protocol. */
export interface CheckGroup {
  readonly name: string;
  readonly checks: readonly Check[];
}

export function pass(seen: string): Finding {
  return { outcome: 'pass', seen };
}

/** Not as it is written, but clients get along with it. */
export function deviates(seen: string): Finding {
  return { outcome: 'deviates', seen };
}

/** Clients that keep to what is written come to harm. */
export function fails(seen: string): Finding {
  return { outcome: 'fails', seen };
}

/** It cannot be tried out here. */
export function skipped(seen: string): Finding {
  return { outcome: 'skipped', seen };
}
