import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** Two ends of a connection over the loopback. `theirs` is paused, and closes its side only when it is told to. */
export interface SocketPair {
  readonly ours: Socket;
  readonly theirs: Socket;
}

/** Makes connections, and closes them all in the end. */
export class SocketPairs {
  readonly #sockets: Socket[] = [];

  async make(): Promise<SocketPair> {
    const server = createServer({ allowHalfOpen: true, pauseOnConnect: true });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const ours = connect((server.address() as AddressInfo).port, '127.0.0.1');
    const [[theirs]] = (await Promise.all([once(server, 'connection'), once(ours, 'connect')])) as [[Socket], unknown];
    server.close();
    theirs.on('error', () => {});
    this.#sockets.push(ours, theirs);
    return { ours, theirs };
  }

  close(): void {
    for (const socket of this.#sockets.splice(0)) {
      socket.destroy();
    }
  }
}

/** Reads to the end of a socket, and gives what came. */
export async function readAll(socket: Socket): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of socket) {
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}
