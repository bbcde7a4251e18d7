import { parseAvcConfig } from '../../codec/avc.js';
import { parseHevcConfig } from '../../codec/hevc.js';
import { lengthPrefixed, splitByteStream, splitLengthPrefixed } from '../../codec/nal-stream.js';
import { readIfWhole } from '../../codec/record.js';
import { type CodedFrame, type CodedTrack, ConfigChange } from './coded-track.js';
import { AVC_NALS, HEVC_NALS, type NalCodec, ParameterSets } from './parameter-sets.js';

/** What the records that are written here promise. */
const LENGTH_SIZE_BYTES = 4;

/** H.264 with a record of its own, as MP4 and Matroska have it. @throws {MediaError} `ERR_MEDIA_DAMAGED` */
export function recordedAvcTrack(record: Uint8Array): CodedTrack {
  const { nalLengthSizeBytes, sequenceParameterSets, pictureParameterSets } = parseAvcConfig(record);
  const sets = new ParameterSets(AVC_NALS, [...sequenceParameterSets, ...pictureParameterSets]);
  return new RecordedTrack(record, sets, nalLengthSizeBytes);
}

/** H.265 likewise. @throws {MediaError} `ERR_MEDIA_DAMAGED` */
export function recordedHevcTrack(record: Uint8Array): CodedTrack {
  const { nalLengthSizeBytes, nalArrays } = parseHevcConfig(record);
  const sets = new ParameterSets(
    HEVC_NALS,
    nalArrays.flatMap(({ nals }) => nals),
  );
  return new RecordedTrack(record, sets, nalLengthSizeBytes);
}

/** H.264 as a byte stream, whose parameter sets stand in its keyframes, as transport streams have it. */
export function avcStreamTrack(): CodedTrack {
  return new ByteStreamTrack(AVC_NALS);
}

/** H.265 likewise. */
export function hevcStreamTrack(): CodedTrack {
  return new ByteStreamTrack(HEVC_NALS);
}

/** Frames with lengths. Parameter sets that change in a keyframe make a new record. */
class RecordedTrack implements CodedTrack {
  readonly #sets: ParameterSets;
  readonly #lengthSizeBytes: number;
  readonly #change = new ConfigChange();
  #record: Uint8Array;

  constructor(record: Uint8Array, sets: ParameterSets, lengthSizeBytes: number) {
    this.#sets = sets;
    this.#lengthSizeBytes = lengthSizeBytes;
    this.#record = lengthSizeBytes === LENGTH_SIZE_BYTES ? record : sets.writeConfig();
  }

  read(packet: Uint8Array, isKeyframe: boolean): CodedFrame {
    const isAsPromised = this.#lengthSizeBytes === LENGTH_SIZE_BYTES;
    // A damaged frame is passed on as it is: decoders are used to that.
    const nals =
      isKeyframe || !isAsPromised ? (readIfWhole(() => splitLengthPrefixed(packet, this.#lengthSizeBytes)) ?? []) : [];
    if (isKeyframe && this.#sets.see(nals)) this.#record = readIfWhole(() => this.#sets.writeConfig()) ?? this.#record;
    return { config: this.#change.take(this.#record), payload: isAsPromised ? packet : lengthPrefixed(nals) };
  }
}

/** Frames with start codes, which become lengths. */
class ByteStreamTrack implements CodedTrack {
  readonly #sets: ParameterSets;
  readonly #change = new ConfigChange();
  #record: Uint8Array | undefined;

  constructor(codec: NalCodec) {
    this.#sets = new ParameterSets(codec);
  }

  read(packet: Uint8Array): CodedFrame | undefined {
    const nals = splitByteStream(packet);
    if (this.#sets.see(nals)) this.#record = readIfWhole(() => this.#sets.writeConfig()) ?? this.#record;
    if (this.#record === undefined) return undefined;
    return { config: this.#change.take(this.#record), payload: lengthPrefixed(nals) };
  }
}
