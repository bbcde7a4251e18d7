import { sizeOf } from '../endpoint/foreign-file.js';
import type { TagSource } from '../endpoint/tag-source.js';
import type { CommandEvent } from '../events.js';
import { type ConfigurationChange, watchConfiguration } from '../flow/configuration-watch.js';
import { onlyKind } from '../flow/only-kind.js';
import { SizeLimit } from '../flow/size-limit.js';
import { trim } from '../flow/trim.js';
import { withEnd } from '../flow/with-end.js';
import { destinationOf } from './pull-destination.js';
import type { PullSource } from './pull-source.js';
import type { SettledPullOptions } from './settled-options.js';

/** What of a source is wanted. */
export interface PullSelection {
  readonly tags: TagSource;
  /** Why it ended before the source did, for people. */
  readonly reason: string | undefined;
}

/** Leaves out what is not wanted, and tells of changes on the way. */
export async function select(
  source: PullSource,
  options: SettledPullOptions,
  report: (event: CommandEvent) => void,
): Promise<PullSelection> {
  const { only, durationMs, segmentMs, maxSizeBytes, splitOnChange = false } = options;
  let tags = only === undefined ? source.tags : onlyKind(source.tags, only, source.memory);
  if (!splitOnChange) tags = watchConfiguration(tags, (change) => report(changed(change)));
  let isSourceOver = false;
  let isTrimmed = false;
  if (durationMs !== undefined) {
    const whole = withEnd(tags, () => {
      isSourceOver = true;
    });
    tags = withEnd(trim(whole, durationMs), () => {
      isTrimmed = !isSourceOver;
    });
  }
  const limit =
    maxSizeBytes === undefined || segmentMs !== undefined
      ? undefined
      : new SizeLimit(maxSizeBytes - (await largestExisting(options)));
  if (limit !== undefined) tags = limit.limit(tags);
  return {
    tags,
    get reason() {
      if (limit?.isReached === true) return 'the wanted size is reached';
      return isTrimmed ? 'the wanted duration is reached' : undefined;
    },
  };
}

function changed({ kind, positionMs }: ConfigurationChange): CommandEvent {
  const what = kind === 'video' ? 'the picture' : 'the sound';
  return {
    event: 'warning',
    code: 'WARN_CONFIGURATION_CHANGED',
    message: `${what} is coded differently from ${(positionMs / 1_000).toFixed(1)} s on`,
    advice: 'it is kept in the same file, which not every player follows; --split-on-change begins a new one',
  };
}

/** With `append`: what is there already counts. */
async function largestExisting({ outputs, append = false }: SettledPullOptions): Promise<number> {
  if (!append) return 0;
  const files = outputs.map(destinationOf).filter((destination) => destination.kind === 'file');
  return Math.max(0, ...(await Promise.all(files.map(({ path }) => sizeOf(path)))));
}
