import { MediaError } from '../../errors.js';

/** The smallest frames that are looked at one by one, and some more for each: who reads more often goes round in circles. */
const BYTES_PER_READ = 16;
const MIN_READS_IN_VAIN = 200_000;

/** Ends a search of the library that finds nothing for ever. */
export class VainReads {
  readonly #mostInVain: number;
  #inVain = 0;

  constructor(sizeBytes: number) {
    this.#mostInVain = MIN_READS_IN_VAIN + sizeBytes / BYTES_PER_READ;
  }

  /** @throws {MediaError} `ERR_MEDIA_DAMAGED` when too much was read since something was found */
  count(): void {
    this.#inVain += 1;
    if (this.#inVain > this.#mostInVain) {
      throw new MediaError('ERR_MEDIA_DAMAGED', 'nothing is found that could be played', { stage: 'file' });
    }
  }

  /** What was read was of use. */
  found(): void {
    this.#inVain = 0;
  }
}
