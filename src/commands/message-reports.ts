import type { CommandEvent } from '../events.js';
import type { WireObserver } from '../net/pump.js';
import { type MessageDisclosure, MessageWatch } from '../rtmp/watch/message-watch.js';

/** Makes the observer of one connection. */
export type Observe = (connection?: number) => WireObserver;

/**
 * Reports every protocol message of the connections that are observed.
 *
 * @param disclosure `undefined`: none is to be reported, and there is nothing to observe with
 */
export function messageReports(
  disclosure: MessageDisclosure | undefined,
  report: (event: CommandEvent) => void,
): Observe | undefined {
  if (disclosure === undefined) {
    return undefined;
  }
  return (connection) => {
    const whose = connection === undefined ? {} : { connection };
    return new MessageWatch(disclosure, (message) => report({ event: 'message', ...whose, ...message }));
  };
}
