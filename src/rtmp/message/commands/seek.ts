import { type Command, command } from '../command.js';
import { numberOf } from './arguments.js';

/** seek (RTMP 7.2.2.7). */
export interface Seek {
  readonly kind: 'seek';
  readonly transactionId: number;
  readonly positionMs: number;
}

export function readSeek({ transactionId, args }: Command): Seek {
  return { kind: 'seek', transactionId, positionMs: Math.max(numberOf(args[0]) ?? 0, 0) };
}

export function seekCommand(transactionId: number, positionMs: number): Command {
  return command('seek', transactionId, null, positionMs);
}
