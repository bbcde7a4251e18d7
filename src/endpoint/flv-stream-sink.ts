import type { Writable } from 'node:stream';
import type { Burst } from '../flow/burst.js';
import { encodeFlvHeader } from '../flv/header.js';
import { encodeFlvTags } from '../flv/tag.js';
import { flvTagFormat } from '../flv/tag-format.js';
import { isMetadata } from '../media/tag-info.js';
import { outputName } from './stream-name.js';
import { StreamSink } from './stream-sink.js';

/**
 * A subscriber that writes FLV to a pipe or any other stream. It never closes the stream: it may be the process's standard
 * output. A consumer that goes away ends it like the end of the broadcast does.
 */
export class FlvStreamSink extends StreamSink {
  /** @param name for messages. Default: see `outputName` */
  constructor(output: Writable, name = outputName(output)) {
    super(output, { name, encode: encodeAsFlv, atEnd: 'leave-open' });
  }
}

/** A burst as a part of an FLV; the first one with the header in front. */
export function encodeAsFlv(burst: Burst, isFirst: boolean): Uint8Array {
  return isFirst ? firstBytes(burst) : burst.encoded(flvTagFormat);
}

/**
 * Metadata at the beginning gets the time 0, wherever the stream is joined: with another, FFmpeg takes it for a stream of
 * subtitles.
 */
function firstBytes(burst: Burst): Uint8Array {
  const tags = burst.tags.map((tag) => (isMetadata(tag) ? { ...tag, timestampMs: 0 } : tag));
  // Which kinds will come is not known; that both are announced disturbs nobody.
  return Buffer.concat([encodeFlvHeader({ hasAudio: true, hasVideo: true }), encodeFlvTags(tags)]);
}
