import { afterAll, beforeAll, describe, it } from 'vitest';
import { Cell, type Outcome } from '../support/faults/cell.js';
import { COLUMNS, type ColumnName } from '../support/faults/columns.js';
import { NginxStation } from '../support/faults/nginx-station.js';
import { ROWS, type Row, SERVER_KILLED } from '../support/faults/rows.js';
import type { MortalStation, StationRole } from '../support/faults/station.js';
import { NameTable } from '../support/name-table.js';
import { hasNginxRtmp, startNginx } from '../support/nginx.js';
import { Scene } from '../support/scene.js';

const WHOLE: Outcome = { lost: 'nothing', doubled: 'nothing', connections: 1, timeline: 'steady' };
/** A publisher that goes on at the newest keyframe: nginx passes its time on as it is. */
const LIVE: Outcome = { lost: 'counted', doubled: 'nothing', connections: 2, timeline: 'gap' };
/** One that sends again what may not have arrived: viewers of nginx see that twice. */
const SURE: Outcome = { lost: 'nothing', doubled: 'unconfirmed', connections: 2, timeline: 'anew' };
/** A player that comes back: nginx has nothing of what was before. */
const BACK: Outcome = { lost: 'meanwhile', doubled: 'nothing', connections: 2, timeline: 'steady' };

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

const ALL_ROWS = { ...ROWS, 'server killed': SERVER_KILLED } satisfies Record<string, Row<MortalStation>>;
type RowName = keyof typeof ALL_ROWS;

/** What nginx-rtmp and each command are to make of each fault. */
const EXPECTED: Readonly<Record<RowName, Line>> = {
  cut: AGAIN,
  reset: AGAIN,
  'half-close': AGAIN,
  hang: AGAIN,
  'delay of 2 s': THROUGH,
  'half the bitrate': { ...THROUGH, 'live push': TOO_SLOW, 'relay, its target': TOO_SLOW },
  'segments of 1 byte': THROUGH,
  'no DNS': AGAIN,
  'refused for a while': AGAIN,
  'name busy for a while': { ...AGAIN, pull: 'does not apply', 'relay, its source': 'does not apply' },
  'codec change': THROUGH,
  'source end': { ...THROUGH, 'relay, its source': { ...WHOLE, connections: 2 } },
  'server killed': {
    ...AGAIN,
    'live push': { ...LIVE, timeline: 'anew' },
    'relay, its target': { ...LIVE, timeline: 'anew' },
  },
};

describe.skipIf(!hasNginxRtmp())('nginx-rtmp and us', () => {
  const names = new NameTable();
  let scene: Scene;
  let nginx: Awaited<ReturnType<typeof startNginx>>;
  beforeAll(async () => {
    scene = await Scene.open();
    nginx = await startNginx(scene.directory);
    scene.keep(nginx.peer);
  });
  afterAll(async () => {
    names.close();
    await scene.close();
  });

  /** One of its own, which may be killed. */
  async function ownStation(role: StationRole): Promise<NginxStation> {
    const own = await startNginx(scene.directory);
    return new NginxStation(own, role, scene.directory);
  }

  describe.concurrent.each(Object.keys(ALL_ROWS) as RowName[])('%s', (row) => {
    for (const column of Object.keys(COLUMNS) as ColumnName[]) {
      const outcome = EXPECTED[row][column];
      if (outcome === 'does not apply') continue;
      it.concurrent(`in the way of ${column}`, async ({ annotate }) => {
        const stations: NginxStation[] = [];
        const open = async (role: StationRole): Promise<NginxStation> => {
          const isKilled = row === 'server killed';
          const station = isKilled ? await ownStation(role) : new NginxStation(nginx, role, scene.directory);
          stations.push(station);
          return station;
        };
        try {
          await annotate(await Cell.run<MortalStation>(ALL_ROWS[row], column, outcome, open, names));
        } finally {
          for (const { peer } of stations) if (peer !== nginx.peer) await peer.stop();
        }
      });
    }
  });
});
