/** Goes along the samples of a track in decode order. Times are in the track's own units. */
export interface SampleWalk {
  /** Of the sample at hand. */
  readonly offset: number;
  readonly sizeBytes: number;
  readonly decodeTicks: number;
  readonly durationTicks: number;
  /** Presentation time minus decode time; may be negative. */
  readonly compositionTicks: number;
  readonly isKeyframe: boolean;
  /**
   * Goes to the next sample; the first one at first.
   *
   * @returns false: there is none
   */
  next(): boolean;
}

/** What is larger is no time between decoding and presentation, but damage. */
const MAX_COMPOSITION_TICKS = 2 ** 28;

/** By how much decode times have to be put back for a sample to be decoded before it is presented. */
export function decodeShiftOf(compositionTicks: number): number {
  return compositionTicks < 0 && compositionTicks > -MAX_COMPOSITION_TICKS ? -compositionTicks : 0;
}
