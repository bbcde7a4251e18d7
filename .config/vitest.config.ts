import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

// Vitest by itself leaves one core alone, which of two is half.
const CORES = availableParallelism();
/** For tests that wait most of the time: for programs, sockets, and streams in real time. */
const WAITING = 2 * CORES;

/** Tests that measure how long somebody is kept waiting have the machine for themselves. */
const ALONE = {
  unit: ['test/commands/fault-matrix.test.ts'],
  interop: ['test/interop/fault-matrix.test.ts', 'test/interop/relay.test.ts'],
  fuzz: ['test/fuzz/hostile.test.ts'],
};

export default defineConfig({
  test: {
    root: new URL('..', import.meta.url).pathname,
    restoreMocks: true,
    projects: [
      {
        test: {
          name: 'unit',
          sequence: { groupOrder: 0 }, // projects with different numbers of workers come one after the other
          include: ['test/**/*.test.ts'],
          exclude: ['test/e2e/**', 'test/interop/**', 'test/fuzz/**', ...ALONE.unit],
          // Nothing here touches globals; a fresh world for each of some two hundred files would take most of the time.
          isolate: false,
          // Not threads: while one starts a program, that has the sockets of all others for a moment, even those just closed.
          pool: 'forks',
          maxWorkers: WAITING,
          testTimeout: 30_000, // on a busy machine some take long; none waits for time to pass
        },
      },
      {
        test: {
          name: 'unit-alone',
          sequence: { groupOrder: 1 },
          include: ALONE.unit,
          maxConcurrency: 10, // each of its tests waits nearly all of the time
        },
      },
      {
        test: {
          name: 'e2e',
          sequence: { groupOrder: 2 },
          include: ['test/e2e/**/*.test.ts'],
          isolate: false, // here, too, what costs most is starting programs: ours need not be loaded anew for each file
          pool: 'forks',
          testTimeout: 60_000,
          hookTimeout: 60_000,
          maxWorkers: WAITING,
        },
      },
      {
        test: {
          name: 'interop',
          sequence: { groupOrder: 3 },
          include: ['test/interop/**/*.test.ts'],
          exclude: ALONE.interop,
          testTimeout: 90_000,
          hookTimeout: 90_000,
          maxWorkers: CORES + 1, // many of them wait, and in many FFmpeg encodes
        },
      },
      {
        test: {
          name: 'interop-alone',
          sequence: { groupOrder: 4 },
          include: ALONE.interop,
          maxConcurrency: 10, // as unit-alone; the relay's test keeps itself to two
          maxWorkers: 1,
          testTimeout: 90_000,
          hookTimeout: 90_000,
        },
      },
      {
        test: {
          name: 'fuzz',
          sequence: { groupOrder: 5 },
          include: ['test/fuzz/**/*.test.ts'],
          exclude: ALONE.fuzz,
          testTimeout: 600_000,
          hookTimeout: 60_000,
          maxWorkers: CORES,
        },
      },
      {
        test: {
          name: 'fuzz-alone',
          sequence: { groupOrder: 6 },
          include: ALONE.fuzz,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
