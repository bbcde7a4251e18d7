import { type AacConfigFields, parseAdtsHeader, writeAacConfig } from '../../codec/adts.js';
import { findAv1SequenceHeader } from '../../codec/av1.js';
import { writeAv1Config } from '../../codec/av1-config-writer.js';
import { readIfWhole } from '../../codec/record.js';
import { vp9Colour, vp9LevelOf, writeVpConfig } from '../../codec/vp-config-writer.js';
import { parseVp9KeyframeHeader } from '../../codec/vp9.js';
import { MediaError } from '../../errors.js';
import { type CodedFrame, type CodedTrack, ConfigChange } from './coded-track.js';

/** Packets that are sent as they are, with one configuration from first to last; an empty one for codecs that have none. */
export function plainTrack(config: Uint8Array): CodedTrack {
  const change = new ConfigChange();
  return { read: (packet) => ({ config: change.take(config), payload: packet }) };
}

/** Packets that are sent as they are, with a configuration that stands in their keyframes. */
class SelfDescribedTrack implements CodedTrack {
  readonly #configOf: (keyframe: Uint8Array) => Uint8Array | undefined;
  readonly #change = new ConfigChange();
  #config: Uint8Array | undefined;

  /** @param configOf `undefined` when a keyframe does not tell; may throw a MediaError when it cannot be read */
  constructor(configOf: (keyframe: Uint8Array) => Uint8Array | undefined) {
    this.#configOf = configOf;
  }

  read(packet: Uint8Array, isKeyframe: boolean): CodedFrame | undefined {
    if (isKeyframe) this.#config = readIfWhole(() => this.#configOf(packet)) ?? this.#config;
    return this.#config && { config: this.#change.take(this.#config), payload: packet };
  }
}

export function av1Track(): CodedTrack {
  return new SelfDescribedTrack((keyframe) => {
    const sequenceHeader = findAv1SequenceHeader(keyframe);
    return sequenceHeader && writeAv1Config(sequenceHeader);
  });
}

export function vp9Track(): CodedTrack {
  return new SelfDescribedTrack((keyframe) => {
    const header = parseVp9KeyframeHeader(keyframe);
    if (header === undefined) return undefined;
    const { width, height, colourSpace } = header;
    return writeVpConfig({ ...header, level: vp9LevelOf(width, height), colour: vp9Colour(colourSpace) });
  });
}

/** The three bits behind the first of a frame (RFC 6386 9.1). */
export function vp8Track(): CodedTrack {
  return new SelfDescribedTrack((keyframe) => {
    const profile = ((keyframe[0] ?? 0) >> 1) & 7;
    return writeVpConfig({
      profile,
      level: 0,
      bitDepth: 8,
      chromaFormatIdc: 1,
      fullRange: false,
      colour: vp9Colour(0),
    });
  });
}

/** AAC frames with ADTS headers, which are taken off; what they say is the configuration. */
export function adtsTrack(): CodedTrack {
  const change = new ConfigChange();
  let told: AacConfigFields | undefined;
  return {
    read(packet) {
      const header = parseAdtsHeader(packet);
      const payload = packet.subarray(header.headerSizeBytes);
      if (payload.length === 0) throw new MediaError('ERR_MEDIA_DAMAGED', 'an ADTS frame holds nothing');
      if (told !== undefined && haveSameConfig(told, header)) return { config: undefined, payload };
      told = header;
      return { config: change.take(writeAacConfig(header)), payload };
    },
  };
}

function haveSameConfig(a: AacConfigFields, b: AacConfigFields): boolean {
  return (
    a.objectType === b.objectType &&
    a.sampleRateIndex === b.sampleRateIndex &&
    a.channelConfiguration === b.channelConfiguration
  );
}
