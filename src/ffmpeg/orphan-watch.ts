import { type ChildProcess, spawn } from 'node:child_process';

/**
 * Reads from a pipe whose other end we hold. A line means that the child has ended; an end without a line means that we have
 * gone without a chance to do anything: then the child is asked to end, and killed a second later. This
 * is the one way to signal a process group that all shells understand.
 */
const SCRIPT = `
if read -r over; then exit 0; fi
kill -s TERM -- "-$1"
sleep 1
kill -s KILL -- "-$1"
`;

/**
 * Sees to it that a child does not outlive this process, even when this process is killed with SIGKILL: a hanging capture
 * would not notice. On Windows the system does that by itself.
 *
 * The watch, a small shell, stands in a session of its own, so that nothing meant for our terminal or process group ends it.
 */
export class OrphanWatch {
  readonly #shell: ChildProcess | undefined;

  /** @param pid of a child that leads a process group */
  constructor(pid: number) {
    if (process.platform === 'win32') return;
    this.#shell = spawn('/bin/sh', ['-c', SCRIPT, 'rtmpkit-watch', `${pid}`], {
      stdio: ['pipe', 'ignore', 'ignore'],
      detached: true,
      env: {},
      cwd: '/',
    });
    this.#shell.on('error', () => {}); // without a shell there is no watch; an orderly end needs none
    this.#shell.stdin?.on('error', () => {}); // somebody has ended the watch
    this.#shell.unref();
  }

  /** The child has ended. */
  end(): void {
    this.#shell?.stdin?.end('over\n');
  }
}
