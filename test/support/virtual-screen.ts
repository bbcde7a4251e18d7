import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { Peer } from './peer.js';

const run = promisify(execFile);

/** An X display that nobody sees, with a picture on it. */
export class VirtualScreen {
  /** For `DISPLAY`. */
  readonly display: string;
  readonly #server: Peer;

  private constructor(display: string, server: Peer) {
    this.display = display;
    this.#server = server;
  }

  static async open(width: number, height: number): Promise<VirtualScreen> {
    // It looks for a free number itself, and tells it there.
    const arguments_ = ['-displayfd', '1', '-noreset', '-nolisten', 'tcp', '-screen', '0', `${width}x${height}x24`];
    const server = new Peer('Xvfb', arguments_);
    await server.says(/^\d+\s/m);
    return new VirtualScreen(`:${/^\d+/m.exec(server.output)?.[0]}`, server);
  }

  /** Covers it with an image file. */
  async show(image: string): Promise<void> {
    const environment = { env: { ...process.env, DISPLAY: this.display } };
    // It ends with status 1 whenever it has no window of its own; whoever looks at the screen sees whether it worked.
    await run('display', ['-window', 'root', image], environment).catch(() => {});
  }

  close(): Promise<void> {
    return this.#server.stop();
  }
}
