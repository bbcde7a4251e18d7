import type { WireObserver } from '../../net/pump.js';

/** Two that hear the same. */
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
