import type { Socket } from 'node:net';
import { NetworkError, ProtocolError, RtmpkitError } from '../errors.js';
import { LONGEST_TIMER_MS } from '../longest-timer.js';
import type { Session } from '../rtmp/session/session.js';
import { IdleWatch } from './idle-watch.js';
import type { ReadBuffer } from './read-buffer.js';
import { systemCodeOf } from './system-code.js';
import { isTlsFailure, tlsFailure } from './tls-failure.js';

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
  /**
   * The connection is over for this reason; `onClose` follows when the peer has closed its side, or has had its time to. Not called when we
   * close it ourselves.
   */
  onClosing?(reason: CloseReason): void;
  /** Called exactly once, last. */
  onClose(reason: CloseReason): void;
}

/** Hears what goes over a connection, as plain as it was before any TLS. It changes nothing. */
export interface WireObserver {
  received(bytes: Uint8Array): void;
  sent(bytes: Uint8Array): void;
}

export interface PumpOptions {
  /** What the socket reads into, if it has memory of its own for that: then it emits no `data`. */
  readonly reads?: ReadBuffer | undefined;
  readonly observer?: WireObserver | undefined;
}

/** How long the peer may take to close its side before the socket is torn down. */
const GOODBYE_MS = 2_000;

/** Answers that a peer has not read yet. Without a bound, one that asks and asks and never reads would fill our memory. */
const MAX_UNREAD_BYTES = 256 * 1024;

/**
 * Drives a session from a socket: bytes in, events out, session output and media back to the socket. It owns the socket
 * and closes it on every path. Nothing thrown by a handler or the session escapes into the event loop.
 */
export class Pump<Event> {
  readonly #socket: Socket;
  readonly #session: Session<Event>;
  readonly #handlers: PumpHandlers<Event>;
  readonly #observer: WireObserver | undefined;
  readonly #idleWatch: IdleWatch;
  #closing: CloseReason | undefined;
  #goodbye: NodeJS.Timeout | undefined;
  #isPaused = false;
  #unreadBytes = 0;
  #fullSinceMs: number | undefined;

  constructor(
    socket: Socket,
    session: Session<Event>,
    handlers: PumpHandlers<Event>,
    { reads, observer }: PumpOptions = {},
  ) {
    this.#socket = socket;
    this.#session = session;
    this.#handlers = handlers;
    this.#observer = observer;
    this.#idleWatch = new IdleWatch(socket, () => this.#idle());
    if (reads === undefined) {
      socket.on('data', (bytes: Uint8Array) => this.#receive(bytes));
    } else {
      reads.onBytes = (bytes) => this.#receive(bytes);
    }
    socket.on('drain', () => this.#drained());
    socket.on('end', () => this.#peerEnded());
    socket.on('error', (cause) => this.#closeAs({ by: 'error', error: lost(cause) }));
    socket.on('close', () => this.#closed());
    socket.resume();
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

  /** Those of them that the session had to say; media is not the connection's own. */
  get unreadBytes(): number {
    return this.#unreadBytes;
  }

  /** Since when (`performance.now()`) the network has not taken all that waits; `undefined`: there is room. */
  get fullSinceMs(): number | undefined {
    return this.#fullSinceMs;
  }

  get isOpen(): boolean {
    return this.#closing === undefined;
  }

  /** Asks for `onIdle` after this time without a byte in either direction; 0 never. */
  set idleMs(value: number) {
    this.#idleWatch.idleMs = value;
  }

  get idleMs(): number {
    return this.#idleWatch.idleMs;
  }

  /** Sends what the session holds. Call it after any session method that queues bytes. */
  flush(): void {
    const output = this.#session.takeOutput();
    if (output === undefined || !this.#socket.writable) {
      return;
    }
    this.#unreadBytes += output.length;
    this.#send(output, () => {
      this.#unreadBytes -= output.length;
    });
    if (this.#unreadBytes > MAX_UNREAD_BYTES) {
      this.destroy(new ProtocolError('ERR_LIMIT', `more than ${MAX_UNREAD_BYTES} bytes of answers wait for the peer`));
    }
  }

  /**
   * Sends media; false: full, wait for `onDrain`. What the session holds has to be flushed before, not here: to ask it each
   * time would cost a crowd more than anything else that is done for one of its players.
   *
   * @param onSent the bytes are out, or with an error never will be: their memory may be used again. Not called for what is not even tried,
   *   since the connection is over: that memory is left to the garbage collector
   */
  write(bytes: Uint8Array, onSent?: (error?: Error | null) => void): boolean {
    return this.#socket.writable && this.#send(bytes, onSent);
  }

  /** Stops reading, so that the peer feels that we are behind. */
  pause(): void {
    this.#isPaused = true;
    this.#socket.pause();
  }

  resume(): void {
    this.#isPaused = false;
    this.#socket.resume();
  }

  /**
   * Sends what waits, then closes. A slow network may take its time for that, as long as it moves: `onIdle` is on watch.
   *
   * @param patienceMs how long the peer may take, when all is on its way, to take it and to close its side. What is still
   *   under way when the socket is torn down may be lost.
   */
  end(patienceMs = GOODBYE_MS): void {
    this.flush();
    if (this.#decide({ by: 'us' })) {
      this.#socket.once('finish', () => this.#tearDownAfter(patienceMs));
      this.#sayGoodbye();
    }
  }

  /** Closes at once; `error` is told to `onClose`. */
  destroy(error?: RtmpkitError): void {
    this.#decide(error === undefined ? { by: 'us' } : { by: 'error', error });
    this.#socket.destroy();
  }

  #send(bytes: Uint8Array, onSent?: (error?: Error | null) => void): boolean {
    this.#observer?.sent(bytes);
    const hasRoom = this.#socket.write(bytes, onSent);
    if (!hasRoom) {
      this.#fullSinceMs ??= performance.now();
    }
    return hasRoom;
  }

  #drained(): void {
    this.#fullSinceMs = undefined;
    this.#guard(() => this.#handlers.onDrain());
  }

  #receive(bytes: Uint8Array): void {
    this.#observer?.received(bytes);
    if (this.#closing !== undefined) {
      return;
    }
    this.#guard(() => this.#hear(bytes));
    this.flush();
  }

  /** What came before the peer broke the protocol counts, too. */
  #hear(bytes: Uint8Array): void {
    const events: Event[] = [];
    try {
      this.#session.receive(bytes, performance.now(), events);
    } finally {
      if (events.length > 0) {
        this.#handlers.onEvents(events);
      }
    }
  }

  #idle(): void {
    if (this.#isPaused) {
      this.#idleWatch.restart(); // we are the ones who hold it up
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

  /** It says nothing more, so the connection is over: what it has not taken yet is not forced upon it. */
  #peerEnded(): void {
    const wasOpen = this.isOpen;
    this.#closeAs({ by: 'peer' });
    if (wasOpen && this.queuedBytes > 0) this.#socket.destroy();
  }

  #closeAs(reason: CloseReason): void {
    if (this.#decide(reason)) {
      this.#sayGoodbye();
      this.#tearDownAfter(GOODBYE_MS);
      this.#handlers.onClosing?.(reason);
    }
  }

  /** Settles why the connection ends. The first reason counts, unless it is a goodbye of ours that did not get out. */
  #decide(reason: CloseReason): boolean {
    const wasOpen = this.#closing === undefined;
    const isCutShort = this.#closing?.by === 'us' && reason.by !== 'us' && this.#socket.writableLength > 0;
    if (wasOpen || isCutShort) {
      this.#closing = reason;
    }
    return wasOpen;
  }

  #sayGoodbye(): void {
    this.resume(); // unread input would turn our goodbye into a reset
    this.#socket.end();
  }

  #tearDownAfter(delayMs: number): void {
    this.#goodbye = setTimeout(() => this.#socket.destroy(), Math.min(delayMs, LONGEST_TIMER_MS));
  }

  #closed(): void {
    clearTimeout(this.#goodbye);
    this.#idleWatch.idleMs = 0;
    const reason = this.#closing ?? { by: 'peer' };
    this.#closing = reason;
    this.#handlers.onClose(reason);
  }
}

function lost(cause: Error): NetworkError {
  if (isTlsFailure(cause)) {
    return tlsFailure(cause, 'TLS');
  }
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
