import type { AudioTagHeader } from '../audio-tag.js';
import { tagPayload } from '../enhanced-header.js';
import type { MediaTag } from '../tag.js';
import { asTrackCodec, audioFormatOf } from './audio-format.js';
import { type FrameFate, isSameBytes, type TrackHost } from './intake.js';
import type { AudioFormat, Track } from './track.js';

/**
 * One audio track of a stream: it begins with the first frame that has a configuration, where the codec needs one. While the
 * stream has another configuration than the track began with, its frames cannot go into the same track.
 */
export class AudioIntake {
  readonly #trackId: number;
  readonly #host: TrackHost;
  #header: { readonly codec: AudioFormat['codec']; readonly record: Uint8Array } | undefined;
  #track: Track | undefined;
  /** What the track began with, as the stream sent it. */
  #firstRecord: Uint8Array | undefined;
  #isRefused = false;
  #isOtherFormat = false;

  constructor(trackId: number, host: TrackHost) {
    this.#trackId = trackId;
    this.#host = host;
  }

  takeHeader(tag: MediaTag, header: AudioTagHeader): void {
    const codec = asTrackCodec(header.codec);
    const payload = tagPayload(tag.body, header);
    if (codec === undefined || payload.length === 0) return;
    this.#header = { codec, record: new Uint8Array(payload) };
    const first = this.#firstRecord;
    if (first !== undefined) this.#becomeOther(!isSameBytes(first, payload));
  }

  takeFrame(tag: MediaTag, header: AudioTagHeader): FrameFate {
    const data = tagPayload(tag.body, header);
    const track = this.#track ?? this.#open(data, header);
    if (typeof track === 'string') return track;
    if (header.codec !== track.format.codec) this.#becomeOther(true);
    else if (this.#firstRecord === undefined) this.#becomeOther(false);
    if (this.#isOtherFormat) return 'other-format';
    const ptsMs = tag.timestampMs;
    return { track, dtsMs: ptsMs, ptsMs, isKeyframe: true, data };
  }

  #becomeOther(isOther: boolean): void {
    if (isOther && !this.#isOtherFormat) {
      this.#host.notice({ type: 'format-changed', kind: 'audio', trackId: this.#trackId, isKept: false });
    }
    this.#isOtherFormat = isOther;
  }

  #open(frame: Uint8Array, header: AudioTagHeader): Track | 'before-start' | 'unsupported' {
    if (this.#isRefused) return 'unsupported';
    const codec = asTrackCodec(header.codec);
    if (codec === undefined) return this.#refuse('unsupported-codec', header.codec);
    const record = this.#header?.codec === codec ? this.#header.record : undefined;
    const format = audioFormatOf(codec, record, frame);
    if (format === undefined) return 'before-start';
    const track = this.#host.openTrack(format);
    if (typeof track === 'string') return this.#refuse(track, codec);
    this.#track = track;
    this.#firstRecord = record;
    return track;
  }

  #refuse(type: 'unsupported-codec' | 'no-room-for-track', codec: string): 'unsupported' {
    this.#isRefused = true;
    this.#host.notice({ type, kind: 'audio', trackId: this.#trackId, codec });
    return 'unsupported';
  }
}
