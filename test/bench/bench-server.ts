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

/**
 * A server that costs little, so that it never is what a client waits for: to players it sends what `offer` got, and what
 * publishers send it reads and forgets. On a second port it does both without any protocol, for programs that only move bytes.
 */
export class BenchServer {
  readonly #server: Server;
  readonly #bareServer: Server;
  #media: () => Iterable<Uint8Array> = () => [];

  private constructor() {
    this.#server = createServer({ noDelay: true }, (socket) => this.#accept(socket));
    this.#bareServer = createServer({ noDelay: true }, (socket) => this.#acceptBare(socket));
  }

  static async start(): Promise<BenchServer> {
    const server = new BenchServer();
    for (const one of server.#servers) {
      one.listen(0, '127.0.0.1');
      await once(one, 'listening');
    }
    return server;
  }

  get url(): string {
    return `rtmp://127.0.0.1:${portOf(this.#server)}/live/bench`;
  }

  get barePort(): string {
    return portOf(this.#bareServer);
  }

  /** Whoever plays from now on gets this. */
  offer(media: () => Iterable<Uint8Array>): void {
    this.#media = media;
  }

  async close(): Promise<void> {
    for (const server of this.#servers) {
      server.close();
      await once(server, 'close');
    }
  }

  get #servers(): readonly Server[] {
    return [this.#server, this.#bareServer];
  }

  #acceptBare(socket: Socket): void {
    socket.on('error', () => {});
    socket.resume();
    play(socket, this.#media(), () => socket.end());
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
        play(socket, this.#media(), () => {
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
export function* playBytes(gops: Iterable<readonly MediaTag[]>, chunkSizeBytes: number): Generator<Uint8Array> {
  const format = rtmpTagFormat({ chunkSizeBytes, streamId: 1 });
  yield chunkSizeMessage(chunkSizeBytes);
  for (const tags of gops) {
    yield format.encode(tags);
  }
  yield chunkSizeMessage(OUR_CHUNK_SIZE_BYTES);
}

function chunkSizeMessage(sizeBytes: number): Uint8Array {
  const writer = new ChunkWriter();
  const payload = new Uint8Array(4);
  new DataView(payload.buffer).setUint32(0, sizeBytes);
  writer.write({ typeId: TYPE_ID.setChunkSize, streamId: 0, timestampMs: 0, csid: 2, payload });
  return writer.take() ?? payload;
}

function play(socket: Socket, media: Iterable<Uint8Array>, onEnd: () => void): void {
  const pieces = media[Symbol.iterator]();
  const go = (): void => {
    for (;;) {
      const next = pieces.next();
      if (next.done === true) {
        socket.off('drain', go);
        return onEnd();
      }
      if (!socket.write(next.value)) return;
    }
  };
  socket.on('drain', go);
  go();
}

function portOf(server: Server): string {
  return `${(server.address() as AddressInfo).port}`;
}
