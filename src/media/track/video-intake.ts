import { tagPayload } from '../enhanced-header.js';
import type { MediaTag } from '../tag.js';
import type { VideoPacketHeader } from '../video-tag.js';
import { type FrameFate, isSameBytes, type TrackHost } from './intake.js';
import type { Track, VideoFormat } from './track.js';
import { asTrackCodec, hasOwnConfig, inBandConfig, videoFormatOf } from './video-format.js';

/** An AV1 temporal delimiter, which has no place in a file (AV1 in ISOBMFF 2.4). */
const AV1_TEMPORAL_DELIMITER = Uint8Array.of(0x12, 0x00);

/** The newest sequence header, with memory of its own. */
interface Header {
  readonly codec: VideoFormat['codec'];
  readonly record: Uint8Array;
  readonly tag: MediaTag;
}

/**
 * One video track of a stream: it begins with the first keyframe that has a configuration. When the configuration changes
 * within a codec, the new one goes into the frames, in front of every keyframe from then on.
 */
export class VideoIntake {
  readonly #trackId: number;
  readonly #host: TrackHost;
  #header: Header | undefined;
  #track: Track | undefined;
  /** What the track began with, as the stream sent it. */
  #firstRecord: Uint8Array | undefined;
  /** To stand in front of keyframes; `undefined`: nothing. */
  #prefix: Uint8Array | undefined;
  #isRefused = false;
  #isOtherFormat = false;

  constructor(trackId: number, host: TrackHost) {
    this.#trackId = trackId;
    this.#host = host;
  }

  takeHeader(tag: MediaTag, header: VideoPacketHeader): void {
    const codec = asTrackCodec(header.codec);
    const payload = tagPayload(tag.body, header);
    if (codec === undefined || payload.length === 0) return;
    const former = this.#header;
    if (former !== undefined && former.codec === codec && isSameBytes(former.record, payload)) return;
    const body = new Uint8Array(tag.body);
    this.#header = { codec, record: tagPayload(body, header), tag: { ...tag, body } };
    if (this.#track !== undefined) this.#change(this.#track, this.#header);
  }

  #change(track: Track, { codec, record }: Header): void {
    const first = this.#firstRecord ?? record;
    const isBack = codec === track.format.codec && isSameBytes(first, record);
    const wasOther = this.#isOtherFormat;
    this.#prefix = codec === track.format.codec ? inBandConfig(codec, first, record) : undefined;
    this.#isOtherFormat = this.#prefix === undefined;
    if (isBack && wasOther) return;
    this.#host.notice({
      type: 'format-changed',
      kind: 'video',
      trackId: this.#trackId,
      isKept: !this.#isOtherFormat,
    });
  }

  takeFrame(tag: MediaTag, header: VideoPacketHeader): FrameFate {
    const isKeyframe = header.frameType === 'key';
    const track = this.#track ?? this.#open(tag, header, isKeyframe);
    if (typeof track === 'string') return track;
    if (this.#isOtherFormat || header.codec !== track.format.codec) return 'other-format';
    const dtsMs = tag.timestampMs;
    const data = this.#data(tagPayload(tag.body, header), track, isKeyframe);
    return { track, dtsMs, ptsMs: dtsMs + header.compositionTimeMs, isKeyframe, data };
  }

  #open(tag: MediaTag, header: VideoPacketHeader, isKeyframe: boolean): Track | 'before-start' | 'unsupported' {
    if (this.#isRefused) return 'unsupported';
    const codec = asTrackCodec(header.codec);
    if (codec === undefined) return this.#refuse('unsupported-codec', header.codec);
    const config = this.#header;
    if (!isKeyframe || config?.codec !== codec) return 'before-start';
    const format = videoFormatOf(codec, config.record, config.tag, tag, this.#host.announcedSize);
    if (format === undefined) return 'before-start';
    const track = this.#host.openTrack(format);
    if (typeof track === 'string') return this.#refuse(track, codec);
    this.#track = track;
    this.#firstRecord = config.record;
    return track;
  }

  #refuse(type: 'unsupported-codec' | 'no-room-for-track', codec: string): 'unsupported' {
    this.#isRefused = true;
    this.#host.notice({ type, kind: 'video', trackId: this.#trackId, codec });
    return 'unsupported';
  }

  #data(payload: Uint8Array, { format: { codec } }: Track, isKeyframe: boolean): Uint8Array {
    const frame = codec === 'av1' && startsWith(payload, AV1_TEMPORAL_DELIMITER) ? payload.subarray(2) : payload;
    if (!isKeyframe || this.#prefix === undefined || this.#prefix.length === 0) return frame;
    const header = this.#header;
    const isFirstAgain = header !== undefined && isSameBytes(header.record, this.#firstRecord ?? header.record);
    const data = codec === 'av1' && hasOwnConfig(codec, frame) ? frame : Buffer.concat([this.#prefix, frame]);
    // The file's own configuration is right again behind this keyframe.
    if (isFirstAgain) this.#prefix = undefined;
    return data;
  }
}

function startsWith(bytes: Uint8Array, start: Uint8Array): boolean {
  return start.every((byte, i) => bytes[i] === byte);
}
