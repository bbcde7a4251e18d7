import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { MediaTag } from '../../src/media/tag.js';
import { HANDSHAKE_RANDOM_SIZE_BYTES } from '../../src/rtmp/handshake/packet.js';
import { ClientSession } from '../../src/rtmp/session/client.js';
import type { ClientEvent } from '../../src/rtmp/session/events.js';
import { resetOnly } from './fault-proxy.js';

const EVENT_TIMEOUT_MS = 40_000;

/** A client in this process that does what no good one does: it stops reading, resets, sends what it likes. */
export class RawClient {
  readonly session: ClientSession;
  /** All that have come, in order. */
  readonly tags: MediaTag[] = [];
  /** All but tags. */
  readonly events: ClientEvent[] = [];
  readonly #socket: Socket;
  readonly #closed: Promise<unknown>;
  #isClosed = false;
  #wake = (): void => {};

  private constructor(socket: Socket, session: ClientSession) {
    this.#socket = socket;
    this.session = session;
    this.#closed = new Promise((resolve) => socket.once('close', resolve)); // after an error, too
    socket.on('error', () => {}); // `close` comes too
    socket.on('close', () => {
      this.#isClosed = true;
      this.#wake();
    });
    socket.on('data', (bytes) => this.#receive(bytes));
  }

  /** Opens a socket. Nothing is said until `flush`. */
  static async open(port: number, app: string, role: 'publisher' | 'player'): Promise<RawClient> {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    const random = randomBytes(HANDSHAKE_RANDOM_SIZE_BYTES);
    const tcUrl = `rtmp://127.0.0.1:${port}/${app}`;
    const session = new ClientSession({ app, tcUrl, role, random, timeMs: 0 });
    session.start();
    return new RawClient(socket, session);
  }

  /** Plays a stream, from the moment on at which the server has agreed. */
  static async play(port: number, app: string, streamName: string): Promise<RawClient> {
    const client = await RawClient.open(port, app, 'player');
    client.session.play(streamName, { start: { from: 'live' } });
    client.flush();
    await client.hears('playStarted');
    return client;
  }

  /** Publishes a stream, from the moment on at which the server has agreed. */
  static async publish(port: number, app: string, streamName: string): Promise<RawClient> {
    const client = await RawClient.open(port, app, 'publisher');
    client.session.publish(streamName);
    client.flush();
    await client.hears('publishStarted');
    return client;
  }

  /** Sends media on the stream that it publishes. */
  send(tags: readonly MediaTag[]): void {
    this.write(this.session.mediaFormat().encode(tags));
  }

  write(bytes: Uint8Array): void {
    this.#socket.write(bytes);
  }

  /** Ends the stream as a well-behaved client does, and the connection. */
  leave(): void {
    this.session.close();
    this.flush();
    this.#socket.end();
  }

  /** Vanishes. */
  reset(): void {
    resetOnly(this.#socket);
  }

  /** Waits for an event, which may have come already. */
  async hears(type: ClientEvent['type']): Promise<void> {
    await this.until(type, () => this.events.some((event) => event.type === type));
  }

  /** Sends what the session has to say. */
  flush(): void {
    const output = this.session.takeOutput();
    if (output !== undefined) {
      this.#socket.write(output);
    }
  }

  stopReading(): void {
    this.#socket.pause();
  }

  readOn(): void {
    this.#socket.resume();
  }

  /** Waits until the condition holds; looks again whenever something has come. */
  async until(what: string, condition: () => boolean): Promise<void> {
    const timer = setTimeout(() => this.#wake(), EVENT_TIMEOUT_MS);
    const endMs = performance.now() + EVENT_TIMEOUT_MS;
    while (!condition()) {
      if (this.#isClosed || performance.now() >= endMs) {
        throw new Error(`no ${what}; ${this.tags.length} tags, events: ${this.events.map(({ type }) => type)}`);
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    clearTimeout(timer);
  }

  /** Resolves when the connection is over. */
  async closed(): Promise<void> {
    await this.#closed;
  }

  close(): void {
    this.#socket.destroy();
  }

  #receive(bytes: Uint8Array): void {
    for (const event of this.session.receive(bytes, performance.now())) {
      if (event.type === 'tags') {
        this.tags.push(...event.tags);
      } else {
        this.events.push(event);
      }
    }
    this.flush();
    this.#wake();
  }
}
