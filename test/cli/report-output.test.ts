import { describe, expect, it } from 'vitest';
import { EMPTY_REPORT } from '../../src/analysis/empty-report.js';
import { StreamCourse } from '../../src/analysis/stream-course.js';
import { Interruption } from '../../src/cli/interruption.js';
import { ExpectationError, NetworkError } from '../../src/errors.js';
import type { CommandEvent } from '../../src/events.js';
import type { ProbeReport } from '../../src/report.js';
import { analysed, healthyStream } from '../analysis/streams.js';
import { CONNECTING } from './events.js';
import { FakeTerminal } from './fake-terminal.js';
import { failing, run, type Script, telling } from './fake-world.js';

const ARGV = ['probe', 'rtmp://host/live/hush-hush-hush'];
const { durationMs: _, ...media } = analysed(healthyStream());
const REPORT: ProbeReport = { ...EMPTY_REPORT, ...media, url: 'rtmp://host/live/****', ok: true };
const history = new StreamCourse().history();
const found: CommandEvent = { event: 'report', report: REPORT, history };
const foundLess: CommandEvent = { event: 'report', report: { ...REPORT, ok: false }, history };
const refused = new NetworkError('ERR_REFUSED', 'nothing listens on host', { stage: 'tcp', advice: 'look for it' });

describe('probe --json', () => {
  it('prints one document and nothing else', async () => {
    const { stdout, stderr, exitCode } = await run([...ARGV, '--json'], { script: telling(CONNECTING, found) });
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout.text)).toEqual({ ...JSON.parse(JSON.stringify(REPORT)), error: null });
    expect(stderr.text).toBe('');
  });

  it('has the error in the document, with what was found by then', async () => {
    const { stdout, exitCode } = await run([...ARGV, '--json'], { script: failing(refused, CONNECTING, foundLess) });
    expect(exitCode).toBe(3);
    expect(JSON.parse(stdout.text)).toMatchObject({
      schema: 1,
      ok: false,
      url: 'rtmp://host/live/****',
      streams: [{ codec: 'h264' }, { codec: 'aac' }],
      error: {
        code: 'ERR_REFUSED',
        message: 'nothing listens on host',
        exitCode: 3,
        stage: 'tcp',
        advice: 'look for it',
      },
    });
  });

  it('is a document also when nothing could be done', async () => {
    const { stdout, exitCode } = await run([...ARGV, '--json', '--expect', 'video.fsp>1']);
    expect(exitCode).toBe(2);
    expect(JSON.parse(stdout.text)).toMatchObject({ schema: 1, ok: false, streams: [], error: { code: 'ERR_USAGE' } });
  });
});

describe('probe', () => {
  it('prints its report on standard output, and talks on standard error', async () => {
    const { stdout, stderr } = await run(ARGV, { script: telling(CONNECTING, found) });
    expect(stdout.lines[0]).toBe('rtmp://host/live/****');
    expect(stdout.text).toContain('h264 Constrained Baseline');
    expect(stderr.text).toMatch(/connecting to/);
    expect(stderr.text).not.toContain('h264');
  });

  it('says why it failed behind what it found', async () => {
    const unmet = new ExpectationError('ERR_EXPECTATION', '1 of 1 expectation is not met: video.fps>=30 (it is 25)');
    const { stdout, stderr, exitCode } = await run(ARGV, { script: failing(unmet, foundLess) });
    expect(exitCode).toBe(12);
    expect(stdout.text).toContain('h264');
    expect(stderr.text).toContain('expectation is not met: video.fps>=30 (it is 25)');
  });

  it('is quiet when it is told to be', async () => {
    const { stdout, stderr } = await run([...ARGV, '--quiet'], { script: telling(CONNECTING, found) });
    expect(stdout.text + stderr.text).toBe('');
  });

  it('shows the whole URL with --show-keys', async () => {
    const { stdout } = await run([...ARGV, '--show-keys'], { script: telling(found) });
    expect(stdout.lines[0]).toBe('rtmp://host/live/hush-hush-hush');
  });
});

describe('probe --watch', () => {
  const started: CommandEvent = { event: 'started', role: 'player', url: 'rtmp://host/live/****' };
  const recent = { seconds: [], silentMs: 0 };
  const hushed = { ...REPORT, metadata: { title: 'hush-hush-hush' }, url: 'rtmp://host/live/****' };
  const snapshot: CommandEvent = {
    event: 'snapshot',
    recent,
    report: { ...hushed, warnings: [{ code: 'WARN_X', message: 'no "hush-hush-hush"', advice: 'look' }] },
  };

  it('shows the stream, and prints the report when it is over; the key is nowhere', async () => {
    const stderr = new FakeTerminal();
    const { stdout, exitCode } = await run([...ARGV, '--watch'], { stderr, script: telling(started, snapshot, found) });
    expect(exitCode).toBe(0);
    expect(stderr.written).toContain('no "****"');
    expect(stderr.written + stdout.text).not.toContain('hush-hush');
    expect(stderr).toMatchObject({ isAlternate: false, isCursorVisible: true });
    expect(stdout.lines[0]).toBe('rtmp://host/live/****');
  });

  it('ends with success when q is pressed, and as interrupted by Ctrl-C', async () => {
    for (const [cause, status] of [
      [{ by: 'key' }, 0],
      [{ by: 'signal', signal: 'SIGINT' }, 130],
    ] as const) {
      const interruption = new Interruption();
      const stderr = new FakeTerminal();
      const script: Script = async function* () {
        yield started;
        yield snapshot;
        interruption.stop(cause);
        yield found;
      };
      const { stdout, exitCode } = await run([...ARGV, '--watch'], { stderr, script, interruption });
      expect(exitCode).toBe(status);
      expect(stdout.text).toContain('h264');
      expect(stderr.isAlternate).toBe(false);
    }
  });

  it('gives the terminal back when something breaks', async () => {
    const stderr = new FakeTerminal();
    const script = failing(new Error('broken'), started, snapshot);
    const { exitCode } = await run([...ARGV, '--watch'], { stderr, script });
    expect(exitCode).toBe(1);
    expect(stderr).toMatchObject({ isAlternate: false, isCursorVisible: true, wraps: true });
  });
});
