import { GatheredBytes } from '../bytes/gathered-bytes.js';
import type { Container, ContainerFacts, ContainerPart } from '../media/track/container.js';
import { endsPart } from '../media/track/part-rule.js';
import type { Sample, Track, TrackFormat } from '../media/track/track.js';
import { Cluster } from './cluster.js';
import { element, elementStart, ID, unsigned } from './ebml.js';
import { FrameLengths } from './frame-lengths.js';
import { type DocType, filledUp, fits, matroskaHead, segmentStartOf } from './head.js';
import { isWebmCodec } from './track-entry.js';

/** Kept free in the head for tracks that come late. */
const HEAD_RESERVE_SIZE_BYTES = 8 * 1024;
/** A block names its track in 7 bits, of which one is kept. */
const MAX_TRACKS = 126;

/** A cluster that is complete. */
interface MatroskaPart extends ContainerPart {
  readonly cluster: Cluster;
}

/**
 * A Matroska or WebM file in the making: a segment of unknown size with clusters, each of which plays without those behind it.
 * In the end the cues are written behind them, and the head is written over with the duration, the size and where the cues
 * are. Players read a file without these just as well; they only cannot seek as fast.
 */
export class MatroskaRecording implements Container {
  title: string | undefined;
  readonly #docType: DocType;
  readonly #tracks: Track[] = [];
  readonly #lengths = new FrameLengths();
  #open = new Cluster();
  #sealed: MatroskaPart[] = [];
  /** Parts that are being written. */
  #taken: readonly MatroskaPart[] = [];
  readonly #spare: Cluster[] = [];
  /** Memory that sealed and taken parts take. */
  #closedBytes = 0;
  #sealedBytes = 0;
  /** What is 0 in the file: the earliest time in the first cluster. */
  #startMs: number | undefined;
  #headSizeBytes: number | undefined;
  #isHeadDue = true;
  /** As it was known when the size of the head was settled. */
  #headTitle: string | undefined;
  /** Cue points of the clusters that are certainly written. */
  readonly #cues = new GatheredBytes();
  #sizeBytes = 0;
  #mediaBytes = 0;
  #durationMs = 0;
  readonly #frames = { audio: 0, video: 0 };

  constructor(docType: DocType) {
    this.#docType = docType;
  }

  openTrack(format: TrackFormat): Track | 'unsupported-codec' | 'no-room-for-track' {
    if (this.#docType === 'webm' && !isWebmCodec(format.codec)) return 'unsupported-codec';
    const track: Track = { number: this.#tracks.length + 1, format };
    const size = this.#headSizeBytes;
    const hasRoom = size === undefined || fits(this.#largestHead([...this.#tracks, track]), size);
    if (!hasRoom || track.number > MAX_TRACKS) return 'no-room-for-track';
    this.#tracks.push(track);
    this.#isHeadDue = true;
    return track;
  }

  add(sample: Sample): void {
    const open = this.#open;
    const isFull = endsPart(sample, open.startMs, open.sizeBytes) || !open.hasPlaceFor(sample.ptsMs);
    if (isFull && !open.isEmpty) this.seal();
    this.#open.add(sample, this.#lengths.endMs(sample));
  }

  get waitingBytes(): number {
    return this.#closedBytes + this.#open.sizeBytes;
  }

  get sealedBytes(): number {
    return this.#sealedBytes;
  }

  seal(): void {
    const cluster = this.#open;
    if (cluster.isEmpty) return;
    this.#startMs ??= cluster.earliestMs;
    const part = { ...cluster.encode(this.#fileMs(cluster.startMs)), cluster };
    this.#sealed.push(part);
    this.#closedBytes += cluster.sizeBytes;
    this.#sealedBytes += part.sizeBytes;
    this.#open = this.#spare.pop() ?? new Cluster();
  }

  /** The time of the stream in the file, where nothing lies before 0. */
  #fileMs(streamMs: number): number {
    return Math.max(0, streamMs - (this.#startMs ?? 0));
  }

  takeHead(): Uint8Array | undefined {
    if (!this.#isHeadDue) return undefined;
    this.#isHeadDue = false;
    if (this.#headSizeBytes === undefined) this.#headTitle = this.title;
    const head = this.#head(this.#tracks);
    this.#headSizeBytes ??= head.length + HEAD_RESERVE_SIZE_BYTES;
    return filledUp(head, this.#headSizeBytes);
  }

  #head(tracks: readonly Track[]): Uint8Array {
    return matroskaHead({ docType: this.#docType, title: this.#headTitle, tracks });
  }

  /** With all that a complete file has to say. */
  #largestHead(tracks: readonly Track[]): Uint8Array {
    const closing = { durationMs: 0, cuesAtByte: 0, fileSizeBytes: this.#sizeBytes };
    return matroskaHead({ docType: this.#docType, title: this.#headTitle, tracks, closing });
  }

  commitHead(): void {
    this.#sizeBytes = Math.max(this.#sizeBytes, this.#headSizeBytes ?? 0);
  }

  takeParts(): readonly ContainerPart[] {
    const parts = this.#sealed;
    this.#sealed = [];
    this.#sealedBytes = 0;
    this.#taken = parts;
    return parts;
  }

  commit(endByte: number): void {
    let isWhole = true;
    for (const { cluster, sizeBytes } of this.#taken) {
      isWhole &&= this.#sizeBytes + sizeBytes <= endByte;
      if (isWhole) {
        this.#count(cluster);
        this.#sizeBytes += sizeBytes;
      }
      this.#closedBytes -= cluster.sizeBytes;
      cluster.clear();
      this.#spare.push(cluster);
    }
    this.#taken = [];
  }

  #count({ cue, frames, dataSizeBytes, endMs }: Cluster): void {
    this.#mediaBytes += dataSizeBytes;
    this.#frames.audio += frames.audio;
    this.#frames.video += frames.video;
    this.#durationMs = Math.max(this.#durationMs, this.#fileMs(endMs));
    if (cue === undefined) return;
    const positions = element(
      ID.CueTrackPositions,
      unsigned(ID.CueTrack, cue.track.number),
      unsigned(ID.CueClusterPosition, this.#sizeBytes - this.#segmentStart),
      unsigned(ID.CueRelativePosition, cue.atByte),
    );
    this.#cues.append(element(ID.CuePoint, unsigned(ID.CueTime, this.#fileMs(cue.ptsMs)), positions));
  }

  get #segmentStart(): number {
    return segmentStartOf(this.#docType);
  }

  *tail(): Generator<Uint8Array, void, undefined> {
    if (this.#cues.sizeBytes === 0) return;
    yield elementStart(ID.Cues, this.#cues.sizeBytes);
    yield* this.#cues.pieces;
  }

  closedHead(): Uint8Array {
    const cuesSizeBytes = this.#cues.sizeBytes;
    const tailSizeBytes = cuesSizeBytes === 0 ? 0 : elementStart(ID.Cues, cuesSizeBytes).length + cuesSizeBytes;
    const closing = {
      durationMs: this.#durationMs,
      cuesAtByte: cuesSizeBytes === 0 ? undefined : this.#sizeBytes,
      fileSizeBytes: this.#sizeBytes + tailSizeBytes,
    };
    const head = { docType: this.#docType, tracks: this.#tracks, closing };
    const size = this.#headSizeBytes ?? 0;
    // A title that came late is there if it fits.
    const best = matroskaHead({ ...head, title: this.title });
    return filledUp(fits(best, size) ? best : matroskaHead({ ...head, title: this.#headTitle }), size);
  }

  get facts(): ContainerFacts {
    return {
      sizeBytes: this.#sizeBytes,
      mediaBytes: this.#mediaBytes,
      durationMs: this.#durationMs,
      audioFrames: this.#frames.audio,
      videoFrames: this.#frames.video,
    };
  }
}
