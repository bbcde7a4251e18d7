import { openFileTarget } from './file-target.js';
import type { RelayTarget } from './options.js';
import { RtmpTarget } from './rtmp-target.js';
import type { RunningTarget, TargetOptions } from './running-target.js';
import { StreamTarget } from './stream-target.js';

/** @throws {UsageError | OutputError} when a file cannot be written; a server that is not there is tried again */
export async function openTarget(target: RelayTarget, options: TargetOptions): Promise<RunningTarget> {
  switch (target.kind) {
    case 'rtmp':
      return new RtmpTarget(target, options);
    case 'file':
      return openFileTarget(target, options);
    case 'stream':
      return new StreamTarget(target, options);
  }
}
