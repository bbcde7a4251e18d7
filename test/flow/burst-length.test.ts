import { expect, it } from 'vitest';
import { burstLengthMs, gatheringMs } from '../../src/flow/burst-length.js';

it.each([
  { subscribers: 0, maxBurstMs: 40, lengthMs: 0 },
  { subscribers: 50, maxBurstMs: 40, lengthMs: 0 },
  { subscribers: 75, maxBurstMs: 40, lengthMs: 10 },
  { subscribers: 100, maxBurstMs: 40, lengthMs: 20 },
  { subscribers: 150, maxBurstMs: 40, lengthMs: 40 },
  { subscribers: 10_000, maxBurstMs: 40, lengthMs: 40 },
  { subscribers: 400, maxBurstMs: 350, lengthMs: 350 },
  { subscribers: 1000, maxBurstMs: 0, lengthMs: 0 },
])('$subscribers subscribers, at most $maxBurstMs ms: $lengthMs ms', ({ subscribers, maxBurstMs, lengthMs }) => {
  expect(burstLengthMs(subscribers, maxBurstMs)).toBe(lengthMs);
});

it.each([
  { lengthMs: 40, unreadMs: 0, sendingMs: 0, gathers: 40 },
  { lengthMs: 40, unreadMs: 8, sendingMs: 8, gathers: 40 },
  { lengthMs: 40, unreadMs: 15, sendingMs: 15, gathers: 26 },
  { lengthMs: 40, unreadMs: 0, sendingMs: 30, gathers: 26 },
  { lengthMs: 40, unreadMs: 40, sendingMs: 40, gathers: 20 },
  { lengthMs: 350, unreadMs: 40, sendingMs: 40, gathers: 350 },
])('gathers $gathers of $lengthMs ms when $unreadMs ms have gone and sending takes $sendingMs ms', (row) => {
  expect(gatheringMs(row.lengthMs, row.unreadMs, row.sendingMs)).toBe(row.gathers);
});
