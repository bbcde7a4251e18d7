import { EMPTY_REPORT } from '../../../analysis/empty-report.js';
import type { CommandEvent } from '../../../events.js';
import type { ProbeReport } from '../../../report.js';
import type { Failure } from '../../failure.js';
import type { OutputStream } from '../../world.js';
import type { Renderer } from '../renderer.js';

/** What `probe --json` says of why it failed; the fields are those of an `error` event. */
type DocumentError = Pick<Failure, 'code' | 'message' | 'exitCode' | 'stage' | 'peerWords' | 'advice'>;

/** One JSON document, whatever happens: the report, and under `error` why it is not all that it could be. */
export class DocumentRenderer implements Renderer {
  readonly #output: OutputStream;
  /** One that will be followed by a failure. */
  #held: ProbeReport = EMPTY_REPORT;

  constructor(output: OutputStream) {
    this.#output = output;
  }

  event(event: CommandEvent): void {
    if (event.event !== 'report') return;
    if (event.report.ok) {
      this.#write(event.report, null);
    } else {
      this.#held = event.report;
    }
  }

  failure({ code, message, exitCode, stage, peerWords, advice }: Failure): void {
    this.#write(this.#held, { code, message, exitCode, stage, peerWords, advice });
  }

  stopping(): void {}

  close(): void {}

  suspend(): void {}

  resume(): void {}

  #write(report: ProbeReport, error: DocumentError | null): void {
    this.#output.write(`${JSON.stringify({ ...report, error }, null, 2)}\n`);
  }
}
