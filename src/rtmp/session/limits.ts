import type { ChunkLimits } from '../chunk/limits.js';

/** What the peer of a session may ask for. Beyond it: `ERR_LIMIT`, or a refusal where the protocol has one. */
export interface SessionLimits {
  /** For the chunks received; `otherSizeBytes` bounds the size of a command. */
  readonly chunk: Partial<ChunkLimits>;
  /** `chunk.partialBytes` for a client that publishes nothing: it has no large messages to send. */
  readonly idlePartialBytes: number;
  /** Message streams open at the same time; a further createStream is refused. */
  readonly streams: number;
  /** Answers that wait for somebody: replies behind an unanswered `connect`, calls without an answer. */
  readonly pendingReplies: number;
  /** Answers to the peer that nobody has taken yet. */
  readonly outputBytes: number;
}

export const DEFAULT_SESSION_LIMITS: SessionLimits = {
  chunk: { otherSizeBytes: 256 * 1024 },
  idlePartialBytes: 1024 * 1024,
  streams: 16,
  pendingReplies: 64,
  outputBytes: 1024 * 1024,
};

export function sessionLimits({ chunk, ...limits }: Partial<SessionLimits> = {}): SessionLimits {
  return { ...DEFAULT_SESSION_LIMITS, ...limits, chunk: { ...DEFAULT_SESSION_LIMITS.chunk, ...chunk } };
}

/** Our chunk size: large, so that a tag is normally a header and a body with nothing in between. All servers seen take it. */
export const OUR_CHUNK_SIZE_BYTES = 65_536;

/** Window and bandwidth that FFmpeg, librtmp, SRS and GStreamer announce too. */
export const OUR_WINDOW_SIZE_BYTES = 2_500_000;
