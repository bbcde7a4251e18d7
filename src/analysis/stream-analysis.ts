import { plainMembers } from '../amf/plain.js';
import { readIfWhole } from '../codec/record.js';
import { type AudioTagHeader, parseAudioTag } from '../media/audio-tag.js';
import { tagPayload } from '../media/enhanced-header.js';
import { readMetadata } from '../media/metadata.js';
import type { MediaTag } from '../media/tag.js';
import { parseVideoTag, type VideoPacketHeader } from '../media/video-tag.js';
import type { DataReport, ProbeReport, WarningReport } from '../report.js';
import { dataTagName } from '../rtmp/session/data-tag.js';
import { Arrivals } from './arrivals.js';
import { AudioTrack } from './audio-track.js';
import { AvSync } from './av-sync.js';
import { readColourInfo } from './colour-info.js';
import { metadataWarnings, promisedKinds, type StreamMetadata } from './metadata-check.js';
import { rounded, roundedOrNull } from './rounding.js';
import { VideoTrack } from './video-track.js';
import { seconds } from './words.js';

/** What the tags of a stream tell; the rest of a report comes from elsewhere. */
export type MediaReport = Pick<
  ProbeReport,
  'streams' | 'gop' | 'sync' | 'jitterMs' | 'delayGrowthMsPerSecond' | 'data' | 'features' | 'metadata' | 'warnings'
> & { readonly durationMs: number };

const NO_METADATA: StreamMetadata = new Map();
const NO_GOP = { minMs: null, avgMs: null, maxMs: null, count: 0, lengthsMs: [] };
const MAX_NAMES = 20;
const MAX_TRACKS = 64;
/** A track that has not come in so much of the other is not going to. */
const MISSING_AFTER_MS = 2_000;

/**
 * Looks at the tags of a stream as they come and tells what the stream is like and what is wrong with it. It has no clock:
 * who feeds it says when a tag arrived, or that this means nothing, as in a file. Memory is bounded however long it goes on.
 */
export class StreamAnalysis {
  readonly #videos = new Map<number, VideoTrack>();
  readonly #audios = new Map<number, AudioTrack>();
  readonly #arrivals = { video: new Arrivals(), audio: new Arrivals() };
  readonly #sync = new AvSync();
  readonly #features = new Set<string>();
  readonly #dataNames = new Set<string>();
  #dataMessages = 0;
  #damagedTags = 0;
  #metadata: StreamMetadata | undefined;
  #promises = { video: false, audio: false };

  /** Something says which kinds the stream has: a file header, metadata, a sequence header. */
  promise(kinds: { readonly video: boolean; readonly audio: boolean }): void {
    this.#promises = { video: this.#promises.video || kinds.video, audio: this.#promises.audio || kinds.audio };
  }

  /** @param arrivalMs by a clock that never goes back; `undefined`: it came from a file */
  see(tags: readonly MediaTag[], arrivalMs?: number): void {
    for (const tag of tags) {
      switch (tag.kind) {
        case 'video':
          this.#seeVideo(tag, arrivalMs);
          break;
        case 'audio':
          this.#seeAudio(tag, arrivalMs);
          break;
        case 'data':
          this.#seeData(tag);
      }
    }
  }

  get hasVideo(): boolean {
    return [...this.#videos.values()].some(({ times }) => times.frames > 0);
  }

  get hasKeyframe(): boolean {
    return [...this.#videos.values()].some(({ keyframes }) => keyframes > 0);
  }

  get hasAudio(): boolean {
    return [...this.#audios.values()].some(({ times }) => times.frames > 0);
  }

  /** A picture is promised, but has not come so far. */
  get awaitsPicture(): boolean {
    return (this.#promises.video || this.#videos.size > 0) && !this.hasKeyframe;
  }

  /**
   * Whether all that the stream promises has begun: its picture, its sound. Without metadata, a kind that has not come may
   * still come.
   */
  get isComplete(): boolean {
    const hasPromised = this.#metadata !== undefined;
    const isVideoThere = this.hasKeyframe || (hasPromised && !this.#promises.video && this.#videos.size === 0);
    const isAudioThere = this.#audios.size > 0 || (hasPromised ? !this.#promises.audio : this.hasKeyframe);
    return isVideoThere && isAudioThere && (this.hasKeyframe || this.hasAudio);
  }

  report(): MediaReport {
    const videos = inOrder(this.#videos).filter(({ isThere }) => isThere);
    const audios = inOrder(this.#audios).filter(({ isThere }) => isThere);
    const [video] = videos;
    const arrivals = this.#arrivals[video === undefined ? 'audio' : 'video'];
    const streams = [
      ...videos.map((track) => track.report(this.#metadataFps)),
      ...audios.map((track) => track.report()),
    ];
    const durationMs = Math.max(0, ...[...videos, ...audios].map(({ times }) => times.durationMs));
    return {
      durationMs: rounded(durationMs, 1),
      streams,
      gop: video?.gop ?? NO_GOP,
      sync: this.#sync.report(),
      jitterMs: roundedOrNull(arrivals.jitterMs, 1),
      delayGrowthMsPerSecond: roundedOrNull(arrivals.growthMsPerSecond, 1),
      data: this.#data,
      features: this.#featuresOf(streams),
      metadata: plainMembers(this.#metadata ?? NO_METADATA),
      warnings: [
        ...this.#missingTracks(durationMs),
        ...this.#damageWarnings(),
        ...[...videos, ...audios].flatMap((track) => track.warnings()),
        ...this.#sync.warnings(),
        ...arrivals.warnings(),
        ...metadataWarnings(this.#metadata ?? NO_METADATA, streams),
      ],
    };
  }

  #seeVideo(tag: MediaTag, arrivalMs: number | undefined): void {
    if (tag.body.length === 0) return;
    const header = readIfWhole(() => parseVideoTag(tag.body));
    if (header === undefined) {
      this.#damagedTags++;
    } else if (header.packetType !== 'command') {
      this.#seeVideoPacket(tag, header, arrivalMs);
    }
  }

  #seeVideoPacket(tag: MediaTag, header: VideoPacketHeader, arrivalMs: number | undefined): void {
    if (header.enhanced) this.#features.add('enhanced-video');
    this.#seeEnhancements(header);
    const track = trackOf(this.#videos, header.track?.id ?? 0, (id) => new VideoTrack(id));
    switch (header.packetType) {
      case 'sequence-header':
        this.promise({ video: true, audio: false });
        return track?.seeSequenceHeader(tag, header);
      case 'metadata':
        return this.#seeColourInfo(tagPayload(tag.body, header), track);
      case 'frames':
        if (header.payloadSizeBytes === 0) return;
        track?.seeFrame(tag, header);
        if (track === first(this.#videos)) {
          this.#sync.seeVideo(tag.timestampMs);
          if (arrivalMs !== undefined) this.#arrivals.video.see(tag.timestampMs, arrivalMs);
        }
    }
  }

  #seeAudio(tag: MediaTag, arrivalMs: number | undefined): void {
    const header = readIfWhole(() => parseAudioTag(tag.body));
    if (header === undefined) {
      this.#damagedTags++;
      return;
    }
    if (header.packetType === 'silence') return;
    if (header.enhanced) this.#features.add('enhanced-audio');
    this.#seeEnhancements(header);
    const track = trackOf(this.#audios, header.track?.id ?? 0, (id) => new AudioTrack(id));
    if (header.packetType === 'sequence-header') {
      this.promise({ video: false, audio: true });
      track?.seeSequenceHeader(tag, header);
    } else if (header.packetType === 'multichannel-config') {
      this.#features.add('multichannel');
    } else if (header.packetType === 'frames' && header.payloadSizeBytes > 0) {
      track?.seeFrame(tag, header);
      if (track === first(this.#audios)) {
        this.#sync.seeAudio(tag.timestampMs);
        if (arrivalMs !== undefined) this.#arrivals.audio.see(tag.timestampMs, arrivalMs);
      }
    }
  }

  #seeEnhancements({
    track,
    presentationOffsetNs,
  }: Pick<VideoPacketHeader | AudioTagHeader, 'track' | 'presentationOffsetNs'>): void {
    if (track !== undefined) this.#features.add('multitrack');
    if (presentationOffsetNs > 0) this.#features.add('nanoseconds');
  }

  #seeColourInfo(payload: Uint8Array, track: VideoTrack | undefined): void {
    const info = readColourInfo(payload);
    if (info === undefined) return;
    this.#features.add('colorInfo');
    if (info.transferCharacteristics !== undefined) track?.seeTransferCharacteristics(info.transferCharacteristics);
  }

  #seeData(tag: MediaTag): void {
    this.#dataMessages++;
    const name = dataTagName(tag.body);
    if (name !== undefined && this.#dataNames.size < MAX_NAMES) this.#dataNames.add(name);
    const metadata = readMetadata(tag);
    if (metadata === undefined) return;
    this.#metadata = metadata;
    this.promise(promisedKinds(metadata));
  }

  get #data(): DataReport {
    return { messages: this.#dataMessages, names: [...this.#dataNames] };
  }

  get #metadataFps(): number | undefined {
    const fps = this.#metadata?.get('framerate');
    return typeof fps === 'number' && Number.isFinite(fps) && fps > 0 ? fps : undefined;
  }

  #featuresOf(streams: MediaReport['streams']): string[] {
    const isHdr = streams.some((stream) => stream.kind === 'video' && stream.hdr !== null);
    return [...this.#features, ...(isHdr ? ['hdr'] : [])].sort();
  }

  #missingTracks(durationMs: number): WarningReport[] {
    if (durationMs < MISSING_AFTER_MS) return [];
    return [
      ...(this.#promises.video && !this.hasVideo ? [missing('video', durationMs)] : []),
      ...(this.#promises.audio && !this.hasAudio ? [missing('audio', durationMs)] : []),
    ];
  }

  #damageWarnings(): WarningReport[] {
    if (this.#damagedTags === 0) return [];
    return [
      {
        code: 'WARN_DAMAGED_TAG',
        message: `${this.#damagedTags === 1 ? 'one tag has a header' : `${this.#damagedTags} tags have headers`} that cannot be read`,
        advice: 'look at what packs the stream; players leave such tags out or give up',
      },
    ];
  }
}

/** `undefined`: there are more tracks than anybody has. */
function trackOf<Track>(tracks: Map<number, Track>, id: number, make: (id: number) => Track): Track | undefined {
  const known = tracks.get(id);
  if (known !== undefined || tracks.size >= MAX_TRACKS) return known;
  const track = make(id);
  tracks.set(id, track);
  return track;
}

function first<Track>(tracks: ReadonlyMap<number, Track>): Track | undefined {
  return tracks.values().next().value;
}

function inOrder<Track>(tracks: ReadonlyMap<number, Track>): Track[] {
  return [...tracks.entries()].sort(([one], [other]) => one - other).map(([, track]) => track);
}

function missing(kind: 'video' | 'audio', durationMs: number): WarningReport {
  return {
    code: 'WARN_TRACK_MISSING',
    message: `${kind} is promised, but none came in ${seconds(durationMs)}`,
    advice:
      kind === 'video'
        ? 'the server may wait for a keyframe: send one every 2 s; else do not promise video that is not there'
        : 'players wait for it before they begin: send audio, or do not promise it',
  };
}
