import type { WireObserver } from '../../net/pump.js';
import type { Observe } from '../message-reports.js';

/** An observer of one connection, which reports its messages besides, where that is wanted. */
export function withMessages(observer: WireObserver, messages: Observe | undefined): WireObserver {
  if (messages === undefined) return observer;
  const reporter = messages();
  return {
    received: (bytes) => {
      observer.received(bytes);
      reporter.received(bytes);
    },
    sent: (bytes) => {
      observer.sent(bytes);
      reporter.sent(bytes);
    },
  };
}
