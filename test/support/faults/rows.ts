import type { ErrorCode } from '../../../src/errors.js';
import type { Cell } from './cell.js';
import { FILM, type Film, OTHER_CODEC, SMALL, WIDE } from './films.js';
import type { MortalStation, Station } from './station.js';

/** Something that happens to a stream on its way. */
export interface Row<S extends Station = Station> {
  readonly film: Film;
  /** Default: one that never comes. */
  readonly stallTimeoutMs?: number;
  /** So far a server may be behind before frames are dropped for it. Default: without end */
  readonly maxQueueMs?: number;
  /** From when the first part of the film has arrived until the last one has. */
  readonly play: (cell: Cell<S>) => Promise<void>;
}

/** A connection is lost in one blow; what is sent meanwhile finds none; then the way is free. */
function lost<S extends Station>(
  code: ErrorCode,
  strike: (cell: Cell<S>) => unknown,
  mend: (cell: Cell<S>) => unknown = () => {},
): Row<S>['play'] {
  return async (cell) => {
    await strike(cell);
    await cell.retried(code);
    cell.sendMiddle();
    await mend(cell);
    cell.lifted();
    await cell.reconnected();
    await cell.deliverLast();
  };
}

/** All of the rest has to go through a worse network. */
function worse(faults: Cell['proxy']['faults']): Row['play'] {
  return async (cell) => {
    Object.assign(cell.proxy.faults, faults);
    cell.sendMiddle();
    await cell.deliverLast();
  };
}

export const ROWS = {
  cut: { film: FILM, play: lost('ERR_CONNECTION_LOST', ({ proxy }) => proxy.cut()) },
  reset: { film: FILM, play: lost('ERR_CONNECTION_LOST', ({ proxy }) => proxy.reset()) },
  'half-close': { film: FILM, play: lost('ERR_CONNECTION_LOST', ({ proxy }) => proxy.halfClose()) },
  hang: {
    film: FILM,
    stallTimeoutMs: 1_000,
    async play(cell) {
      await cell.measured(); // only of a server that has answered once its silence tells something
      cell.proxy.freeze();
      cell.sendMiddle(); // into the dark
      await cell.retried('ERR_STALLED');
      cell.proxy.dropFrozen();
      cell.lifted();
      await cell.reconnected();
      await cell.deliverLast();
    },
  },
  'delay of 2 s': { film: FILM, play: worse({ delayMs: 2_000 }) },
  'half the bitrate': { film: WIDE, maxQueueMs: 1_000, play: worse({ rateBytesPerSecond: WIDE.bytesPerSecond / 2 }) },
  'segments of 1 byte': { film: SMALL, play: worse({ segmentBytes: 1 }) },
  'no DNS': {
    film: FILM,
    play: lost(
      'ERR_DNS',
      ({ names, host, proxy }) => {
        names.remove(host);
        proxy.reset();
      },
      ({ names, host }) => names.add(host),
    ),
  },
  'refused for a while': {
    film: FILM,
    play: lost(
      'ERR_REFUSED',
      ({ proxy }) => {
        proxy.refuse();
        proxy.reset();
      },
      ({ proxy }) => proxy.accept(),
    ),
  },
  'name busy for a while': {
    film: FILM,
    play: lost(
      'ERR_STREAM_BUSY',
      ({ proxy }) => proxy.orphan(),
      ({ proxy }) => proxy.dropFrozen(),
    ),
  },
  'codec change': {
    film: OTHER_CODEC,
    async play(cell) {
      cell.sendMiddle();
      await cell.deliverLast();
    },
  },
  'source end': {
    film: FILM,
    play: (cell) => cell.sourceEnds(),
  },
} as const satisfies Record<string, Row>;

export type RowName = keyof typeof ROWS;

export const SERVER_KILLED: Row<MortalStation> = {
  film: FILM,
  play: lost(
    'ERR_REFUSED',
    async ({ proxy, station }) => {
      proxy.refuse(); // as the dead server does from then on
      await station.kill();
    },
    (cell) => cell.restart(),
  ),
};
