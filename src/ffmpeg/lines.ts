/** What a program writes without an end of line is cut here. */
const LONGEST_LINE = 2_000;

/** Cuts what a program says into lines. Memory is bounded whatever it says; what is no text shows as U+FFFD. */
export class Lines {
  readonly #decoder = new TextDecoder();
  readonly #onLine: (line: string) => void;
  #rest = '';

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine;
  }

  receive(bytes: Uint8Array): void {
    const lines = (this.#rest + this.#decoder.decode(bytes, { stream: true })).split(/[\r\n]+/);
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#give(line);
    if (this.#rest.length > LONGEST_LINE) {
      this.#give(this.#rest);
      this.#rest = '';
    }
  }

  /** The last line may lack its end. */
  end(): void {
    this.#give(this.#rest);
    this.#rest = '';
  }

  #give(line: string): void {
    const text = line.slice(0, LONGEST_LINE).replaceAll(/\p{Cc}/gu, '\uFFFD');
    if (text.trim() !== '') this.#onLine(text);
  }
}
