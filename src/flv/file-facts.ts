import { KeyframeIndex } from './keyframe-index.js';
import type { TagOutline } from './tag-outline.js';

/** A longer step between two frames is a gap, not the length of the frame before it. */
const MAX_FRAME_LENGTH_MS = 10_000;

/** What the tags of one kind in a file add up to. */
class KindFacts {
  tags = 0;
  /** Of the bodies. */
  bytes = 0;
  /** Frames: tags that are neither headers nor the end mark. */
  frames = 0;
  firstMs = 0;
  lastMs = 0;
  /** How long the newest frame lasts, taken from the one before. */
  frameLengthMs = 0;

  addFrame(timestampMs: number): void {
    if (this.frames === 0) {
      this.firstMs = timestampMs;
    } else {
      const stepMs = timestampMs - this.lastMs;
      if (stepMs > 0 && stepMs <= MAX_FRAME_LENGTH_MS) {
        this.frameLengthMs = stepMs;
      }
    }
    this.frames++;
    this.lastMs = timestampMs;
  }

  get endMs(): number {
    return this.lastMs + this.frameLengthMs;
  }
}

/**
 * What is certain about the tags that a file holds, counted as they are written. Times come from frames only: headers and
 * metadata often say 0. The end is that of the newest frames, so that one damaged timestamp on the way does no harm.
 */
export class FlvFileFacts {
  readonly audio = new KindFacts();
  readonly video = new KindFacts();
  dataTags = 0;
  readonly keyframes = new KeyframeIndex();
  lastKeyframe: { readonly timestampMs: number; readonly atByte: number } | undefined;
  /** Whether the newest video frame is a keyframe. */
  endsWithKeyframe = false;

  /** @param atByte where the tag's first byte stands */
  add(tag: TagOutline, atByte: number): void {
    switch (tag.kind) {
      case 'other':
        return;
      case 'data':
        this.dataTags++;
        return;
      case 'audio':
        return addTo(this.audio, tag);
      case 'video':
        addTo(this.video, tag);
        if (tag.isFrame) this.#addVideoFrame(tag, atByte);
    }
  }

  #addVideoFrame({ timestampMs, isKeyframe, isJoinPoint }: TagOutline, atByte: number): void {
    this.endsWithKeyframe = isKeyframe;
    if (!isJoinPoint) return;
    this.lastKeyframe = { timestampMs, atByte };
    this.keyframes.add(this.lastKeyframe);
  }

  /** From the first frame to the end of the last. */
  get durationMs(): number {
    const kinds = this.#kindsWithFrames;
    if (kinds.length === 0) return 0;
    const startMs = Math.min(...kinds.map((kind) => kind.firstMs));
    return Math.max(0, this.endMs - startMs);
  }

  /** Where the last frame is over; 0 without frames. */
  get endMs(): number {
    const kinds = this.#kindsWithFrames;
    return kinds.length === 0 ? 0 : Math.max(...kinds.map((kind) => kind.endMs));
  }

  /** Of the newest frame. */
  get lastTimestampMs(): number {
    return Math.max(...this.#kindsWithFrames.map((kind) => kind.lastMs), 0);
  }

  /** Measured. `undefined` with too little to measure. */
  get frameRate(): number | undefined {
    const { frames, firstMs, lastMs } = this.video;
    return frames > 1 && lastMs > firstMs ? ((frames - 1) * 1000) / (lastMs - firstMs) : undefined;
  }

  get #kindsWithFrames(): KindFacts[] {
    return [this.audio, this.video].filter((kind) => kind.frames > 0);
  }
}

function addTo(facts: KindFacts, { timestampMs, bodySizeBytes, isFrame }: TagOutline): void {
  facts.tags++;
  facts.bytes += bodySizeBytes;
  if (isFrame) facts.addFrame(timestampMs);
}
