import type { ColourDescription, SampleAspectRatio } from '../../codec/video-usability.js';

/** What a decoder has to know of a video track before its first frame. */
export interface VideoFormat {
  readonly kind: 'video';
  readonly codec: 'h264' | 'hevc' | 'av1' | 'vp9' | 'vp8';
  /** avcC, hvcC, av1C or vpcC, without the headers of their boxes. */
  readonly config: Uint8Array;
  /** In samples, as they are stored. */
  readonly width: number;
  readonly height: number;
  readonly sampleAspectRatio?: SampleAspectRatio | undefined;
  readonly colour?: ColourDescription | undefined;
  readonly fullRange?: boolean | undefined;
}

/** What a decoder has to know of an audio track before its first frame. */
export interface AudioFormat {
  readonly kind: 'audio';
  readonly codec: 'aac' | 'mp3' | 'opus' | 'flac' | 'ac3' | 'eac3';
  /** AudioSpecificConfig, OpusHead, STREAMINFO, or the content of the box `dac3` or `dec3`; empty for MP3. */
  readonly config: Uint8Array;
  /** Of what is coded; with SBR a decoder gives more. */
  readonly sampleRateHz: number;
  readonly channels: number;
  /** `undefined`: not the same for all frames, or not known. */
  readonly frameLengthSamples: number | undefined;
}

export type TrackFormat = VideoFormat | AudioFormat;
export type TrackCodec = TrackFormat['codec'];

/** One picture sequence or one sound of a stream, as a file has it. */
export interface Track {
  /** Counted from 1, in the order in which tracks became known. */
  readonly number: number;
  readonly format: TrackFormat;
}

/** A frame as it goes into a file. */
export interface Sample {
  readonly track: Track;
  /** Decode time on the stream's timeline. */
  readonly dtsMs: number;
  /** Time to be shown or heard, on the same timeline. */
  readonly ptsMs: number;
  /** A decoder can begin here. Always true for audio. */
  readonly isKeyframe: boolean;
  /** Without any header of FLV; a view into the tag. */
  readonly data: Uint8Array;
}
