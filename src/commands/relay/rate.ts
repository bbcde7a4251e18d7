import { toTenths } from '../stats-reports.js';

/** Kilobits per second, from a count that is read now and then. */
export class Rate {
  readonly #startedMs = performance.now();
  #newest = { atMs: this.#startedMs, bytes: 0 };
  #kbps = 0;

  /** @param bytes since the beginning */
  of(bytes: number): number {
    const atMs = performance.now();
    const passedMs = atMs - this.#newest.atMs;
    if (passedMs > 0) this.#kbps = ((bytes - this.#newest.bytes) * 8) / passedMs;
    this.#newest = { atMs, bytes };
    return toTenths(this.#kbps);
  }

  get ageMs(): number {
    return Math.round(performance.now() - this.#startedMs);
  }
}
