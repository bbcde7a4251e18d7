import { Amf0Reader } from '../amf/amf0-reader.js';
import { encodeAmf0 } from '../amf/amf0-writer.js';
import { AMF_FILE_LIMITS } from '../amf/limits.js';
import { type AmfValue, EcmaArray, isAmfObject } from '../amf/value.js';
import { ByteReader } from '../bytes/reader.js';
import { MediaError, RtmpkitError } from '../errors.js';
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
  if (!isMetadata(tag)) return undefined;
  const value = undefinedOnFailure(() => firstPropertyList(tag.body));
  if (value instanceof EcmaArray) return value;
  return isAmfObject(value) ? new EcmaArray(value) : undefined;
}

/** The value behind the name. What stands behind it is left alone: old muxers end the tag with one more end mark. */
function firstPropertyList(body: Uint8Array): AmfValue {
  const reader = new Amf0Reader(new ByteReader(body, MediaError), AMF_FILE_LIMITS);
  if (reader.read() === SET_DATA_FRAME) reader.read();
  return reader.read();
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
 * The metadata tag as it may go into a stream: without what describes a file's layout, and without its length, which tells
 * rtmpdump that a live stream is incomplete whenever it ends. The same tag comes back when there is nothing to drop, or when
 * the tag is not metadata that can be read and written again.
 */
export function streamMetadata(tag: MediaTag): MediaTag {
  const properties = readMetadata(tag);
  if (properties === undefined) return tag;
  const kept = [...properties].filter(([name, value]) => !isOfFile(name.toLowerCase(), value));
  if (kept.length === properties.size) return tag;
  // Values that refer to each other may be too large to be written without references.
  return undefinedOnFailure(() => metadataTag(new Map(kept), tag.timestampMs)) ?? tag;
}

const DESCRIBING = [
  'width',
  'height',
  'framerate',
  'videocodecid',
  'audiocodecid',
  'audiosamplerate',
  'stereo',
] as const;

/** What an `onMetaData` tag says of pictures and sound that a player may want to know ahead of them; in a fixed order. */
export function describingProperties(tag: MediaTag): readonly unknown[] {
  const properties = readMetadata(tag);
  return DESCRIBING.map((name) => properties?.get(name) ?? null);
}

/** A duration of 0 means unknown, so it may stay. */
function isOfFile(name: string, value: AmfValue): boolean {
  return FILE_LAYOUT_PROPERTIES.has(name) || (name === 'duration' && value !== 0);
}

/** What `run` gives, or `undefined` when the values are damaged or go beyond a limit. */
function undefinedOnFailure<T>(run: () => T): T | undefined {
  try {
    return run();
  } catch (error) {
    if (error instanceof RtmpkitError) return undefined;
    throw error;
  }
}
