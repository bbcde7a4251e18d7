import { type ChildProcessByStdio, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { fileURLToPath } from 'node:url';
import { FakeTerminal } from '../cli/fake-terminal.js';

const BIN = fileURLToPath(new URL('../../bin/rtmpkit.js', import.meta.url));
const WORDS_TIMEOUT_MS = 30_000;

// biome-ignore lint/suspicious/noControlCharactersInRegex: a terminal is about control characters
const BEGUN_SEQUENCE = /\x1b(\[[?\d;]*)?$/;

/** A shell with job control at a terminal: one of `script` (util-linux), which passes on what is typed and what is shown. */
export class Shell {
  /** What stands on its screen. */
  readonly terminal = new FakeTerminal(80);
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #decoder = new StringDecoder();
  /** The beginning of a control sequence whose end has not come yet. */
  #begun = '';
  #wake = (): void => {};

  /** Whether there is such a program here. */
  static get isPossible(): boolean {
    return process.platform === 'linux' && spawnSync('script', ['-qec', 'true', '/dev/null']).status === 0;
  }

  constructor() {
    const env = {
      ...process.env,
      NO_COLOR: '1',
      TERM: 'xterm',

      ENV: '',
      RTMPKIT: `${process.execPath} ${BIN}`,
    };
    this.#child = spawn('script', ['-qec', 'exec sh -i', '/dev/null'], { env, stdio: ['pipe', 'pipe', 'inherit'] });
    this.#child.stdout.on('data', (bytes: Buffer) => {
      this.#show(bytes);
      this.#wake();
    });
  }

  /** Types keys, or a line. */
  type(text: string): void {
    this.#child.stdin.write(text);
  }

  /** Resolves when the screen is like this. */
  async shows(what: string, isShown: (terminal: FakeTerminal) => boolean): Promise<void> {
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      this.#wake();
    }, WORDS_TIMEOUT_MS);
    try {
      while (!isShown(this.terminal)) {
        if (isLate) throw new Error(`no ${what} on the screen:\n${this.terminal.screen.join('\n')}`);
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    } finally {
      clearTimeout(timer);
    }
  }

  #show(bytes: Buffer): void {
    const text = this.#begun + this.#decoder.write(bytes);
    this.#begun = BEGUN_SEQUENCE.exec(text)?.[0] ?? '';
    this.terminal.write(text.slice(0, text.length - this.#begun.length));
  }

  /** Takes the terminal away, which ends all that runs there. */
  async close(): Promise<void> {
    const closed = once(this.#child, 'close');
    this.#child.kill('SIGKILL');
    await closed;
  }
}
