import { NetworkError } from '../errors.js';
import type { CommandEvent } from '../events.js';
import type { Broadcast } from '../flow/broadcast.js';
import { DEFAULT_MAX_BURST_MS } from '../flow/burst-length.js';
import { withKeys } from '../server/display.js';
import { DEFAULT_SERVER_LIMITS } from '../server/limits.js';
import { RtmpServer } from '../server/rtmp-server.js';
import { StreamRegistry } from '../server/stream-registry.js';
import type { Observe } from './message-reports.js';

const LOOPBACK = '127.0.0.1';
const RTMP_PORT = 1935;
const STREAM = { app: 'live', streamName: 'stream' };

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
 * @throws {NetworkError} `ERR_LISTEN`
 */
export async function offerLocally(
  report: (event: CommandEvent) => void,
  observe: Observe | undefined,
): Promise<LocalOffer> {
  const registry = new StreamRegistry({
    gopCache: true,
    graceMs: 0,
    maxLatencyMs: DEFAULT_MAX_BURST_MS,
    limits: DEFAULT_SERVER_LIMITS,
    report,
  });
  const services = {
    registry,
    recorder: undefined,
    limits: DEFAULT_SERVER_LIMITS,
    report,
    display: withKeys, // the name is ours, and not secret
    observe,
  };
  const server = await RtmpServer.start([{ host: LOOPBACK, port: RTMP_PORT }], services).catch((error: unknown) => {
    if (error instanceof NetworkError && error.code === 'ERR_LISTEN') {
      return RtmpServer.start([{ host: LOOPBACK, port: 0 }], services);
    }
    throw error;
  });
  const stream = registry.publish(STREAM, () => {});
  return {
    broadcast: stream.broadcast,
    playUrls: server.addresses.map(({ port }) => `rtmp://${LOOPBACK}:${port}/${STREAM.app}/${STREAM.streamName}`),
    close: async () => {
      stream.finish();
      await server.close();
    },
  };
}
