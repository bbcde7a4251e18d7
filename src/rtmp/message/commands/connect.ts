import type { AmfObject, AmfValue } from '../../../amf/value.js';
import { type Command, command } from '../command.js';
import { objectOf } from './arguments.js';

/** connect (RTMP 7.2.1.1): opens the connection to an app. */
export interface Connect {
  readonly kind: 'connect';
  readonly transactionId: number;
  /** app, flashVer, tcUrl and so on. */
  readonly properties: AmfObject;
  readonly userArguments: readonly AmfValue[];
}

export function readConnect(message: Command): Connect {
  return {
    kind: 'connect',
    transactionId: message.transactionId,
    properties: objectOf(message.commandObject) ?? new Map(),
    userArguments: message.args,
  };
}

export function connectCommand({ transactionId, properties, userArguments }: Omit<Connect, 'kind'>): Command {
  return command('connect', transactionId, properties, ...userArguments);
}
