import { once } from 'node:events';
import type { Socket } from 'node:net';
import { afterAll, describe, expect, it } from 'vitest';
import { NetworkError, UsageError } from '../../src/errors.js';
import { type Dialed, dial } from '../../src/net/dial.js';
import { systemCodeOf } from '../../src/net/system-code.js';
import type { TlsOptions } from '../../src/net/tls-options.js';
import { selfSigned } from '../support/certificate.js';
import { FakeServers } from '../support/fake-servers.js';
import { FaultProxy } from '../support/fault-proxy.js';
import { freePort } from '../support/peer.js';

const fakes = new FakeServers();
const sockets: Socket[] = [];
afterAll(async () => {
  for (const socket of sockets) {
    socket.destroy();
  }
  await fakes.close();
});

const NEVER = new AbortController().signal;

interface Call {
  readonly dialed: Promise<Dialed>;
  readonly stages: string[];
}

interface CallOptions {
  readonly host?: string;
  readonly tls?: TlsOptions;
  readonly signal?: AbortSignal;
  readonly onStage?: (stage: string) => void;
}

function call(port: number, { host = '127.0.0.1', tls, signal = NEVER, onStage }: CallOptions = {}): Call {
  const stages: string[] = [];
  const target = { host, port, secure: tls !== undefined, tls: tls ?? {} };
  const dialed = dial(target, {
    signal,
    onStage: (stage) => {
      stages.push(stage);
      onStage?.(stage);
    },
  });
  dialed.then(
    ({ socket }) => sockets.push(socket),
    () => {},
  );
  return { dialed, stages };
}

/** What a server says that greets everybody. */
async function greeting({ socket, reads }: Dialed): Promise<string> {
  const heard =
    reads === undefined
      ? once(socket, 'data').then(([bytes]) => `${bytes}`)
      : new Promise<string>((resolve) => {
          reads.onBytes = (bytes) => resolve(Buffer.from(bytes).toString());
        });
  socket.resume();
  return await heard;
}

function hello(socket: Socket): void {
  socket.write('hello');
}

describe('dial over plain TCP', () => {
  it('opens a socket, with one stage per step', async () => {
    const { dialed, stages } = call(await fakes.raw(hello));
    expect(await greeting(await dialed)).toBe('hello');
    expect(stages).toEqual(['tcp']);
  });

  it('looks up names, and tries all their addresses', async () => {
    const { dialed, stages } = call(await fakes.raw(hello), { host: 'localhost' });
    expect(await greeting(await dialed)).toBe('hello');
    expect(stages).toEqual(['dns', 'tcp']);
  });

  it('loses nothing that comes before anybody listens', async () => {
    const { dialed } = call(await fakes.raw((socket) => socket.end('hello and goodbye')));
    const { socket, reads } = await dialed;
    const ended = once(socket, 'end');
    expect(await greeting({ socket, reads, tls: undefined })).toBe('hello and goodbye');
    await ended;
  });

  it.each(['127.0.0.1', 'localhost'])('says that nothing listens on %s', async (host) => {
    const { dialed } = call(await freePort(), { host });
    await expect(dialed).rejects.toBeInstanceOf(NetworkError);
    await expect(dialed).rejects.toMatchObject({ code: 'ERR_REFUSED', stage: 'tcp' });
    await expect(dialed).rejects.toThrow(`nothing listens on ${host} port`);
  });

  it('says that a name cannot be resolved', async () => {
    const { dialed, stages } = call(1935, { host: 'no-such-host.invalid' });
    await expect(dialed).rejects.toMatchObject({ code: 'ERR_DNS', stage: 'dns' });
    expect(stages).toEqual(['dns']);
  });
});

describe('dial over TLS', () => {
  const identity = selfSigned();
  const stranger = selfSigned('127.0.0.9');

  it.each(['127.0.0.1', 'localhost'])('accepts a certificate for %s that it is told to trust', async (host) => {
    const { dialed, stages } = call(await fakes.tls(identity, hello), { host, tls: { ca: identity.cert } });
    expect(await greeting(await dialed)).toBe('hello');
    expect(stages.slice(-2)).toEqual(['tcp', 'tls']);
  });

  it('refuses a certificate that nobody vouches for', async () => {
    const { dialed } = call(await fakes.tls(identity, hello), { tls: {} });
    await expect(dialed).rejects.toMatchObject({
      code: 'ERR_TLS',
      stage: 'tls',
      message: expect.stringMatching(/self-signed certificate/),
      advice: expect.stringMatching(/--tls-ca/),
    });
  });

  it('refuses a trusted certificate for another address', async () => {
    const { dialed } = call(await fakes.tls(stranger, hello), { tls: { ca: stranger.cert } });
    await expect(dialed).rejects.toMatchObject({ code: 'ERR_TLS', message: expect.stringMatching(/127\.0\.0\.1/) });
  });

  it('accepts any certificate when it is told to', async () => {
    const { dialed } = call(await fakes.tls(stranger, hello), { tls: { insecure: true } });
    expect(await greeting(await dialed)).toBe('hello');
  });

  it('shows a certificate of its own', async () => {
    const guests: Socket[] = [];
    const options = { ...identity, requestCert: true, ca: stranger.cert, rejectUnauthorized: true };
    const port = await fakes.tls(options, (socket) => {
      guests.push(socket);
      hello(socket);
    });
    const ours = { certificate: stranger.cert, key: stranger.key };
    expect(await greeting(await call(port, { tls: { ca: identity.cert, ...ours } }).dialed)).toBe('hello');
    expect(guests.length).toBe(1);
  });

  it.each<[string, TlsOptions]>([
    ['is no certificate', { certificate: 'nonsense', key: identity.key }],
    ['does not fit the key', { certificate: identity.cert, key: stranger.key }],
  ])('does not begin with a certificate that %s', async (_, tls) => {
    const { dialed, stages } = call(1, { tls });
    await expect(dialed).rejects.toBeInstanceOf(UsageError);
    expect(stages).toEqual([]);
  });

  it.each<[string, (socket: Socket) => void]>([
    ['answers with plain bytes', (socket) => socket.write('hello, this is no TLS at all')],
    ['closes', (socket) => socket.once('data', () => socket.end())],
    ['resets', (socket) => socket.once('data', () => socket.resetAndDestroy())],
  ])('says that TLS failed when the server %s', async (_, behave) => {
    const { dialed } = call(await fakes.raw(behave), { tls: {} });
    await expect(dialed).rejects.toMatchObject({
      code: 'ERR_TLS',
      stage: 'tls',
      advice: expect.stringMatching(/rtmp:\/\//),
    });
  });

  it('survives a connection that is cut later', async () => {
    const proxy = await FaultProxy.to(await fakes.tls(identity, hello));
    const { socket } = await call(proxy.port, { tls: { insecure: true } }).dialed;
    socket.on('error', () => {}); // its new owner's; nobody else may be left who emits one
    socket.resume();
    proxy.reset();
    await once(socket, 'close');
    await proxy.close();
  });
});

describe('dial, when it is aborted', () => {
  const reason = new Error('enough');

  it('before it began, does nothing', async () => {
    const { dialed, stages } = call(1, { signal: AbortSignal.abort(reason) });
    await expect(dialed).rejects.toBe(reason);
    expect(stages).toEqual([]);
  });

  it.each(['dns', 'tcp', 'tls'])('in stage %s, ends with the reason and leaves no socket open', async (last) => {
    const aborting = new AbortController();
    let isClosed = Promise.resolve<unknown>(undefined);
    const port = await fakes.raw((socket) => {
      socket.resume();
      isClosed = once(socket, 'close');
    });
    const { dialed, stages } = call(port, {
      host: 'localhost',
      tls: {},
      signal: aborting.signal,
      onStage: (stage) => stage === last && aborting.abort(reason),
    });
    await expect(dialed).rejects.toBe(reason);
    expect(stages.at(-1)).toBe(last);
    await isClosed;
  });
});

describe('systemCodeOf', () => {
  it('finds the name of a failure, of several the last one', () => {
    const refused = Object.assign(new Error(), { code: 'ECONNREFUSED' });
    const noRoute = Object.assign(new Error(), { code: 'ENETUNREACH' });
    expect(systemCodeOf(refused)).toBe('ECONNREFUSED');
    expect(systemCodeOf(new AggregateError([noRoute, refused]))).toBe('ECONNREFUSED');
    expect(systemCodeOf(new Error())).toBe('unknown failure');
    expect(systemCodeOf('what')).toBe('unknown failure');
  });
});
