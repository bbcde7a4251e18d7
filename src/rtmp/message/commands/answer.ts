import type { AmfValue } from '../../../amf/value.js';
import { type Status, statusObject } from '../../session/status.js';
import { type Command, command } from '../command.js';

/** `_result` or `_error` (RTMP 7.2.1): the answer to the call with this transaction id. */
export interface Answer {
  readonly kind: 'answer';
  readonly isError: boolean;
  readonly transactionId: number;
  /** connect's properties; null or anything else for other calls. */
  readonly properties: AmfValue;
  /** What was asked for, or the information object. */
  readonly information: AmfValue;
}

export function readAnswer({ name, transactionId, commandObject, args }: Command): Answer {
  return {
    kind: 'answer',
    isError: name === '_error',
    transactionId,
    properties: commandObject,
    information: args[0],
  };
}

/** `_result` with what was asked for, or with nothing but null. */
export function resultCommand(transactionId: number, ...values: readonly AmfValue[]): Command {
  return command('_result', transactionId, null, ...values);
}

export function errorCommand(transactionId: number, status: Status): Command {
  return command('_error', transactionId, null, statusObject(status));
}
