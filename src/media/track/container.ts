import type { Sample, Track, TrackFormat } from './track.js';

/** Bytes to be written behind what is in the file: whole fragments or clusters, each of use without those that follow. */
export interface ContainerPart {
  readonly pieces: readonly Uint8Array[];
  readonly sizeBytes: number;
}

/** What a container with everything that is certainly in the file adds up to. */
export interface ContainerFacts {
  readonly sizeBytes: number;
  /** Of the frames alone. */
  readonly mediaBytes: number;
  /** From 0 to the end of the last frame. */
  readonly durationMs: number;
  readonly audioFrames: number;
  readonly videoFrames: number;
}

/**
 * A file of some container format in the making, without the file: what goes where. It begins with a head of fixed size that
 * is written over when there is more to say, and again at the end; behind it come parts, each of which makes the file playable
 * up to there. So whoever kills the writer leaves a file that plays.
 */
export interface Container {
  /** Gives a track a place in the head, or says why it has none. */
  openTrack(format: TrackFormat): Track | 'unsupported-codec' | 'no-room-for-track';
  /** For the head, from its next writing on. */
  title: string | undefined;
  /** Copies the frame's data. */
  add(sample: Sample): void;
  /** Memory that all takes that is not committed. */
  readonly waitingBytes: number;
  /** Of the parts that are complete and not taken. */
  readonly sealedBytes: number;
  /** Completes the part in the making. */
  seal(): void;
  /** What the file has to begin with from now on, if that has changed. Asked for before parts are taken. */
  takeHead(): Uint8Array | undefined;
  commitHead(): void;
  /** The complete parts, oldest first. Their bytes are valid until `commit`, which has to come before more are taken. */
  takeParts(): readonly ContainerPart[];
  /** What was taken is in the file, behind what was committed before, as far as `endByte`. Only whole parts count. */
  commit(endByte: number): void;
  /** What completes the file at its end, behind what was committed. */
  tail(): Iterable<Uint8Array>;
  /** What the complete file begins with, once `tail` is written. */
  closedHead(): Uint8Array;
  readonly facts: ContainerFacts;
}
