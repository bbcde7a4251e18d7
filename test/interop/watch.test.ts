import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { FakeTerminal } from '../cli/fake-terminal.js';
import { CliRuns } from '../support/cli.js';
import { hasPeer } from '../support/peer.js';
import { Publication } from '../support/publication.js';
import { syntheticStream } from '../support/streams.js';

const BIN = fileURLToPath(new URL('../../bin/rtmpkit.js', import.meta.url));
const KEY = 'hush-hush-hush';
const STREAM = syntheticStream({ video: 'h264', audio: 'aac', durationMs: 60_000 });

/** Our program on a pseudo terminal that `script` makes for it. */
class Terminal {
  readonly screen = new FakeTerminal(80, 24);
  readonly #child: ChildProcess;
  readonly #closed: Promise<unknown>;
  #wake = (): void => {};

  constructor(args: readonly string[], size = 'rows 24 cols 80') {
    const command = [process.execPath, BIN, ...args].map((word) => `'${word}'`).join(' ');
    const line = `stty ${size}; ${command}; echo "status $?"; stty -a | tr ' ;' '\\n\\n' | grep -x -e icanon -e echo`;
    this.#child = spawn('script', ['-qfec', line, '/dev/null'], {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, NO_COLOR: '1', TERM: 'xterm-256color', LANG: 'C.UTF-8' },
    });
    this.#closed = once(this.#child, 'close');
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.screen.write(text);
      this.#wake();
    });
    this.#child.once('close', () => this.#wake());
  }

  type(keys: string): void {
    this.#child.stdin?.write(keys);
  }

  async shows(words: RegExp): Promise<void> {
    while (!words.test(this.screen.screen.join('\n'))) {
      if (this.#child.exitCode !== null) throw new Error(`no ${words} in\n${this.screen.written}`);
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  async end(): Promise<void> {
    await this.#closed;
  }

  kill(): void {
    this.#child.kill('SIGHUP');
  }
}

describe.skipIf(!hasPeer('script'))('probe --watch on a real terminal', () => {
  const runs = new CliRuns();
  const terminals: Terminal[] = [];

  afterEach(async () => {
    for (const terminal of terminals.splice(0)) terminal.kill();
    await runs.stopAll();
  });

  it.each([
    ['q', 0],
    ['\x03', 130],
  ])('shows the stream until %j, and gives the terminal back', async (key, status) => {
    const url = `${(await runs.serve()).url}/live/${KEY}`;
    await Publication.inRealTime(runs, url, STREAM);
    const terminal = new Terminal(['probe', url, '--watch']);
    terminals.push(terminal);
    await terminal.shows(
      /live\/\*{4} +● live 0:0[1-9][\s\S]*^video +\d+ kbit\/s[\s\S]*nothing irregular[\s\S]*^q quits/m,
    );
    expect(terminal.screen.isAlternate).toBe(true);
    terminal.type(key);
    await terminal.end();
    expect(terminal.screen).toMatchObject({ isAlternate: false, isCursorVisible: true, wraps: true });
    const text = terminal.screen.screen.join('\n');
    expect(text).toContain('until it was stopped');
    expect(text).toMatch(new RegExp(`status ${status}\\nicanon\\necho$`));
    expect(terminal.screen.written).not.toContain(KEY);
  });

  it('writes no more than elsewhere on a terminal that does not know its size', async () => {
    const url = `${(await runs.serve()).url}/live/nobody`;
    const terminal = new Terminal(['probe', url, '--watch', '--timeout', '500ms'], 'rows 0 cols 0');
    terminals.push(terminal);
    await terminal.shows(/status 7/);
    await terminal.end();
    expect(terminal.screen.written.length).toBeLessThan(10_000);
  });
});
