import type { AmfValue } from '../amf/value.js';
import {
  type AudioDescription,
  describeAudio,
  describeVideo,
  type VideoDescription,
} from '../media/stream-description.js';
import type { MediaTag } from '../media/tag.js';
import { isKeyframe, isSequenceHeader, trackId } from '../media/tag-info.js';

/** After so many tags of a kind nothing more is expected of them. */
const MAX_LOOKS = 32;

/**
 * What the first sequence headers and frames of a recording tell about its codecs, for `onMetaData`. A configuration that
 * changes later does not change it: the file has one description.
 */
export class CodecFacts {
  #video: VideoDescription | undefined;
  #audio: AudioDescription | undefined;
  #videoLooks = 0;
  #audioLooks = 0;

  /** Looks at the next tag of the recording. */
  see(tag: MediaTag): void {
    if (tag.kind === 'video') {
      this.#seeVideo(tag);
    } else if (tag.kind === 'audio') {
      this.#seeAudio(tag);
    }
  }

  #seeVideo(tag: MediaTag): void {
    if (this.#video?.width !== undefined || this.#videoLooks === MAX_LOOKS) return;
    if (!(isSequenceHeader(tag) || isKeyframe(tag)) || trackId(tag) !== 0) return;
    this.#videoLooks++;
    this.#video = completed(this.#video, describeVideo(tag));
  }

  #seeAudio(tag: MediaTag): void {
    if (this.#audio?.sampleRate !== undefined || this.#audioLooks === MAX_LOOKS) return;
    if (tag.body.length === 0 || trackId(tag) !== 0) return;
    this.#audioLooks++;
    this.#audio = completed(this.#audio, describeAudio(tag));
  }

  /** Properties of `onMetaData` (FLV E.5), as far as they are known. */
  get properties(): Map<string, AmfValue> {
    const video = this.#video;
    const audio = this.#audio;
    const properties = {
      width: video?.width,
      height: video?.height,
      framerate: video?.frameRate,
      videocodecid: video?.codecId,
      audiocodecid: audio?.codecId,
      audiosamplerate: audio?.sampleRate,
      audiosamplesize: audio?.sampleSizeBits,
      audiochannels: audio?.channels,
      stereo: audio?.channels === undefined ? undefined : audio.channels === 2,
    };
    return new Map(Object.entries(properties).filter(([, value]) => value !== undefined));
  }
}

/** What is known, and from `next` what was not. */
function completed<T extends object>(description: T | undefined, next: T | undefined): T | undefined {
  if (description === undefined || next === undefined) return description ?? next;
  const known = Object.entries(description).filter(([, value]) => value !== undefined);
  return { ...next, ...Object.fromEntries(known) };
}
