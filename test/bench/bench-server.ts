import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import type { MediaTag } from '../../src/media/tag.js';
import { rtmpTagFormat } from '../../src/rtmp/chunk/tag-format.js';
import { ChunkWriter } from '../../src/rtmp/chunk/writer.js';
import { HANDSHAKE_RANDOM_SIZE_BYTES } from '../../src/rtmp/handshake/packet.js';
import { TYPE_ID } from '../../src/rtmp/message/type-id.js';
import type { ServerEvent } from '../../src/rtmp/session/events.js';
import { OUR_CHUNK_SIZE_BYTES } from '../../src/rtmp/session/limits.js';
import { ServerSession } from '../../src/rtmp/session/server.js';

const MAX_WRITE_BYTES = 256 * 1024;

/**
 * A server that costs next to nothing, so that it never is what a client waits for: to players it sends bytes that were
 * encoded before, and what publishers send it reads and forgets.
 */
export class BenchServer {
  readonly #server: Server;
  #media: readonly Uint8Array[] = [];

  private constructor() {
    this.#server = createServer({ noDelay: true }, (socket) => this.#accept(socket));
  }

  static async start(): Promise<BenchServer> {
    const server = new BenchServer();
    server.#server.listen(0, '127.0.0.1');
    await once(server.#server, 'listening');
    return server;
  }

  get url(): string {
    return `rtmp://127.0.0.1:${(this.#server.address() as AddressInfo).port}/live/bench`;
  }

  /** Whoever plays from now on gets this. */
  offer(media: readonly Uint8Array[]): void {
    this.#media = media;
  }

  async close(): Promise<void> {
    this.#server.close();
    await once(this.#server, 'close');
  }

  #accept(socket: Socket): void {
    const session = new ServerSession({ random: randomBytes(HANDSHAKE_RANDOM_SIZE_BYTES), timeMs: 0 });
    const flush = (): void => {
      const output = session.takeOutput();
      if (output !== undefined) socket.write(output);
    };
    const receive = (bytes: Uint8Array): void => {
      for (const event of session.receive(bytes, 0)) {
        if (event.type === 'publishRequest') {
          socket.off('data', receive);
          socket.resume();
        }
        this.#answer(event, session, socket, flush);
      }
      flush();
    };
    socket.on('data', receive);
    socket.on('error', () => {}); // the bench sees how its program ended
  }

  #answer(event: ServerEvent, session: ServerSession, socket: Socket, flush: () => void): void {
    switch (event.type) {
      case 'connectRequest':
        return session.acceptConnect();
      case 'publishRequest':
        return session.acceptPublish(event.streamId);
      case 'streamLengthRequest':
        return session.answerStreamLength(event.transactionId, 0);
      case 'playRequest':
        session.acceptPlay(event.streamId);
        flush();
        play(socket, this.#media, () => {
          session.endPlay(event.streamId, 'that was all');
          flush();
          socket.end();
        });
        return;
      default:
        return;
    }
  }
}

/** The stream as it goes to a player in chunks of this size: the size first, and at the end the size of the session again. */
export function playBytes(gops: Iterable<readonly MediaTag[]>, chunkSizeBytes: number): Uint8Array[] {
  const format = rtmpTagFormat({ chunkSizeBytes, streamId: 1 });
  const media = Array.from(gops, (tags) => format.encode(tags));
  return [chunkSizeMessage(chunkSizeBytes), ...media, chunkSizeMessage(OUR_CHUNK_SIZE_BYTES)].flatMap(pieces);
}

function chunkSizeMessage(sizeBytes: number): Uint8Array {
  const writer = new ChunkWriter();
  const payload = new Uint8Array(4);
  new DataView(payload.buffer).setUint32(0, sizeBytes);
  writer.write({ typeId: TYPE_ID.setChunkSize, streamId: 0, timestampMs: 0, csid: 2, payload });
  return writer.take() ?? payload;
}

function pieces(bytes: Uint8Array): Uint8Array[] {
  const count = Math.ceil(bytes.length / MAX_WRITE_BYTES);
  return Array.from({ length: count }, (_, i) => bytes.subarray(i * MAX_WRITE_BYTES, (i + 1) * MAX_WRITE_BYTES));
}

function play(socket: Socket, media: readonly Uint8Array[], onEnd: () => void): void {
  let next = 0;
  const go = (): void => {
    for (;;) {
      const bytes = media[next];
      if (bytes === undefined) {
        socket.off('drain', go);
        return onEnd();
      }
      next++;
      if (!socket.write(bytes)) return;
    }
  };
  socket.on('drain', go);
  go();
}
