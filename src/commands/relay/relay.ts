import { once } from 'node:events';
import { RecycledMemory } from '../../bytes/recycled-memory.js';
import { UsageError } from '../../errors.js';
import type { CommandEvent } from '../../events.js';
import { Beat } from '../../flow/beat.js';
import { closeSource, Interruption } from '../../flow/interruption.js';
import { eventStream } from '../event-stream.js';
import { messageReports } from '../message-reports.js';
import type { RelaysOptions } from './options.js';
import { RelayFleet } from './relay-fleet.js';

const STATS_EVERY_MS = 1_000;
/** Each source fills one after the other, so this many bytes are in use for each at least. */
const BLOCK_SIZE_BYTES = 64 * 1024;
/** What comes together leaves together: what many relays cost a process is mostly how often it wakes up for one of them. */
const READ_EVERY_MS = 30;

/**
 * Pulls streams and pushes them on until the signal aborts, or nothing is left to do. Connections are made again by
 * themselves; what cannot be is reported, and ends a relay when no source or no target is left.
 *
 * @throws {UsageError | MediaError | OutputError} when one of the relays cannot begin; the error of the first relay when all
 *   have failed.
 */
export function relay(options: RelaysOptions, signal?: AbortSignal): AsyncIterable<CommandEvent> {
  return eventStream((report, stop) => run(options, report, stop), signal);
}

async function run(
  { relays, changes, messages }: RelaysOptions,
  report: (event: CommandEvent) => void,
  signal: AbortSignal,
): Promise<void> {
  if (relays.length === 0 && changes === undefined) {
    throw new UsageError('ERR_USAGE', 'there is no relay to run', { stage: 'options', advice: 'give at least one' });
  }
  const bug = new AbortController();
  const beat = new Beat(READ_EVERY_MS);
  const fleet = new RelayFleet({
    report,
    observe: messageReports(messages, report),
    onBug: (error) => bug.abort(error),
    memory: new RecycledMemory(BLOCK_SIZE_BYTES),
    beat,
  });
  const over = AbortSignal.any([signal, fleet.over, bug.signal]);
  const timer = setInterval(() => fleet.reportStats(), STATS_EVERY_MS);
  try {
    await fleet.start(relays, relays.length === 1 && changes === undefined);
    const following = changes === undefined ? undefined : follow(changes, fleet, over);
    following?.catch((error: unknown) => bug.abort(error));
    if (!over.aborted) await once(over, 'abort');
    await following;
  } finally {
    clearInterval(timer);
    await fleet.close();
    beat.stop();
  }
  bug.signal.throwIfAborted();
  if (!signal.aborted) fleet.throwIfFailed();
}

/** Makes one change after the other until all is over. */
async function follow(
  changes: NonNullable<RelaysOptions['changes']>,
  fleet: RelayFleet,
  over: AbortSignal,
): Promise<void> {
  const interruption = new Interruption(over);
  const iterator = changes[Symbol.asyncIterator]();
  try {
    while (!over.aborted) {
      const next = await interruption.wait(iterator.next());
      if (next === undefined || next.done === true) return;
      await fleet.change(next.value);
    }
  } finally {
    interruption.dispose();
    await closeSource(iterator, over);
  }
}
