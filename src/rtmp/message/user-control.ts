import type { ByteReader } from '../../bytes/reader.js';
import type { ByteWriter } from '../../bytes/writer.js';
import { defineMessage } from './define-message.js';

/** User Control (RTMP 6.2, 7.1.7): one event about a message stream or the connection. */
export type UserControl = { readonly type: 'userControl' } & UserControlEvent;

export type UserControlEvent =
  | { readonly event: StreamEventName; readonly streamId: number }
  | { readonly event: 'setBufferLength'; readonly streamId: number; readonly lengthMs: number }
  | { readonly event: PingEventName; readonly timestampMs: number }
  /** SWF verification, and whatever else there is: to be ignored. */
  | { readonly event: 'unknown'; readonly eventType: number; readonly data: Uint8Array };

const STREAM_EVENTS = {
  streamBegin: 0,
  streamEof: 1,
  streamDry: 2,
  streamIsRecorded: 4,
  bufferEmpty: 31,
  bufferReady: 32,
} as const;

const PING_EVENTS = { pingRequest: 6, pingResponse: 7 } as const;

const SET_BUFFER_LENGTH = 3;

export type StreamEventName = keyof typeof STREAM_EVENTS;
export type PingEventName = keyof typeof PING_EVENTS;

const STREAM_EVENT_NAMES = namesByNumber(STREAM_EVENTS);
const PING_EVENT_NAMES = namesByNumber(PING_EVENTS);

export const userControl = defineMessage<UserControl>({
  read: (reader) => ({ type: 'userControl', ...readEvent(reader) }),
  write: writeEvent,
});

function readEvent(reader: ByteReader): UserControlEvent {
  const eventType = reader.u16('user control event type');
  const streamEvent = STREAM_EVENT_NAMES.get(eventType);
  // BufferEmpty and BufferReady have been seen with any body; what is too short says nothing about a stream.
  if (streamEvent !== undefined && reader.remaining >= 4) {
    return { event: streamEvent, streamId: reader.u32('message stream id') };
  }
  const pingEvent = PING_EVENT_NAMES.get(eventType);
  if (pingEvent !== undefined) {
    return { event: pingEvent, timestampMs: reader.u32('ping timestamp') };
  }
  if (eventType === SET_BUFFER_LENGTH) {
    return {
      event: 'setBufferLength',
      streamId: reader.u32('message stream id'),
      lengthMs: reader.u32('buffer length'),
    };
  }
  return { event: 'unknown', eventType, data: reader.rest() };
}

function writeEvent(writer: ByteWriter, message: UserControl): void {
  switch (message.event) {
    case 'setBufferLength':
      writer.u16(SET_BUFFER_LENGTH).u32(message.streamId).u32(message.lengthMs);
      return;
    case 'pingRequest':
    case 'pingResponse':
      writer.u16(PING_EVENTS[message.event]).u32(message.timestampMs);
      return;
    case 'unknown':
      writer.u16(message.eventType).bytes(message.data);
      return;
    default:
      writer.u16(STREAM_EVENTS[message.event]).u32(message.streamId);
  }
}

function namesByNumber<Name extends string>(numbers: Readonly<Record<Name, number>>): ReadonlyMap<number, Name> {
  const names = new Map<number, Name>();
  for (const name in numbers) {
    names.set(numbers[name], name);
  }
  return names;
}
