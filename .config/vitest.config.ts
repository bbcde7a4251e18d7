import { defineConfig } from 'vitest/config';

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
          exclude: ['test/e2e/**', 'test/interop/**', 'test/fuzz/**', 'test/bench/**'],
          // Nothing here touches globals; a fresh world for each of some eighty files would take most of the time.
          pool: 'threads',
          isolate: false,
          testTimeout: 30_000, // on a busy machine some take long; none waits for time to pass
        },
      },
      {
        test: {
          name: 'e2e',
          sequence: { groupOrder: 1 },
          include: ['test/e2e/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          maxWorkers: '100%', // they wait for their programs most of the time
        },
      },
      {
        test: {
          name: 'interop',
          sequence: { groupOrder: 2 },
          include: ['test/interop/**/*.test.ts'],
          testTimeout: 90_000,
          hookTimeout: 90_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'fuzz',
          sequence: { groupOrder: 3 },
          include: ['test/fuzz/**/*.test.ts'],
          testTimeout: 600_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
