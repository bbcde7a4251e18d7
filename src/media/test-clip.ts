import { encodeAmf0 } from '../amf/amf0-writer.js';
import { ecmaArray } from '../amf/value.js';
import { type PcmPictureSize, pcmAvcConfig, pcmAvcPicture } from '../codec/avc-pcm.js';
import { audioConfigBody, audioFrameHeader } from './audio-tag-writer.js';
import type { MediaTag } from './tag.js';
import { videoConfigBody, videoFrameHeaderSizeBytes, writeVideoFrameHeader } from './video-tag-writer.js';

/**
 * A film that is made here, so that trying a server out takes neither FFmpeg nor a file: grey bars that wander, as H.264
 * without compression, and silence as AAC. Players show it.
 */
export interface TestClipShape {
  readonly size: PcmPictureSize;
  readonly gopFrames: number;
}

const CLIP_FRAME_MS = 40;
const FPS = 1000 / CLIP_FRAME_MS;
const SAMPLE_SIZE = 16;
/** AAC LC, 44.1 kHz, one channel (ISO/IEC 14496-3 1.6.2.1). */
const AAC_CONFIG = Uint8Array.of(0x12, 0x08);
/**
 * A raw data block of AAC in which nothing sounds (ISO/IEC 14496-3 4.4.2.1): one single channel element with its global
 * gain, a long window without any scale factor band, and the end.
 */
const AAC_SILENCE = Uint8Array.of(0x00, 0xc8, 0x00, 0x80, 0x23, 0x80);
const AAC_FRAME_MS = 1024 / 44.1;
const AAC_SOUND = { sampleRateHz: 44_100, channels: 1 };

export class TestClip {
  readonly #shape: TestClipShape;
  #frames = 0;
  #audioFrames = 0;

  constructor(shape: TestClipShape) {
    this.#shape = shape;
  }

  /** Metadata and configurations. */
  headers(timestampMs = 0): MediaTag[] {
    const { columns, rows } = this.#shape.size;
    const metadata = ecmaArray({
      width: columns * SAMPLE_SIZE,
      height: rows * SAMPLE_SIZE,
      framerate: FPS,
      videocodecid: 7,
      audiocodecid: 10,
      audiosamplerate: AAC_SOUND.sampleRateHz,
      stereo: false,
      encoder: 'rtmpkit',
    });
    return [
      { kind: 'data', timestampMs, body: encodeAmf0('onMetaData', metadata) },
      { kind: 'video', timestampMs, body: videoConfigBody('h264', pcmAvcConfig(this.#shape.size)) },
      { kind: 'audio', timestampMs, body: audioConfigBody('aac', AAC_CONFIG) ?? new Uint8Array(0) },
    ];
  }

  /** The next picture, and the sound up to it. */
  next(): MediaTag[] {
    const timestampMs = this.#frames * CLIP_FRAME_MS;
    const tags: MediaTag[] = [{ kind: 'video', timestampMs, body: this.#picture() }];
    this.#frames++;
    while (this.#audioFrames * AAC_FRAME_MS < this.#frames * CLIP_FRAME_MS) {
      const audioMs = Math.round(this.#audioFrames * AAC_FRAME_MS);
      tags.push({ kind: 'audio', timestampMs: audioMs, body: silence() });
      this.#audioFrames++;
    }
    return tags.sort((one, other) => one.timestampMs - other.timestampMs);
  }

  #picture(): Uint8Array {
    const frame = this.#frames;
    const index = frame % this.#shape.gopFrames;
    const header = { isKeyframe: index === 0, compositionTimeMs: 0 };
    const sizeBytes = videoFrameHeaderSizeBytes('h264', header);
    const picture = pcmAvcPicture(this.#shape.size, index, (column, row) => brightness(column + row + frame));
    const body = new Uint8Array(sizeBytes + picture.length);
    writeVideoFrameHeader(body, 'h264', header);
    body.set(picture, sizeBytes);
    return body;
  }
}

const BARS = 8;

function brightness(place: number): number {
  return 32 + (place % BARS) * 24;
}

function silence(): Uint8Array {
  const header = audioFrameHeader('aac', AAC_SOUND);
  const body = new Uint8Array(header.length + AAC_SILENCE.length);
  body.set(header);
  body.set(AAC_SILENCE, header.length);
  return body;
}
