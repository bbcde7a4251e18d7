import { encodeAmf0 } from '../amf/amf0-writer.js';
import { type AmfValue, EcmaArray } from '../amf/value.js';
import { ProtocolError } from '../errors.js';
import type { CodecFacts } from './codec-facts.js';
import type { FlvFileFacts } from './file-facts.js';
import { type Keyframe, keyframesToAmf, MAX_INDEX_SIZE_BYTES, thinned } from './keyframe-index.js';

const ON_META_DATA = 'onMetaData';
const FILLER = 'filler';

/** What a publisher's own metadata may take; the rest of it is left out. */
const MAX_PUBLISHER_SIZE_BYTES = 16 * 1024;
/** Kept free for what is only known when the file is closed, and for a publisher's metadata that comes late. */
const RESERVE_SIZE_BYTES = 4 * 1024;

/** FFmpeg warns of a shorter index, which would be of no use either. */
const MIN_INDEX_ENTRIES = 2;

/** FFmpeg refuses longer strings in metadata, so the filler is an array of such. */
const MAX_FILLER_TEXT_BYTES = 1000;
/** Marker and length of a string. */
const TEXT_FRAME_SIZE_BYTES = 3;
/** Name, marker and count of an empty filler. */
const MIN_FILLER_SIZE_BYTES = 2 + FILLER.length + 5;

/** What only a file that is closed knows, or no file of ours says: never taken over from a publisher. In lower case. */
const NOT_FROM_PUBLISHER = new Set(['duration', 'filesize', 'metadatacreator', 'keyframes', FILLER]);

/** What a publisher said about the stream, as far as a file can hold it. */
export type PublisherMetadata = ReadonlyMap<string, AmfValue>;

/** Leaves out what is about another file, cannot be written, or is too much. */
export function publisherMetadata(properties: ReadonlyMap<string, AmfValue>): PublisherMetadata {
  const kept = new Map<string, AmfValue>();
  let sizeBytes = 0;
  for (const [name, value] of properties) {
    const propertySizeBytes = NOT_FROM_PUBLISHER.has(name.toLowerCase()) ? undefined : encodedSizeBytes(name, value);
    if (propertySizeBytes !== undefined && sizeBytes + propertySizeBytes <= MAX_PUBLISHER_SIZE_BYTES) {
      kept.set(name, value);
      sizeBytes += propertySizeBytes;
    }
  }
  return kept;
}

/** `undefined`: a value with a cycle, or beyond the limits of AMF0. */
function encodedSizeBytes(name: string, value: AmfValue): number | undefined {
  try {
    return encodeAmf0(name, value).length;
  } catch (error) {
    if (error instanceof ProtocolError) return undefined;
    throw error;
  }
}

/** Size of the first script tag's body, enough for anything that will have to be said when the file is closed. */
export function metadataBodySizeBytes(publisher: PublisherMetadata): number {
  return encodeAmf0(ON_META_DATA, new EcmaArray(publisher)).length + MAX_INDEX_SIZE_BYTES + RESERVE_SIZE_BYTES;
}

/**
 * Body of the first script tag while the file is being written: to players a duration of 0 is unknown, and without an index
 * nothing in it is wrong should the writer be killed.
 */
export function openFileMetadata(publisher: PublisherMetadata, codecs: CodecFacts, bodySizeBytes: number): Uint8Array {
  return filledUp([['duration', 0], ['filesize', 0], ...publisher, ...codecs.properties], bodySizeBytes);
}

/** What is known of a file when it is closed. */
export interface ClosedFile {
  readonly publisher: PublisherMetadata;
  readonly codecs: CodecFacts;
  readonly facts: FlvFileFacts;
  readonly sizeBytes: number;
}

/** Body of the first script tag of a complete file: of exactly the size that was kept free for it. */
export function closedFileMetadata(file: ClosedFile, bodySizeBytes: number): Uint8Array {
  const properties = closedProperties(file);
  let keyframes = file.facts.keyframes.entries;
  while (keyframes.length >= MIN_INDEX_ENTRIES && sizeWithFiller([...properties, index(keyframes)]) > bodySizeBytes) {
    keyframes = thinned(keyframes);
  }
  const hasIndex = keyframes.length >= MIN_INDEX_ENTRIES;
  return filledUp(hasIndex ? [...properties, index(keyframes)] : properties, bodySizeBytes);
}

type Property = readonly [name: string, value: AmfValue];

function closedProperties({ publisher, codecs, facts, sizeBytes }: ClosedFile): Property[] {
  const { audio, video, durationMs, lastKeyframe } = facts;
  const seconds = durationMs / 1000;
  const properties: Property[] = [['duration', seconds], ['filesize', sizeBytes], ...publisher, ...codecs.properties];
  if (!properties.some(([name]) => name === 'framerate') && facts.frameRate !== undefined) {
    properties.push(['framerate', rounded(facts.frameRate)]);
  }
  if (seconds > 0 && video.frames > 0) properties.push(['videodatarate', kilobitRate(video.bytes, seconds)]);
  if (seconds > 0 && audio.frames > 0) properties.push(['audiodatarate', kilobitRate(audio.bytes, seconds)]);
  properties.push(
    ['hasVideo', video.tags > 0],
    ['hasAudio', audio.tags > 0],
    ['hasMetadata', true],
    ['hasKeyframes', lastKeyframe !== undefined],
    ['canSeekToEnd', facts.endsWithKeyframe],
    ['lasttimestamp', facts.lastTimestampMs / 1000],
  );
  if (lastKeyframe !== undefined) {
    properties.push(
      ['lastkeyframetimestamp', lastKeyframe.timestampMs / 1000],
      ['lastkeyframelocation', lastKeyframe.atByte],
    );
  }
  properties.push(['metadatacreator', 'rtmpkit']);
  return properties;
}

function index(keyframes: readonly Keyframe[]): Property {
  return ['keyframes', keyframesToAmf(keyframes)];
}

function kilobitRate(sizeBytes: number, seconds: number): number {
  return rounded((sizeBytes * 8) / 1000 / seconds);
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}

function sizeWithFiller(properties: readonly Property[]): number {
  return encodeAmf0(ON_META_DATA, new EcmaArray(properties)).length + MIN_FILLER_SIZE_BYTES;
}

/** Of several properties of one name the last counts. */
function filledUp(properties: readonly Property[], bodySizeBytes: number): Uint8Array {
  const spareBytes = bodySizeBytes - sizeWithFiller(properties);
  if (spareBytes < 0) {
    throw new Error(`metadata is ${-spareBytes} bytes too large for its tag`);
  }
  return encodeAmf0(ON_META_DATA, new EcmaArray([...properties, [FILLER, filler(spareBytes)]]));
}

/** Items of a strict array that take exactly so many bytes in AMF0: texts of spaces, and nulls where no text fits. */
function filler(sizeBytes: number): AmfValue[] {
  const items: AmfValue[] = [];
  let left = sizeBytes;
  while (left >= TEXT_FRAME_SIZE_BYTES) {
    const textBytes = Math.min(left - TEXT_FRAME_SIZE_BYTES, MAX_FILLER_TEXT_BYTES);
    items.push(' '.repeat(textBytes));
    left -= TEXT_FRAME_SIZE_BYTES + textBytes;
  }
  return [...items, ...new Array<null>(left).fill(null)];
}
