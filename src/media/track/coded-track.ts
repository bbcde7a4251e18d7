/** A frame as a tag carries it. */
export interface CodedFrame {
  /** The configuration from this frame on, when it is another than before: for a sequence header ahead of it. */
  readonly config: Uint8Array | undefined;
  readonly payload: Uint8Array;
}

/**
 * Makes of the packets of one track in a container what a tag carries: the same bytes where they are in that form already,
 * and the configuration that a decoder has to know first. Packets come in decode order, from a keyframe on.
 */
export interface CodedTrack {
  /**
   * @returns `undefined` for what is of no use: no decoder can show it, as its configuration has not come yet
   * @throws {MediaError} when the packet cannot be what the track says it is
   */
  read(packet: Uint8Array, isKeyframe: boolean): CodedFrame | undefined;
}

/** Tells a configuration once, and again when it has changed. */
export class ConfigChange {
  #inForce: Uint8Array | undefined;

  /** The configuration, unless it is in force already. */
  take(config: Uint8Array): Uint8Array | undefined {
    if (this.#inForce !== undefined && Buffer.compare(this.#inForce, config) === 0) return undefined;
    this.#inForce = config;
    return config;
  }
}
