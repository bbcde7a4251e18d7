import { once } from 'node:events';
import { UsageError } from '../errors.js';
import type { CommandEvent, EndedEvent, StartedEvent } from '../events.js';
import { isLoopback } from '../net/loopback.js';
import { withKeys, withoutKeys } from '../server/display.js';
import { DEFAULT_SERVER_LIMITS } from '../server/limits.js';
import { Recorder } from '../server/recorder.js';
import { RtmpServer } from '../server/rtmp-server.js';
import { StreamRegistry } from '../server/stream-registry.js';
import { eventStream } from './event-stream.js';
import { messageReports } from './message-reports.js';
import type { ServeOptions } from './options.js';
import { type SettledServeOptions, settledServe } from './settled-options.js';
import { WarningGate } from './warning-gate.js';

type Report = (event: CommandEvent) => void;

const STATS_EVERY_MS = 1_000;

/**
 * Runs a server until the signal aborts; then it ends every stream in an orderly way.
 *
 * @throws {NetworkError} `ERR_LISTEN`
 * @throws {OutputError} when the directory for recordings cannot be used
 * @throws {UsageError} for an empty list of addresses
 */
export function serve(options: ServeOptions = {}, signal?: AbortSignal): AsyncIterable<CommandEvent> {
  return eventStream((report, stop) => run(settledServe(options), report, stop), signal);
}

async function run(options: SettledServeOptions, report: Report, signal: AbortSignal): Promise<void> {
  if (options.listen.length === 0) {
    throw new UsageError('ERR_USAGE', 'there is no address to listen on', {
      stage: 'options',
      advice: 'leave listen out for 127.0.0.1 port 1935; port 0 takes a free one',
    });
  }
  const warnings = new WarningGate(report);
  let ended: EndedEvent;
  try {
    ended = await runServer(options, warnings.report, signal);
  } finally {
    warnings.close();
  }
  report(ended);
}

/** @returns what there is to tell at the very end */
async function runServer(options: SettledServeOptions, report: Report, signal: AbortSignal): Promise<EndedEvent> {
  const startedMs = performance.now();
  const { maxConnections, maxConnectionsPerAddress, maxMemoryBytes } = options;
  const limits = { ...DEFAULT_SERVER_LIMITS, maxConnections, maxConnectionsPerAddress, maxMemoryBytes };
  const { gopCache, graceMs, maxLatencyMs } = options;
  const registry = new StreamRegistry({ gopCache, graceMs, maxLatencyMs, limits, report });
  const display = options.showKeys ? withKeys : withoutKeys;
  const recorder =
    options.recordDirectory === undefined ? undefined : await Recorder.into(options.recordDirectory, display, report);
  const observe = messageReports(options.messages, report);
  const server = await RtmpServer.start(options.listen, { registry, recorder, limits, report, display, observe });

  report({ event: 'started', role: 'server', listen: listening(server) });
  warnIfOpen(server, report);
  const stats = reportStats(server, startedMs, report);
  try {
    if (!signal.aborted) {
      await once(signal, 'abort');
    }
  } finally {
    clearInterval(stats);
    await server.close(options.drainMs);
  }
  const { bytesReceived, bytesSent } = server.stats;
  return {
    event: 'ended',
    role: 'server',
    reason: 'stopped',
    bytes: bytesReceived + bytesSent,
    durationMs: Math.round(performance.now() - startedMs),
    final: true,
  };
}

function listening(server: RtmpServer): NonNullable<StartedEvent['listen']> {
  return server.addresses.map(({ address, port, family }) => {
    const host = family === 'IPv6' ? `[${address}]` : address;
    return { address, port, url: `rtmp://${host}:${port}` };
  });
}

function warnIfOpen(server: RtmpServer, report: Report): void {
  const open = server.addresses.find(({ address }) => !isLoopback(address));
  if (open !== undefined) {
    report({
      event: 'warning',
      code: 'WARN_NO_AUTHENTICATION',
      message: `anybody who reaches ${open.address} port ${open.port} can publish and play`,
      advice: 'listen on 127.0.0.1, or let a firewall decide who reaches the port',
    });
  }
}

/** Tells once a second how the server does, until it is stopped. */
function reportStats(server: RtmpServer, startedMs: number, report: Report): NodeJS.Timeout {
  let bytesBefore = 0;
  return setInterval(() => {
    const stats = server.stats;
    const bytes = stats.bytesReceived + stats.bytesSent;
    report({
      event: 'stats',
      role: 'server',
      positionMs: Math.round(performance.now() - startedMs),
      durationMs: null,
      bytes,
      bitrateKbps: Math.round(((bytes - bytesBefore) * 8) / STATS_EVERY_MS),
      fps: 0,
      skewMs: null,
      queueMs: 0,
      queueBytes: stats.bufferedBytes,
      droppedFrames: stats.droppedTags,
      reconnects: 0,
      publishers: stats.publishers,
      players: stats.players,
      connections: stats.connections,
      latencyMs: stats.latencyMs,
    });
    bytesBefore = bytes;
  }, STATS_EVERY_MS);
}
