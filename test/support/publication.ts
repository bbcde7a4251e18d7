import type { MediaTag } from '../../src/media/tag.js';
import { isSequenceHeader } from '../../src/media/tag-info.js';
import type { CliRun, CliRuns } from './cli.js';
import { FLV_START, flvTagBytes } from './flv-file.js';

/**
 * Our publisher, fed through standard input in two steps: players that join in between get everything, for the server then
 * has the stream from its first tag on.
 */
export class Publication {
  readonly push: CliRun;
  readonly #rest: readonly MediaTag[];

  private constructor(push: CliRun, rest: readonly MediaTag[]) {
    this.push = push;
    this.#rest = rest;
  }

  /** Sends the beginning, up to the first frame. */
  static async begin(
    runs: CliRuns,
    url: string,
    tags: readonly MediaTag[],
    ...options: string[]
  ): Promise<Publication> {
    const patience = ['--stall-timeout', '1h']; // a test on a busy machine may take its time before it sends the rest
    const push = runs.start(['push', '--json', '-', url, ...patience, ...options]);
    const publication = await Publication.through(push, tags);
    await push.event('started');
    return publication;
  }

  /** Sends the beginning through a `push -` that runs already. */
  static async through(push: CliRun, tags: readonly MediaTag[]): Promise<Publication> {
    const restAt = tags.findIndex((tag) => tag.kind !== 'data' && !isSequenceHeader(tag)) + 1;
    await push.write(Buffer.concat([FLV_START, ...tags.slice(0, restAt).map(flvTagBytes)]));
    return new Publication(push, tags.slice(restAt));
  }

  /** Sends everything at once to our publisher, which takes its time. */
  static async inRealTime(
    runs: CliRuns,
    url: string,
    tags: readonly MediaTag[],
    ...options: string[]
  ): Promise<Publication> {
    const publication = await Publication.begin(runs, url, tags, ...options);
    publication.finish();
    return publication;
  }

  /** Sends the rest, which ends the stream. */
  finish(): void {
    this.push.endInput(Buffer.concat(this.#rest.map(flvTagBytes)));
  }

  /** Sends the rest, and leaves the stream open. */
  continue(): Promise<void> {
    return this.send(this.#rest);
  }

  /** Sends more, behind the rest. */
  send(tags: readonly MediaTag[]): Promise<void> {
    return this.push.write(Buffer.concat(tags.map(flvTagBytes)));
  }
}
