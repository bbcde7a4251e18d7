import { expect } from 'vitest';
import type { ErrorCode } from '../../../src/errors.js';
import type { MediaTag } from '../../../src/media/tag.js';
import { isFrame, isKeyframe, isSequenceHeader } from '../../../src/media/tag-info.js';
import { eventually } from '../eventually.js';
import { FaultProxy } from '../fault-proxy.js';
import type { NameTable } from '../name-table.js';
import { neverGoesBack } from '../stream-parts.js';
import { type Account, accountOf, longestStepMs } from './account.js';
import { COLUMNS, type Column, type ColumnName, type Subject } from './columns.js';
import type { Film } from './films.js';
import { Recovery } from './recovery.js';
import type { Row } from './rows.js';
import type { MortalStation, Station, StationRole } from './station.js';

/** How often it is tried in vain before the way is free again. */
const FAILED_ATTEMPTS = 2;
/** Longer than anything takes here. */
const NEVER_MS = 3_600_000;
/** What recovery may take besides the back-off. */
const RECOVERY_MS = 2_000;
/** Two frames, and what rounding adds. */
const STEADY_MS = 85;

/** What is to come of a fault. */
export interface Outcome {
  /**
   * `nothing`. `dropped`: exactly what the command says that it dropped, which is something. `counted`: what the command says that it dropped, and at most what it says may not have arrived. `meanwhile`: of
   * what was sent while there was no connection. `frames`: whole frames that a server leaves out for whoever is too slow.
   */
  readonly lost: 'nothing' | 'dropped' | 'counted' | 'meanwhile' | 'frames';
  /** `unconfirmed`: at most what the server had not confirmed. `gop`: at most what a server gives whoever joins. */
  readonly doubled: 'nothing' | 'unconfirmed' | 'gop';
  /** Whether there had to be another connection. */
  readonly connections: 1 | 2;
  /**
   * `steady`: at no place more than two frames apart. `gap`: where something is missing it is as long as that. `anew`: the same,
   * and once it may go back, where a server tells its viewers what it gets again.
   */
  readonly timeline: 'steady' | 'gap' | 'anew';
}

export type OpenStation<S extends Station> = (role: StationRole) => Promise<S>;

/** One command in one kind of trouble. */
export class Cell<S extends Station = Station> {
  readonly proxy: FaultProxy;
  readonly station: S;
  readonly names: NameTable;
  readonly host: string;
  subject!: Subject;
  readonly #column: Column;
  readonly #film: Film;
  readonly #sent: MediaTag[] = [];
  #recovery: Recovery | undefined;
  /** Announced before the fault was over. */
  #formerRetries = 0;

  private constructor(column: Column, row: Row<S>, station: S, proxy: FaultProxy, names: NameTable, host: string) {
    this.#column = column;
    this.#film = row.film;
    this.station = station;
    this.proxy = proxy;
    this.names = names;
    this.host = host;
  }

  /**
   * Plays it from beginning to end, and holds what came of it against what should have.
   *
   * @returns for people: how long it took to recover, where there was something to recover from
   */
  static async run<S extends Station>(
    row: Row<S>,
    columnName: ColumnName,
    outcome: Outcome,
    openStation: OpenStation<S>,
    names: NameTable,
  ): Promise<string> {
    const column: Column = COLUMNS[columnName];
    const station = await openStation(column.station);
    const proxy = await FaultProxy.to(station.port);
    const host = `host${proxy.port}.test`;
    names.add(host);
    const cell = new Cell(column, row, station, proxy, names, host);
    try {
      await cell.#play(row);
      cell.#compare(outcome);
      return await cell.#recovered();
    } finally {
      cell.#recovery?.stop();
      await proxy.close();
      await station.close();
    }
  }

  get #retries() {
    return this.subject.run.all('retrying').filter(({ role }) => role === this.#column.role);
  }

  get #connections(): number {
    return this.#connectionsOf(this.#column.role);
  }

  #connectionsOf(wanted: Column['role']): number {
    return this.subject.run.all('connected').filter(({ role }) => role === wanted).length;
  }

  /** It was tried in vain for so many times, and at last for this reason. */
  async retried(code: ErrorCode): Promise<void> {
    const wanted = code === 'ERR_CONNECTION_LOST' || code === 'ERR_STALLED' ? 1 : FAILED_ATTEMPTS;
    await this.subject.run.until(() => this.#retries.filter((retry) => retry.code === code).length >= wanted);
  }

  /** The way is free again. */
  lifted(): void {
    const { subject } = this;
    this.#formerRetries = this.#retries.length;
    this.#recovery = new Recovery(() => subject.received.length);
  }

  /** There is another connection: made by the first attempt for which the way was free, or the one after it. */
  async reconnected(): Promise<void> {
    await this.subject.run.until(() => this.#connections === 2);
    expect(this.#retries.length - this.#formerRetries).toBeLessThanOrEqual(1);
  }

  /** Its server has answered a ping, if it is one that gets any. */
  async measured(): Promise<void> {
    if (this.#column.role === 'player') return;
    await this.subject.run.event('stats', ({ rttMs, targets = [] }) => (targets[0]?.rttMs ?? rttMs ?? null) !== null);
  }

  /** The source ends, and begins again for a command that waits for that. */
  async sourceEnds(): Promise<void> {
    const { run, endSource, beginSource } = this.subject;
    await endSource();
    if (!this.#column.goesOn) return;
    await run.event('retrying', ({ role }) => role === 'player');
    await beginSource();
    await run.until(() => this.#connectionsOf('player') === 2);
    this.#send(this.#film.headers);
    await this.deliverLast();
  }

  sendMiddle(): void {
    this.#send(this.#film.middle);
  }

  async deliverLast(): Promise<void> {
    this.#send(this.#film.last);
    await this.#arrived();
  }

  /** The server is there again. */
  async restart(this: Cell<MortalStation>): Promise<void> {
    await this.station.restart();
    if (this.#column.station === 'target') {
      await this.station.watch();
    } else {
      await this.station.publish();
      this.station.send(this.#film.headers);
    }
    this.proxy.targetPort = this.station.port;
    await this.proxy.accept();
  }

  async #play(row: Row<S>): Promise<void> {
    const { proxy, station, host } = this;
    const { stallTimeoutMs = NEVER_MS, maxQueueMs = NEVER_MS, film } = row;
    const url = `rtmp://${host}:${proxy.port}/${station.path}`;
    this.#sent.push(...film.first);
    this.subject = await this.#column.start({ url, station, stallTimeoutMs, maxQueueMs }, film.first);
    try {
      await this.#arrived();
      await row.play(this);
    } finally {
      await this.subject.finish();
    }
  }

  /** It took no longer than was announced, and a little. */
  async #recovered(): Promise<string> {
    if (this.#recovery === undefined) return 'nothing to recover from';
    const tookMs = await this.#recovery.tookMs();
    const announced = this.#retries.slice(Math.max(this.#formerRetries - 1, 0));
    const backOffMs = announced.reduce((sum, { delayMs }) => sum + delayMs, 0);
    expect(tookMs).toBeLessThanOrEqual(backOffMs + RECOVERY_MS);
    return `recovered in ${tookMs.toFixed(0)} ms, of which ${backOffMs.toFixed(0)} ms were announced`;
  }

  #send(tags: readonly MediaTag[]): void {
    this.#sent.push(...tags);
    this.subject.send(tags);
  }

  async #arrived(): Promise<void> {
    for (const kind of ['audio', 'video'] as const) {
      const last = this.#sent.findLast((tag) => tag.kind === kind && isFrame(tag));
      const hasCome = (): boolean => {
        const came = this.subject.received.findLast((tag) => tag.kind === kind && isFrame(tag));
        return came !== undefined && last !== undefined && Buffer.compare(came.body, last.body) === 0;
      };
      await eventually(`the last ${kind} arrives`, hasCome);
    }
  }

  #compare({ lost, doubled, connections, timeline }: Outcome): void {
    const { received, claim } = this.subject;
    const account = accountOf(this.#sent, received);
    expect(account.strange).toBe(0);
    this.#compareLoss(account, lost, claim);
    switch (doubled) {
      case 'nothing':
        expect(account.doubled).toBe(0);
        break;
      case 'unconfirmed':
        expect(account.doubledBytes).toBeLessThanOrEqual(UNCONFIRMED_BYTES + this.#film.gopBytes);
        break;
      case 'gop':
        expect(account.doubled).toBeLessThanOrEqual(this.#film.gopFrames);
    }
    expect(this.#connections).toBe(connections);
    const missingMs = timeline === 'steady' ? 0 : durationOf(account.missing);
    expect(beginsWell(received)).toBe(true);
    for (const run of timeline === 'anew' ? runsOf(received) : [received]) {
      expect(neverGoesBack(run)).toBe(true);
      expect(longestStepMs('video', run)).toBeLessThanOrEqual(STEADY_MS + missingMs);
      expect(longestStepMs('audio', run)).toBeLessThanOrEqual(STEADY_MS + missingMs);
      expect(run.find(isPicture)).toSatisfy((tag) => tag === undefined || isKeyframe(tag));
    }
  }

  #compareLoss({ missing }: Account, lost: Outcome['lost'], claim: Subject['claim']): void {
    switch (lost) {
      case 'nothing':
        expect(missing.length).toBe(0);
        expect(claim?.dropped ?? 0).toBe(0);
        return;
      case 'dropped':
        expect(claim).toEqual({ dropped: missing.length, unconfirmed: 0 });
        expect(missing.length).toBeGreaterThan(0);
        return;
      case 'counted': {
        const { dropped = 0, unconfirmed = 0 } = claim ?? {};
        expect(missing.length).toBeGreaterThanOrEqual(dropped);
        expect(missing.length).toBeLessThanOrEqual(dropped + unconfirmed);
        return;
      }
      case 'meanwhile': {
        const meanwhile = new Set(this.#film.middle);
        expect(missing.every((tag) => meanwhile.has(tag))).toBe(true);
        return;
      }
      case 'frames':
        expect(missing.length).toBeLessThan(this.#sent.length);
    }
  }
}

/** Our server acknowledges half of the window that we announce; the newest acknowledgement may be on its way. */
const UNCONFIRMED_BYTES = 2 * 1_250_000;

function durationOf(tags: readonly MediaTag[]): number {
  const times = tags.map(({ timestampMs }) => timestampMs);
  return times.length === 0 ? 0 : Math.max(...times) - Math.min(...times);
}

/** At most two, in each of which time goes on. */
function runsOf(tags: readonly MediaTag[]): (readonly MediaTag[])[] {
  const newestMs = { audio: 0, video: 0, data: Number.POSITIVE_INFINITY };
  const anewAt = tags.findIndex((tag) => {
    const goesBack = isFrame(tag) && tag.timestampMs < newestMs[tag.kind];
    newestMs[tag.kind] = Math.max(newestMs[tag.kind], tag.timestampMs);
    return goesBack;
  });
  return anewAt < 0 ? [tags] : [tags.slice(0, anewAt), tags.slice(anewAt)];
}

/** The header comes first. */
function beginsWell(tags: readonly MediaTag[]): boolean {
  const header = tags.findIndex((tag) => tag.kind === 'video' && isSequenceHeader(tag));
  return header >= 0 && header < tags.findIndex(isPicture);
}

function isPicture(tag: MediaTag): boolean {
  return tag.kind === 'video' && isFrame(tag);
}
