import { describe, expect, it } from 'vitest';
import type { PullOutput, PullOutputEnd, PullTarget } from '../../src/commands/pull-output.js';
import { PullOutputs } from '../../src/commands/pull-outputs.js';
import { FfmpegError, OutputError } from '../../src/errors.js';
import type { CommandEvent, OutputMedium } from '../../src/events.js';
import { Broadcast, type SubscribeOptions } from '../../src/flow/broadcast.js';

/** An output that ends when the test says so. */
class FakeOutput implements PullOutput {
  readonly name: string;
  readonly medium?: OutputMedium;
  readonly subscription = undefined;
  readonly finished: Promise<PullOutputEnd>;
  mode: SubscribeOptions['mode'] | undefined;
  isStopped = false;
  end: (end: PullOutputEnd) => void = () => {};
  fail: (error: unknown) => void = () => {};

  constructor(name: string, medium?: OutputMedium) {
    this.name = name;
    if (medium !== undefined) this.medium = medium;
    this.finished = new Promise((resolve, reject) => {
      this.end = resolve;
      this.fail = reject;
    });
    this.finished.catch(() => {});
  }

  attach(_: Broadcast, mode: SubscribeOptions['mode']): void {
    this.mode = mode;
  }

  stop(): void {
    this.isStopped = true;
  }
}

function targets(...outputs: PullOutput[]): PullTarget[] {
  return outputs.map((output) => ({ open: async () => output }));
}

function failingTarget(error: unknown): PullTarget {
  return {
    open: async () => {
      throw error;
    },
  };
}

const BROADCAST = new Broadcast({ maxBytes: 1, gopCache: false });
const FULL = new OutputError('ERR_DISK_FULL', 'a.flv: the disk is full');

async function open(all: readonly PullTarget[]): Promise<{ outputs: PullOutputs; events: CommandEvent[] }> {
  const events: CommandEvent[] = [];
  const outputs = await PullOutputs.open(all, 'rtmp://host/live/****', (event) => events.push(event));
  outputs.attach(BROADCAST);
  return { outputs, events };
}

describe('PullOutputs', () => {
  it('of one output have its end', async () => {
    const output = new FakeOutput('a.flv');
    const { outputs, events } = await open(targets(output));
    output.end({ bytes: 7, mediaBytes: 5, reason: 'enough' });
    await outputs.finished;
    expect(events).toEqual([{ event: 'started', role: 'player', url: 'rtmp://host/live/****', output: 'a.flv' }]);
    expect(outputs.end).toEqual({ output: 'a.flv', bytes: 7, mediaBytes: 5, reason: 'enough' });
    expect(outputs.failure).toBeUndefined();
  });

  it('of one output have its failure', async () => {
    const output = new FakeOutput('a.flv');
    const { outputs, events } = await open(targets(output));
    output.fail(FULL);
    await outputs.finished;
    expect(outputs.failure).toBe(FULL);
    expect(events.map(({ event }) => event)).toEqual(['started']);
    await expect(open([failingTarget(FULL)])).rejects.toBe(FULL);
  });

  it('end one by one, in their own words', async () => {
    const [a, b] = [new FakeOutput('a.flv'), new FakeOutput('b.flv')];
    const { outputs, events } = await open(targets(a, b));
    b.end({ bytes: 1 });
    a.end({ bytes: 2, durationMs: 3, reason: 'closed' });
    await outputs.finished;
    expect(events.slice(2)).toMatchObject([
      { event: 'ended', output: 'b.flv', bytes: 1, durationMs: 0, reason: 'end of stream', final: false },
      { event: 'ended', output: 'a.flv', bytes: 2, durationMs: 3, reason: 'closed', final: false },
    ]);
    expect(outputs.end).toEqual({ reason: 'closed' });
  });

  it('go on without one that fails, before or later, and tell why', async () => {
    const [a, b] = [new FakeOutput('a.flv'), new FakeOutput('b.flv')];
    const died = new FfmpegError('ERR_FFMPEG_FAILED', 'c.ts: FFmpeg ended', { peerWords: 'no way' });
    const { outputs, events } = await open([failingTarget(died), ...targets(a, b)]);
    a.fail(FULL);
    b.end({ bytes: 1 });
    await outputs.finished;
    const warnings = events.filter((event) => event.event === 'warning');
    expect(warnings.map(({ message }) => message)).toEqual([
      'an output failed: c.ts: FFmpeg ended (no way)',
      'an output failed: a.flv: the disk is full',
    ]);
    expect(events.at(-1)).toMatchObject({ event: 'ended', output: 'b.flv' });
    expect(outputs.failure).toBe(died);
  });

  it('do not take a bug for a failure', async () => {
    const [a, b] = [new FakeOutput('a.flv'), new FakeOutput('b.flv')];
    const { outputs } = await open(targets(a, b));
    a.fail(new TypeError('a bug'));
    b.end({ bytes: 1 });
    await expect(outputs.finished).rejects.toThrow('a bug');
  });

  it.each<[string, (OutputMedium | undefined)[], string | undefined, SubscribeOptions['mode']]>([
    ['alone', ['window'], 'rtmp://host', 'lossless'],
    ['beside a picture', ['window', 'picture', 'data'], 'rtmp://host', 'lossless'],
    ['beside a recording', ['window', undefined], 'rtmp://host', 'live'],
    ['beside a command', ['window', 'command'], 'rtmp://host', 'live'],
    ['beside a copy of a file', ['window', undefined], undefined, 'lossless'],
  ])('have a window %s that makes the source wait, or not', async (_, media, url, mode) => {
    const all = media.map((medium, i) => new FakeOutput(`${i}`, medium));
    const outputs = await PullOutputs.open(targets(...all), url, () => {});
    outputs.attach(BROADCAST);
    expect(all.map((output) => output.mode)).toEqual([mode, ...all.slice(1).map(() => 'lossless')]);
  });

  it('are stopped together', async () => {
    const all = [new FakeOutput('a'), new FakeOutput('b')];
    const { outputs } = await open(targets(...all));
    outputs.stop();
    expect(all.map(({ isStopped }) => isStopped)).toEqual([true, true]);
  });
});
