import type { Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { RtmpPlayer } from '../../src/endpoint/rtmp-player.js';
import { Beat } from '../../src/flow/beat.js';
import type { MediaTag } from '../../src/media/tag.js';
import type { ServerEvent } from '../../src/rtmp/session/events.js';
import type { ServerSession } from '../../src/rtmp/session/server.js';
import { FakeClock } from '../flow/fake-clock.js';
import { FakeServers } from '../support/fake-servers.js';
import { resetOnly } from '../support/fault-proxy.js';
import { audioTags, linkOptions } from './rtmp-options.js';

const fakes = new FakeServers();
afterEach(() => fakes.close());

/** One client of a server that lets everybody play. */
interface Guest {
  readonly session: ServerSession;
  readonly socket: Socket;
  /** Resolves when the network has taken them. */
  send(tags: readonly MediaTag[]): Promise<void>;
  /** Sends what the session holds. */
  flush(): void;
}

interface PlayServer {
  readonly port: number;
  readonly events: ServerEvent['type'][];
}

async function serverThat(plays: (guest: Guest) => void): Promise<PlayServer> {
  const events: ServerEvent['type'][] = [];
  const port = await fakes.rtmp((event, session, socket) => {
    events.push(event.type);
    if (event.type === 'connectRequest') {
      session.acceptConnect();
    }
    if (event.type === 'playRequest') {
      session.acceptPlay(event.streamId);
      const flush = (): void => void socket.write(session.takeOutput() ?? '');
      const format = session.mediaFormat(event.streamId);
      const send = (tags: readonly MediaTag[]): Promise<void> =>
        new Promise((resolve) => {
          socket.write(format.encode(tags), () => resolve());
        });
      flush();
      plays({ session, socket, flush, send });
    }
  });
  return { port, events };
}

async function readAll(player: RtmpPlayer): Promise<MediaTag[]> {
  const all: MediaTag[] = [];
  for await (const tags of player) {
    all.push(...tags);
  }
  return all;
}

/** Everything the server was told, once the connection is closed. */
function closing(socket: Socket): Promise<unknown> {
  return new Promise((resolve) => {
    socket.once('close', resolve);
  });
}

describe('RtmpPlayer', () => {
  it('plays to the end that the server tells', async () => {
    const sent = audioTags(50);
    const { port } = await serverThat((guest) => {
      guest.send(sent);
      guest.session.endPlay(1, 'over');
    });
    const player = await RtmpPlayer.open(linkOptions(port));
    expect(await readAll(player)).toEqual(sent);
    expect(player.end).toMatchObject({ kind: 'told', reason: expect.any(String) });
    expect(player.peer).toMatchObject({
      address: '127.0.0.1',
      port,
      handshake: 'simple',
      software: expect.any(String),
    });
    expect(player.bytesReceived).toBeGreaterThan(50 * 100);
  });

  it('takes an end in the same breath as the start, and closes the connection', async () => {
    let closed: Promise<unknown> | undefined;
    const port = await fakes.rtmp((event, session, socket) => {
      if (event.type === 'connectRequest') {
        session.acceptConnect();
      }
      if (event.type === 'playRequest') {
        session.acceptPlay(event.streamId);
        session.endPlay(event.streamId, 'nothing to see');
        closed = closing(socket);
      }
    });
    const player = await RtmpPlayer.open(linkOptions(port));
    expect(await readAll(player)).toEqual([]);
    expect(player.end?.kind).toBe('told');
    await closed;
  });

  it('knows when the server closed without a word', async () => {
    const sent = audioTags(3);
    const { port } = await serverThat((guest) => {
      guest.send(sent);
      guest.socket.end();
    });
    const player = await RtmpPlayer.open(linkOptions(port));
    expect(await readAll(player)).toEqual(sent);
    expect(player.end).toEqual({ kind: 'closed' });
  });

  it('gives everything that came before garbage in the same piece', async () => {
    const sent = audioTags(500);
    const { port } = await serverThat(({ session, socket }) => {
      const media = session.mediaFormat(1).encode(sent);
      socket.write(Buffer.concat([media, Buffer.of(0xc0 | 13, 1, 2, 3)]));
    });
    const player = await RtmpPlayer.open(linkOptions(port));
    const came: MediaTag[] = [];
    const reading = (async () => {
      for await (const tags of player) {
        came.push(...tags);
      }
    })();
    await expect(reading).rejects.toMatchObject({ code: 'ERR_CHUNK' });
    expect(came).toEqual(sent);
  });

  it.each<[string, string, (guest: Guest) => void]>([
    ['is cut in the middle of a message', 'ERR_CONNECTION_LOST', ({ socket }) => socket.end(HALF_A_MESSAGE)],
    ['becomes nonsense', 'ERR_CHUNK', ({ socket }) => void socket.write(Buffer.alloc(100, 0xff))],
    ['is reset', 'ERR_CONNECTION_LOST', ({ socket }) => resetOnly(socket)],
  ])('gives what came before the connection %s, then fails', async (_, code, spoil) => {
    const sent = audioTags(3);
    let guest: Guest | undefined;
    const { port } = await serverThat((newGuest) => {
      guest = newGuest;
      guest.send(sent);
    });
    const player = await RtmpPlayer.open(linkOptions(port));
    const tags = player[Symbol.asyncIterator]();
    expect((await tags.next()).value).toEqual(sent);
    spoil(guest as Guest);
    await expect(tags.next()).rejects.toMatchObject({ code });
  });

  it('fails when nothing comes any more', async () => {
    const { port } = await serverThat((guest) => guest.send(audioTags(1)));
    const player = await RtmpPlayer.open(linkOptions(port, { stallTimeoutMs: 30 }));
    await expect(readAll(player)).rejects.toMatchObject({ code: 'ERR_STALLED', stage: 'stream' });
  });

  it('says goodbye when it is stopped, and gives what has come', async () => {
    let closed: Promise<unknown> | undefined;
    const { port, events } = await serverThat(({ socket, send }) => {
      send(audioTags(5));
      closed = closing(socket);
    });
    const player = await RtmpPlayer.open(linkOptions(port));
    const tags = player[Symbol.asyncIterator]();
    await tags.next();
    player.stop();
    player.stop();
    expect(await tags.next()).toMatchObject({ done: true });
    await closed;
    expect(events.at(-1)).toBe('streamClosed');
    expect(player.end).toEqual({ kind: 'stopped' });
  });

  it('says goodbye when nobody reads on', async () => {
    let closed: Promise<unknown> | undefined;
    const { port, events } = await serverThat(({ socket, send }) => {
      send(audioTags(5));
      closed = closing(socket);
    });
    for await (const _ of await RtmpPlayer.open(linkOptions(port))) {
      break;
    }
    await closed;
    expect(events.at(-1)).toBe('streamClosed');
  });

  it('makes the server wait for a slow reader, who is not called silent for it, and loses nothing', async () => {
    const sent = audioTags(40_000, 1002);
    let server: Socket | undefined;
    const { port } = await serverThat(({ send, socket, session, flush }) => {
      server = socket;
      send(sent);
      session.endPlay(1, 'over');
      flush();
    });
    const player = await RtmpPlayer.open(linkOptions(port, { stallTimeoutMs: 400 }));
    const tags = player[Symbol.asyncIterator]();
    let got = (await tags.next()).value?.length ?? 0;
    await new Promise((resolve) => setTimeout(resolve, 500)); // longer than the patience
    expect(server?.writableLength).toBeGreaterThan(0);
    for (let next = await tags.next(); next.done !== true; next = await tags.next()) {
      got += next.value.length;
    }
    expect(got).toBe(sent.length);
    expect(player.end?.kind).toBe('told');
  });

  it('reads at a beat, if it is given one: what comes in between comes together', async () => {
    const clock = new FakeClock();
    let guest: Guest | undefined;
    const { port } = await serverThat((one) => {
      guest = one;
    });
    const player = await RtmpPlayer.open({ ...linkOptions(port), beat: new Beat(30, clock) });
    const [first, second, third] = audioTags(3);
    const lots = player[Symbol.asyncIterator]();
    await guest?.send([first!]);
    expect((await lots.next()).value).toEqual([first]);
    clock.settle();
    const readBytes = player.bytesReceived;
    await guest?.send([second!]);
    await guest?.send([third!]);
    for (let turn = 0; turn < 10; turn++) await new Promise(setImmediate);
    expect(player.bytesReceived).toBe(readBytes);
    clock.advance(30);
    expect((await lots.next()).value).toEqual([second, third]);

    guest?.session.endPlay(1, 'over');
    guest?.flush();
    clock.advance(30);
    expect((await lots.next()).done).toBe(true);
    expect(player.end?.kind).toBe('told');
  });
});

/** A fresh audio message of 100 bytes, of which five come. */
const HALF_A_MESSAGE = Buffer.from('04000000000064080100000001020304', 'hex');
