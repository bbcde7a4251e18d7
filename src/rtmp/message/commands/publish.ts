import { type Command, command } from '../command.js';
import { textOf } from './arguments.js';

export type PublishType = 'live' | 'record' | 'append';

/** publish (RTMP 7.2.2.6). */
export interface Publish {
  readonly kind: 'publish';
  readonly transactionId: number;
  /** `undefined`: Flash's way to stop publishing is the name `false`. */
  readonly streamName: string | undefined;
  readonly publishType: PublishType;
}

export function readPublish({ transactionId, args }: Command): Publish {
  const [streamName, publishType] = args;
  return {
    kind: 'publish',
    transactionId,
    streamName: textOf(streamName),
    publishType: publishType === 'record' || publishType === 'append' ? publishType : 'live',
  };
}

export function publishCommand(transactionId: number, streamName: string, publishType: PublishType): Command {
  return command('publish', transactionId, null, streamName, publishType);
}
