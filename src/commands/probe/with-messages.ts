import { bothObservers } from '../../net/both-observers.js';
import type { WireObserver } from '../../net/pump.js';
import type { Observe } from '../message-reports.js';

/** An observer of one connection, which reports its messages besides, where that is wanted. */
export function withMessages(observer: WireObserver, messages: Observe | undefined): WireObserver {
  return messages === undefined ? observer : bothObservers(observer, messages());
}
