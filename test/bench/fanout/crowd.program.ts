// Many players in one process that do as little as possible per byte: all read into the same memory and count. Some, spread
// over the crowd, also look for stamps. Argument: `CrowdSetup` as JSON; then messages as in `CrowdOrder`.
import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { HANDSHAKE_RANDOM_SIZE_BYTES } from '../../../src/rtmp/handshake/packet.js';
import { ClientSession } from '../../../src/rtmp/session/client.js';
import { parseRtmpUrl } from '../../../src/rtmp/url.js';
import type { CrowdOrder, CrowdReport, CrowdSetup } from './roles.js';
import { StampReader } from './stamp.js';

/** So many join at the same time; a server's backlog is not what is measured. */
const JOINING_AT_ONCE = 50;
/** One player in so many looks at what it gets, but of a small crowd at least `MIN_WATCHERS`. */
const WATCHER_EVERY = 40;
const MIN_WATCHERS = 10;

/** With reads into `memory`, half of what a stream of 2.5 Mb/s brings. */
const DAWDLER_RESTS_MS = 1_600;

const setup = JSON.parse(process.argv[2] ?? '') as CrowdSetup;
const url = parseRtmpUrl(setup.url, {});
const memory = Buffer.allocUnsafeSlow(256 * 1024);
const random = randomBytes(HANDSHAKE_RANDOM_SIZE_BYTES);

class Player {
  readonly #socket: Socket;
  readonly #stamps: StampReader | undefined;
  #session: ClientSession | undefined;
  #bytes = 0;
  #isLeaving = false;
  #restMs = 0;

  constructor(isWatcher: boolean, onPlaying: () => void) {
    this.#stamps = isWatcher ? new StampReader() : undefined;
    const callback = (sizeBytes: number): boolean => this.#read(sizeBytes, onPlaying);
    this.#socket = connect({ host: url.host, port: url.port, onread: { buffer: memory, callback } });
    this.#socket.on('error', () => {});
    this.#socket.on('close', () => {
      if (!this.#isLeaving) lost++;
      players.delete(this);
    });
    if (setup.protocol === 'none') {
      this.#socket.once('connect', onPlaying);
    } else {
      this.#session = new ClientSession({ app: url.app, tcUrl: url.tcUrl, role: 'player', random, timeMs: 0 });
      this.#session.start();
      this.#session.play(url.streamName, { start: { from: 'live-or-recorded' } });
      this.#flush();
    }
  }

  takeBytes(): number {
    const bytes = this.#bytes;
    this.#bytes = 0;
    return bytes;
  }

  /** Whether it reads all it can. */
  get isGood(): boolean {
    return this.#restMs === 0;
  }

  stick(): void {
    this.#restMs = Number.POSITIVE_INFINITY;
    this.#socket.pause();
  }

  dawdle(): void {
    this.#restMs = DAWDLER_RESTS_MS;
  }

  leave(): void {
    this.#isLeaving = true;
    this.#socket.destroy();
  }

  #read(sizeBytes: number, onPlaying: () => void): boolean {
    this.#bytes += sizeBytes;
    if (!this.isGood) this.#rest();
    if (this.#session !== undefined) {
      this.#talk(memory.subarray(0, sizeBytes), onPlaying);
    } else if (this.#stamps !== undefined) {
      agesMs.push(...this.#stamps.read(memory.subarray(0, sizeBytes)));
    }
    return true;
  }

  #rest(): void {
    this.#socket.pause();
    setTimeout(() => this.#socket.resume(), this.#restMs);
  }

  /** The protocol, until media may come. */
  #talk(bytes: Uint8Array, onPlaying: () => void): void {
    for (const event of this.#session?.receive(bytes, performance.now()) ?? []) {
      if (event.type === 'rejected') throw new Error(`the server refused: ${event.status.code}`);
      if (event.type === 'playStarted') {
        this.#flush();
        this.#session = undefined;
        onPlaying();
        return;
      }
    }
    this.#flush();
  }

  #flush(): void {
    const output = this.#session?.takeOutput();
    if (output !== undefined) this.#socket.write(output);
  }
}

const players = new Set<Player>();
let agesMs: number[] = [];
let lost = 0;

process.on('message', (order: CrowdOrder) => {
  obey(order).then(() => process.send?.(report()));
});
process.on('disconnect', () => process.exit());
process.send?.('ready');

async function obey(order: CrowdOrder): Promise<void> {
  switch (order.order) {
    case 'join':
      return join(order.players);
    case 'leave':
      for (const player of first(order.players)) player.leave();
      return;
    case 'stick':
      for (const player of last(order.players)) player.stick();
      return;
    case 'dawdle':
      for (const player of last(order.players)) player.dawdle();
      return;
    case 'count':
      return;
  }
}

async function join(count: number): Promise<void> {
  const watcherEvery = Math.min(WATCHER_EVERY, Math.ceil(count / MIN_WATCHERS));
  for (let joined = 0; joined < count; joined += JOINING_AT_ONCE) {
    const group = Array.from({ length: Math.min(JOINING_AT_ONCE, count - joined) }, (_, i) => {
      const isWatcher = (joined + i) % watcherEvery === 0;
      return new Promise<void>((resolve) => {
        players.add(new Player(isWatcher, resolve));
      });
    });
    await Promise.all(group);
  }
}

function first(count: number): Player[] {
  return [...players].slice(0, count);
}

function last(count: number): Player[] {
  return [...players].slice(players.size - count);
}

function report(): CrowdReport {
  const bytes = [...players].filter(({ isGood }) => isGood).map((player) => player.takeBytes());
  const taken = agesMs;
  agesMs = [];
  return { bytes, agesMs: taken, lost };
}
