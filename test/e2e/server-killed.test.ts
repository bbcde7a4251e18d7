import { afterAll, describe, it } from 'vitest';
import { Cell, type Outcome } from '../support/faults/cell.js';
import type { ColumnName } from '../support/faults/columns.js';
import { SERVER_KILLED } from '../support/faults/rows.js';
import { ServeStation } from '../support/faults/serve-station.js';
import { NameTable } from '../support/name-table.js';

/** A player that comes back: the server has nothing of what was before. */
const BACK: Outcome = { lost: 'meanwhile', doubled: 'gop', connections: 2, timeline: 'steady' };
/** A publisher that goes on at the newest keyframe. */
const LIVE: Outcome = { lost: 'counted', doubled: 'nothing', connections: 2, timeline: 'anew' };

/** The row of the fault matrix for which our server has to be a process of its own. */
const EXPECTED: Readonly<Record<ColumnName, Outcome>> = {
  'live push': LIVE,
  'push --no-drop': { ...LIVE, lost: 'nothing', doubled: 'unconfirmed' },
  pull: BACK,
  'relay, its source': BACK,
  'relay, its target': LIVE,
};

const names = new NameTable();
afterAll(() => names.close());

describe.concurrent('our server, killed with SIGKILL and started again', () => {
  it.concurrent.for(Object.keys(EXPECTED) as ColumnName[])('in the way of %s', async (column, { annotate }) => {
    await annotate(await Cell.run(SERVER_KILLED, column, EXPECTED[column], () => ServeStation.open(), names));
  });
});
