import type { MediaTag } from '../media/tag.js';
import { isFrame, isSequenceHeader } from '../media/tag-info.js';
import { StreamHeaders } from './stream-headers.js';

/** A codec configuration that is not the one before. */
export interface ConfigurationChange {
  readonly kind: 'audio' | 'video';
  /** Since the first frame. */
  readonly positionMs: number;
}

/** The same tags; `onChange` hears of every change of the codec configuration once there were frames. */
export async function* watchConfiguration(
  source: AsyncIterable<readonly MediaTag[]>,
  onChange: (change: ConfigurationChange) => void,
): AsyncGenerator<readonly MediaTag[], void, undefined> {
  const headers = new StreamHeaders();
  let firstMs: number | undefined;
  for await (const tags of source) {
    for (const tag of tags) {
      const news = headers.see(tag);
      if (firstMs === undefined) {
        firstMs = isFrame(tag) ? tag.timestampMs : undefined;
      } else if (news === 'changed' && tag.kind !== 'data' && isSequenceHeader(tag)) {
        onChange({ kind: tag.kind, positionMs: Math.max(0, tag.timestampMs - firstMs) });
      }
    }
    yield tags;
  }
}
