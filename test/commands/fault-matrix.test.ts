import { afterAll, describe, it } from 'vitest';
import { Cell, type Outcome } from '../support/faults/cell.js';
import { COLUMNS, type ColumnName } from '../support/faults/columns.js';
import { OurStation } from '../support/faults/our-station.js';
import { ROWS, type RowName } from '../support/faults/rows.js';
import { NameTable } from '../support/name-table.js';

const WHOLE: Outcome = { lost: 'nothing', doubled: 'nothing', connections: 1, timeline: 'steady' };
/** A publisher that goes on at the newest keyframe. */
const LIVE: Outcome = { lost: 'counted', doubled: 'nothing', connections: 2, timeline: 'steady' };
/** One that sends again what may not have arrived. */
const SURE: Outcome = { lost: 'nothing', doubled: 'unconfirmed', connections: 2, timeline: 'steady' };
/** A player that comes back, and gets the newest GOP first. */
const BACK: Outcome = { lost: 'meanwhile', doubled: 'gop', connections: 2, timeline: 'steady' };

type Line = Readonly<Record<ColumnName, Outcome | 'does not apply'>>;

const AGAIN: Line = {
  'live push': LIVE,
  'push --no-drop': SURE,
  pull: BACK,
  'relay, its source': BACK,
  'relay, its target': LIVE,
};
const THROUGH: Line = {
  'live push': WHOLE,
  'push --no-drop': WHOLE,
  pull: WHOLE,
  'relay, its source': WHOLE,
  'relay, its target': WHOLE,
};
const TOO_SLOW: Outcome = { ...WHOLE, lost: 'dropped', timeline: 'gap' };

/** What our own server and each command are to make of each fault; see also `e2e/server-killed`. */
const EXPECTED: Readonly<Record<RowName, Line>> = {
  cut: AGAIN,
  reset: AGAIN,
  'half-close': AGAIN,
  hang: AGAIN,
  'delay of 2 s': THROUGH,
  'half the bitrate': {
    ...THROUGH,
    'live push': TOO_SLOW,
    'relay, its target': TOO_SLOW,
    pull: { ...WHOLE, lost: 'frames', timeline: 'gap' },
    'relay, its source': { ...WHOLE, lost: 'frames', timeline: 'gap' },
  },
  'segments of 1 byte': THROUGH,
  'no DNS': AGAIN,
  'refused for a while': AGAIN,
  'name busy for a while': { ...AGAIN, pull: 'does not apply', 'relay, its source': 'does not apply' },
  'codec change': THROUGH,
  'source end': { ...THROUGH, 'relay, its source': { ...WHOLE, connections: 2 } },
};

const names = new NameTable();
afterAll(() => names.close());

describe.concurrent.each(Object.keys(ROWS) as RowName[])('%s', (row) => {
  for (const column of Object.keys(COLUMNS) as ColumnName[]) {
    const outcome = EXPECTED[row][column];
    if (outcome === 'does not apply') continue;
    it.concurrent(`in the way of ${column}`, async ({ annotate }) => {
      await annotate(await Cell.run(ROWS[row], column, outcome, () => OurStation.open(), names));
    }, 60_000);
  }
});
