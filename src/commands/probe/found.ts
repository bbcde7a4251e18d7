import { StreamCourse } from '../../analysis/stream-course.js';
import type { RtmpkitError } from '../../errors.js';
import type { StreamHistory } from '../../history.js';
import type { ProbeReport } from '../../report.js';

/** Of a server that is only tried out: no stream is looked at. */
export const NO_HISTORY: StreamHistory = new StreamCourse().history();

/** What a probe has found, and why it came no further. */
export interface Found {
  readonly report: ProbeReport;
  readonly history: StreamHistory;
  readonly failure: RtmpkitError | undefined;
}
