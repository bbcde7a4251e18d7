import type { Socket } from 'node:net';
import { Bell } from '../../endpoint/bell.js';
import { NetworkError, RtmpkitError } from '../../errors.js';
import { type DialTarget, dial } from '../../net/dial.js';
import type { WireObserver } from '../../net/pump.js';
import type { TlsSession } from '../../net/secure-socket.js';
import { systemCodeOf } from '../../net/system-code.js';
import { joinBytes } from '../../rtmp/handshake/packet.js';

/** More than any check lets a server send. */
const MAX_WAITING_BYTES = 16 * 1024 * 1024;

interface WireSignals {
  /** Ends the attempt to connect. */
  readonly dialSignal: AbortSignal;
  /** Ends all waiting. */
  readonly signal: AbortSignal;
}

/** A connection without any protocol: bytes go out as they are given, and what comes in waits until it is taken. */
export class Wire {
  readonly tls: TlsSession | undefined;
  /** Hears all that goes over it. */
  observer: WireObserver | undefined;
  readonly #socket: Socket;
  readonly #signal: AbortSignal;
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #end: string | undefined;
  readonly #news = new Bell();

  private constructor(socket: Socket, tls: TlsSession | undefined, signal: AbortSignal) {
    this.#socket = socket;
    this.tls = tls;
    this.#signal = signal;
    socket.on('end', () => this.#over('the server closed the connection'));
    socket.on('error', (error) => this.#over(`the server broke the connection off (${systemCodeOf(error)})`));
    socket.on('close', () => this.#over('the server closed the connection'));
  }

  /** @throws {NetworkError} see `dial` */
  static async open(target: DialTarget, { dialSignal, signal }: WireSignals): Promise<Wire> {
    const { socket, reads, tls } = await dial(target, { signal: dialSignal, onStage: () => {} });
    const wire = new Wire(socket, tls, signal);
    if (reads === undefined) {
      socket.on('data', (bytes: Uint8Array) => wire.#take(bytes));
    } else {
      reads.onBytes = (bytes) => wire.#take(Uint8Array.from(bytes)); // what it reads into is used again
    }
    socket.resume();
    return wire;
  }

  /** Of the server. */
  get address(): { readonly address: string; readonly port: number } {
    return { address: this.#socket.remoteAddress ?? '', port: this.#socket.remotePort ?? 0 };
  }

  /** How the connection ended; `undefined` as long as it has not. */
  get end(): string | undefined {
    return this.#end;
  }

  write(...parts: readonly Uint8Array[]): void {
    if (this.#end !== undefined || !this.#socket.writable) return;
    const bytes = joinBytes(...parts);
    this.observer?.sent(bytes);
    this.#socket.write(bytes);
  }

  /** Sends each part in a packet of its own, as far as the network leaves it so. */
  async writeApart(parts: Iterable<Uint8Array>): Promise<void> {
    for (const part of parts) {
      this.write(part);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** All that has come and was not taken yet. */
  takeAll(): Uint8Array {
    const bytes = joinBytes(...this.#waiting);
    this.#waiting = [];
    this.#waitingBytes = 0;
    return bytes;
  }

  /**
   * Exactly so many bytes.
   *
   * @throws {NetworkError} `ERR_TIMEOUT`, `ERR_CONNECTION_LOST`
   */
  async take(sizeBytes: number, what: string, patienceMs: number): Promise<Uint8Array> {
    const came = await this.within(patienceMs, () => this.#waitingBytes >= sizeBytes || undefined);
    if (came === undefined) throw this.missing(what);
    const bytes = this.takeAll();
    this.#waiting = [bytes.subarray(sizeBytes)];
    this.#waitingBytes = bytes.length - sizeBytes;
    return bytes.subarray(0, sizeBytes);
  }

  /**
   * Looks again whenever something has come, until there is a result, the time is up or the connection is over: then
   * `undefined`.
   */
  async within<Result>(patienceMs: number, find: () => Result | undefined): Promise<Result | undefined> {
    let isUp = false;
    const timer = setTimeout(() => {
      isUp = true;
      this.#news.ring();
    }, patienceMs);
    const onAbort = (): void => this.#news.ring();
    this.#signal.addEventListener('abort', onAbort);
    try {
      for (;;) {
        const result = find();
        this.#signal.throwIfAborted();
        if (result !== undefined || isUp || this.#end !== undefined) return result;
        await this.#news.next();
      }
    } finally {
      clearTimeout(timer);
      this.#signal.removeEventListener('abort', onAbort);
    }
  }

  /** Resolves when the server has closed the connection; `false`: it did not in time. */
  async closed(patienceMs: number): Promise<boolean> {
    await this.within(patienceMs, () => undefined);
    return this.#end !== undefined;
  }

  /** The error that says what did not come. */
  missing(what: string): RtmpkitError {
    return this.#end === undefined
      ? new NetworkError('ERR_TIMEOUT', `no ${what} came`)
      : new NetworkError('ERR_CONNECTION_LOST', `${this.#end} in place of: ${what}`);
  }

  /** Ends it as a program does that was killed: what is under way is thrown away. */
  reset(): void {
    this.#over('closed by us');
    if ('encrypted' in this.#socket) this.#socket.destroy();
    else this.#socket.resetAndDestroy();
  }

  close(): void {
    this.#over('closed by us');
    this.#socket.destroySoon();
  }

  #take(bytes: Uint8Array): void {
    if (this.#end !== undefined) return;
    this.observer?.received(bytes);
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
    if (this.#waitingBytes > MAX_WAITING_BYTES) {
      this.#over(`the server sent more than ${MAX_WAITING_BYTES} bytes that nobody asked for`);
      this.#socket.destroy();
    }
    this.#news.ring();
  }

  #over(how: string): void {
    this.#end ??= how;
    this.#news.ring();
  }
}

/** Whether the server let the check down, rather than we. */
export function isServerFailure(error: unknown): error is RtmpkitError {
  return error instanceof RtmpkitError && error.code !== 'ERR_INTERNAL';
}
