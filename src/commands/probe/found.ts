import type { RtmpkitError } from '../../errors.js';
import type { StreamHistory } from '../../history.js';
import type { ProbeReport } from '../../report.js';

/** What a probe has found, and why it came no further. */
export interface Found {
  readonly report: ProbeReport;
  readonly history: StreamHistory;
  readonly failure: RtmpkitError | undefined;
}
