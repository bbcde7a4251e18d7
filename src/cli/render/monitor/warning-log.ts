import type { ProbeReport, WarningReport } from '../../../report.js';

/** A warning, and when it first came. */
export interface LoggedWarning extends WarningReport {
  readonly sinceMs: number;
  /** It is not so any more. */
  readonly isOver: boolean;
}

/** The warnings of a stream that is watched: they come, change their figures, and may go. There are as many as there are codes. */
export class WarningLog {
  readonly #warnings = new Map<string, LoggedWarning>();

  see({ warnings, analysis }: ProbeReport): void {
    const seen = new Map<string, WarningReport>();
    for (const warning of warnings) {
      let number = 1;
      while (seen.has(`${warning.code} ${number}`)) number++; // such as one for video and one for audio
      seen.set(`${warning.code} ${number}`, warning);
    }
    for (const [key, warning] of this.#warnings) {
      if (!seen.has(key)) this.#warnings.set(key, { ...warning, isOver: true });
    }
    for (const [key, warning] of seen) {
      const sinceMs = this.#warnings.get(key)?.sinceMs ?? analysis.elapsedMs ?? 0;
      this.#warnings.set(key, { ...warning, sinceMs, isOver: false });
    }
  }

  /** The newest first; those that are over behind the others. */
  get warnings(): readonly LoggedWarning[] {
    return [...this.#warnings.values()].sort(
      (one, other) => Number(one.isOver) - Number(other.isOver) || other.sinceMs - one.sinceMs,
    );
  }
}
