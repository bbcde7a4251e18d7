import { metadataTag, readMetadata } from './metadata.js';
import type { MediaTag } from './tag.js';

/** What is to be said of a stream in place of what its metadata says; `null`: nothing is to be said. */
export type MetadataChanges = ReadonlyMap<string, string | number | boolean | null>;

/** The same `onMetaData` (FLV E.5) with the changes; one that cannot be read is replaced by them. */
export function changedMetadata(tag: MediaTag, changes: MetadataChanges): MediaTag {
  const properties = new Map(readMetadata(tag) ?? []);
  for (const [name, value] of changes) {
    if (value === null) {
      properties.delete(name);
    } else {
      properties.set(name, value);
    }
  }
  return metadataTag(properties, tag.timestampMs);
}

/** Metadata for a stream that has none of its own; `undefined` when the changes only take away. */
export function newMetadata(changes: MetadataChanges, timestampMs: number): MediaTag | undefined {
  const isEmpty = [...changes.values()].every((value) => value === null);
  return isEmpty ? undefined : changedMetadata({ kind: 'data', timestampMs, body: NO_BODY }, changes);
}

const NO_BODY = new Uint8Array(0);
