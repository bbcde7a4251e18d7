import { readIfWhole } from '../../codec/record.js';
import { type AudioTagHeader, parseAudioTag } from '../audio-tag.js';
import { readMetadata } from '../metadata.js';
import type { MediaTag } from '../tag.js';
import { parseVideoTag, type VideoPacketHeader } from '../video-tag.js';
import { AudioIntake } from './audio-intake.js';
import type { FrameFate, LeftOutReason, TrackHost } from './intake.js';
import type { LeftOut, TrackNotice } from './notice.js';
import { splitTracks } from './split-tracks.js';
import type { Sample, Track, TrackFormat } from './track.js';
import { VideoIntake } from './video-intake.js';

/** Of a title; a longer one is cut. */
const MAX_TITLE_LENGTH = 500;
const MAX_PICTURE_SIDE = 65_535;

/** Where the tracks of a stream go. */
export interface TrackTarget {
  /** Gives the track a number and a place, or says why not. */
  openTrack(format: TrackFormat): Track | 'unsupported-codec' | 'no-room-for-track';
  notice(notice: TrackNotice): void;
}

/**
 * Turns the tags of a stream into frames of tracks, as files other than FLV have them: codec configurations are set apart,
 * frames get their times, and what no file could play (before the configuration, before the first keyframe) is left out
 * and counted. A track is opened when its first frame comes, however late.
 */
export class StreamTracks implements TrackHost {
  readonly #target: TrackTarget;
  readonly #video = new Map<number, VideoIntake>();
  readonly #audio = new Map<number, AudioIntake>();
  readonly #leftOut: Record<LeftOutReason, number> = { 'before-start': 0, unsupported: 0, 'other-format': 0 };
  #dataTags = 0;
  #samples: Sample[] = [];
  /** As the newest metadata has it. */
  title: string | undefined;
  announcedSize: { readonly width: number; readonly height: number } | undefined;

  constructor(target: TrackTarget) {
    this.#target = target;
  }

  get leftOut(): LeftOut {
    return {
      dataTags: this.#dataTags,
      framesBeforeStart: this.#leftOut['before-start'],
      framesUnsupported: this.#leftOut.unsupported,
      framesOfOtherFormat: this.#leftOut['other-format'],
    };
  }

  /** The frames in these tags, whose data is valid as long as the tags are. */
  samplesOf(tags: readonly MediaTag[]): readonly Sample[] {
    this.#samples = [];
    for (const tag of tags) {
      this.#take(tag);
    }
    return this.#samples;
  }

  openTrack(format: TrackFormat): Track | 'unsupported-codec' | 'no-room-for-track' {
    return this.#target.openTrack(format);
  }

  notice(notice: TrackNotice): void {
    this.#target.notice(notice);
  }

  #take(tag: MediaTag): void {
    switch (tag.kind) {
      case 'data':
        return this.#takeData(tag);
      case 'video':
        return this.#takeVideo(tag);
      case 'audio':
        return this.#takeAudio(tag);
    }
  }

  #takeData(tag: MediaTag): void {
    this.#dataTags++;
    const metadata = readMetadata(tag);
    const title = metadata?.get('title');
    if (typeof title === 'string' && title !== '') this.title = title.slice(0, MAX_TITLE_LENGTH);
    const width = metadata?.get('width');
    const height = metadata?.get('height');
    if (isPictureSide(width) && isPictureSide(height)) this.announcedSize = { width, height };
  }

  #takeVideo(tag: MediaTag): void {
    const header = readIfWhole(() => parseVideoTag(tag.body));
    if (header === undefined || header.packetType === 'command') return;
    if (header.track === undefined) return this.#takeVideoPacket(0, tag, header);
    for (const track of splitTracks(tag)) {
      const trackHeader = readIfWhole(() => parseVideoTag(track.tag.body));
      if (trackHeader === undefined || trackHeader.packetType === 'command') continue;
      this.#takeVideoPacket(track.trackId, track.tag, trackHeader);
    }
  }

  #takeVideoPacket(trackId: number, tag: MediaTag, header: VideoPacketHeader): void {
    const intake = intakeOf(this.#video, trackId, () => new VideoIntake(trackId, this));
    if (header.packetType === 'sequence-header') intake.takeHeader(tag, header);
    else if (header.packetType === 'frames' && header.payloadSizeBytes > 0) this.#settle(intake.takeFrame(tag, header));
  }

  #takeAudio(tag: MediaTag): void {
    const header = readIfWhole(() => parseAudioTag(tag.body));
    if (header === undefined) return;
    if (header.track === undefined) return this.#takeAudioPacket(0, tag, header);
    for (const track of splitTracks(tag)) {
      const trackHeader = readIfWhole(() => parseAudioTag(track.tag.body));
      if (trackHeader !== undefined) this.#takeAudioPacket(track.trackId, track.tag, trackHeader);
    }
  }

  #takeAudioPacket(trackId: number, tag: MediaTag, header: AudioTagHeader): void {
    const intake = intakeOf(this.#audio, trackId, () => new AudioIntake(trackId, this));
    if (header.packetType === 'sequence-header') intake.takeHeader(tag, header);
    else if (header.packetType === 'frames' && header.payloadSizeBytes > 0) this.#settle(intake.takeFrame(tag, header));
  }

  #settle(fate: FrameFate): void {
    if (typeof fate === 'string') this.#leftOut[fate]++;
    else this.#samples.push(fate);
  }
}

function intakeOf<T>(intakes: Map<number, T>, trackId: number, create: () => T): T {
  const intake = intakes.get(trackId) ?? create();
  intakes.set(trackId, intake);
  return intake;
}

function isPictureSide(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value > 0 && value <= MAX_PICTURE_SIDE;
}
