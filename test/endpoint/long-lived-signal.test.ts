import { afterEach, describe, expect, it } from 'vitest';
import { Comeback } from '../../src/endpoint/comeback.js';
import { ReconnectingPlayer } from '../../src/endpoint/reconnecting-player.js';
import { ReconnectingPublisher } from '../../src/endpoint/reconnecting-publisher.js';
import { Redial } from '../../src/endpoint/redial.js';
import { RtmpPublisher } from '../../src/endpoint/rtmp-publisher.js';
import { Successor } from '../../src/endpoint/successor.js';
import { RejectedError } from '../../src/errors.js';
import { tiesOf } from '../support/signal-ties.js';
import { StreamServer } from '../support/stream-server.js';
import { linkOptions } from './rtmp-options.js';

const TIMES = 100;
const FOREVER = { attempts: Number.POSITIVE_INFINITY, delayMs: 0, maxDelayMs: 0 };

const servers: StreamServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

/** A server that lets each client begin, and loses it then. */
async function losingServer(): Promise<StreamServer> {
  const server = await new StreamServer().listen();
  server.onStart = (guest) => {
    guest.flush();
    setImmediate(() => guest.reset());
  };
  servers.push(server);
  return server;
}

/** What is connected again and again, with a signal that sees it all. */
function connected(port: number) {
  const stop = new AbortController();
  return { ...linkOptions(port, { signal: stop.signal }), retry: FOREVER, onRetry: () => {}, stop };
}

describe('a signal that outlives many connections keeps none of them in mind', () => {
  it('when each is opened by itself', async () => {
    const { port } = await losingServer();
    const { signal, ...options } = connected(port);
    for (let i = 0; i < TIMES; i++) {
      const publisher = await RtmpPublisher.open({ ...options, signal });
      await publisher.finished.catch(() => {});
    }
    expect(tiesOf(signal)).toBe(0);
  });

  it('when a publisher is lost over and over', async () => {
    const server = await losingServer();
    const { stop, ...options } = connected(server.port);
    const publisher = await ReconnectingPublisher.open(options);
    const atFirst = tiesOf(stop.signal);
    await server.guest(TIMES);
    expect(tiesOf(stop.signal)).toBe(atFirst);
    stop.abort();
    await publisher.finished.catch(() => {});
  });

  it('when a player is lost over and over', async () => {
    const server = await losingServer();
    const { stop, ...options } = connected(server.port);
    const player = await ReconnectingPlayer.open(options);
    const atFirst = tiesOf(stop.signal);
    const reading = (async () => {
      for await (const _ of player);
    })();
    await server.guest(TIMES);
    expect(tiesOf(stop.signal)).toBe(atFirst);
    stop.abort();
    await reading;
  });

  it('when a server asks to come anew over and over', async () => {
    const { signal } = new AbortController();
    const successor = new Successor({ retry: FOREVER, signal, open: async () => 'open', close: () => {} });
    for (let i = 0; i < TIMES; i++) {
      successor.begin();
      await successor.take();
    }
    expect(tiesOf(signal)).toBe(0);
  });

  it('when a server is lost to its backup over and over', async () => {
    const { signal } = new AbortController();
    const failure = new RejectedError('ERR_DENIED', 'no', { stage: 'publish' });
    for (let i = 0; i < TIMES; i++) {
      await new Promise((onGivenUp) => {
        new Comeback(failure, {
          retry: FOREVER,
          ranUntilMs: Number.NEGATIVE_INFINITY,
          onRetry: () => {},
          signal,
          open: () => Promise.reject(failure),
          onGivenUp,
        });
      });
    }
    await new Promise(setImmediate);
    expect(tiesOf(signal)).toBe(0);
  });

  it('when something is waited for over and over', async () => {
    const { signal } = new AbortController();
    let attempts = 0;
    const open = async (): Promise<void> => {
      if (++attempts < TIMES) throw new RejectedError('ERR_STREAM_BUSY', 'busy', { stage: 'publish' });
    };
    await new Redial(open, { retry: FOREVER, onRetry: () => {}, signal }).open();
    expect([attempts, tiesOf(signal)]).toEqual([TIMES, 0]);
  });
});
