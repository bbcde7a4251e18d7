import { type Command, command } from '../command.js';
import { booleanOf, numberOf } from './arguments.js';

/** pause (RTMP 7.2.2.8), and pauseRaw, which means the same. */
export interface Pause {
  readonly kind: 'pause';
  readonly transactionId: number;
  readonly paused: boolean;
  /** Where the player stood. */
  readonly positionMs: number;
}

export function readPause({ transactionId, args }: Command): Pause {
  const [paused, positionMs] = args;
  return { kind: 'pause', transactionId, paused: booleanOf(paused) ?? true, positionMs: numberOf(positionMs) ?? 0 };
}

export function pauseCommand(transactionId: number, paused: boolean, positionMs: number): Command {
  return command('pause', transactionId, null, paused, positionMs);
}
