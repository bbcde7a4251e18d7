import { readAmf0Values } from '../../amf/amf0-reader.js';
import { encodeAmf0 } from '../../amf/amf0-writer.js';
import type { AmfValue } from '../../amf/value.js';
import { ProtocolError } from '../../errors.js';
import { withFormatByte, withoutFormatByte } from './format-byte.js';
import type { AmfEncoding } from './type-id.js';

/** Command (RTMP 7.1.1, 7.2): a call, an answer to one, or a status. */
export interface Command {
  readonly type: 'command';
  readonly encoding: AmfEncoding;
  readonly name: string;
  /** Answers carry the id of their call; 0: no answer is wanted. */
  readonly transactionId: number;
  /** Object or null; `undefined` when the message ended before it. */
  readonly commandObject: AmfValue;
  readonly args: readonly AmfValue[];
}

/** FFmpeg takes 64, nginx-rtmp 128. */
const MAX_COMMAND_NAME_LENGTH = 128;

/** A command in AMF0, which every peer reads. */
export function command(
  name: string,
  transactionId: number,
  commandObject: AmfValue,
  ...args: readonly AmfValue[]
): Command {
  return { type: 'command', encoding: 'amf0', name, transactionId, commandObject, args };
}

/**
 * Only the name is required: FFmpeg's server sends a bare `onFCPublish`.
 *
 * @throws {ProtocolError} `ERR_MESSAGE` without a name, `ERR_LIMIT` when it is too long; `ERR_AMF`, `ERR_TRUNCATED`.
 */
export function decodeCommand(payload: Uint8Array, encoding: AmfEncoding): Command {
  const values = readAmf0Values(encoding === 'amf3' ? withoutFormatByte(payload) : payload);
  const [name, transactionId, commandObject, ...args] = values;
  if (typeof name !== 'string' || name === '') {
    throw new ProtocolError('ERR_MESSAGE', 'a command does not begin with its name');
  }
  if (name.length > MAX_COMMAND_NAME_LENGTH) {
    throw new ProtocolError('ERR_LIMIT', `a command's name is longer than ${MAX_COMMAND_NAME_LENGTH} characters`);
  }
  return {
    type: 'command',
    encoding,
    name,
    transactionId: typeof transactionId === 'number' ? transactionId : 0,
    commandObject,
    args,
  };
}

export function encodeCommand(message: Command): Uint8Array {
  const values = encodeAmf0(message.name, message.transactionId, message.commandObject, ...message.args);
  return message.encoding === 'amf3' ? withFormatByte(values) : values;
}
