import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { NetworkError } from '../errors.js';
import { LONGEST_TIMER_MS } from '../longest-timer.js';
import { systemCodeOf } from '../net/system-code.js';
import { Admission } from './admission.js';
import { Caretaker } from './caretaker.js';
import { Connection } from './connection.js';
import type { RoleCounts } from './roles.js';
import type { Services } from './services.js';
import { Traffic } from './traffic.js';

/**
 * Bytes that a socket may hold for a client before the broadcast is told to wait. The kernel's own buffer comes on top;
 * a burst that is larger than this is still written in one piece.
 */
const SOCKET_QUEUE_BYTES = 64 * 1024;

export interface ListenAddress {
  /** Empty: every address of the machine. */
  readonly host: string;
  /** 0: a free one. */
  readonly port: number;
}

export interface ServerStats extends Readonly<RoleCounts> {
  readonly connections: number;
  readonly bytesReceived: number;
  readonly bytesSent: number;
  /** Media held for players. */
  readonly bufferedBytes: number;
  /** How long media gathers now, in the stream with the most players, before it leaves. */
  readonly latencyMs: number;
}

/** Listens, lets connections in, and owns them all. */
export class RtmpServer {
  readonly #services: Services;
  readonly #admission: Admission;
  readonly #servers: Server[] = [];
  readonly #connections = new Set<Connection>();
  readonly #caretaker: Caretaker;
  readonly #traffic = new Traffic();
  /** Of the connections that are gone. */
  readonly #past: RoleCounts = { publishers: 0, players: 0, droppedTags: 0 };
  #lastNumber = 0;
  #closed: Promise<void> | undefined;
  #onEmpty: (() => void) | undefined;
  #onGone: (() => void) | undefined;

  private constructor(services: Services) {
    this.#services = { ...services, observe: (number) => this.#traffic.beside(services.observe?.(number)) };
    this.#admission = new Admission(services.limits);
    this.#caretaker = new Caretaker(this.#connections, services.registry, services.limits);
  }

  /** @throws {NetworkError} `ERR_LISTEN` */
  static async start(listen: readonly ListenAddress[], services: Services): Promise<RtmpServer> {
    const server = new RtmpServer(services);
    try {
      for (const address of listen) {
        server.#servers.push(await server.#listenOn(address));
      }
    } catch (error) {
      await server.close();
      throw error;
    }
    server.#caretaker.start();
    return server;
  }

  /** Where it listens, with the ports it really got. */
  get addresses(): AddressInfo[] {
    return this.#servers
      .map((server) => server.address())
      .filter((address) => address !== null && typeof address === 'object');
  }

  get stats(): ServerStats {
    const { bufferedBytes, latencyMs } = this.#services.registry;
    const { bytesReceived, bytesSent } = this.#traffic;
    const roles = { ...this.#past };
    for (const connection of this.#connections) {
      connection.countRoles(roles);
    }
    return { ...roles, connections: this.#admission.total, bytesReceived, bytesSent, bufferedBytes, latencyMs };
  }

  /**
   * Lets nobody in any more, ends every stream and recording, and resolves when all is closed. Clients that know how (E-RTMP
   * v2) are asked to connect anew, to whoever serves this address next, and then to leave.
   *
   * @param drainMs how long they are served before the streams end
   */
  close(drainMs = 0): Promise<void> {
    this.#closed ??= this.#close(drainMs);
    return this.#closed;
  }

  async #close(drainMs: number): Promise<void> {
    const closed = this.#servers.map((server) => new Promise((resolve) => server.close(resolve)));
    await this.#drain(drainMs);
    const empty = new Promise<void>((resolve) => {
      this.#onEmpty = resolve;
    });
    this.#services.registry.close();
    for (const connection of this.#connections) {
      connection.leave('the server stops');
    }
    if (this.#connections.size > 0) {
      const late = setTimeout(() => this.#tearDown(), this.#services.limits.closeTimeoutMs);
      await empty;
      clearTimeout(late);
    }
    this.#caretaker.stop();
    await Promise.all([...closed, this.#services.recorder?.close()]);
  }

  async #drain(drainMs: number): Promise<void> {
    const asked = [...this.#connections].filter((connection) => connection.askToReconnect());
    if (asked.length === 0 || drainMs === 0) return;
    await new Promise<void>((resolve) => {
      const late = setTimeout(resolve, Math.min(drainMs, LONGEST_TIMER_MS));
      this.#onGone = () => {
        if (asked.some((connection) => this.#connections.has(connection))) return;
        clearTimeout(late);
        resolve();
      };
    });
    this.#onGone = undefined;
  }

  #tearDown(): void {
    for (const connection of this.#connections) {
      connection.destroy();
    }
  }

  #accept(socket: Socket): void {
    const address = socket.remoteAddress;
    if (address === undefined || this.#closed !== undefined) {
      socket.destroy(); // gone already, or too late
      return;
    }
    const refusal = this.#admission.admit(address);
    if (refusal !== undefined) {
      socket.on('error', () => {});
      socket.destroy();
      this.#warn('WARN_CONNECTION_REFUSED', `${address}: ${refusal}`);
      return;
    }
    this.#lastNumber += 1;
    this.#connections.add(
      new Connection(this.#lastNumber, socket, address, this.#services, (gone) => this.#forget(gone)),
    );
  }

  #forget(connection: Connection): void {
    this.#connections.delete(connection);
    connection.countRoles(this.#past);
    this.#admission.release(connection.address);
    this.#onGone?.();
    if (this.#connections.size === 0) {
      this.#onEmpty?.();
    }
  }

  #listenOn({ host, port }: ListenAddress): Promise<Server> {
    return new Promise((resolve, reject) => {
      // Without TCP's keep-alive, which makes each write a sixth dearer: who is gone is found by our own pings.
      const server = createServer({ noDelay: true, highWaterMark: SOCKET_QUEUE_BYTES });
      const onError = (cause: Error): void => reject(cannotListen(host, port, cause));
      server.on('connection', (socket) => this.#accept(socket));
      server.once('error', onError);
      server.listen({ port, backlog: 4096, ...(host === '' ? {} : { host }) }, () => {
        server.off('error', onError);
        server.on('error', (cause) => this.#warn('WARN_ACCEPT_FAILED', `a client cannot come in: ${cause.message}`));
        resolve(server);
      });
    });
  }

  #warn(code: string, message: string): void {
    this.#services.report({ event: 'warning', code, message });
  }
}

function cannotListen(host: string, port: number, cause: unknown): NetworkError {
  const systemCode = systemCodeOf(cause);
  const where = host === '' ? `port ${port}` : `${host} port ${port}`;
  if (systemCode === 'EADDRINUSE') {
    return new NetworkError('ERR_LISTEN', `${where} is taken by another program`, {
      stage: 'tcp',
      advice: 'choose another port with --listen, or end the other program',
      cause,
    });
  }
  return new NetworkError('ERR_LISTEN', `cannot listen on ${where} (${systemCode})`, {
    stage: 'tcp',
    ...adviceOn(systemCode),
    cause,
  });
}

function adviceOn(systemCode: string): { advice?: string } {
  switch (systemCode) {
    case 'EADDRNOTAVAIL':
      return { advice: 'that is no address of this machine; --listen :PORT takes them all' };
    case 'EACCES':
      return { advice: 'most systems keep ports below 1024 for administrators; 1935 is free to all' };
    default:
      return {};
  }
}
