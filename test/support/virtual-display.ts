import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A screen that nobody sees: an X server in memory. */
export class VirtualDisplay {
  /** For programs that show something on it. */
  readonly environment: { readonly DISPLAY: string; readonly SDL_AUDIODRIVER: string };
  readonly #server: ChildProcess;

  private constructor(server: ChildProcess, number: number) {
    this.#server = server;
    this.environment = { DISPLAY: `:${number}`, SDL_AUDIODRIVER: 'dummy' };
  }

  static async open(width: number, height: number): Promise<VirtualDisplay> {
    // It looks for a free number itself, and tells it there.
    const screen = ['-displayfd', '1', '-noreset', '-nolisten', 'tcp', '-screen', '0', `${width}x${height}x24`];
    const server = spawn('Xvfb', screen, { stdio: ['ignore', 'pipe', 'ignore'] });
    const [number] = await once(server.stdout, 'data');
    return new VirtualDisplay(server, Number(`${number}`));
  }

  /** Covers it with an image file. */
  async show(image: string): Promise<void> {
    const environment = { env: { ...process.env, ...this.environment } };
    // It ends with status 1 whenever it has no window of its own; whoever looks at the screen sees whether it worked.
    await run('display', ['-window', 'root', image], environment).catch(() => {});
  }

  /** Red, green and blue of one point. */
  async colorAt(x: number, y: number): Promise<number[]> {
    const { stdout } = await run('import', ['-window', 'root', '-crop', `1x1+${x}+${y}`, '-depth', '8', 'rgb:-'], {
      env: { ...process.env, ...this.environment },
      encoding: 'buffer',
    });
    return [...stdout];
  }

  /** The titles of all windows. */
  async titles(): Promise<string[]> {
    const ids = (await this.#xdotool('search', '--name', '.').catch(noWindow)).split('\n').filter((id) => id !== '');
    const titles = await Promise.all(ids.map((id) => this.#xdotool('getwindowname', id).catch(() => '')));
    return titles.map((title) => title.trim());
  }

  /** Does something to the windows of a program: `windowclose`, `windowkill` … */
  async act(action: string, windowClass: string): Promise<void> {
    await this.#xdotool('search', '--onlyvisible', '--class', windowClass, action);
  }

  async close(): Promise<void> {
    this.#server.kill();
    await once(this.#server, 'close');
  }

  async #xdotool(...args: string[]): Promise<string> {
    const { stdout } = await run('xdotool', args, { env: { ...process.env, ...this.environment } });
    return stdout;
  }
}

/** It fails when there is none. */
function noWindow(): string {
  return '';
}
