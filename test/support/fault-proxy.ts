import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** What the proxy does to what passes through it. Change it at any time. */
export interface Faults {
  /** Bytes per segment it passes on; `undefined` as they come. */
  segmentBytes?: number;
  /** Bytes per second in each direction. */
  rateBytesPerSecond?: number;
  /** Passes nothing on, closes nothing. */
  hang?: boolean;
  /** How much later everything arrives. */
  delayMs?: number;
  /** Changes bytes on the way. */
  corrupt?: (bytes: Buffer, direction: 'up' | 'down') => Buffer;
}

interface Pair {
  readonly client: Socket;
  readonly upstream: Socket;
  isFrozen: boolean;
  isHalfClosed: boolean;
}

/** A TCP proxy in this process that splits, throttles, holds, corrupts and cuts. */
export class FaultProxy {
  readonly faults: Faults;
  port = 0;
  /** Where new connections go. */
  targetPort: number;
  #server: Server | undefined;
  readonly #pairs = new Set<Pair>();

  private constructor(targetPort: number, faults: Faults) {
    this.targetPort = targetPort;
    this.faults = faults;
  }

  static async to(port: number, faults: Faults = {}): Promise<FaultProxy> {
    const proxy = new FaultProxy(port, faults);
    await proxy.accept();
    return proxy;
  }

  /** Lets clients in again after `refuse`. */
  async accept(): Promise<void> {
    const server = createServer((client) => this.#join(client, connect(this.targetPort, '127.0.0.1')));
    server.listen(this.port, '127.0.0.1');
    await once(server, 'listening');
    this.#server = server;
    this.port = (server.address() as AddressInfo).port;
  }

  /** From now on whoever connects is refused; who is there stays. */
  refuse(): void {
    this.#server?.close();
    this.#server = undefined;
  }

  /** Ends all connections in an orderly way. */
  cut(): void {
    for (const { client, upstream } of this.#pairs) {
      client.end();
      upstream.end();
    }
  }

  /** Ends all connections with a reset. */
  reset(): void {
    for (const { client, upstream } of this.#pairs) {
      resetOnly(client);
      resetOnly(upstream);
    }
  }

  /** The connections that are there pass nothing on any more and close nothing: what a host does that loses its power. */
  freeze(): void {
    for (const pair of this.#pairs) pair.isFrozen = true;
  }

  /** Resets the clients, of which the server hears nothing. */
  orphan(): void {
    this.freeze();
    for (const { client } of this.#pairs) resetOnly(client);
  }

  /** Lets the server notice that the clients of the frozen connections are gone. */
  dropFrozen(): void {
    for (const { isFrozen, upstream } of this.#pairs) {
      if (isFrozen) resetOnly(upstream);
    }
  }

  /** Tells the clients that nothing more will come, but takes what they send. */
  halfClose(): void {
    for (const pair of this.#pairs) {
      pair.isHalfClosed = true;
      pair.client.end();
    }
  }

  async close(): Promise<void> {
    for (const { client, upstream } of this.#pairs) {
      client.destroy();
      upstream.destroy();
    }
    const server = this.#server;
    if (server === undefined) return;
    server.close();
    await once(server, 'close');
  }

  #join(client: Socket, upstream: Socket): void {
    const pair: Pair = { client, upstream, isFrozen: false, isHalfClosed: false };
    this.#pairs.add(pair);
    const leave = (): void => {
      if (pair.isFrozen) return; // the other side hears nothing of it
      this.#pairs.delete(pair);
      client.destroy();
      upstream.destroy();
    };
    for (const socket of [client, upstream]) {
      socket.setNoDelay(true);
      socket.on('error', () => {});
      socket.on('close', leave);
    }
    this.#pass(pair, 'up');
    this.#pass(pair, 'down');
  }

  async #pass(pair: Pair, direction: 'up' | 'down'): Promise<void> {
    const [from, to] = direction === 'up' ? [pair.client, pair.upstream] : [pair.upstream, pair.client];
    try {
      for await (const chunk of from as AsyncIterable<Buffer>) {
        if (pair.isHalfClosed && direction === 'down') continue;
        if (this.faults.hang === true || pair.isFrozen) {
          await new Promise(() => {}); // until the proxy closes
        }
        const bytes = this.faults.corrupt?.(chunk, direction) ?? chunk;
        const { delayMs } = this.faults;
        if (delayMs === undefined) await this.#send(bytes, to);
        else sendLater(Buffer.from(bytes), to, delayMs);
      }
      if (pair.isFrozen) return;
      const { delayMs } = this.faults;
      if (delayMs === undefined) to.end();
      else setTimeout(() => to.end(), delayMs);
    } catch {
      // one side was cut; `close` of the socket tells the other
    }
  }

  async #send(bytes: Buffer, to: Socket): Promise<void> {
    const { segmentBytes = bytes.length, rateBytesPerSecond } = this.faults;
    for (let at = 0; at < bytes.length; at += segmentBytes) {
      const segment = bytes.subarray(at, at + segmentBytes);
      if (!to.write(segment)) {
        await once(to, 'drain');
      }
      if (rateBytesPerSecond !== undefined) {
        await new Promise((resolve) => setTimeout(resolve, (segment.length / rateBytesPerSecond) * 1000));
      }
    }
  }
}

/** Timers of one length go off in order. */
function sendLater(bytes: Buffer, to: Socket, delayMs: number): void {
  setTimeout(() => to.writable && to.write(bytes), delayMs);
}

/** `resetAndDestroy` says goodbye in an orderly way first, when it can; this is what it does after that. */
export function resetOnly(socket: Socket): void {
  Object.assign(socket, { resetAndClosing: true }).destroy();
}
