import { EMPTY_REPORT } from '../../analysis/empty-report.js';
import { mismatch } from '../../analysis/metadata-check.js';
import { StreamAnalysis } from '../../analysis/stream-analysis.js';
import { StreamCourse } from '../../analysis/stream-course.js';
import { examineFlv, type FlvExamination } from '../../endpoint/flv-examination.js';
import type { AnalysisReport, WarningReport } from '../../report.js';
import type { SettledProbeOptions } from '../settled-options.js';
import { Beginning } from './beginning.js';
import type { Found } from './found.js';

/** Metadata counts the last frame's length in its own way, and some round to whole seconds. */
const MAX_DURATION_ERROR_MS = 1_000;

/**
 * Reads a file and tells what is in it, whole or as much of it as was asked for.
 *
 * @throws {MediaError} when it cannot be read at all
 */
export async function probeFile(
  { source: path, durationMs }: SettledProbeOptions,
  signal: AbortSignal,
): Promise<Found> {
  const analysis = new StreamAnalysis();
  const course = new StreamCourse();
  const begun = new Beginning(durationMs);
  const examination = await examineFlv(path, {
    signal,
    onHeader: ({ hasAudio, hasVideo }) => analysis.promise({ audio: hasAudio, video: hasVideo }),
    onTags: (tags) => {
      const wanted = begun.of(tags);
      analysis.see(wanted);
      course.see(wanted);
      return durationMs === 0 ? !analysis.isComplete : wanted.length === tags.length;
    },
  });
  const { durationMs: lengthMs, warnings, ...media } = analysis.report();
  return {
    report: {
      ...EMPTY_REPORT,
      ...media,
      ok: true,
      file: {
        path,
        format: 'flv',
        sizeBytes: examination.sizeBytes,
        durationMs: examination.isWhole ? lengthMs : (examination.saidDurationMs ?? null),
        index: examination.index,
        indexEntries: examination.indexEntries,
        damages: examination.damages,
        damagedBytes: examination.damagedBytes,
        isCutOff: examination.isCutOff,
      },
      analysis: { durationMs: lengthMs, elapsedMs: null, endedBy: endOf(examination, signal) },
      warnings: [...fileWarnings(examination, lengthMs), ...warnings],
    },
    history: course.history(),
    failure: undefined,
  };
}

function endOf({ isWhole }: FlvExamination, signal: AbortSignal): AnalysisReport['endedBy'] {
  if (isWhole) return 'end of file';
  return signal.aborted ? 'interruption' : 'duration';
}

function fileWarnings(examination: FlvExamination, lengthMs: number): WarningReport[] {
  const { firstDamage, damages, damagedBytes, notices, index, isWhole } = examination;
  const { sizeBytes, saidDurationMs, saidSizeBytes } = examination;
  const warnings: WarningReport[] = [];
  if (firstDamage !== undefined) {
    const { atByte, why } = firstDamage;
    warnings.push({
      code: 'WARN_DAMAGED_FILE',
      message: `${damagedBytes} bytes in ${places(damages)} cannot be used (first at byte ${atByte}: ${why})`,
      advice: 'rtmpkit pull damaged.flv fixed.flv writes a whole file of what is left',
    });
  }
  if (index === 'wrong') {
    warnings.push({
      code: 'WARN_WRONG_INDEX',
      message: 'the keyframe index points to places where there are no keyframes',
      advice: 'players seek wrongly in it: rtmpkit pull old.flv new.flv writes a right index',
    });
  }
  for (const what of notices) {
    warnings.push({ code: 'WARN_UNUSUAL_FILE', message: `the file has ${what}`, advice: NOTICE_ADVICE[what] });
  }
  if (isWhole && saidDurationMs !== undefined && Math.abs(saidDurationMs - lengthMs) > MAX_DURATION_ERROR_MS) {
    warnings.push(mismatch('duration', `${saidDurationMs / 1000} s`, `${Math.round(lengthMs) / 1000} s`));
  }
  if (isWhole && saidSizeBytes !== undefined && saidSizeBytes !== sizeBytes) {
    warnings.push(mismatch('filesize', String(saidSizeBytes), `${sizeBytes}`));
  }
  return warnings;
}

const NOTICE_ADVICE: Readonly<Record<FlvExamination['notices'][number], string>> = {
  'encrypted tags': 'only players with the key can use them; they are left out here',
  'unknown tag types': 'players pass over them; they are left out here',
  'wrong size words': 'nothing is lost, but some players give up: rtmpkit pull old.flv new.flv writes right ones',
};

function places(count: number): string {
  return count === 1 ? 'one place' : `${count} places`;
}
