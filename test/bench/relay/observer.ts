import { readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Peer } from '../../support/peer.js';
import { rssBytesOf } from '../fanout/stage.js';

/**
 * Lets the program collect its garbage when it is asked, and say what it cannot let go; no signal of its own means anything to
 * it. Objects count without code: of that V8 makes more for as long as it finds something to make faster.
 */
const ANSWERING = `
import { getHeapCodeStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc');
process.on('SIGUSR2', () => {
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  const { code_and_metadata_size, bytecode_and_metadata_size } = getHeapCodeStatistics();
  console.error('held: ' + JSON.stringify({
    heapBytes: heapUsed,
    objectBytes: heapUsed - code_and_metadata_size - bytecode_and_metadata_size,
    bufferBytes: external,
    timers: process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length,
  }));
});`;

/** What Node has to be started with for a program that is to be observed. */
export const OBSERVED = ['--import', `data:text/javascript,${encodeURIComponent(ANSWERING)}`];

const ANSWER = /held: (\{[^}]*\})/;
const ANSWER_TIMEOUT_MS = 20_000;
const POLL_MS = 20;
/** Timers and buffers come and go, so it is looked so often. */
const LOOKS = 9;
const LOOK_EVERY_MS = 300;

/** What a program holds when all garbage is gone. */
export interface Held {
  readonly heapBytes: number;
  /** Of the heap, without code. */
  readonly objectBytes: number;
  /** Outside of the heap. */
  readonly bufferBytes: number;
  readonly timers: number;
}

/** Looks into a program that was started with `OBSERVED`. */
export class Observer {
  readonly #peer: Peer;
  readonly #pid: number;

  constructor(peer: Peer) {
    this.#peer = peer;
    this.#pid = peer.child.pid ?? 0;
  }

  get rssBytes(): number {
    return rssBytesOf(this.#pid);
  }

  get sockets(): number {
    const folder = `/proc/${this.#pid}/fd`;
    return readdirSync(folder).filter((fd) => linkOf(join(folder, fd)).startsWith('socket:')).length;
  }

  async held(): Promise<Held> {
    const from = this.#peer.output.length;
    const deadlineMs = performance.now() + ANSWER_TIMEOUT_MS;
    this.#peer.child.kill('SIGUSR2');
    while (performance.now() < deadlineMs) {
      await delay(POLL_MS);
      const [, answer] = ANSWER.exec(this.#peer.output.slice(from)) ?? [];
      if (answer !== undefined) return JSON.parse(answer) as Held;
    }
    throw new Error(`the program did not say what it holds in ${ANSWER_TIMEOUT_MS} ms`);
  }

  /** The same at rest: the least memory of several looks, and how many timers run as a rule. */
  async heldAtRest(): Promise<Held> {
    const looks: Held[] = [];
    for (let look = 0; look < LOOKS; look++) {
      looks.push(await this.held());
      await delay(LOOK_EVERY_MS);
    }
    const inOrder = (name: keyof Held): number[] =>
      looks.map((held) => held[name]).toSorted((one, other) => one - other);
    const least = (name: keyof Held): number => inOrder(name)[0] ?? Number.NaN;
    return {
      heapBytes: least('heapBytes'),
      objectBytes: least('objectBytes'),
      bufferBytes: least('bufferBytes'),
      timers: inOrder('timers')[Math.floor(LOOKS / 2)] ?? Number.NaN,
    };
  }
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return ''; // closed meanwhile
  }
}
