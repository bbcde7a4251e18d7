import { readMetadata, streamMetadata } from '../media/metadata.js';
import type { MediaTag } from '../media/tag.js';
import { isFrame } from '../media/tag-info.js';
import { CodecFacts } from './codec-facts.js';
import { FlvFileFacts } from './file-facts.js';
import {
  closedFileMetadata,
  metadataBodySizeBytes,
  openFileMetadata,
  type PublisherMetadata,
  publisherMetadata,
} from './file-metadata.js';
import { encodeFlvHeader } from './header.js';
import { toMediaTag } from './media-tag.js';
import { encodeFlvTags, type FlvTag, flvTagSizeBytes } from './tag.js';
import { outlineOf, type TagOutline } from './tag-outline.js';

/** What a recording is made of: tags of a stream, or those of another file as they are. */
export type RecordableTag = MediaTag | FlvTag;

/** What a file holds. */
export interface FlvFileSummary {
  readonly sizeBytes: number;
  /** Of the bodies of audio and video. */
  readonly mediaBytes: number;
  /** From the first frame to the end of the last. */
  readonly durationMs: number;
  readonly audioTags: number;
  readonly videoTags: number;
  /** Without the file's own metadata. */
  readonly dataTags: number;
}

/**
 * An FLV file in the making, without the file: what goes where. It begins with a head of fixed size, the file header and a
 * script tag with the file's own metadata, which is written over when the file is complete. Until then the head says nothing
 * that is not true of any part of the file, so what a killed writer leaves can be played.
 */
export class FlvRecording {
  readonly #facts = new FlvFileFacts();
  readonly #codecs = new CodecFacts();
  #publisher: PublisherMetadata = new Map();
  /** The newest metadata, without what describes a file. */
  #metadataBody: Uint8Array | undefined;
  /** Of the script tag in the head; set when the head is first written. */
  #bodySizeBytes: number | undefined;
  #isHeadDue = true;
  #hasContent = false;
  /** All that is certainly written, head included. */
  #sizeBytes = 0;

  get summary(): FlvFileSummary {
    const { durationMs, audio, video, dataTags } = this.#facts;
    return {
      sizeBytes: this.#sizeBytes,
      mediaBytes: audio.bytes + video.bytes,
      durationMs,
      audioTags: audio.tags,
      videoTags: video.tags,
      dataTags,
    };
  }

  /** Something was selected for it that is worth a file: more than metadata and headers. */
  get hasContent(): boolean {
    return this.#hasContent;
  }

  /** Where the last frame is over. */
  get endMs(): number {
    return this.#facts.endMs;
  }

  /**
   * Takes over the next tag of a file that is to be continued, as it stands there: the first is the file's own metadata.
   *
   * @returns false when the file does not begin as ours do: it has no room for what is known when it is closed
   */
  adopt(tag: FlvTag): boolean {
    const mediaTag = toMediaTag(tag);
    if (this.#bodySizeBytes === undefined) {
      const properties = mediaTag === undefined ? undefined : readMetadata(mediaTag);
      if (properties === undefined || tag.body.length < metadataBodySizeBytes(new Map())) return false;
      this.#publisher = publisherMetadata(properties);
      this.#bodySizeBytes = tag.body.length;
    } else {
      this.#facts.add(outlineOf(tag), tag.atByte);
      if (mediaTag !== undefined) this.#codecs.see(mediaTag);
    }
    this.#sizeBytes = tag.atByte + flvTagSizeBytes(tag.body.length);
    return true;
  }

  /**
   * The tags as they go into the file, the same array when nothing changes: the stream's first metadata goes into the file's
   * own instead, and later metadata stays a tag only when it says something else.
   */
  select(tags: readonly RecordableTag[]): readonly RecordableTag[] {
    let selected: RecordableTag[] | undefined;
    let count = 0;
    for (const tag of tags) {
      const kept = this.#see(tag);
      if (kept !== tag) {
        selected ??= tags.slice(0, count);
      }
      if (kept !== undefined) {
        selected?.push(kept);
      }
      count++;
    }
    return selected ?? tags;
  }

  #see(tag: RecordableTag): RecordableTag | undefined {
    const mediaTag = asMediaTag(tag);
    if (mediaTag?.kind === 'data') return this.#seeData(tag, mediaTag);
    if (mediaTag !== undefined) {
      this.#codecs.see(mediaTag);
    }
    this.#hasContent ||= mediaTag === undefined || isFrame(mediaTag);
    return tag;
  }

  #seeData(tag: RecordableTag, mediaTag: MediaTag): RecordableTag | undefined {
    const metadata = streamMetadata(mediaTag);
    const properties = readMetadata(metadata);
    if (properties === undefined) {
      this.#hasContent = true;
      return tag;
    }
    const formerBody = this.#metadataBody;
    this.#metadataBody = new Uint8Array(metadata.body); // the tag's own memory may be used again
    if (formerBody !== undefined) {
      if (Buffer.compare(formerBody, metadata.body) === 0) return undefined;
      return metadata === mediaTag ? tag : metadata;
    }
    this.#publisher = publisherMetadata(properties);
    this.#isHeadDue = true;
    return undefined;
  }

  /** The bytes that the file has to begin with from now on, if they have changed. Always of the same size. */
  takeHead(): Uint8Array | undefined {
    if (!this.#isHeadDue) return undefined;
    this.#isHeadDue = false;
    this.#bodySizeBytes ??= metadataBodySizeBytes(this.#publisher);
    const body = openFileMetadata(this.#publisher, this.#codecs, this.#bodySizeBytes);
    // Which kinds will come is not known yet; that both are announced disturbs nobody.
    return head(body, { hasAudio: true, hasVideo: true });
  }

  /** The head is in the file. */
  commitHead(sizeBytes: number): void {
    this.#sizeBytes = Math.max(this.#sizeBytes, sizeBytes);
  }

  /**
   * These tags, which follow what was committed before, are in the file as far as `endByte`. Only whole ones count.
   *
   * @returns false when it ends before the last of them: nothing may be committed after that
   */
  commit(tags: readonly TagOutline[], endByte: number): boolean {
    for (const tag of tags) {
      const atByte = this.#sizeBytes;
      const tagEndByte = atByte + flvTagSizeBytes(tag.bodySizeBytes);
      if (tagEndByte > endByte) return false;
      this.#facts.add(tag, atByte);
      this.#sizeBytes = tagEndByte;
    }
    return true;
  }

  /** The bytes that the complete file begins with. */
  closedHead(): Uint8Array {
    const facts = this.#facts;
    const file = { publisher: this.#publisher, codecs: this.#codecs, facts, sizeBytes: this.#sizeBytes };
    const body = closedFileMetadata(file, this.#bodySizeBytes ?? metadataBodySizeBytes(this.#publisher));
    return head(body, { hasAudio: facts.audio.tags > 0, hasVideo: facts.video.tags > 0 });
  }
}

function asMediaTag(tag: RecordableTag): MediaTag | undefined {
  return 'kind' in tag ? tag : toMediaTag(tag);
}

function head(body: Uint8Array, kinds: { readonly hasAudio: boolean; readonly hasVideo: boolean }): Uint8Array {
  return Buffer.concat([encodeFlvHeader(kinds), encodeFlvTags([{ kind: 'data', timestampMs: 0, body }])]);
}
