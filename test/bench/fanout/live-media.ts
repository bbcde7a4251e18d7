import type { MediaTag } from '../../../src/media/tag.js';
import { isSequenceHeader } from '../../../src/media/tag-info.js';
import { fixtureTags } from '../media.js';

/** Rates of a stream, all of it and its audio, in kb/s. */
export interface LiveRate {
  readonly kbps: number;
  readonly audioKbps: number;
}

const FRAME_MS = 1000 / 30;
const AUDIO_FRAME_MS = 1024 / 44.1;
const GOP_FRAMES = 60;
/** A keyframe is as large as so many other frames. */
const KEYFRAME_WEIGHT = 8;

/**
 * A live stream as an encoder sends it, tag after tag for ever: H.264 at 30 frames/s with a keyframe every 2 s, and AAC. The
 * headers are the fixture's; the frames are noise of the right sizes, which no server looks into, behind a `StampSei`.
 */
export class LiveMedia {
  readonly headers: readonly MediaTag[];
  readonly #frame: Uint8Array;
  readonly #keyframe: Uint8Array;
  readonly #audio: Uint8Array;
  #nextFrame = 0;
  #nextAudio = 0;

  private constructor(headers: readonly MediaTag[], { kbps, audioKbps }: LiveRate) {
    const gopBytes = ((kbps - audioKbps) / 8) * GOP_FRAMES * FRAME_MS;
    const frameBytes = gopBytes / (GOP_FRAMES - 1 + KEYFRAME_WEIGHT);
    this.headers = headers;
    this.#frame = body([0x27, 1, 0, 0, 0], frameBytes);
    this.#keyframe = body([0x17, 1, 0, 0, 0], frameBytes * KEYFRAME_WEIGHT);
    this.#audio = body([0xaf, 1], (audioKbps / 8) * AUDIO_FRAME_MS);
  }

  static async at(rate: LiveRate, root: string): Promise<LiveMedia> {
    const tags = await fixtureTags(root);
    return new LiveMedia(
      tags.filter((tag) => tag.kind !== 'data' && isSequenceHeader(tag)),
      rate,
    );
  }

  /** The next tags, up to this time of the stream. */
  *until(timeMs: number): Generator<MediaTag> {
    for (;;) {
      const frameMs = this.#nextFrame * FRAME_MS;
      const audioMs = this.#nextAudio * AUDIO_FRAME_MS;
      if (Math.min(frameMs, audioMs) > timeMs) return;
      if (frameMs <= audioMs) {
        const isKeyframe = this.#nextFrame++ % GOP_FRAMES === 0;
        yield { kind: 'video', timestampMs: Math.round(frameMs), body: isKeyframe ? this.#keyframe : this.#frame };
      } else {
        this.#nextAudio++;
        yield { kind: 'audio', timestampMs: Math.round(audioMs), body: this.#audio };
      }
    }
  }
}

function body(header: readonly number[], sizeBytes: number): Uint8Array {
  const bytes = new Uint8Array(Math.round(sizeBytes)).fill(0xa5);
  bytes.set(header);
  return bytes;
}
