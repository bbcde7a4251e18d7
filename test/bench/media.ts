import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { encodeFlvHeader } from '../../src/flv/header.js';
import { toMediaTag } from '../../src/flv/media-tag.js';
import { FlvReader } from '../../src/flv/reader.js';
import { encodeFlvTags } from '../../src/flv/tag.js';
import type { MediaTag } from '../../src/media/tag.js';
import { isKeyframe, isSequenceHeader } from '../../src/media/tag-info.js';

const GOP_FRAMES = 60;
const GOP_MS = 2000;
const AUDIO_FRAME_MS = 1024 / 44.1;
const KEYFRAME_SIZE_BYTES = 100_000;
const FRAME_SIZE_BYTES = 10_000;
const AUDIO_SIZE_BYTES = 400;
const FIXTURE_FRAME_MS = 1000 / 15;

/**
 * A long stream as an encoder would send it: about 2.9 Mb/s, H.264 at 30 frames/s with a keyframe every 2 s, and AAC. Its frames
 * are those of the fixture, made larger with filler, so that peers that look inside find nothing to complain about.
 */
export class BenchMedia {
  readonly #headers: readonly MediaTag[];
  readonly #video: readonly MediaTag[];
  readonly #audio: readonly MediaTag[];

  private constructor(tags: readonly MediaTag[]) {
    const frames = tags.filter((tag) => !isSequenceHeader(tag));
    this.#headers = tags.filter((tag) => tag.kind !== 'data' && isSequenceHeader(tag));
    this.#video = frames
      .filter(({ kind }) => kind === 'video')
      .slice(0, GOP_FRAMES)
      .map(enlargedFrame);
    this.#audio = frames.filter(({ kind }) => kind === 'audio').map(enlargedAudio);
  }

  static async fromFixture(root: string): Promise<BenchMedia> {
    return new BenchMedia(await fixtureTags(root));
  }

  /** GOP after GOP, until there are so many bytes of tag bodies. The first one has the headers. */
  *gops(sizeBytes: number): Generator<readonly MediaTag[]> {
    let nextAudio = 0;
    let leftBytes = sizeBytes;
    for (let gop = 0; leftBytes > 0; gop++) {
      const startMs = gop * GOP_MS;
      const tags = gop === 0 ? [...this.#headers] : [];
      tags.push(...this.#video.map((tag, i) => at(tag, startMs + (i * GOP_MS) / GOP_FRAMES)));
      for (; nextAudio * AUDIO_FRAME_MS < startMs + GOP_MS; nextAudio++) {
        const tag = this.#audio[nextAudio % this.#audio.length];
        if (tag !== undefined) tags.push(at(tag, nextAudio * AUDIO_FRAME_MS));
      }
      leftBytes -= bodyBytes(tags);
      yield tags.sort((one, other) => one.timestampMs - other.timestampMs);
    }
  }
}

export async function fixtureTags(root: string): Promise<MediaTag[]> {
  const reader = new FlvReader();
  const items = [...reader.receive(await readFile(join(root, 'fixtures', 'testcard.flv'))), ...reader.end()];
  return items.flatMap((item) => (item.type === 'tag' ? (toMediaTag(item) ?? []) : []));
}

/** The stream as an FLV file. */
export function* flvBytes(gops: Iterable<readonly MediaTag[]>): Generator<Uint8Array> {
  yield encodeFlvHeader({ hasAudio: true, hasVideo: true });
  for (const tags of gops) {
    yield encodeFlvTags(tags);
  }
}

export function bodyBytes(tags: readonly MediaTag[]): number {
  return tags.reduce((sum, { body }) => sum + body.length, 0);
}

function at({ kind, body }: MediaTag, timestampMs: number): MediaTag {
  return { kind, timestampMs: Math.round(timestampMs), body };
}

/** Adds a NAL unit of filler data (H.264 7.3.2.7), and fits the composition time to the higher frame rate. */
function enlargedFrame(tag: MediaTag): MediaTag {
  const sizeBytes = isKeyframe(tag) ? KEYFRAME_SIZE_BYTES : FRAME_SIZE_BYTES;
  const body = Buffer.alloc(sizeBytes, 0xff);
  body.set(tag.body);
  const composition = Math.round(((Buffer.from(tag.body).readIntBE(2, 3) / FIXTURE_FRAME_MS) * GOP_MS) / GOP_FRAMES);
  body.writeIntBE(composition, 2, 3);
  body.writeUInt32BE(sizeBytes - tag.body.length - 4, tag.body.length);
  body.writeUInt8(0x0c, tag.body.length + 4);
  body.writeUInt8(0x80, sizeBytes - 1);
  return { ...tag, body };
}

function enlargedAudio(tag: MediaTag): MediaTag {
  const body = new Uint8Array(Math.max(AUDIO_SIZE_BYTES, tag.body.length));
  body.set(tag.body);
  return { ...tag, body };
}
