import type { LiveRate } from './live-media.js';

/** What the publisher is told when it starts. Then it gets numbers: publish for so many ms, and answers with `Published`. */
export interface PublisherSetup {
  readonly url: string;
  readonly rate: LiveRate;
  /** The checkout. */
  readonly root: string;
}

export interface Published {
  /** Of tag bodies. */
  readonly bytes: number;
}

/** What the crowd is told when it starts. */
export interface CrowdSetup {
  /** What its players play. */
  readonly url: string;
  /** `none`: they only connect; the server sends by itself. */
  readonly protocol: 'rtmp' | 'none';
}

/** What the crowd does next. It answers each order with a `CrowdReport`. */
export type CrowdOrder =
  | { readonly order: 'join'; readonly players: number }
  /** So many of those who came first go. */
  | { readonly order: 'leave'; readonly players: number }
  /** So many of those who came last read nothing any more. */
  | { readonly order: 'stick'; readonly players: number }
  /** So many of those who came last read now and then only, less than a stream of 2.5 Mb/s brings. */
  | { readonly order: 'dawdle'; readonly players: number }
  | { readonly order: 'count' };

export interface CrowdReport {
  /** Received since the last report, by each player that is there and reads all it can. */
  readonly bytes: readonly number[];
  /** Age of the frames that arrived since the last report at some of the players. */
  readonly agesMs: readonly number[];
  /** Players whose connection the server closed, in all. */
  readonly lost: number;
}
