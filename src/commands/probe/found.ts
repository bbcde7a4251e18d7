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

/** What a probe of a server has found. */
export interface ServerFound extends Found {
  /** What was to be looked at had begun: what fails from then on is a finding, and waiting for it would hide it. */
  readonly hasBegun: boolean;
}
