import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Caretaker } from '../../src/server/caretaker.js';
import type { Connection } from '../../src/server/connection.js';
import { StreamRegistry } from '../../src/server/stream-registry.js';
import { videoTags } from './video.js';

const MAX_MEMORY_BYTES = 1_000_000;

class FakeConnection {
  fullSinceMs: number | undefined;
  heldBytes = 0;
  readonly cutOff = vi.fn();
  readonly giveUp = vi.fn(() => {
    this.heldBytes = 0;
  });
}

interface Desk {
  readonly caretaker: Caretaker;
  readonly registry: StreamRegistry;
  readonly connections: readonly FakeConnection[];
}

function desk(connectionCount: number): Desk {
  const limits = { maxMemoryBytes: MAX_MEMORY_BYTES, maxStreamBytes: MAX_MEMORY_BYTES, cutOffAfterMs: 1000 };
  const registry = new StreamRegistry({ gopCache: true, graceMs: 0, maxLatencyMs: 40, limits, report: () => {} });
  const connections = Array.from({ length: connectionCount }, () => new FakeConnection());
  const asConnections = new Set(connections as unknown as Connection[]);
  return { caretaker: new Caretaker(asConnections, registry, limits), registry, connections };
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'setInterval', 'clearInterval', 'setImmediate'] });
});
afterEach(() => {
  vi.useRealTimers();
});

describe('Caretaker', () => {
  it('closes connections whose clients take nothing for too long', () => {
    const { caretaker, connections } = desk(3);
    const [full, draining] = connections as [FakeConnection, FakeConnection];
    [full.fullSinceMs, draining.fullSinceMs] = [500, 501];
    caretaker.look(1499);
    expect(full.cutOff).not.toHaveBeenCalled();
    caretaker.look(1500);
    expect(connections.map(({ cutOff }) => cutOff.mock.calls.length)).toEqual([1, 0, 0]);
  });

  it('says when memory gets short, and not too early that it is not so any more', () => {
    const { caretaker, registry, connections } = desk(1);
    const [greedy] = connections as [FakeConnection];
    const shortAt = (heldBytes: number): boolean => {
      greedy.heldBytes = heldBytes;
      caretaker.look(0);
      return registry.isMemoryShort;
    };
    expect([740_000, 750_000, 600_000, 500_000, 490_000, 600_000].map(shortAt)).toEqual([
      false,
      true,
      true,
      true,
      false,
      false,
    ]);
    expect(greedy.giveUp).not.toHaveBeenCalled();
  });

  it('gives up who holds most, and no more than it takes, when streams hold less and it still is too much', () => {
    const { caretaker, connections } = desk(4);
    for (const [i, heldBytes] of [300_000, 500_000, 10_000, 400_000].entries()) {
      connections[i]!.heldBytes = heldBytes;
    }
    caretaker.look(0);
    expect(connections.every(({ giveUp }) => giveUp.mock.calls.length === 0)).toBe(true);
    caretaker.look(500);
    expect(connections.map(({ giveUp }) => giveUp.mock.calls.length)).toEqual([0, 1, 0, 0]);
    caretaker.look(1000);
    expect(connections.map(({ giveUp }) => giveUp.mock.calls.length)).toEqual([0, 1, 0, 0]);
  });

  it('counts streams, too, and gives up one whose single GOP is too much', () => {
    const { caretaker, registry } = desk(0);
    const revoke = vi.fn();
    const small = registry.publish({ app: 'live', streamName: 'small' }, () => {});
    const large = registry.publish({ app: 'live', streamName: 'large' }, revoke);
    small.append(videoTags({ count: 10, sizeBytes: 10_000 }));
    large.append(videoTags({ count: 95, sizeBytes: 10_000 }));
    vi.runOnlyPendingTimers();
    caretaker.look(0);
    caretaker.look(500);
    expect(revoke).toHaveBeenCalledOnce();
    expect(registry.streams).toEqual([small]);
  });

  it('looks by itself until it is stopped', () => {
    const { caretaker, connections } = desk(1);
    connections[0]!.fullSinceMs = Number.NEGATIVE_INFINITY;
    caretaker.start();
    vi.advanceTimersByTime(1000);
    caretaker.stop();
    vi.advanceTimersByTime(1000);
    expect(connections[0]!.cutOff).toHaveBeenCalledTimes(2);
  });
});
