import { type Command, command } from '../command.js';
import { booleanOf, numberOf, objectOf, textOf } from './arguments.js';

/** play (RTMP 7.2.2.1) and play2 (RTMP 7.2.2.2), as sent: the units of start and duration depend on the peer. */
export interface Play {
  readonly kind: 'play';
  readonly transactionId: number;
  /** `undefined`: Flash's way to stop playing is the name `false`. */
  readonly streamName: string | undefined;
  readonly start: number | undefined;
  readonly duration: number | undefined;
  /** Whether what played before ends. Numbers 2 and 3 switch within a playlist and count as true. */
  readonly reset: boolean;
}

export function readPlay({ transactionId, args }: Command): Play {
  const [streamName, start, duration, reset] = args;
  return {
    kind: 'play',
    transactionId,
    streamName: textOf(streamName),
    start: numberOf(start),
    duration: numberOf(duration),
    reset: booleanOf(reset) ?? true,
  };
}

/** play2 names its arguments. It always replaces what plays. */
export function readPlay2({ transactionId, args }: Command): Play {
  const options = objectOf(args[0]);
  return {
    kind: 'play',
    transactionId,
    streamName: textOf(options?.get('streamName')),
    start: numberOf(options?.get('start')),
    duration: numberOf(options?.get('len')),
    reset: true,
  };
}

/** Flash, FFmpeg and librtmp count in milliseconds here: -2000 is live-then-recorded, -1000 live only. */
export interface PlayArguments {
  readonly streamName: string;
  readonly start: number;
  readonly duration?: number | undefined;
  readonly reset?: boolean | undefined;
}

/** Leaves out what is not given, because FFmpeg and others never send duration and reset. */
export function playCommand(transactionId: number, { streamName, start, duration, reset }: PlayArguments): Command {
  if (reset !== undefined) {
    return command('play', transactionId, null, streamName, start, duration ?? TO_THE_END, reset);
  }
  return duration === undefined
    ? command('play', transactionId, null, streamName, start)
    : command('play', transactionId, null, streamName, start, duration);
}

const TO_THE_END = -1000;
