import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { isRunning } from '../support/fake-programs.js';

const MODULE = new URL('own-group.js', import.meta.url).href;

const directory = mkdtempSync(join(tmpdir(), 'rtmpkit-group-'));
const started: ChildProcess[] = [];
afterAll(() => {
  for (const one of started) one.kill('SIGKILL');
  rmSync(directory, { recursive: true });
});

function script(name: string, text: string): string {
  const path = join(directory, `${name}.mjs`);
  writeFileSync(path, text);
  return path;
}

/** A bench that starts a server, says who that is, and does as it is told then. */
function bench(name: string, then: string): string {
  return script(
    name,
    `import { spawn } from 'node:child_process';
     import { endWithParent } from '${MODULE}';
     endWithParent();
     const server = spawn('sleep', ['1000'], { stdio: 'ignore' });
     console.log(server.pid);
     ${then}`,
  );
}

/** What runs it, and the server that it has started. */
async function run(name: string, then: string): Promise<{ runner: ChildProcess; server: number }> {
  const runner = spawn(
    process.execPath,
    [
      script(
        `${name}-runner`,
        `import { inOwnGroup } from '${MODULE}';
         const interrupted = new AbortController();
         process.once('SIGTERM', () => interrupted.abort());
         await inOwnGroup('${bench(name, then)}', [], interrupted.signal).catch(() => { process.exitCode = 7; });`,
      ),
    ],
    { stdio: ['ignore', 'pipe', 'ignore'] },
  );
  started.push(runner);
  const [line] = await once(runner.stdout!, 'data');
  return { runner, server: Number(line) };
}

const isGone = (server: number) => vi.waitFor(() => expect(isRunning(server)).toBe(false), { timeout: 20_000 });

describe('what a bench has started', () => {
  it.each<[string, string, number]>([
    ['is through', `process.send('results', () => process.exit());`, 0],
    ['fails', `throw new Error('on purpose');`, 7],
  ])('ends with a bench that %s', async (name, then, status) => {
    const { runner, server } = await run(name.replace(' ', '-'), then);
    expect(await once(runner, 'exit')).toEqual([status, null]);
    await isGone(server);
  });

  it.each<[NodeJS.Signals, unknown[]]>([
    ['SIGTERM', [7, null]],
    ['SIGKILL', [null, 'SIGKILL']],
  ])('ends when who runs the bench gets a %s', async (signal, exit) => {
    const { runner, server } = await run(signal, 'setInterval(() => {}, 1e6);');
    expect(isRunning(server)).toBe(true);
    const exited = once(runner, 'exit');
    runner.kill(signal);
    expect(await exited).toEqual(exit);
    await isGone(server);
  });
});
