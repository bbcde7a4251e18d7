import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import type { MediaTag } from '../../src/media/tag.js';
import { HANDSHAKE_RANDOM_SIZE_BYTES } from '../../src/rtmp/handshake/packet.js';
import type { ServerEvent } from '../../src/rtmp/session/events.js';
import { ServerSession } from '../../src/rtmp/session/server.js';
import { resetOnly } from './fault-proxy.js';

/** One client of the server below. */
export class Guest {
  /** What it published. */
  readonly tags: MediaTag[] = [];
  readonly events: ServerEvent[] = [];
  readonly session = new ServerSession({ random: randomBytes(HANDSHAKE_RANDOM_SIZE_BYTES), timeMs: 0 });
  readonly socket: Socket;
  readonly closed: Promise<unknown>;

  constructor(socket: Socket) {
    this.socket = socket;
    this.closed = new Promise((resolve) => socket.once('close', resolve)); // after an error, too
  }

  /** Sends media, to a player. */
  send(tags: readonly MediaTag[]): void {
    this.flush();
    this.socket.write(this.session.mediaFormat(1).encode(tags));
  }

  /** Sends what the session holds. */
  flush(): void {
    const output = this.session.takeOutput();
    if (output !== undefined && this.socket.writable) this.socket.write(output);
  }

  reset(): void {
    resetOnly(this.socket);
  }
}

/**
 * A server in this process that lets everybody publish and play, and does nothing else by itself: tests say what becomes of each
 * client. It can be closed and opened again on the same port.
 */
export class StreamServer {
  readonly guests: Guest[] = [];
  /** Answers an event in another way: then nothing else is done about it. */
  handle: (guest: Guest, event: ServerEvent) => boolean = () => false;
  /** The stream of a client may begin. */
  onStart: (guest: Guest) => void = () => {};
  port = 0;
  #server: Server | undefined;
  readonly #sockets = new Set<Socket>();
  readonly #waiting: { readonly number: number; readonly found: (guest: Guest) => void }[] = [];

  async listen(): Promise<this> {
    const server = createServer((socket) => this.#welcome(socket));
    server.listen(this.port, '127.0.0.1');
    await once(server, 'listening');
    this.#server = server;
    this.port = (server.address() as AddressInfo).port;
    return this;
  }

  /** The client whose stream is the so manyth to begin, counted from 1. */
  guest(number: number): Promise<Guest> {
    const guest = this.guests[number - 1];
    if (guest !== undefined) return Promise.resolve(guest);
    return new Promise((found) => this.#waiting.push({ number, found }));
  }

  /** Lets nobody in any more; who is there stays. */
  stopListening(): void {
    this.#server?.close();
  }

  /** Like a server that is killed: every connection is reset, and nobody listens any more. */
  async kill(): Promise<void> {
    const closed = new Promise((resolve) => this.#server?.close(resolve)); // even when it does not listen any more
    for (const socket of this.#sockets) resetOnly(socket);
    await closed;
  }

  async close(): Promise<void> {
    await this.kill();
  }

  #welcome(socket: Socket): void {
    const guest = new Guest(socket);
    this.#sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => this.#sockets.delete(socket));
    socket.on('data', (bytes) => {
      for (const event of guest.session.receive(bytes, 0)) {
        guest.events.push(event);
        if (!this.handle(guest, event)) this.#answer(guest, event);
      }
      guest.flush();
    });
  }

  #answer(guest: Guest, event: ServerEvent): void {
    switch (event.type) {
      case 'connectRequest':
        return guest.session.acceptConnect();
      case 'publishRequest':
        guest.session.acceptPublish(event.streamId);
        return this.#start(guest);
      case 'playRequest':
        guest.session.acceptPlay(event.streamId);
        return this.#start(guest);
      case 'tags':
        guest.tags.push(...event.tags);
        return;
      default:
        return;
    }
  }

  #start(guest: Guest): void {
    this.guests.push(guest);
    guest.flush();
    this.onStart(guest);
    for (const { number, found } of this.#waiting) {
      if (number === this.guests.length) found(guest);
    }
  }
}
