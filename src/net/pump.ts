import type { Socket } from 'node:net';
import { NetworkError, RtmpkitError } from '../errors.js';
import type { Session } from '../rtmp/session/session.js';
import { systemCodeOf } from './dial.js';

/** How a connection came to its end. */
export type CloseReason =
  | { readonly by: 'us' }
  /** The peer closed in an orderly way. */
  | { readonly by: 'peer' }
  | { readonly by: 'error'; readonly error: RtmpkitError };

export interface PumpHandlers<Event> {
  onEvents(events: readonly Event[]): void;
  /** The socket takes bytes again after `write` said no. */
  onDrain(): void;
  /** Nothing came or went for the idle time. */
  onIdle(): void;
  /** Called exactly once, last. */
  onClose(reason: CloseReason): void;
}

/** How long a socket may take to say goodbye before it is torn down. */
const GOODBYE_MS = 2_000;

/**
 * Drives a session from a socket: bytes in, events out, session output and media back to the socket. It owns the socket
 * and closes it on every path. Nothing thrown by a handler or the session escapes into the event loop.
 */
export class Pump<Event> {
  readonly #socket: Socket;
  readonly #session: Session<Event>;
  readonly #handlers: PumpHandlers<Event>;
  #closing: CloseReason | undefined;
  #goodbye: NodeJS.Timeout | undefined;
  #paused = false;

  constructor(socket: Socket, session: Session<Event>, handlers: PumpHandlers<Event>) {
    this.#socket = socket;
    this.#session = session;
    this.#handlers = handlers;
    socket.on('data', (bytes: Uint8Array) => this.#receive(bytes));
    socket.on('drain', () => this.#guard(() => handlers.onDrain()));
    socket.on('end', () => this.#closeAs({ by: 'peer' }));
    socket.on('error', (cause) => this.#closeAs({ by: 'error', error: lost(cause) }));
    socket.on('timeout', () => this.#idle());
    socket.on('close', () => this.#closed());
  }

  get bytesReceived(): number {
    return this.#socket.bytesRead;
  }

  get bytesSent(): number {
    return this.#socket.bytesWritten;
  }

  get remotePort(): number {
    return this.#socket.remotePort ?? 0;
  }

  /** Bytes that wait in this process for the network to take them. */
  get queuedBytes(): number {
    return this.#socket.writableLength;
  }

  get isOpen(): boolean {
    return this.#closing === undefined;
  }

  /** Asks for `onIdle` after this time without a byte in either direction; 0 never. */
  set idleMs(value: number) {
    this.#socket.setTimeout(value);
  }

  get idleMs(): number {
    return this.#socket.timeout ?? 0;
  }

  /** Sends what the session holds. Call it after any session method that queues bytes. */
  flush(): void {
    const output = this.#session.takeOutput();
    if (output !== undefined && this.#socket.writable) {
      this.#socket.write(output);
    }
  }

  /** Sends media, behind what the session holds. False: full, wait for `onDrain`. */
  write(bytes: Uint8Array): boolean {
    this.flush();
    return this.#socket.writable ? this.#socket.write(bytes) : false;
  }

  /** Stops reading, so that the peer feels that we are behind. */
  pause(): void {
    this.#paused = true;
    this.#socket.pause();
  }

  resume(): void {
    this.#paused = false;
    this.#socket.resume();
  }

  /** Sends what waits, then closes. */
  end(): void {
    this.flush();
    this.#closeAs({ by: 'us' });
  }

  /** Closes at once; `error` is told to `onClose`. */
  destroy(error?: RtmpkitError): void {
    this.#closing ??= error === undefined ? { by: 'us' } : { by: 'error', error };
    this.#socket.destroy();
  }

  #receive(bytes: Uint8Array): void {
    if (this.#closing !== undefined) {
      return;
    }
    this.#guard(() => {
      const events = this.#session.receive(bytes, performance.now());
      if (events.length > 0) {
        this.#handlers.onEvents(events);
      }
    });
    this.flush();
  }

  #idle(): void {
    if (this.#paused) {
      this.idleMs = this.idleMs; // we are the ones who hold it up
    } else {
      this.#guard(() => this.#handlers.onIdle());
    }
  }

  /** A failing session or handler ends this connection, and only this one. */
  #guard(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.flush();
      this.#closeAs({ by: 'error', error: asRtmpkitError(error) });
    }
  }

  #closeAs(reason: CloseReason): void {
    if (this.#closing !== undefined) {
      return;
    }
    this.#closing = reason;
    this.#socket.resume(); // unread input would turn our goodbye into a reset
    const limit = (): void => {
      this.#goodbye = setTimeout(() => this.#socket.destroy(), GOODBYE_MS);
    };
    if (reason.by === 'us') {
      this.#socket.end(limit); // a slow network may take its time, as long as it moves: `onIdle` is still on watch
    } else {
      this.#socket.end();
      limit();
    }
  }

  #closed(): void {
    clearTimeout(this.#goodbye);
    this.#socket.setTimeout(0);
    const reason = this.#closing ?? { by: 'peer' };
    this.#closing = reason;
    this.#handlers.onClose(reason);
  }
}

function lost(cause: Error): NetworkError {
  return new NetworkError('ERR_CONNECTION_LOST', `the connection was lost (${systemCodeOf(cause)})`, {
    stage: 'stream',
    cause,
  });
}

function asRtmpkitError(error: unknown): RtmpkitError {
  return error instanceof RtmpkitError
    ? error
    : new RtmpkitError('ERR_INTERNAL', error instanceof Error ? error.message : String(error), { cause: error });
}
