import type { MediaTag } from '../../../src/media/tag.js';

/** A server with one stream, which a command is connected to through a network with faults. */
export interface Station {
  readonly port: number;
  /** App and name of the stream. */
  readonly path: string;
  /** Publishes the stream from beside the faulty network. */
  publish(): Promise<void>;
  send(tags: readonly MediaTag[]): void;
  /** Ends the stream as its publisher. */
  endStream(): Promise<void>;
  /** Plays the stream from beside the faulty network, from now on. */
  watch(): Promise<void>;
  /** What has come there, over everything that happened to the server. */
  readonly watched: readonly MediaTag[];
  close(): Promise<void>;
}

/** One whose server is a process of its own. */
export interface MortalStation extends Station {
  /** `kill -9`; resolves when it is dead. */
  kill(): Promise<void>;
  /** Maybe on another port; nobody publishes or watches there yet. */
  restart(): Promise<void>;
}

/** Which end of a stream a station is. */
export type StationRole = 'source' | 'target';
