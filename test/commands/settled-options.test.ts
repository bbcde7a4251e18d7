import { describe, expect, it } from 'vitest';
import { settledProbe, settledPull, settledPush, settledServe } from '../../src/commands/settled-options.js';

const URL = 'rtmp://host/live/name';
const CONNECTION = { timeoutMs: 10_000, stallTimeoutMs: 15_000, tls: {} };

describe('what nobody says', () => {
  it('is for push one film in its time, of which a slow server misses something', () => {
    const settled = settledPush({ input: 'film.flv', url: URL });
    const rest = { ...CONNECTION, speed: 1, plays: 1, startMs: 0, maxQueueMs: 3_000 };
    expect(settled).toEqual({ input: 'film.flv', url: URL, ...rest });
  });

  it('is to wait for the server when the film is sent as fast as it goes', () => {
    expect(settledPush({ input: 'film.flv', url: URL, speed: 0 }).maxQueueMs).toBe(Number.POSITIVE_INFINITY);
    expect(settledPush({ input: 'film.flv', url: URL, speed: 0, maxQueueMs: 500 }).maxQueueMs).toBe(500);
  });

  it('is for pull all of the stream, in a file with a name made for it', () => {
    expect(settledPull({ source: URL })).toEqual({ source: URL, ...CONNECTION, outputs: [], overwrite: false });
  });

  it('is for probe to expect nothing', () => {
    expect(settledProbe({ source: URL })).toEqual({ source: URL, ...CONNECTION, expect: [] });
  });

  it('is for serve this machine only, where one address may have everything', () => {
    expect(settledServe({})).toEqual({
      listen: [{ host: '127.0.0.1', port: 1935 }],
      gopCache: true,
      graceMs: 10_000,
      drainMs: 0,
      maxConnections: 20_000,
      maxConnectionsPerAddress: Number.POSITIVE_INFINITY,
      maxMemoryBytes: 512 * 1024 * 1024,
      maxLatencyMs: 40,
      showKeys: false,
    });
  });

  it('is a limit for each address where others reach the server', () => {
    const open = { listen: [{ host: '', port: 1935 }] };
    expect(settledServe(open).maxConnectionsPerAddress).toBe(100);
    expect(settledServe({ ...open, maxConnectionsPerAddress: 7 }).maxConnectionsPerAddress).toBe(7);
  });

  it('may also be said as undefined', () => {
    expect(settledPush({ input: 'film.flv', url: URL, speed: undefined, timeoutMs: undefined })).toEqual(
      settledPush({ input: 'film.flv', url: URL }),
    );
  });
});
