import { readAmf0Values } from '../../amf/amf0-reader.js';
import { ProtocolError } from '../../errors.js';
import { isKeyframe, isSequenceHeader } from '../../media/tag-info.js';
import type { Command } from '../message/command.js';
import { withoutFormatByte } from '../message/format-byte.js';
import { decodeMessage } from '../message/message.js';
import { TYPE_ID } from '../message/type-id.js';
import type { UserControl } from '../message/user-control.js';
import { dataTagBody, dataTagName } from '../session/data-tag.js';
import { amfText } from './amf-text.js';
import type { Discretion } from './discretion.js';

/** What a message says, as far as there are words for it. */
export interface MessageContent {
  /** Of a command or a data message. */
  readonly name?: string;
  /** Of a command. */
  readonly transactionId?: number;
  /** Values of a control message, arguments of a command; for people. */
  readonly content?: string;
}

const MAX_CONTENT_LENGTH = 500;
const MAX_NAME_LENGTH = 64;
const NOTHING: MessageContent = {};

/** The names of RTMP 5.4 and 7.1. */
export function messageTypeName(typeId: number): string {
  return TYPE_NAMES.get(typeId) ?? `type ${typeId}`;
}

const TYPE_NAMES: ReadonlyMap<number, string> = new Map([
  [TYPE_ID.setChunkSize, 'Set Chunk Size'],
  [TYPE_ID.abort, 'Abort Message'],
  [TYPE_ID.acknowledgement, 'Acknowledgement'],
  [TYPE_ID.userControl, 'User Control'],
  [TYPE_ID.windowAckSize, 'Window Acknowledgement Size'],
  [TYPE_ID.setPeerBandwidth, 'Set Peer Bandwidth'],
  [TYPE_ID.audio, 'Audio'],
  [TYPE_ID.video, 'Video'],
  [TYPE_ID.dataAmf3, 'Data'],
  [TYPE_ID.sharedObjectAmf3, 'Shared Object'],
  [TYPE_ID.commandAmf3, 'Command'],
  [TYPE_ID.dataAmf0, 'Data'],
  [TYPE_ID.sharedObjectAmf0, 'Shared Object'],
  [TYPE_ID.commandAmf0, 'Command'],
  [TYPE_ID.aggregate, 'Aggregate'],
]);

/** @param discretion `undefined` shows everything */
export function messageContent(
  typeId: number,
  payload: Uint8Array,
  discretion: Discretion | undefined,
): MessageContent {
  try {
    const said = contentOf(typeId, payload, discretion);
    return said.content === undefined ? said : { ...said, content: shortened(said.content, MAX_CONTENT_LENGTH) };
  } catch (error) {
    if (error instanceof ProtocolError) {
      return { content: `malformed: ${error.message}` };
    }
    throw error;
  }
}

function contentOf(typeId: number, payload: Uint8Array, discretion: Discretion | undefined): MessageContent {
  switch (typeId) {
    case TYPE_ID.audio:
    case TYPE_ID.video:
      return mediaContent(typeId === TYPE_ID.audio ? 'audio' : 'video', payload);
    case TYPE_ID.dataAmf0:
      return dataContent(payload, discretion);
    case TYPE_ID.dataAmf3:
      return dataContent(withoutFormatByte(payload), discretion);
    case TYPE_ID.aggregate:
      return NOTHING; // its parts are media
  }
  const message = decodeMessage(typeId, payload);
  switch (message.type) {
    case 'setChunkSize':
    case 'windowAckSize':
      return { content: `${message.sizeBytes}` };
    case 'setPeerBandwidth':
      return { content: `${message.sizeBytes}, ${message.limit}` };
    case 'abort':
      return { content: `chunk stream ${message.csid}` };
    case 'acknowledgement':
      return { content: `${message.sequenceNumber}` };
    case 'userControl':
      return { content: userControlText(message) };
    case 'command':
      return commandContent(message, discretion);
    default:
      return NOTHING;
  }
}

function mediaContent(kind: 'audio' | 'video', body: Uint8Array): MessageContent {
  const tag = { kind, timestampMs: 0, body };
  if (isSequenceHeader(tag)) {
    return { content: 'sequence header' };
  }
  return isKeyframe(tag) ? { content: 'keyframe' } : NOTHING;
}

/** The names alone: what stands behind them may be long, and is the stream's. Statuses are the server's. */
function dataContent(payload: Uint8Array, discretion: Discretion | undefined): MessageContent {
  const name = dataTagName(payload);
  if (name === undefined) {
    return NOTHING;
  }
  if (name === '@setDataFrame') {
    const frame = dataTagName(dataTagBody(payload, 'amf0') ?? payload) ?? '';
    return { name, content: shownName(frame, discretion) };
  }
  if (name === 'onStatus' || name === 'onPlayStatus') {
    return { name, content: amfText(readAmf0Values(payload).slice(1), showFor(discretion)) };
  }
  return { name: shownName(name, discretion) };
}

function commandContent(command: Command, discretion: Discretion | undefined): MessageContent {
  discretion?.learn(command);
  const { name, transactionId, commandObject, args } = command;
  const values = commandObject === undefined && args.length === 0 ? [] : [commandObject, ...args];
  const said = { name: shownName(name, discretion), transactionId };
  return values.length === 0 ? said : { ...said, content: amfText(values, showFor(discretion)) };
}

function showFor(discretion: Discretion | undefined): (text: string, member: string) => string {
  return (text, member) => discretion?.show(text, member) ?? text;
}

function shownName(name: string, discretion: Discretion | undefined): string {
  return shortened(discretion?.showWords(name) ?? name, MAX_NAME_LENGTH);
}

const USER_CONTROL_NAMES = {
  streamBegin: 'Stream Begin',
  streamEof: 'Stream EOF',
  streamDry: 'Stream Dry',
  streamIsRecorded: 'Stream Is Recorded',
  bufferEmpty: 'Buffer Empty',
  bufferReady: 'Buffer Ready',
  setBufferLength: 'Set Buffer Length',
  pingRequest: 'Ping Request',
  pingResponse: 'Ping Response',
} as const;

/** The events of RTMP 7.1.7, with their values. */
function userControlText(message: UserControl): string {
  switch (message.event) {
    case 'unknown':
      return `event ${message.eventType}, ${message.data.length} bytes`;
    case 'setBufferLength':
      return `${USER_CONTROL_NAMES.setBufferLength} ${message.streamId}, ${message.lengthMs} ms`;
    case 'pingRequest':
    case 'pingResponse':
      return `${USER_CONTROL_NAMES[message.event]} ${message.timestampMs}`;
    default:
      return `${USER_CONTROL_NAMES[message.event]} ${message.streamId}`;
  }
}

function shortened(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 3)}...`;
}
