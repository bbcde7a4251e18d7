import type { CommandEvent } from '../events.js';
import type { SettledPullOptions } from './settled-options.js';

/** What the targets depend on. */
export interface TargetOptions
  extends Pick<
    SettledPullOptions,
    'outputs' | 'overwrite' | 'append' | 'maxSizeBytes' | 'segmentMs' | 'splitOnChange' | 'ffmpegPath'
  > {
  /** For the file's name when there is no other output. */
  readonly streamName: string;
  /** What is pulled, for people: nothing secret. */
  readonly title: string;
  readonly report: (event: CommandEvent) => void;
}
