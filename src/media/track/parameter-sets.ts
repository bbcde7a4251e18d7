import { writeAvcConfig } from '../../codec/avc-config-writer.js';
import { HEVC_NAL_PPS, HEVC_NAL_SPS, HEVC_NAL_VPS, writeHevcConfig } from '../../codec/hevc-config-writer.js';

/** NAL units of parameter sets, one list for each kind. */
type SetsByKind = readonly (readonly Uint8Array[])[];

/** How H.264 and H.265 differ in their parameter sets. */
export interface NalCodec {
  /** Types of NAL units that are parameter sets; the place of each is its kind. */
  readonly setTypes: readonly number[];
  /** Without a set of this kind the others tell nothing. */
  readonly sequenceType: number;
  nalType(nal: Uint8Array): number;
  /** @throws {MediaError} `ERR_MEDIA_DAMAGED` */
  writeConfig(sets: SetsByKind): Uint8Array;
}

const AVC_NAL_SPS = 7;
const AVC_NAL_PPS = 8;

export const AVC_NALS: NalCodec = {
  setTypes: [AVC_NAL_SPS, AVC_NAL_PPS],
  sequenceType: AVC_NAL_SPS,
  nalType: (nal) => (nal[0] ?? 0) & 0x1f,
  writeConfig: ([sequence = [], picture = []]) => writeAvcConfig({ sequence, picture }),
};

export const HEVC_NALS: NalCodec = {
  setTypes: [HEVC_NAL_VPS, HEVC_NAL_SPS, HEVC_NAL_PPS],
  sequenceType: HEVC_NAL_SPS,
  nalType: (nal) => ((nal[0] ?? 0) >> 1) & 0x3f,
  writeConfig: ([video = [], sequence = [], picture = []]) => writeHevcConfig({ video, sequence, picture }),
};

/** The parameter sets that are in force in a stream. */
export class ParameterSets {
  readonly #codec: NalCodec;
  #sets: SetsByKind;

  /** @param nals those that are known from the start; others among them are passed over */
  constructor(codec: NalCodec, nals: readonly Uint8Array[] = []) {
    this.#codec = codec;
    this.#sets = this.#among(nals);
  }

  /**
   * Looks at the NAL units of a keyframe. Sets of a kind that is among them replace those before, unless they are known.
   *
   * @returns whether something has changed
   */
  see(nals: readonly Uint8Array[]): boolean {
    if (!nals.some((nal) => this.#codec.nalType(nal) === this.#codec.sequenceType)) return false;
    const seen = this.#among(nals);
    if (seen.every((sets, kind) => sets.every((set) => holds(this.#sets[kind] ?? [], set)))) return false;
    this.#sets = seen.map((sets, kind) => (sets.length > 0 ? sets : (this.#sets[kind] ?? [])));
    return true;
  }

  /** @throws {MediaError} `ERR_MEDIA_DAMAGED` when they are not there or cannot be read */
  writeConfig(): Uint8Array {
    return this.#codec.writeConfig(this.#sets);
  }

  /** Copies: a packet's memory may be used again. */
  #among(nals: readonly Uint8Array[]): SetsByKind {
    return this.#codec.setTypes.map((setType) => {
      const found: Uint8Array[] = [];
      for (const nal of nals) {
        if (this.#codec.nalType(nal) === setType && !holds(found, nal)) found.push(new Uint8Array(nal));
      }
      return found;
    });
  }
}

function holds(sets: readonly Uint8Array[], wanted: Uint8Array): boolean {
  return sets.some((set) => Buffer.compare(set, wanted) === 0);
}
