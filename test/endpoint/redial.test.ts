import { describe, expect, it } from 'vitest';
import { Redial, type Retry } from '../../src/endpoint/redial.js';
import { Successor } from '../../src/endpoint/successor.js';
import { NetworkError, RejectedError, UsageError } from '../../src/errors.js';
import { FakeClock } from '../flow/fake-clock.js';

const refused = new NetworkError('ERR_REFUSED', 'nothing listens');
const busy = new RejectedError('ERR_STREAM_BUSY', 'somebody else publishes this stream', { stage: 'publish' });

/** Lets promises that have settled run on. */
async function settle(): Promise<void> {
  for (let i = 0; i < 20; i++) await Promise.resolve();
}

class Scene {
  readonly clock = new FakeClock();
  readonly retries: Retry[] = [];
  readonly stop = new AbortController();
  /** What comes of each attempt; the last one for ever. */
  outcomes: (Error | string)[] = ['open'];
  attempts = 0;
  readonly options = {
    retry: { attempts: 3, delayMs: 1_000, maxDelayMs: 8_000 },
    onRetry: (retry: Retry) => void this.retries.push(retry),
    signal: this.stop.signal,
    clock: this.clock,
    random: () => 1,
  };

  readonly open = async (): Promise<string> => {
    const outcome = this.outcomes[Math.min(this.attempts++, this.outcomes.length - 1)];
    if (typeof outcome === 'string') return outcome;
    throw outcome;
  };

  redial(): Redial<string> {
    return new Redial(this.open, this.options);
  }
}

describe('Redial', () => {
  it('opens at once, or after as many waits as it takes', async () => {
    const scene = new Scene();
    scene.outcomes = [refused, refused, 'open'];
    const opened = scene.redial().open();
    await settle();
    expect(scene.retries).toEqual([{ attempt: 1, delayMs: 1_000, error: refused }]);
    scene.clock.advance(999);
    await settle();
    expect(scene.attempts).toBe(1);
    scene.clock.advance(1);
    await settle();
    expect(scene.clock.nextDelayMs).toBe(2_000);
    scene.clock.advance(2_000);
    expect(await opened).toBe('open');
    expect(scene.clock.pendingTimers).toBe(0);
  });

  it.each([
    ['a server that is away for 20 s', refused, 20_000, [1_000, 2_000, 4_000, 8_000, 16_000]],
    ['a name that is busy for 15 s', busy, 15_000, [1_000, 2_000, 4_000, 5_000, 5_000]],
  ])('has %s again with the first attempt after that', async (_, error, awayMs, delaysMs) => {
    const scene = new Scene();
    const startMs = scene.clock.nowMs();
    const redial = new Redial(
      async () => {
        if (scene.clock.nowMs() - startMs < awayMs) throw error;
        return 'open';
      },
      { ...scene.options, retry: { attempts: Number.POSITIVE_INFINITY, delayMs: 1_000, maxDelayMs: 30_000 } },
    );
    const opened = redial.open();
    for (const delayMs of delaysMs) {
      await settle();
      expect(scene.clock.nextDelayMs).toBe(delayMs);
      scene.clock.advance(delayMs);
    }
    expect(await opened).toBe('open');
    expect(scene.clock.nowMs() - startMs - awayMs).toBeLessThanOrEqual(delaysMs.at(-1) ?? 0);
  });

  it('waits before it opens again what has failed', async () => {
    const scene = new Scene();
    const opened = scene.redial().reopen(refused);
    await settle();
    expect([scene.attempts, scene.clock.pendingTimers]).toEqual([0, 1]);
    scene.clock.advance(1_000);
    expect(await opened).toBe('open');
  });

  it.each([
    ['what cannot be better next time', new UsageError('ERR_USAGE', 'no')],
    ['a bug', new TypeError('oh')],
  ])('does not try again after %s', async (_, error) => {
    const scene = new Scene();
    scene.outcomes = [error];
    await expect(scene.redial().open()).rejects.toBe(error);
    expect([scene.retries, scene.clock.pendingTimers]).toEqual([[], 0]);
  });

  it('leaves nothing behind when it is stopped in a wait', async () => {
    const scene = new Scene();
    scene.outcomes = [refused];
    const opened = scene.redial().open();
    await settle();
    scene.stop.abort(new Error('enough'));
    await expect(opened).rejects.toThrow('enough');
    expect([scene.attempts, scene.clock.pendingTimers]).toEqual([1, 0]);
  });
});

describe('Successor', () => {
  function successorIn(scene: Scene, closed: string[] = []): Successor<string> {
    return new Successor({ ...scene.options, open: scene.open, close: (unwanted) => closed.push(unwanted) });
  }

  it('is nothing before it was asked for', async () => {
    const successor = successorIn(new Scene());
    expect([successor.isWanted, successor.ready, await successor.take()]).toEqual([false, undefined, undefined]);
  });

  it('is given to one only, and may be asked for again', async () => {
    const scene = new Scene();
    const successor = successorIn(scene);
    successor.begin();
    successor.begin();
    await settle();
    expect([scene.attempts, successor.takeReady(), successor.takeReady()]).toEqual([1, 'open', undefined]);
    successor.begin();
    expect(await successor.take()).toBe('open');
    expect(scene.attempts).toBe(2);
  });

  it('tries again in silence', async () => {
    const scene = new Scene();
    scene.outcomes = [refused, refused, refused, refused, 'open'];
    const successor = successorIn(scene);
    successor.begin();
    for (let i = 0; i < 5; i++) {
      await settle();
      scene.clock.advance(8_000);
    }
    await settle();
    expect([successor.ready, scene.retries]).toEqual(['open', []]);
  });

  it('waits for no further attempt when it is needed now', async () => {
    const scene = new Scene();
    scene.outcomes = [refused];
    const successor = successorIn(scene);
    successor.begin();
    await settle();
    expect(await successor.take()).toBeUndefined();
    const other = successorIn(scene);
    other.begin();
    expect(await other.take()).toBeUndefined();
    expect([scene.attempts, scene.clock.pendingTimers]).toEqual([2, 0]);
  });

  it('is closed when it is not wanted any more, whenever it opens', async () => {
    const closed: string[] = [];
    const early = successorIn(new Scene(), closed);
    early.begin();
    await settle();
    early.cancel();
    expect(closed).toEqual(['open']);
    const late = successorIn(new Scene(), closed);
    late.begin();
    late.cancel();
    await settle();
    expect(closed).toEqual(['open', 'open']);
  });
});
