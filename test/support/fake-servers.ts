import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';
import { ProtocolError } from '../../src/errors.js';
import { HANDSHAKE_RANDOM_SIZE_BYTES } from '../../src/rtmp/handshake/packet.js';
import type { ServerEvent } from '../../src/rtmp/session/events.js';
import { ServerSession } from '../../src/rtmp/session/server.js';

/** Servers in this process that are not what one expects of an RTMP server; all on free ports of the loopback. */
export class FakeServers {
  readonly #servers: Server[] = [];
  readonly #sockets = new Set<Socket>();

  /** Accepts, reads and says nothing. */
  silent(): Promise<number> {
    return this.raw((socket) => socket.resume());
  }

  /** Says these bytes to whatever comes first. */
  saying(answer: Uint8Array): Promise<number> {
    return this.raw((socket) => socket.once('data', () => socket.end(answer)));
  }

  /** Closes each connection as soon as something comes. */
  closing(): Promise<number> {
    return this.raw((socket) => socket.once('data', () => socket.end()));
  }

  raw(onSocket: (socket: Socket) => void): Promise<number> {
    return this.#listen(createServer(onSocket));
  }

  http(): Promise<number> {
    return this.#listen(createHttpServer((_request, response) => response.end('hello')));
  }

  tls(options: TlsOptions, onSocket: (socket: Socket) => void): Promise<number> {
    const server = createTlsServer(options, onSocket);
    server.on('tlsClientError', () => {});
    return this.#listen(server);
  }

  /** A real RTMP server as far as the session goes, which answers requests in its own way. What it says is sent by itself. */
  rtmp(answer: (event: ServerEvent, session: ServerSession, socket: Socket) => void): Promise<number> {
    return this.raw((socket) => {
      const session = new ServerSession({ random: randomBytes(HANDSHAKE_RANDOM_SIZE_BYTES), timeMs: 0 });
      socket.on('data', (bytes) => {
        try {
          for (const event of session.receive(bytes, 0)) answer(event, session, socket);
        } catch (error) {
          if (!(error instanceof ProtocolError)) throw error;
          socket.end();
        }
        const output = session.takeOutput();
        if (output !== undefined) {
          socket.write(output);
        }
      });
    });
  }

  /** Resolves when no client is connected any more. */
  async empty(): Promise<void> {
    await Promise.all([...this.#sockets].map((socket) => once(socket, 'close')));
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) {
      socket.destroy();
    }
    await Promise.all(this.#servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))));
  }

  async #listen(server: Server): Promise<number> {
    this.#servers.push(server);
    server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.on('error', () => {}); // clients give up in all ways
      socket.on('close', () => this.#sockets.delete(socket));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  }
}
