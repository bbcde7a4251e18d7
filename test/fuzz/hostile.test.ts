import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { encodeAmf0 } from '../../src/amf/amf0-writer.js';
import { type AmfValue, amfObject } from '../../src/amf/value.js';
import { RtmpPlayer } from '../../src/endpoint/rtmp-player.js';
import { ChunkWriter } from '../../src/rtmp/chunk/writer.js';
import { parseRtmpUrl } from '../../src/rtmp/url.js';
import { CliRuns } from '../support/cli.js';

/** The gate takes its time; at the desk a few seconds show most of what there is to see. */
const ATTACK_MS = process.env['CI'] === undefined ? 8_000 : 40_000;
const CONNECTS = process.env['CI'] === undefined ? 2_000 : 10_000;
/** How long an attacker stays if it is not thrown out: some four hundred are there at a time. */
const PATIENCE_MS = 1_600;
const MAX_GROWTH_BYTES = 100 * 1024 * 1024;
/** The test card has a frame every 67 ms; the attackers share this machine's two cores with the server. */
const MAX_GAP_MS = 1_000;

const TESTCARD = fileURLToPath(new URL('../../fixtures/testcard.flv', import.meta.url));
const runs = new CliRuns();
afterAll(() => runs.stopAll());

/** C0, C1 and a C2 that nobody checks. */
const HANDSHAKE = Buffer.concat([Buffer.from([3]), Buffer.alloc(8), randomBytes(1528), randomBytes(1536)]);

function commandBytes(...values: AmfValue[]): Uint8Array {
  const writer = new ChunkWriter();
  writer.write({ typeId: 20, streamId: 0, timestampMs: 0, csid: 3, payload: encodeAmf0(...values) });
  return writer.take() ?? new Uint8Array();
}

const CONNECT = commandBytes('connect', 1, amfObject({ app: 'live', tcUrl: 'rtmp://127.0.0.1/live' }));

/** An object in an object in an object, without an end: 03, then name "a" and again 03. */
function deepAmf(): Uint8Array {
  const deep = Buffer.concat([Buffer.from(encodeAmf0('connect', 1)), Buffer.from('03000161'.repeat(20_000), 'hex')]);
  const writer = new ChunkWriter();
  writer.write({ typeId: 20, streamId: 0, timestampMs: 0, csid: 3, payload: deep });
  return writer.take() ?? new Uint8Array();
}

/** Headers that announce 16 MB on every chunk stream, with a few bytes each. */
function hugeLengths(): Uint8Array {
  const headers = [];
  for (let csid = 3; csid < 64; csid += 1) {
    headers.push(Buffer.from([csid, 0, 0, 0, 0xff, 0xff, 0xff, 9, 1, 0, 0, 0]), randomBytes(128));
  }
  return Buffer.concat(headers);
}

type Attack = (socket: Socket) => void;

const ATTACKS: readonly { readonly name: string; readonly attack: Attack }[] = [
  { name: 'garbage', attack: (socket) => socket.end(randomBytes(4096)) },
  {
    name: 'garbage after the handshake',
    attack: (socket) => socket.end(Buffer.concat([HANDSHAKE, randomBytes(65_536)])),
  },
  { name: 'half a handshake', attack: (socket) => socket.write(HANDSHAKE.subarray(0, 700)) },
  { name: 'slow loris', attack: slowly(HANDSHAKE) },
  { name: 'slow loris after connect', attack: afterHandshake(slowly(CONNECT)) },
  { name: 'huge lengths', attack: (socket) => socket.write(Buffer.concat([HANDSHAKE, CONNECT, hugeLengths()])) },
  {
    name: 'chunk size 0',
    attack: (socket) =>
      socket.write(Buffer.concat([HANDSHAKE, Buffer.from('02000000000004010000000000000000', 'hex')])),
  },
  { name: 'deep AMF', attack: (socket) => socket.write(Buffer.concat([HANDSHAKE, deepAmf()])) },
  { name: 'an HTTP request', attack: (socket) => socket.end('GET / HTTP/1.1\r\nHost: x\r\n\r\n') },
  { name: 'pings for ever', attack: (socket) => socket.write(Buffer.concat([HANDSHAKE, CONNECT, pings()])) },
  { name: 'connect and vanish', attack: afterHandshake((socket) => socket.resetAndDestroy()) },
];

function afterHandshake(attack: Attack): Attack {
  return (socket) => {
    socket.write(HANDSHAKE);
    attack(socket);
  };
}

function pings(): Uint8Array {
  return Buffer.from('020000000000060400000000000601020304'.repeat(5_000), 'hex');
}

function slowly(bytes: Uint8Array): Attack {
  return (socket) => {
    let at = 0;
    const timer = setInterval(() => socket.write(bytes.subarray(at, ++at)), 50);
    socket.on('close', () => clearInterval(timer));
  };
}

/** Keeps a few hundred attackers busy until the time is up. */
class Attackers {
  readonly #port: number;
  readonly #sockets = new Set<Socket>();
  started = 0;
  #isOver = false;

  constructor(port: number) {
    this.#port = port;
  }

  async run(durationMs: number): Promise<void> {
    const endMs = Date.now() + durationMs;
    const perTick = Math.ceil((CONNECTS / durationMs) * 20);
    while (Date.now() < endMs || this.started < CONNECTS) {
      for (let i = 0; i < perTick; i += 1) {
        this.#start();
      }
      await new Promise((resolve) => setTimeout(resolve, 20)); // the rate of the attack is the point
    }
    this.#isOver = true;
    for (const socket of this.#sockets) {
      socket.destroy();
    }
  }

  #start(): void {
    const { attack } = ATTACKS[this.started % ATTACKS.length]!;
    this.started += 1;
    const socket = connect(this.#port, '127.0.0.1');
    this.#sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => this.#sockets.delete(socket));
    socket.on('connect', () => !this.#isOver && attack(socket));
    socket.resume();
    setTimeout(() => socket.destroy(), PATIENCE_MS).unref();
  }
}

function residentBytes(pid: number): number {
  const line = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Number(line?.[1]) * 1024;
}

/** Plays the stream and watches how it arrives. */
class Witness {
  worstGapMs = 0;
  tags = 0;
  timestampsGoBack = false;

  async watch(player: RtmpPlayer): Promise<void> {
    let lastMs = performance.now();
    let newestMs = Number.NEGATIVE_INFINITY;
    for await (const tags of player) {
      const nowMs = performance.now();
      this.worstGapMs = Math.max(this.worstGapMs, nowMs - lastMs);
      lastMs = nowMs;
      for (const tag of tags) {
        this.tags += 1;
        if (tag.kind === 'video') {
          this.timestampsGoBack ||= tag.timestampMs < newestMs;
          newestMs = tag.timestampMs;
        }
      }
    }
  }
}

describe('a server under attack', () => {
  it('keeps a real stream flowing, in bounded memory', { timeout: ATTACK_MS + 90_000 }, async () => {
    const server = await runs.serve();
    const push = runs.start(['push', TESTCARD, `${server.url}/live/real`, '--loop', '--json']);
    await push.event('started');
    const player = await RtmpPlayer.open({
      url: parseRtmpUrl(`${server.url}/live/real`),
      timeoutMs: 10_000,
      stallTimeoutMs: 15_000,
      tls: {},
      signal: new AbortController().signal,
      onStage: () => {},
    });
    const witness = new Witness();
    const watching = witness.watch(player);
    await push.event('stats');
    const idleBytes = residentBytes(server.run.pid);

    let peakBytes = 0;
    const sampling = setInterval(() => {
      peakBytes = Math.max(peakBytes, residentBytes(server.run.pid));
    }, 100);
    const attackers = new Attackers(server.port);
    await attackers.run(ATTACK_MS);
    clearInterval(sampling);
    player.stop();
    await watching;

    const summary = `${attackers.started} attacks, gap ${Math.round(witness.worstGapMs)} ms, +${Math.round((peakBytes - idleBytes) / 1e6)} MB`;
    console.info(summary);
    expect(server.run.child.exitCode, server.run.stderr).toBeNull();
    expect(attackers.started).toBeGreaterThanOrEqual(CONNECTS);
    expect(witness.tags).toBeGreaterThan((ATTACK_MS / 1000) * 40);
    expect(witness.timestampsGoBack).toBe(false);
    expect(witness.worstGapMs, summary).toBeLessThan(MAX_GAP_MS);
    expect(peakBytes - idleBytes, summary).toBeLessThan(MAX_GROWTH_BYTES);

    push.kill('SIGINT');
    expect(await push.exit()).toBe(130);
    server.run.kill('SIGTERM');
    expect(await server.run.exit()).toBe(0);
  });
});
