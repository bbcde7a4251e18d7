import { once } from 'node:events';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { ask } from '../../src/ffmpeg/ask.js';
import { ChildProgram, type ChildProgramOptions } from '../../src/ffmpeg/child-program.js';
import { FfmpegProcess } from '../../src/ffmpeg/ffmpeg-process.js';
import { pausePrograms, resumePrograms } from '../../src/ffmpeg/running-programs.js';
import { FakePrograms, isRunning, PATIENCE, stateOf } from '../support/fake-programs.js';

const programs = new FakePrograms();
afterAll(() => programs.remove());

async function start(script: string, options: Partial<ChildProgramOptions> = {}): Promise<ChildProgram> {
  const path = await programs.add('program', script);
  return ChildProgram.start({ path, args: [], stdin: 'pipe', stdout: 'pipe', ...options });
}

describe('ChildProgram', PATIENCE, () => {
  it('passes bytes both ways and tells how it ended', async () => {
    const lines: string[] = [];
    const child = await start(
      `process.stdin.on('data', (d) => process.stdout.write(d)); process.stdin.on('end', () => { console.error('a\\rb'); process.exitCode = 3; })`,
      { onLine: (line) => lines.push(line) },
    );
    child.stdin?.end('there and back');
    let text = '';
    for await (const bytes of child.stdout ?? []) text += bytes;
    expect(text).toBe('there and back');
    expect(await child.finished).toEqual({ exitCode: 3, signal: undefined });
    expect(lines).toEqual(['a', 'b']);
    expect(child.isOver).toBe(true);
  });

  it('is no worse for a program that reads nothing of what it is given', async () => {
    const child = await start('process.exit(0)');
    child.stdin?.write(Buffer.alloc(10_000_000));
    expect(await child.finished).toMatchObject({ exitCode: 0 });
  });

  it('ends a program that can be asked to', async () => {
    const child = await start(
      `process.on('SIGTERM', () => process.exit(7)); console.log('up'); setInterval(() => {}, 1e6)`,
    );
    await once(child.stdout!, 'data');
    await child.stop();
    expect(await child.finished).toMatchObject({ exitCode: 7 });
  });

  it.runIf(process.platform === 'linux')('stands still with us, with what it has started, and goes on', async () => {
    const child = await start(
      `const other = require('child_process').spawn('sleep', ['1000'], { stdio: 'ignore' });
       console.log(other.pid); setInterval(() => {}, 1e6)`,
    );
    const [pid] = await once(child.stdout!, 'data');
    const states = () => [child.pid, Number(`${pid}`)].map(stateOf);
    pausePrograms();
    await expect.poll(states).toEqual(['T', 'T']);
    resumePrograms();
    await expect.poll(states).toEqual(['S', 'S']);
    await child.stop();
    pausePrograms(); // there is nobody left to be stopped
  });

  it('kills one that does not listen, and what it has started', async () => {
    const child = await start(
      `process.on('SIGTERM', () => {});
       const other = require('child_process').spawn('sleep', ['1000'], { stdio: 'ignore' });
       console.log(other.pid); setInterval(() => {}, 1e6)`,
    );
    const [pid] = await once(child.stdout!, 'data');
    expect(isRunning(Number(`${pid}`))).toBe(true);
    await child.stop(1);
    expect(await child.finished).toMatchObject({ signal: 'SIGKILL' });
    await expect.poll(() => isRunning(Number(`${pid}`))).toBe(false);
  });

  it('tells it nothing that is for us', async () => {
    vi.stubEnv('RTMPKIT_KEY', 'hush');
    const child = await start('console.log(process.env.RTMPKIT_KEY, process.env.OTHER, process.env.PATH.length > 0)', {
      environment: { OTHER: 'yes' },
    });
    vi.unstubAllEnvs();
    expect(`${await once(child.stdout!, 'data')}`).toBe('undefined yes true\n');
  });

  it('says so when there is nothing to start', async () => {
    const start = ChildProgram.start({ path: '/no/such/program', args: [], stdin: 'ignore', stdout: 'ignore' });
    await expect(start).rejects.toMatchObject({ code: 'ERR_FFMPEG_MISSING', kind: 'ffmpeg' });
  });

  it('does not wait for ever for the last words of something else', async () => {
    const child = await start(
      `const other = require('child_process').spawn('sleep', ['1000'], { stdio: ['ignore', 'ignore', 2], detached: true });
       console.log(other.pid); other.unref(); process.exit(0)`,
    );
    const [pid] = await once(child.stdout!, 'data');
    expect(await child.finished).toMatchObject({ exitCode: 0 });
    process.kill(Number(`${pid}`));
  });
});

describe('FfmpegProcess', PATIENCE, () => {
  async function ffmpeg(script: string) {
    const warnings: string[] = [];
    const path = await programs.add('ffmpeg', script);
    const process = await FfmpegProcess.start({
      path,
      args: ['-i', 'x'],
      stdin: 'ignore',
      stdout: 'pipe',
      redact: (text) => text.replaceAll('secret', '****'),
      onWarning: (text) => warnings.push(text),
    });
    process.stdout?.resume();
    return { process, warnings };
  }

  it('fails in the words of FFmpeg, without its secrets', async () => {
    const { process, warnings } = await ffmpeg(
      `console.error('[warning] odd secret'); console.error('[tcp @ 0x55] [error] secret: Connection refused'); process.exit(1)`,
    );
    await expect(process.finished).rejects.toMatchObject({
      code: 'ERR_FFMPEG_FAILED',
      message: 'FFmpeg ended with exit status 1',
      peerWords: 'tcp: ****: Connection refused',
    });
    expect(warnings).toEqual(['odd ****']);
  });

  it('tells of a signal', async () => {
    const { process } = await ffmpeg(`process.kill(process.pid, 'SIGSEGV')`);
    await expect(process.finished).rejects.toMatchObject({ message: 'FFmpeg was ended by SIGSEGV' });
  });

  it('has not failed when it was stopped', async () => {
    const { process } = await ffmpeg(`console.log(); setInterval(() => {}, 1e6)`);
    await process.stop();
    await expect(process.finished).resolves.toBeUndefined();
  });

  it('keeps little of what a talkative one says', async () => {
    const { process } = await ffmpeg(
      `for (let i = 0; i < 3000; i++) process.stderr.write('\\xff\\x00garbage'.repeat(100) + (i % 2 ? '\\n' : '')); process.exitCode = 1`,
    );
    await expect(process.finished).rejects.toMatchObject({ code: 'ERR_FFMPEG_FAILED' });
    expect(process.lastErrors.join('').length).toBeLessThan(20_000);
  });
});

describe('ask', PATIENCE, () => {
  it('gives what a program says', async () => {
    const path = await programs.add(
      'talker',
      `process.stdin.pipe(process.stdout); console.error('well'); process.exitCode = 2`,
    );
    expect(await ask(path, [], { input: 'hello' })).toEqual({
      exit: { exitCode: 2, signal: undefined },
      stdout: 'hello',
      stderr: ['well'],
    });
  });

  it.each([
    ['that hangs', 'setInterval(() => {}, 1e6)', /gave no answer in 0.2 s/],
    [
      'that never stops talking',
      `const s = 'x'.repeat(1e6); const f = () => process.stdout.write(s, f); f()`,
      /says too much/,
    ],
  ])('gives up on one %s', async (_, script, message) => {
    const path = await programs.add('bad', script);
    const timeoutMs = message.source.includes('no answer') ? 200 : 10_000;
    await expect(ask(path, [], { timeoutMs })).rejects.toThrow(message);
  });
});
