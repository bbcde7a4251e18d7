import type { EncodedPacket } from 'mediabunny';

/** After so long the clock of a transport stream begins anew (ISO/IEC 13818-1 2.4.3.7): 33 bits at 90 kHz, 26.5 hours. */
const MPEG_TS_PERIOD_MS = 2 ** 33 / 90;

/** How the packets of a track tell their time. */
export interface PacketClockOptions {
  readonly isMpegTs: boolean;
}

/** Turns what packets say into presentation times on one timeline, in ms. Packets come in decode order. */
export class PacketClock {
  readonly #periodMs: number;
  #lastMs: number | undefined;

  constructor({ isMpegTs }: PacketClockOptions) {
    this.#periodMs = isMpegTs ? MPEG_TS_PERIOD_MS : Number.POSITIVE_INFINITY;
  }

  presentationMs({ timestamp }: Pick<EncodedPacket, 'timestamp'>): number {
    const saidMs = timestamp * 1000;
    this.#lastMs = saidMs + this.#turnsMs(saidMs);
    return this.#lastMs;
  }

  /** Whole periods that bring a time nearest to the one before. */
  #turnsMs(saidMs: number): number {
    const turns = Math.round(((this.#lastMs ?? saidMs) - saidMs) / this.#periodMs);
    return turns === 0 ? 0 : turns * this.#periodMs;
  }
}
