import type { WireObserver } from './pump.js';

/** One observer of a connection for two that want to hear it, in this order. */
export function bothObservers(one: WireObserver, other: WireObserver): WireObserver {
  return {
    received: (bytes) => {
      one.received(bytes);
      other.received(bytes);
    },
    sent: (bytes) => {
      one.sent(bytes);
      other.sent(bytes);
    },
  };
}
