import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { EXIT_OF_KIND } from '../../src/cli/exit-codes.js';
import { Interruption } from '../../src/cli/interruption.js';
import { type ErrorCode, NetworkError, OutputError, RejectedError, RtmpkitError } from '../../src/errors.js';
import { CONNECTED, CONNECTING, ENDED, STARTED, stats } from './events.js';
import { failing, run, type Script, telling } from './fake-world.js';

const PUSH = ['push', 'film.flv', 'rtmp://host/live/hush-hush-hush'];

function json(text: string): Record<string, unknown>[] {
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line));
}

/** Runs until it is asked to stop, and then ends well. */
function untilStopped(interruption: Interruption, cause: Parameters<Interruption['stop']>[0]): Script {
  return async function* (signal) {
    yield STARTED;
    interruption.stop(cause);
    await turn();
    yield { ...ENDED, reason: signal.aborted ? 'interrupted' : 'end of file' };
  };
}

describe('exit codes', () => {
  it.each([
    ['ERR_USAGE', 2],
    ['ERR_DNS', 3],
    ['ERR_TIMEOUT', 4],
    ['ERR_TLS', 5],
    ['ERR_AUTH', 6],
    ['ERR_STREAM_NOT_FOUND', 7],
    ['ERR_STREAM_BUSY', 8],
    ['ERR_CHUNK', 9],
    ['ERR_NOT_FLV', 10],
    ['ERR_EXPECTATION', 12],
    ['ERR_DISK_FULL', 13],
    ['ERR_INTERNAL', 1],
  ] satisfies [ErrorCode, number][])('%s ends in %i', async (code, exitCode) => {
    expect((await run(PUSH, { script: failing(new RtmpkitError(code, 'no')) })).exitCode).toBe(exitCode);
  });

  it('are all different', () => {
    const codes = Object.values(EXIT_OF_KIND).map(({ code }) => code);
    expect(new Set(codes).size).toBe(codes.length);
  });

  it('is 0 when a command ends well', async () => {
    expect((await run(PUSH, { script: telling(STARTED, ENDED) })).exitCode).toBe(0);
  });

  it.each([
    ['SIGINT', PUSH, 130],
    ['SIGTERM', PUSH, 143],
    ['SIGINT', ['pull', 'rtmp://h/a/b'], 130],
    ['SIGINT', ['serve'], 0],
    ['SIGTERM', ['serve'], 0],
  ] as const)('after %s, %j finishes and ends in %i', async (signal, argv, exitCode) => {
    const interruption = new Interruption();
    const result = await run(argv, { interruption, script: untilStopped(interruption, { by: 'signal', signal }) });
    expect(result.exitCode).toBe(exitCode);
    expect(result.stderr.text).toContain(`${signal}: finishing\n`);
    expect(result.stderr.text).toContain('interrupted');
  });

  it('counts the error of a stop for nothing, but not another one', async () => {
    const interruption = new Interruption();
    const aborted: Script = async function* (signal) {
      yield STARTED;
      interruption.stop({ by: 'signal', signal: 'SIGINT' });
      signal.throwIfAborted();
    };
    const result = await run(PUSH, { interruption, script: aborted });
    expect(result.exitCode).toBe(130);
    expect(result.stderr.text).not.toContain('bug');

    const other = new Interruption();
    other.stop({ by: 'signal', signal: 'SIGINT' });
    const failed = await run(PUSH, {
      interruption: other,
      script: failing(new OutputError('ERR_DISK_FULL', 'disk full')),
    });
    expect(failed.exitCode).toBe(13);
  });

  it('is 0, without a word, when nobody reads standard output any more', async () => {
    const interruption = new Interruption();
    const gone: Script = async function* () {
      yield STARTED;
      interruption.stop({ by: 'reader gone' });
      throw new OutputError('ERR_OUTPUT', 'cannot write');
    };
    const result = await run(['pull', 'rtmp://h/a/b', '-'], { interruption, script: gone });
    expect(result.exitCode).toBe(0);
    expect(result.stderr.text).not.toContain('cannot write');
  });

  it('is 13 when standard output takes nothing, and that is told on standard error', async () => {
    const interruption = new Interruption();
    const cause = {
      by: 'output failure',
      error: Object.assign(new Error(), { code: 'ENOSPC', syscall: 'write' }),
    } as const;
    const result = await run([...PUSH, '--json'], { interruption, script: untilStopped(interruption, cause) });
    expect(result.exitCode).toBe(13);
    expect(result.stderr.text).toContain('standard output: the disk is full');
  });

  it('is that of the stop when it comes while the key is awaited', async () => {
    const interruption = new Interruption();
    interruption.stop({ by: 'signal', signal: 'SIGTERM' });
    const result = await run(['push', 'f', 'rtmp://host/live', '--key', '-'], { interruption });
    expect(result).toMatchObject({ exitCode: 143, stderr: { text: '' } });
  });
});

describe('errors', () => {
  const refused = new RejectedError('ERR_STREAM_BUSY', 'the name is already published', {
    stage: 'publish',
    peerWords: 'Stream hush-hush-hush already publishing\n\x1b[2J',
    advice: 'choose another name, or wait until the other publisher ends',
  });

  it('take three lines: where and what, the words of the peer, what to try', async () => {
    const { stderr } = await run(PUSH, { script: failing(refused) });
    expect(stderr.lines).toEqual([
      'rtmpkit push failed (publish): the name is already published',
      '  the other side said: Stream **** already publishing ?[2J',
      '  hint: choose another name, or wait until the other publisher ends',
    ]);
  });

  it('are an event for programs', async () => {
    const { stdout, stderr, exitCode } = await run([...PUSH, '--json'], { script: failing(refused, CONNECTING) });
    expect(exitCode).toBe(8);
    expect(stderr.text).toBe('');
    expect(json(stdout.text).at(-1)).toEqual({
      event: 'error',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      code: 'ERR_STREAM_BUSY',
      message: 'the name is already published',
      exitCode: 8,
      stage: 'publish',
      peerWords: 'Stream **** already publishing\n\x1b[2J',
      advice: 'choose another name, or wait until the other publisher ends',
    });
  });

  it('of options are JSON, too, when JSON is wanted', async () => {
    for (const run1 of [
      run(['push', '--json', '--sped']),
      run(['push', '--sped'], { environment: { RTMPKIT_JSON: '1' } }),
    ]) {
      const { stdout, exitCode } = await run1;
      expect(exitCode).toBe(2);
      expect(json(stdout.text)).toMatchObject([{ event: 'error', code: 'ERR_USAGE', exitCode: 2 }]);
    }
  });

  it('that are bugs ask for a report, and show a stack only with -v', async () => {
    const bug = failing(new TypeError('x is not a function'));
    const short = await run(PUSH, { script: bug });
    expect(short.exitCode).toBe(1);
    expect(short.stderr.lines).toEqual([
      'rtmpkit push: this is a bug in rtmpkit: x is not a function',
      '  hint: please report it with the command you ran and what -v shows',
    ]);
    const long = await run([...PUSH, '-v'], { script: bug });
    expect(long.stderr.text).toContain('program.test.ts');
    const data = await run([...PUSH, '--json'], { script: bug });
    expect(json(data.stdout.text)).toMatchObject([{ code: 'ERR_INTERNAL', exitCode: 1 }]);
    expect(data.stdout.text).not.toContain('program.test.ts');
  });

  it('that nobody caught end the command', async () => {
    const crashed = Promise.reject(new TypeError('late'));
    const endless: Script = async function* () {
      yield STARTED;
      await new Promise(() => {});
    };
    const { exitCode, stderr } = await run(PUSH, { script: endless, crashed });
    expect(exitCode).toBe(1);
    expect(stderr.text).toContain('this is a bug in rtmpkit: late');
  });

  it('of very long words are cut', async () => {
    const talkative = new NetworkError('ERR_NETWORK', 'no', { peerWords: 'x'.repeat(10_000) });
    const { stderr } = await run(PUSH, { script: failing(talkative) });
    expect(Math.max(...stderr.lines.map((line) => line.length))).toBeLessThanOrEqual(302);
  });
});

describe('talk', () => {
  const script = telling(CONNECTING, CONNECTED, STARTED, stats(), { ...ENDED, reason: 'hush-hush-hush is over' });

  it('goes to standard error, results to standard output', async () => {
    const people = await run(PUSH, { script });
    expect(people.stdout.text).toBe('');
    expect(people.stderr.lines).toEqual([
      '14:03:22 connecting to rtmp://host/live/****',
      '14:03:22 connected to 192.0.2.7:1935 (digest-1 handshake, FMS/3,5,7,7009)',
      '14:03:22 publishing rtmp://host/live/****, 10.0 s of media',
      '14:03:22 sent 10.0 s, 2.5 MB, 2.0 Mbit/s: **** is over',
    ]);
    const programs = await run([...PUSH, '--json'], { script });
    expect(programs.stderr.text).toBe('');
    expect(json(programs.stdout.text).map(({ event }) => event)).toEqual([
      'connecting',
      'connected',
      'started',
      'stats',
      'ended',
    ]);
  });

  it('never holds the key, unless it may', async () => {
    for (const extra of [[], ['-v'], ['--json'], ['--quiet']]) {
      const { stdout, stderr } = await run([...PUSH, ...extra], { script });
      expect(stdout.text + stderr.text).not.toContain('hush-hush');
    }
    const { stderr } = await run([...PUSH, '--show-keys'], { script });
    expect(stderr.text).toContain('publishing rtmp://host/live/hush-hush-hush');
  });

  it('is errors only with --quiet', async () => {
    expect((await run([...PUSH, '-q'], { script })).stderr.text).toBe('');
    const { stderr } = await run([...PUSH, '-q'], {
      script: failing(new NetworkError('ERR_DNS', 'no such host'), STARTED),
    });
    expect(stderr.lines).toEqual(['rtmpkit push: no such host']);
  });

  it('tells every stage with -v', async () => {
    const { stderr } = await run([...PUSH, '-v'], {
      script: telling(CONNECTING, { ...CONNECTING, stage: 'handshake' } as never),
    });
    expect(stderr.lines).toEqual([
      '14:03:22 TCP connection: rtmp://host/live/****',
      '14:03:22 RTMP handshake: rtmp://host/live/****',
    ]);
  });
});

describe('version', () => {
  it('is that of the package', async () => {
    const { stdout, exitCode } = await run(['push', '--version']);
    expect(exitCode).toBe(0);
    expect(stdout.text).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});
