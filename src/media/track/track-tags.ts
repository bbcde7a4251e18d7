import { type TakeMemory, unfilledBytes } from '../../bytes/memory.js';
import { audioConfigBody, audioFrameHeader, type Sound, type WritableAudioCodec } from '../audio-tag-writer.js';
import type { MediaTag } from '../tag.js';
import {
  videoConfigBody,
  videoFrameHeaderSizeBytes,
  type WritableVideoCodec,
  writeVideoFrameHeader,
} from '../video-tag-writer.js';
import type { CodedTrack } from './coded-track.js';

/** One coded frame out of a container. */
export interface TimedPacket {
  readonly data: Uint8Array;
  readonly isKeyframe: boolean;
  /** Whole numbers on the stream's timeline. */
  readonly decodeMs: number;
  readonly presentationMs: number;
}

/** Makes tags of the packets of a track: the frame, and ahead of it the configuration when it is new. */
export interface TrackTags {
  readonly kind: 'audio' | 'video';
  /** Appends them to `tags`: none for a packet that is of no use. @throws {MediaError} see `CodedTrack` */
  append(tags: MediaTag[], packet: TimedPacket): void;
}

export function videoTrackTags(
  codec: WritableVideoCodec,
  track: CodedTrack,
  take: TakeMemory = unfilledBytes,
): TrackTags {
  return {
    kind: 'video',
    append(tags, { data, isKeyframe, decodeMs, presentationMs }) {
      const frame = track.read(data, isKeyframe);
      if (frame === undefined) return;
      if (frame.config !== undefined) {
        tags.push({ kind: 'video', timestampMs: decodeMs, body: videoConfigBody(codec, frame.config) });
      }
      const header = { isKeyframe, compositionTimeMs: presentationMs - decodeMs };
      const headerSizeBytes = videoFrameHeaderSizeBytes(codec, header);
      const body = take(headerSizeBytes + frame.payload.length);
      writeVideoFrameHeader(body, codec, header);
      body.set(frame.payload, headerSizeBytes);
      tags.push({ kind: 'video', timestampMs: decodeMs, body });
    },
  };
}

export function audioTrackTags(
  codec: WritableAudioCodec,
  track: CodedTrack,
  sound: Sound,
  take: TakeMemory = unfilledBytes,
): TrackTags {
  const header = audioFrameHeader(codec, sound);
  return {
    kind: 'audio',
    append(tags, { data, isKeyframe, decodeMs }) {
      const frame = track.read(data, isKeyframe);
      if (frame === undefined) return;
      const configBody = frame.config && audioConfigBody(codec, frame.config);
      if (configBody !== undefined) tags.push({ kind: 'audio', timestampMs: decodeMs, body: configBody });
      const body = take(header.length + frame.payload.length);
      body.set(header);
      body.set(frame.payload, header.length);
      tags.push({ kind: 'audio', timestampMs: decodeMs, body });
    },
  };
}
