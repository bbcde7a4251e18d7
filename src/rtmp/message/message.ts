import { type Abort, abort } from './abort.js';
import { type Acknowledgement, acknowledgement } from './acknowledgement.js';
import { type Aggregate, aggregate } from './aggregate.js';
import { type Command, decodeCommand, encodeCommand } from './command.js';
import { type DataMessage, decodeData, encodeData } from './data.js';
import type { MediaMessage } from './media.js';
import { type SetChunkSize, setChunkSize } from './set-chunk-size.js';
import { type SetPeerBandwidth, setPeerBandwidth } from './set-peer-bandwidth.js';
import type { SharedObject } from './shared-object.js';
import { TYPE_ID } from './type-id.js';
import { type UserControl, userControl } from './user-control.js';
import { type WindowAckSize, windowAckSize } from './window-ack-size.js';

/** A type id that nobody has described (7 is one), or that came later: to be skipped. */
export interface UnknownMessage {
  readonly type: 'unknown';
  readonly typeId: number;
  readonly payload: Uint8Array;
}

/** What a payload means. Message stream id and time stay with the `RtmpMessage` that carries it. */
export type Message =
  | SetChunkSize
  | Abort
  | Acknowledgement
  | UserControl
  | WindowAckSize
  | SetPeerBandwidth
  | MediaMessage
  | DataMessage
  | SharedObject
  | Command
  | Aggregate
  | UnknownMessage;

/** @throws {ProtocolError} when the payload is malformed. */
export function decodeMessage(typeId: number, payload: Uint8Array): Message {
  switch (typeId) {
    case TYPE_ID.setChunkSize:
      return setChunkSize.decode(payload);
    case TYPE_ID.abort:
      return abort.decode(payload);
    case TYPE_ID.acknowledgement:
      return acknowledgement.decode(payload);
    case TYPE_ID.userControl:
      return userControl.decode(payload);
    case TYPE_ID.windowAckSize:
      return windowAckSize.decode(payload);
    case TYPE_ID.setPeerBandwidth:
      return setPeerBandwidth.decode(payload);
    case TYPE_ID.audio:
      return { type: 'audio', body: payload };
    case TYPE_ID.video:
      return { type: 'video', body: payload };
    case TYPE_ID.dataAmf0:
      return decodeData(payload, 'amf0');
    case TYPE_ID.dataAmf3:
      return decodeData(payload, 'amf3');
    case TYPE_ID.sharedObjectAmf0:
      return { type: 'sharedObject', encoding: 'amf0', body: payload };
    case TYPE_ID.sharedObjectAmf3:
      return { type: 'sharedObject', encoding: 'amf3', body: payload };
    case TYPE_ID.commandAmf0:
      return decodeCommand(payload, 'amf0');
    case TYPE_ID.commandAmf3:
      return decodeCommand(payload, 'amf3');
    case TYPE_ID.aggregate:
      return aggregate.decode(payload);
    default:
      return { type: 'unknown', typeId, payload };
  }
}

export interface EncodedMessage {
  readonly typeId: number;
  readonly payload: Uint8Array;
}

export function encodeMessage(message: Message): EncodedMessage {
  switch (message.type) {
    case 'setChunkSize':
      return { typeId: TYPE_ID.setChunkSize, payload: setChunkSize.encode(message) };
    case 'abort':
      return { typeId: TYPE_ID.abort, payload: abort.encode(message) };
    case 'acknowledgement':
      return { typeId: TYPE_ID.acknowledgement, payload: acknowledgement.encode(message) };
    case 'userControl':
      return { typeId: TYPE_ID.userControl, payload: userControl.encode(message) };
    case 'windowAckSize':
      return { typeId: TYPE_ID.windowAckSize, payload: windowAckSize.encode(message) };
    case 'setPeerBandwidth':
      return { typeId: TYPE_ID.setPeerBandwidth, payload: setPeerBandwidth.encode(message) };
    case 'audio':
      return { typeId: TYPE_ID.audio, payload: message.body };
    case 'video':
      return { typeId: TYPE_ID.video, payload: message.body };
    case 'data':
      return { typeId: byEncoding(message, TYPE_ID.dataAmf0, TYPE_ID.dataAmf3), payload: encodeData(message) };
    case 'sharedObject':
      return {
        typeId: byEncoding(message, TYPE_ID.sharedObjectAmf0, TYPE_ID.sharedObjectAmf3),
        payload: message.body,
      };
    case 'command':
      return { typeId: byEncoding(message, TYPE_ID.commandAmf0, TYPE_ID.commandAmf3), payload: encodeCommand(message) };
    case 'aggregate':
      return { typeId: TYPE_ID.aggregate, payload: aggregate.encode(message) };
    case 'unknown':
      return { typeId: message.typeId, payload: message.payload };
  }
}

function byEncoding(message: DataMessage | SharedObject | Command, amf0TypeId: number, amf3TypeId: number): number {
  return message.encoding === 'amf3' ? amf3TypeId : amf0TypeId;
}
