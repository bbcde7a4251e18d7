import { RtmpkitError, type Stage } from '../errors.js';
import type { Curtain } from './curtain.js';
import { EXIT_OF_KIND } from './exit-codes.js';

/** An error, ready to be told. */
export interface Failure {
  readonly code: string;
  readonly message: string;
  readonly exitCode: number;
  readonly stage: Stage | undefined;
  readonly peerWords: string | undefined;
  readonly advice: string | undefined;
  /** Only for bugs. */
  readonly stack: string | undefined;
}

/** What went wrong, with everything covered that is secret. What is not an error of ours is a bug of ours. */
export function failureOf(error: unknown, curtain: Curtain): Failure {
  if (!(error instanceof RtmpkitError) || error.kind === 'internal') {
    return bug(error, curtain);
  }
  return {
    code: error.code,
    message: curtain.cover(error.message),
    exitCode: EXIT_OF_KIND[error.kind].code,
    stage: error.stage,
    peerWords: error.peerWords === undefined ? undefined : curtain.coverForeign(error.peerWords),
    advice: error.advice === undefined ? undefined : curtain.cover(error.advice),
    stack: undefined,
  };
}

function bug(error: unknown, curtain: Curtain): Failure {
  const isError = error instanceof Error;
  return {
    code: 'ERR_INTERNAL',
    message: `this is a bug in rtmpkit: ${curtain.cover(isError ? error.message : String(error))}`,
    exitCode: EXIT_OF_KIND.internal.code,
    stage: undefined,
    peerWords: undefined,
    advice: 'please report it with the command you ran and what -v shows',
    stack: isError ? curtain.cover(error.stack ?? '') : undefined,
  };
}
