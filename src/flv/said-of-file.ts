import { readMetadata } from '../media/metadata.js';
import type { MediaTag } from '../media/tag.js';
import { type Keyframe, keyframesFromAmf } from './keyframe-index.js';

/** What the metadata in a file says of the file (FLV E.5), as far as it can be meant. */
export interface SaidOfFile {
  readonly durationMs: number | undefined;
  readonly sizeBytes: number | undefined;
  /** To be checked against the file. */
  readonly keyframes: readonly Keyframe[];
}

/** `undefined` for a tag that is no metadata, or cannot be read. */
export function saidOfFile(tag: MediaTag): SaidOfFile | undefined {
  const properties = readMetadata(tag);
  if (properties === undefined) return undefined;
  const seconds = positive(properties.get('duration'));
  return {
    durationMs: seconds === undefined ? undefined : Math.round(seconds * 1000),
    sizeBytes: positive(properties.get('filesize') ?? properties.get('fileSize')),
    keyframes: keyframesFromAmf(properties.get('keyframes')),
  };
}

function positive(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : undefined;
}
