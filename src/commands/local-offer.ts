import { NetworkError, UsageError } from '../errors.js';
import type { CommandEvent } from '../events.js';
import type { Broadcast } from '../flow/broadcast.js';
import { DEFAULT_MAX_BURST_MS } from '../flow/burst-length.js';
import { streamAddress } from '../rtmp/session/stream-address.js';
import { withKeys } from '../server/display.js';
import { DEFAULT_SERVER_LIMITS } from '../server/limits.js';
import type { LiveStream, StreamId } from '../server/live-stream.js';
import { RtmpServer } from '../server/rtmp-server.js';
import { StreamRegistry } from '../server/stream-registry.js';
import type { Observe } from './message-reports.js';
import type { PushOptions } from './options.js';

const LOOPBACK = '127.0.0.1';
const RTMP_PORT = 1935;
const USUAL_APP = 'live';
const USUAL_NAME = 'stream';

/** A stream that is offered by a server of our own instead of being sent to one. */
export interface LocalOffer {
  readonly broadcast: Broadcast;
  readonly playUrls: readonly string[];
  /** Ends the stream for its players, then the server. */
  close(): Promise<void>;
}

/**
 * Starts a server on the loopback and offers one stream there, on the usual port if it is free.
 *
 * @param options what it is called, if not `live/stream`
 * @throws {NetworkError} `ERR_LISTEN`
 * @throws {UsageError} without an app or a name
 */
export async function offerLocally(
  { app = USUAL_APP, streamName = USUAL_NAME }: Pick<PushOptions, 'app' | 'streamName'>,
  report: (event: CommandEvent) => void,
  observe: Observe | undefined,
): Promise<LocalOffer> {
  const id = streamAddress(app, streamName); // as those who play it will be understood
  if (id.app === '') throw new UsageError('ERR_USAGE', 'the app or the name of the stream is empty');
  const { stream, server } = await offerOn(RTMP_PORT, id, report, observe).catch((error: unknown) => {
    if (error instanceof NetworkError && error.code === 'ERR_LISTEN') return offerOn(0, id, report, observe);
    throw error;
  });
  return {
    broadcast: stream.broadcast,
    playUrls: server.addresses.map(({ port }) => `rtmp://${LOOPBACK}:${port}/${id.app}/${id.streamName}`),
    close: async () => {
      stream.finish();
      await server.close();
    },
  };
}

/** A server that fails to start ends all that it was to offer, so each try has streams of its own. @param port 0: any that is free */
async function offerOn(
  port: number,
  id: StreamId,
  report: (event: CommandEvent) => void,
  observe: Observe | undefined,
): Promise<{ readonly stream: LiveStream; readonly server: RtmpServer }> {
  const registry = new StreamRegistry({
    gopCache: true,
    graceMs: 0,
    maxLatencyMs: DEFAULT_MAX_BURST_MS,
    limits: DEFAULT_SERVER_LIMITS,
    report,
  });
  const stream = registry.publish(id, () => {});
  const server = await RtmpServer.start([{ host: LOOPBACK, port }], {
    registry,
    recorder: undefined,
    limits: DEFAULT_SERVER_LIMITS,
    report,
    display: withKeys, // the name is ours, and not secret
    observe,
  });
  return { stream, server };
}
