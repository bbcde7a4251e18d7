import { RecycledMemory } from '../bytes/recycled-memory.js';
import { ReconnectingPlayer } from '../endpoint/reconnecting-player.js';
import { connectionEnded } from '../endpoint/rtmp-failure.js';
import type { PlayEnd } from '../endpoint/rtmp-player.js';
import type { TagSource } from '../endpoint/tag-source.js';
import { MediaError } from '../errors.js';
import type { CommandEvent, WarningEvent } from '../events.js';
import { withEnd } from '../flow/with-end.js';
import type { RtmpUrl } from '../rtmp/url.js';
import { openPushInput } from './push-input.js';
import { connectionContext, reconnecting } from './reconnection.js';
import type { SettledPullOptions } from './settled-options.js';
import { type ConnectionStats, connectionStats } from './stats-reports.js';

type Report = (event: CommandEvent) => void;

interface Attempts {
  /** How often it was lost and tried again. */
  readonly retries: number;
}

/** Where a pull gets its stream. */
export interface PullSource {
  readonly tags: TagSource;
  /** Where the bodies of its tags are. */
  readonly memory: RecycledMemory;
  /** Redacted; `undefined` for a file. */
  readonly url: string | undefined;
  /** Of what it gives, where that is known. */
  readonly durationMs: number | undefined;
  /** How the connection does; nothing for a file. */
  connection(): Partial<ConnectionStats & Attempts>;
  /**
   * Why it has ended, for people; `undefined` when it has not ended by itself.
   *
   * @throws {NetworkError | MediaError} when it ended before anything came
   */
  reason(isEmpty: boolean): string | undefined;
  stop(): void;
}

/** Plays a stream from a server. @throws {NetworkError | ProtocolError | RejectedError} */
export async function openPlayerSource(
  url: RtmpUrl,
  options: SettledPullOptions,
  report: Report,
  signal: AbortSignal,
): Promise<PullSource> {
  const { startMs, bufferMs } = options;
  const memory = new RecycledMemory();
  const end = { role: 'player', url: url.redacted } as const;
  let retries = 0;
  const player = await ReconnectingPlayer.open({
    ...reconnecting(url, end, signal, connectionContext(options, 'file', memory, report), {
      onConnected: () => {},
      onRetry: () => {
        retries++;
      },
    }),
    play: {
      start: startMs === undefined ? { from: 'live-or-recorded' } : { from: 'recorded', positionMs: startMs },
      bufferLengthMs: bufferMs,
    },
  });
  return {
    tags: player,
    memory,
    url: url.redacted,
    durationMs: undefined,
    connection: () => ({ ...connectionStats(player), retries }),
    reason: (isEmpty) => playerReason(player.end, isEmpty, report),
    stop: () => player.stop(),
  };
}

function playerReason(end: PlayEnd | undefined, isEmpty: boolean, report: Report): string | undefined {
  switch (end?.kind) {
    case 'told':
      if (isEmpty) throw endedEmpty();
      return 'end of stream';
    case 'closed':
      if (isEmpty) throw connectionEnded('before any media came');
      report(cutShort);
      return 'the server closed the connection';
    default:
      return undefined;
  }
}

function endedEmpty(): MediaError {
  return new MediaError('ERR_MEDIA_EMPTY', 'the stream was over before any media came', {
    stage: 'stream',
    advice: 'nothing was written; try again when somebody publishes',
  });
}

const cutShort: WarningEvent = {
  event: 'warning',
  code: 'WARN_CLOSED_WITHOUT_END',
  message: 'the server closed the connection without saying that the stream is over',
  advice: 'the recording is complete up to here; the server may know more',
};

/** Reads a file, as fast as the outputs take it. @throws {MediaError | UsageError} */
export async function openFileSource(
  options: SettledPullOptions,
  report: Report,
  signal: AbortSignal,
): Promise<PullSource> {
  const { source, startMs = 0, ffmpegPath, timeoutMs, stallTimeoutMs } = options;
  const memory = new RecycledMemory();
  const opening = { startMs, memory, report, encoding: {}, ffmpegPath, timeoutMs, stallTimeoutMs, signal };
  const { tags, durationMs, close } = await openPushInput(source, opening);
  let isAtEnd = false;
  return {
    tags: withEnd(tags, () => {
      isAtEnd = true;
    }),
    memory,
    url: undefined,
    durationMs,
    connection: () => ({}),
    reason: () => (isAtEnd ? 'end of the file' : undefined),
    stop: () => void close?.(),
  };
}
