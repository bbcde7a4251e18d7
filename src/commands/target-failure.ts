import type { RtmpkitError } from '../errors.js';
import type { WarningEvent } from '../events.js';

/** Warns that one of several targets will not get any more. */
export function targetFailed(name: string, { message, peerWords, advice }: RtmpkitError): WarningEvent {
  const said = peerWords === undefined ? message : `${message} ("${peerWords}")`;
  return {
    event: 'warning',
    code: 'WARN_TARGET_FAILED',
    message: `${name} has failed for good: ${said}`,
    ...(advice === undefined ? {} : { advice }),
  };
}
