/** What a server allows its peers, all at once and each for itself. */
export interface ServerLimits {
  readonly maxConnections: number;
  readonly maxConnectionsPerAddress: number;
  /**
   * Media kept for the players of all streams and messages under way, together. From three quarters on, new publishers are
   * refused and streams keep no more than their newest GOP; over it, who holds most is closed.
   */
  readonly maxMemoryBytes: number;
  /** Media kept for the players of one stream. */
  readonly maxStreamBytes: number;
  /** From the first byte to an accepted `connect`. */
  readonly handshakeTimeoutMs: number;
  /** From `connect`, or the end of the last stream, to the next `publish` or `play`. */
  readonly roleTimeoutMs: number;
  /** Silence in both directions before a ping is sent. */
  readonly idleBeforePingMs: number;
  /** Silence after that ping before the connection is closed. */
  readonly pingTimeoutMs: number;
  /** How far a player may fall behind before it skips to the newest keyframe. From half of it on it misses frames that no other needs. */
  readonly maxPlayerLagMs: number;
  /** How long a client may take nothing of what waits for it before it is cut off. */
  readonly cutOffAfterMs: number;
  /** How long clients have to leave when the server closes. */
  readonly closeTimeoutMs: number;
}

export const DEFAULT_SERVER_LIMITS: ServerLimits = {
  maxConnections: 20_000,
  maxConnectionsPerAddress: Number.POSITIVE_INFINITY,
  maxMemoryBytes: 512 * 1024 * 1024,
  maxStreamBytes: 64 * 1024 * 1024,
  handshakeTimeoutMs: 10_000,
  roleTimeoutMs: 15_000,
  idleBeforePingMs: 60_000,
  pingTimeoutMs: 30_000,
  maxPlayerLagMs: 3_000,
  cutOffAfterMs: 15_000,
  closeTimeoutMs: 3_000,
};
