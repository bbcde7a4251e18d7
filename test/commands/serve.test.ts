import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ServeOptions } from '../../src/commands/options.js';
import { serve } from '../../src/commands/serve.js';
import { NetworkError } from '../../src/errors.js';
import { RtmpServer } from '../../src/server/rtmp-server.js';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

const OPTIONS: ServeOptions = {
  listen: [{ host: '127.0.0.1', port: 0 }],
  gopCache: true,
  recordDirectory: undefined,
  graceMs: 0,
  maxConnections: 10,
  maxConnectionsPerAddress: 10,
  maxMemoryBytes: 100_000_000,
  maxLatencyMs: 40,
  showKeys: false,
};

describe('serve', () => {
  it('refuses to listen nowhere', async () => {
    const none = serve({ listen: [] })[Symbol.asyncIterator]();
    await expect(none.next()).rejects.toMatchObject({
      code: 'ERR_USAGE',
      message: expect.stringContaining('no address'),
    });
  });

  it('holds no warning back, and no timer, when it cannot start', async () => {
    const taken = new NetworkError('ERR_LISTEN', 'the second port is taken');
    vi.spyOn(RtmpServer, 'start').mockImplementation(async (_, { report }) => {
      for (let i = 1; i <= 12; i++)
        report({ event: 'warning', code: 'WARN_CONNECTION_REFUSED', message: `guest ${i}` });
      throw taken;
    });
    const told: string[] = [];
    const all = async (): Promise<void> => {
      for await (const event of serve(OPTIONS, new AbortController().signal)) {
        told.push(event.event === 'warning' ? event.message : event.event);
      }
    };
    await expect(all()).rejects.toBe(taken);
    expect(told.at(-1)).toBe('2 more, the last: guest 12');
    expect(vi.getTimerCount()).toBe(0);
  });
});
