import type { Sound, WritableAudioCodec } from '../../media/audio-tag-writer.js';
import type { WritableVideoCodec } from '../../media/video-tag-writer.js';

/**
 * An open file of a container. Whoever opens it closes it. All that reads throws a MediaError when the file cannot be read, which
 * does not name the file. Times are in ms on the file's own timeline, as exact as the file has them.
 */
export interface ContainerReader {
  readonly sizeBytes: number;
  /** Where the file should end; `undefined`: no telling. */
  readonly endByte: number | undefined;
  /** Audio and video, also what cannot be sent. */
  readonly tracks: readonly ContainerTrack[];
  /** Where the last of these tracks ends; `undefined`: not known without long reading. */
  endMs(tracks: readonly SendableTrack[]): Promise<number | undefined>;
  close(): Promise<void>;
}

export type SendableTrack = SendableVideo | SendableAudio;
export type ContainerTrack = SendableTrack | ForeignTrack;

interface TrackFacts {
  /** Whether players choose it among those of its kind. */
  readonly isDefault: boolean;
  /** Of the codec, as people call it. */
  readonly codecName: string;
}

/** A track that RTMP has no form for. */
export type ForeignTrack = ForeignOf<'audio'> | ForeignOf<'video'>;

interface ForeignOf<Kind> extends TrackFacts {
  readonly kind: Kind;
  readonly codec: undefined;
}

interface SendableFacts extends TrackFacts {
  /** The same whenever the file is opened. */
  readonly id: number;
  /** Configuration as decoders want it: avcC, hvcC, AudioSpecificConfig, OpusHead, or `fLaC` with its blocks. */
  readonly record: Uint8Array | undefined;
  readonly packets: TrackPackets;
}

export interface SendableVideo extends SendableFacts {
  readonly kind: 'video';
  readonly codec: WritableVideoCodec;
  /** How far, clockwise, its picture is to be turned. */
  readonly rotationDegrees: number;
}

export interface SendableAudio extends SendableFacts {
  readonly kind: 'audio';
  readonly codec: WritableAudioCodec;
  readonly sound: Sound;
}

/** The packets of one track, from a place on. `undefined`: there is none. */
export interface TrackPackets {
  first(): Promise<PacketCursor | undefined>;
  firstKeyframe(): Promise<PacketCursor | undefined>;
  /** From the last one that is presented at that time or before. */
  at(timeMs: number): Promise<PacketCursor | undefined>;
  /** From the last keyframe that is presented at that time or before. */
  keyframeAt(timeMs: number): Promise<PacketCursor | undefined>;
}

/**
 * A place in a track, which goes from packet to packet in decode order: what it tells is about the packet at hand. Several of
 * them may be in use at the same time. Promises come only where something has to be read first.
 */
export interface PacketCursor {
  /** Behind the last packet, where nothing is to be asked of it any more. */
  readonly isAtEnd: boolean;
  /** No packet is at hand: much was read and none found, but none comes that is presented before `presentationMs`. */
  readonly isWaiting?: boolean;
  readonly presentationMs: number;
  /** `undefined`: the container does not tell, so it has to be reckoned. */
  readonly decodeMs: number | undefined;
  /** 0: not told. */
  readonly durationMs: number;
  readonly isKeyframe: boolean;
  /** A view, to be copied at once: its memory has other bytes when anything else of the file has been asked for. */
  data(): Uint8Array | Promise<Uint8Array>;
  /** Goes to the next packet, or behind the last. */
  advance(): Promise<void> | undefined;
}
