import type { MediaError } from '../errors.js';
import type { WarningReport } from '../report.js';
import { times } from './words.js';

/** What is said about the codec of one stream: which header is in force, and how often another one came. */
export class Configuration {
  #header: Uint8Array | undefined;
  #changes = 0;
  #damage: MediaError | undefined;

  get isThere(): boolean {
    return this.#header !== undefined;
  }

  /**
   * A sequence header came.
   *
   * @returns whether it says something new
   */
  see(header: Uint8Array): boolean {
    if (this.#header !== undefined && Buffer.compare(this.#header, header) === 0) return false;
    if (this.#header !== undefined) this.#changes++;
    this.#header = header.slice(); // what it is a view of may be large
    return true;
  }

  damaged(damage: MediaError | undefined): void {
    this.#damage ??= damage;
  }

  /** @param name such as `video` */
  warnings(name: string): WarningReport[] {
    const warnings: WarningReport[] = [];
    if (this.#damage !== undefined) {
      warnings.push({
        code: 'WARN_CONFIGURATION_DAMAGED',
        message: `what the ${name} says of its codec cannot be read: ${this.#damage.message}`,
        advice: 'players will not start with it: look at the encoder, and at what packs its stream',
      });
    }
    if (this.#changes > 0) {
      warnings.push({
        code: 'WARN_CONFIGURATION_CHANGED',
        message: `the ${name} configuration changes ${times(this.#changes)}`,
        advice: 'many players and recorders stop there: keep size, profile and rate of the encoder as they are',
      });
    }
    return warnings;
  }
}
