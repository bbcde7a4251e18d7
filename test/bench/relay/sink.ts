import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { HANDSHAKE_RANDOM_SIZE_BYTES } from '../../../src/rtmp/handshake/packet.js';
import { ServerSession } from '../../../src/rtmp/session/server.js';

/** A server that lets everybody publish, counts what comes and forgets it. */
export class CountingSink {
  readonly #server: Server;
  bytes = 0;
  publishers = 0;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(): Promise<CountingSink> {
    const server = createServer({ noDelay: true });
    const sink = new CountingSink(server);
    server.on('connection', (socket) => {
      const session = new ServerSession({ random: randomBytes(HANDSHAKE_RANDOM_SIZE_BYTES), timeMs: 0 });
      let publishes = false;
      socket.on('error', () => {});
      socket.on('close', () => {
        if (publishes) sink.publishers--;
      });
      socket.on('data', (bytes) => {
        if (publishes) {
          sink.bytes += bytes.length; // no more is looked at: others are measured
          return;
        }
        for (const event of session.receive(bytes, 0)) {
          if (event.type === 'connectRequest') session.acceptConnect();
          if (event.type === 'publishRequest') {
            session.acceptPublish(event.streamId);
            publishes = true;
            sink.publishers++;
          }
        }
        const output = session.takeOutput();
        if (output !== undefined) socket.write(output);
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return sink;
  }

  /** An app. */
  get url(): string {
    return `rtmp://127.0.0.1:${(this.#server.address() as AddressInfo).port}/live`;
  }

  async stop(): Promise<void> {
    this.#server.close();
    await once(this.#server, 'close');
  }
}
