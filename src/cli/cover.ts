import { type SecretPattern, withHidden } from '../rtmp/secret-words.js';

/** Names and states come again every second, and the more secrets are known the longer it takes to look for all of them. */
const MAX_REMEMBERED = 1_000;
const MAX_REMEMBERED_LENGTH = 256;

/** Covers secrets in texts. */
export class Cover {
  readonly #patterns: readonly SecretPattern[];
  readonly #spared: RegExp | undefined;
  /** How texts came out. */
  readonly #remembered = new Map<string, string>();

  /** @param spared what stays as it is, as its only group */
  constructor(patterns: readonly SecretPattern[], spared: RegExp | undefined) {
    this.#patterns = patterns;
    this.#spared = spared;
  }

  of(text: string): string {
    const known = this.#remembered.get(text);
    if (known !== undefined) return known;
    const covered = this.#look(text);
    if (text.length <= MAX_REMEMBERED_LENGTH) this.#remember(text, covered);
    return covered;
  }

  #look(text: string): string {
    if (this.#patterns.length === 0) return text;
    const pieces = this.#spared === undefined ? [text] : text.split(this.#spared);
    return pieces.map((piece, index) => (index % 2 === 1 ? piece : withHidden(piece, this.#patterns))).join('');
  }

  #remember(text: string, covered: string): void {
    if (this.#remembered.size === MAX_REMEMBERED) this.#remembered.clear();
    this.#remembered.set(text, covered);
  }
}
