import { join } from 'node:path';
import { costOf } from './cpu-time.js';
import type { BenchResult } from './result.js';

/** A program that does the same work as the others. */
export interface Competitor {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
}

const ROUNDS = 3;

/** What Node itself needs to start and to move the bytes, with no protocol at all: no program on Node can be below it. */
export const BARE_NODE = 'bare Node';

/** @param script in `bare/` */
export function bareNode(root: string, script: string, ...args: readonly string[]): Competitor {
  const path = join(root, 'test', 'bench', 'bare', script);
  return { name: BARE_NODE, command: process.execPath, args: [path, ...args] };
}

/**
 * Lets all do their work in turns, so that a busy moment of the machine hits every one of them, and gives the least CPU time
 * of each, in milliseconds. Who is not installed is left out.
 *
 * @param cleanUp runs after each
 */
export async function cheapest(
  competitors: readonly Competitor[],
  cleanUp: () => Promise<void> = async () => {},
): Promise<ReadonlyMap<string, number>> {
  const costs = new Map<string, number>();
  const missing = new Set<string>();
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const { name, command, args } of competitors.filter((one) => !missing.has(one.name))) {
      try {
        const { cpuMs } = await costOf(command, args);
        costs.set(name, Math.min(costs.get(name) ?? Number.POSITIVE_INFINITY, cpuMs));
      } catch (error) {
        if (name === 'rtmpkit') {
          throw error;
        }
        missing.add(name);
      } finally {
        await cleanUp();
      }
    }
  }
  return costs;
}

/** CPU seconds per GB of our program over those of a peer. */
export function besidePeer(
  name: string,
  peer: string,
  costs: ReadonlyMap<string, number>,
  sizeBytes: number,
  target?: number,
): BenchResult {
  const perGb = (cpuMs: number): number => cpuMs / 1000 / (sizeBytes / 1e9);
  const value = perGb(costs.get('rtmpkit') ?? Number.NaN);
  const peerMs = costs.get(peer);
  if (peerMs === undefined) {
    return { name, value, unit: 's/GB', note: `${peer} is not there, or could not do it` };
  }
  const ratio = value / perGb(peerMs);
  return {
    name,
    value,
    unit: 's/GB',
    floor: { name: peer, value: perGb(peerMs) },
    ratio,
    ...(target === undefined ? {} : { target: `at most ${target}`, isMet: ratio <= target }),
  };
}
