import type { CommandEvent, EndedEvent, ProtocolMessageEvent, RetryingEvent, StatsEvent } from '../../src/events.js';

export const URL = 'rtmp://host/live/****';

export const CONNECTING: CommandEvent = { event: 'connecting', role: 'publisher', stage: 'tcp', url: URL };

export const CONNECTED: CommandEvent = {
  event: 'connected',
  role: 'publisher',
  url: URL,
  address: '192.0.2.7',
  port: 1935,
  handshake: 'digest-1',
  software: 'FMS/3,5,7,7009',
};

export const RETRYING: RetryingEvent = {
  event: 'retrying',
  role: 'publisher',
  url: URL,
  attempt: 1,
  attempts: 5,
  delayMs: 1_234,
  code: 'ERR_REFUSED',
  reason: 'nothing listens on host port 1935',
};

export const STARTED: CommandEvent = { event: 'started', role: 'publisher', url: URL, durationMs: 10_000 };

export const ENDED: EndedEvent = {
  event: 'ended',
  role: 'publisher',
  reason: 'end of file',
  bytes: 2_500_000,
  durationMs: 10_000,
  final: true,
};

export const MESSAGE: ProtocolMessageEvent = {
  event: 'message',
  direction: 'sent',
  type: 'Command',
  typeId: 20,
  csid: 3,
  streamId: 0,
  timestampMs: 0,
  sizeBytes: 31,
  name: 'FCPublish',
  transactionId: 3,
  content: 'null, "****"',
};

export function stats(changes: Partial<StatsEvent> = {}): StatsEvent {
  return {
    event: 'stats',
    role: 'publisher',
    positionMs: 4_000,
    durationMs: 10_000,
    bytes: 1_000_000,
    bitrateKbps: 1_949,
    fps: 29.97,
    skewMs: 3,
    queueMs: 20,
    queueBytes: 5_000,
    droppedFrames: 0,
    reconnects: 0,
    ...changes,
  };
}
