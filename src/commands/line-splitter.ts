const LINE_FEED = 0x0a;

/** One line of a text, or that it was too long to be kept. */
export interface TextLine {
  /** Counted from 1. */
  readonly number: number;
  /** Without its end; `undefined`: it is longer than allowed. */
  readonly text: string | undefined;
}

/** Cuts bytes into the lines of a UTF-8 text, however they come. Of a line that is too long nothing is kept. */
export class LineSplitter {
  readonly #maxLineBytes: number;
  readonly #decoder = new TextDecoder();
  #parts: Uint8Array[] = [];
  #sizeBytes = 0;
  #number = 0;

  constructor(maxLineBytes: number) {
    this.#maxLineBytes = maxLineBytes;
  }

  receive(bytes: Uint8Array): TextLine[] {
    const lines: TextLine[] = [];
    let from = 0;
    for (let end = bytes.indexOf(LINE_FEED); end >= 0; end = bytes.indexOf(LINE_FEED, from)) {
      this.#gather(bytes.subarray(from, end));
      lines.push(this.#finish());
      from = end + 1;
    }
    this.#gather(bytes.subarray(from));
    return lines;
  }

  /** The last line, when no line end stands behind it. */
  end(): TextLine[] {
    return this.#sizeBytes === 0 ? [] : [this.#finish()];
  }

  #gather(bytes: Uint8Array): void {
    this.#sizeBytes += bytes.length;
    if (this.#sizeBytes > this.#maxLineBytes) {
      this.#parts = [];
    } else if (bytes.length > 0) {
      this.#parts.push(bytes.slice());
    }
  }

  #finish(): TextLine {
    const isTooLong = this.#sizeBytes > this.#maxLineBytes;
    const text = isTooLong ? undefined : this.#decoder.decode(joined(this.#parts, this.#sizeBytes));
    this.#parts = [];
    this.#sizeBytes = 0;
    this.#number++;
    return { number: this.#number, text };
  }
}

function joined(parts: readonly Uint8Array[], sizeBytes: number): Uint8Array {
  const [only] = parts;
  if (parts.length === 1 && only !== undefined) return only;
  const whole = new Uint8Array(sizeBytes);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
