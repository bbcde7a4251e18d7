import type { ChildProcess } from 'node:child_process';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * A file system of few bytes, which only programs started with `wrapper` see: a tmpfs in a mount namespace of its own. A
 * process that does nothing keeps it alive, and through that the test looks into it.
 */
export class SmallDisk {
  /** Starts a program that sees the disk. */
  readonly wrapper: readonly string[];
  readonly #keeper: ChildProcess;
  readonly #directory: string;

  private constructor(keeper: ChildProcess, directory: string) {
    this.#keeper = keeper;
    this.#directory = directory;
    this.wrapper = ['nsenter', '-t', `${keeper.pid}`, '-m', '--'];
  }

  /** Whether this machine and this user can have one. */
  static get isPossible(): boolean {
    try {
      execFileSync('unshare', ['-m', 'sh', '-c', 'mount -t tmpfs -o size=64k tmpfs /mnt && command -v nsenter'], {
        stdio: 'ignore',
      });
      return true;
    } catch {
      return false;
    }
  }

  static async open(sizeBytes: number): Promise<SmallDisk> {
    const directory = mkdtempSync(join(tmpdir(), 'rtmpkit-disk-'));
    const script = 'mount -t tmpfs -o size="$1" tmpfs "$2" && echo ready && read -r _';
    const keeper = spawn('unshare', ['-m', 'sh', '-c', script, 'sh', `${sizeBytes}`, directory], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    await once(keeper.stdout, 'data');
    return new SmallDisk(keeper, directory);
  }

  /** A path on the disk, for programs that see it. */
  file(name: string): string {
    return join(this.#directory, name);
  }

  /** The same file as the test sees it. */
  fromOutside(path: string): string {
    return join('/proc', `${this.#keeper.pid}`, 'root', path);
  }

  async close(): Promise<void> {
    this.#keeper.stdin?.end('\n');
    await once(this.#keeper, 'close');
    rmSync(this.#directory, { recursive: true });
  }
}
