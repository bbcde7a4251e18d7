import type { InputStream } from '../../world.js';

const CTRL_C = '\x03';
const CTRL_Z = '\x1a';
const ESCAPE = '\x1b';

export interface KeyListener {
  readonly onQuit: () => void;
  readonly onInterrupt: () => void;
  readonly onSuspend: () => void;
}

/** Single keys of a terminal, without Enter and without an echo. Without a terminal there are none. */
export class Keys {
  readonly #input: InputStream;
  readonly #listener: KeyListener;
  readonly #onData = (chunk: Buffer | string): void => this.#take(String(chunk));
  #isOpen = false;

  constructor(input: InputStream, listener: KeyListener) {
    this.#input = input;
    this.#listener = listener;
  }

  open(): void {
    if (this.#isOpen || this.#input.isTTY !== true) return;
    this.#isOpen = true;
    this.#input.setRawMode?.(true);
    this.#input.on('data', this.#onData);
    this.#input.resume();
  }

  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#input.off('data', this.#onData);
    this.#input.setRawMode?.(false);
    this.#input.pause();
  }

  #take(text: string): void {
    if (text.startsWith(ESCAPE)) return; // an arrow, or another key with a longer name
    if (text.includes(CTRL_C)) {
      this.#listener.onInterrupt();
    } else if (text.includes(CTRL_Z)) {
      this.#listener.onSuspend();
    } else if (/q/i.test(text)) {
      this.#listener.onQuit();
    }
  }
}
