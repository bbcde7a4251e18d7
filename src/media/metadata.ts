import { readAmf0Values } from '../amf/amf0-reader.js';
import { encodeAmf0 } from '../amf/amf0-writer.js';
import { type AmfValue, EcmaArray } from '../amf/value.js';
import { MediaError } from '../errors.js';
import type { MediaTag } from './tag.js';
import { isMetadata } from './tag-info.js';

const SET_DATA_FRAME = '@setDataFrame';
const ON_META_DATA = 'onMetaData';

/** Properties of `onMetaData` in file or wire order: names of FLV E.5, numbers, booleans, strings. */
export type MetadataProperties = ReadonlyMap<string, AmfValue> | Readonly<Record<string, AmfValue>>;

/**
 * The properties of an `onMetaData` tag (FLV E.5), whether they came as object or as ECMA array and with `@setDataFrame` in
 * front or not. `undefined` for other tags, and for metadata that cannot be read: it only describes the stream, which
 * plays without it.
 */
export function readMetadata(tag: MediaTag): EcmaArray | undefined {
  const values = metadataValues(tag);
  return values === undefined ? undefined : asEcmaArray(values[0]);
}

/** A data tag `onMetaData` with an ECMA array, the form that all players understand. */
export function metadataTag(properties: MetadataProperties, timestampMs: number): MediaTag {
  const ecmaArray = new EcmaArray(properties instanceof Map ? properties : Object.entries(properties));
  return { kind: 'data', timestampMs, body: encodeAmf0(ON_META_DATA, ecmaArray) };
}

/** What describes the layout of the file that a stream was read from, in lower case. It is wrong in a stream and in any other file. */
const FILE_LAYOUT_PROPERTIES = new Set([
  'keyframes',
  'filesize',
  'filler',
  'lasttimestamp',
  'lastkeyframetimestamp',
  'lastkeyframelocation',
  'datasize',
  'videosize',
  'audiosize',
  'totalframes',
  'haskeyframes',
  'canseektoend',
]);

/**
 * The metadata tag as it may go into a stream: without what describes a file's layout. The same tag comes back when there
 * is nothing to drop, or when the tag is not readable metadata.
 */
export function streamMetadata(tag: MediaTag): MediaTag {
  const properties = readMetadata(tag);
  if (properties === undefined) return tag;
  const kept = [...properties].filter(([name]) => !FILE_LAYOUT_PROPERTIES.has(name.toLowerCase()));
  return kept.length === properties.size ? tag : metadataTag(new Map(kept), tag.timestampMs);
}

/** The values behind the name, or `undefined` when the tag is not readable metadata. */
function metadataValues(tag: MediaTag): readonly AmfValue[] | undefined {
  if (!isMetadata(tag)) return undefined;
  try {
    const values = readAmf0Values(tag.body, MediaError);
    return values.slice(values[0] === SET_DATA_FRAME ? 2 : 1);
  } catch (error) {
    if (error instanceof MediaError) return undefined;
    throw error;
  }
}

function asEcmaArray(value: AmfValue): EcmaArray | undefined {
  if (value instanceof EcmaArray) return value;
  return value instanceof Map ? new EcmaArray(value) : undefined;
}
