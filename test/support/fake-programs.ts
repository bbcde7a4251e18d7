import { mkdtempSync, readFileSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** For tests that start programs: on a busy machine that may take its time. */
export const PATIENCE = { timeout: 60_000 };

/** Programs of a test, each a Node script in a folder that is removed with it. */
export class FakePrograms {
  readonly folder = mkdtempSync(join(tmpdir(), 'rtmpkit-programs-'));

  /** @param script the body of a Node script (CommonJS) */
  async add(name: string, script: string): Promise<string> {
    const path = join(this.folder, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, `#!${process.execPath}\n${script}\n`, { mode: 0o755 });
    return path;
  }

  async file(name: string, text: string): Promise<string> {
    const path = join(this.folder, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
    return path;
  }

  remove(): Promise<void> {
    return rm(this.folder, { recursive: true, force: true });
  }
}

/** Whether a process is there, and no zombie that nobody has buried. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !isZombie(pid);
  } catch {
    return false;
  }
}

function isZombie(pid: number): boolean {
  return /[ZX]/.test(stateOf(pid) ?? '');
}

/** One letter, as `ps` has it: `S` it sleeps, `T` it is stopped. `undefined`: no such process, or no such table on this system. */
export function stateOf(pid: number): string | undefined {
  try {
    return /\) (\S) /.exec(readFileSync(`/proc/${pid}/stat`, 'latin1'))?.[1];
  } catch {
    return undefined;
  }
}
