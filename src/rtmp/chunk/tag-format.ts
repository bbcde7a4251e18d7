import { type TakeMemory, unfilledBytes } from '../../bytes/memory.js';
import { MediaError } from '../../errors.js';
import type { MediaTag } from '../../media/tag.js';
import type { TagFormat } from '../../media/tag-format.js';
import { chunkedSize, type MessageHeader, writeChunked } from './chunk-encoder.js';
import { EXTENDED_TIMESTAMP_MARK } from './chunk-header.js';
import { MAX_MESSAGE_SIZE_BYTES } from './limits.js';
import { CHUNK_TYPE_ID } from './message.js';

export interface RtmpTagFormatOptions {
  /** Chunk size that the peer was told, 1..16777215. */
  readonly chunkSizeBytes: number;
  /** Message stream id that the tags belong to. */
  readonly streamId: number;
}

/**
 * The wire format of tags on an RTMP connection: a run of tags becomes one contiguous buffer of exact size.
 *
 * The first tag of each kind has a full header, so that a run means the same whatever was sent before it; the others
 * have a delta. Time that goes back and steps of more than 4.6 h take a full header again (RTMP 5.3.1.2), and
 * a delta never needs the extended timestamp, which some peers take for a time.
 *
 * `encode` throws {@link MediaError} `ERR_MEDIA_UNSUPPORTED` when a body is longer than a message can be.
 */
export function rtmpTagFormat({ chunkSizeBytes, streamId }: RtmpTagFormatOptions): TagFormat {
  const key = `rtmp/${chunkSizeBytes}/${streamId}`;
  if (latest?.key !== key) {
    latest = { key, encode: (tags, take = unfilledBytes) => encodeTags(tags, chunkSizeBytes, streamId, take) };
  }
  return latest;
}

/** Connections mostly get the same, and then share it: what a crowd shares is at hand. */
let latest: TagFormat | undefined;

function encodeTags(tags: readonly MediaTag[], chunkSizeBytes: number, streamId: number, take: TakeMemory): Uint8Array {
  const output = take(encodedSize(tags, chunkSizeBytes, streamId));
  const headers = new TagHeaders(streamId);
  let at = 0;
  for (const tag of tags) {
    at = writeChunked(output, at, headers.next(tag), tag.body, chunkSizeBytes);
  }
  return output;
}

function encodedSize(tags: readonly MediaTag[], chunkSizeBytes: number, streamId: number): number {
  const headers = new TagHeaders(streamId);
  let size = 0;
  for (const tag of tags) {
    if (tag.body.length > MAX_MESSAGE_SIZE_BYTES) {
      throw new MediaError(
        'ERR_MEDIA_UNSUPPORTED',
        `a ${tag.kind} tag of ${tag.body.length} bytes does not fit into RTMP`,
      );
    }
    size += chunkedSize(headers.next(tag), tag.body.length, chunkSizeBytes);
  }
  return size;
}

interface Track {
  readonly csid: number;
  readonly typeId: number;
  /** NaN before the first tag: no delta to it compares as small. */
  timestampMs: number;
}

/** Gives the header of one tag after the other. */
class TagHeaders {
  readonly #tracks: Readonly<Record<MediaTag['kind'], Track>> = {
    audio: { csid: 4, typeId: CHUNK_TYPE_ID.audio, timestampMs: Number.NaN },
    video: { csid: 6, typeId: CHUNK_TYPE_ID.video, timestampMs: Number.NaN },
    data: { csid: 8, typeId: CHUNK_TYPE_ID.dataAmf0, timestampMs: Number.NaN },
  };
  readonly #header: MessageHeader;

  constructor(streamId: number) {
    this.#header = { fmt: 0, csid: 0, timestampField: 0, typeId: 0, streamId };
  }

  /** Valid until the next call. */
  next(tag: MediaTag): MessageHeader {
    const track = this.#tracks[tag.kind];
    const deltaMs = tag.timestampMs - track.timestampMs;
    track.timestampMs = tag.timestampMs;

    const header = this.#header;
    const hasDelta = deltaMs >= 0 && deltaMs < EXTENDED_TIMESTAMP_MARK;
    header.fmt = hasDelta ? 1 : 0;
    header.timestampField = hasDelta ? deltaMs : tag.timestampMs >>> 0;
    header.csid = track.csid;
    header.typeId = track.typeId;
    return header;
  }
}
