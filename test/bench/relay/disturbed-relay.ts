import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { FaultProxy } from '../../support/fault-proxy.js';
import { Peer } from '../../support/peer.js';
import { rtmpkit } from '../fanout/servers.js';
import type { Stage } from '../fanout/stage.js';
import type { BenchContext } from '../result.js';
import { publishFilm } from './film.js';
import { OBSERVED, Observer } from './observer.js';

const SOURCES = ['main', 'spare'];
const TARGETS = ['one', 'two'];
/** A server that was left without a word holds the name for a while: nobody can publish it then. */
const RECOVERY_TIMEOUT_MS = 120_000;

export interface RelaySettings {
  /** Flags of the engine. */
  readonly v8: readonly string[];
  readonly retryDelay: string;
  readonly retryMaxDelay: string;
  /** What it sends the stream to besides the servers. */
  readonly files: readonly string[];
}

/** A relay of two sources to two servers, and a proxy on the way to each of them that can disturb it. */
export class DisturbedRelay {
  readonly peer: Peer;
  readonly observer: Observer;
  readonly proxies: readonly FaultProxy[];
  /** Sources and targets. */
  readonly #ends: number;

  private constructor(peer: Peer, proxies: readonly FaultProxy[], ends: number) {
    this.peer = peer;
    this.observer = new Observer(peer);
    this.proxies = proxies;
    this.#ends = ends;
  }

  /** Resolves when all its ends are at work. The stage stops it, with all that it needs. */
  static async start(stage: Stage, context: BenchContext, settings: RelaySettings): Promise<DisturbedRelay> {
    const film = join(context.root, 'fixtures', 'testcard.flv');
    const proxies: FaultProxy[] = [];
    const urls: string[] = [];
    for (const name of [...SOURCES, ...TARGETS]) {
      const server = await stage.with(rtmpkit('--grace', '0')(context));
      const proxy = await FaultProxy.to(Number(new URL(server.url.replace('rtmp:', 'http:')).port));
      await stage.with(Promise.resolve({ stop: () => proxy.close() }));
      if (SOURCES.includes(name)) await stage.with(publishFilm(film, `${server.url}/${name}`, context));
      proxies.push(proxy);
      urls.push(`rtmp://127.0.0.1:${proxy.port}/live/${name}`);
    }
    const targets = [...urls.slice(SOURCES.length), ...settings.files];
    const peer = new Peer(process.execPath, [
      ...[...settings.v8, ...OBSERVED, context.program, 'relay', '--json', ...urls.slice(0, SOURCES.length)],
      ...['--warm', '--failback', '3s', '--stall-timeout', '2s'],
      ...['--retry-delay', settings.retryDelay, '--retry-max-delay', settings.retryMaxDelay],
      ...targets.flatMap((target) => ['--to', target]),
    ]);
    await stage.with(Promise.resolve(peer));
    await peer.says(/"event":"switched"/);
    const ends = SOURCES.length + targets.length;
    await peer.says(new RegExp(`("state":"running".*){${ends}}`));
    return new DisturbedRelay(peer, proxies, ends);
  }

  /** How often it has said that this has happened. */
  count(event: string): number {
    return this.peer.output.split(`"event":"${event}"`).length - 1;
  }

  /** Waits until every end is at work again, or should be. */
  async recovered(): Promise<void> {
    const deadlineMs = performance.now() + RECOVERY_TIMEOUT_MS;
    do {
      await delay(1_000);
    } while (this.#endsAtWork < this.#ends && performance.now() < deadlineMs);
  }

  /** How many sources and targets were at work when it last told. */
  get #endsAtWork(): number {
    const { output } = this.peer;
    const newest = output
      .slice(0, output.lastIndexOf('\n'))
      .split('\n')
      .findLast((line) => line.includes('"event":"stats"'));
    return (newest ?? '').split('"state":"running"').length - 1;
  }
}
