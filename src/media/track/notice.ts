/** Something about a stream that a file cannot show, or not as well as it could be; told once, when it begins. */
export type TrackNotice =
  /** Frames of this codec have no place in this kind of file and are left out. */
  | {
      readonly type: 'unsupported-codec';
      readonly kind: 'audio' | 'video';
      readonly trackId: number;
      readonly codec: string;
    }
  /**
   * The stream goes on with another configuration. `isKept`: its frames are in the file, with what decoders need of the new
   * configuration in front of keyframes. Otherwise they are left out, until the first configuration comes back.
   */
  | {
      readonly type: 'format-changed';
      readonly kind: 'audio' | 'video';
      readonly trackId: number;
      readonly isKept: boolean;
    }
  /** A track that begins late finds no room in the head of the file and is left out. */
  | {
      readonly type: 'no-room-for-track';
      readonly kind: 'audio' | 'video';
      readonly trackId: number;
      readonly codec: string;
    };

/** What came and is not in a file, in tags or, of a tag with several tracks, frames. */
export interface LeftOut {
  /** Metadata and other values; a title is taken over. */
  readonly dataTags: number;
  /** Before the configuration or the first keyframe. */
  readonly framesBeforeStart: number;
  /** Of a codec that the file cannot hold, or of a track for which there was no room. */
  readonly framesUnsupported: number;
  /** Of a configuration that the file cannot hold besides its first. */
  readonly framesOfOtherFormat: number;
}
