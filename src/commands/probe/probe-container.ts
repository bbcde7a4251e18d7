import { stat } from 'node:fs/promises';
import { EMPTY_REPORT } from '../../analysis/empty-report.js';
import { StreamAnalysis } from '../../analysis/stream-analysis.js';
import { StreamCourse } from '../../analysis/stream-course.js';
import { ContainerFileSource } from '../../endpoint/container/container-file-source.js';
import { MediaError } from '../../errors.js';
import type { ContainerKind } from '../../flv/foreign-format.js';
import type { AnalysisReport, WarningReport } from '../../report.js';
import type { SettledProbeOptions } from '../settled-options.js';
import { Beginning } from './beginning.js';
import type { Found } from './found.js';

/** How reading a file has ended. */
interface Reading {
  readonly endedBy: AnalysisReport['endedBy'];
  /** It could not be read to its end. */
  readonly failure: MediaError | undefined;
}

/**
 * The same as `probeFile` of a container other than FLV: of what would be sent of it, as push would send it.
 *
 * @throws {MediaError} when nothing of it can be read
 */
export async function probeContainer(
  kind: ContainerKind,
  { source: path, durationMs }: SettledProbeOptions,
  signal: AbortSignal,
): Promise<Found> {
  const warnings: WarningReport[] = [];
  const warn = ({ code, message, advice = '' }: WarningReport): number => warnings.push({ code, message, advice });
  const source = await ContainerFileSource.open(path, {
    warn: ({ code, message, advice = '' }) => warn({ code, message, advice }),
  });
  const analysis = new StreamAnalysis();
  const course = new StreamCourse();
  const isCutOff = warnings.some(({ code }) => code === CUT_OFF_CODE);
  const { endedBy, failure } = await read(source, analysis, course, durationMs, signal);
  if (failure !== undefined) warn({ code: 'WARN_DAMAGED_FILE', message: failure.message, advice: DAMAGE_ADVICE });
  const { durationMs: lengthMs, warnings: found, ...media } = analysis.report();
  return {
    report: {
      ...EMPTY_REPORT,
      ...media,
      ok: true,
      file: {
        path,
        format: kind,
        sizeBytes: (await stat(path)).size,
        durationMs: endedBy === 'end of file' ? lengthMs : (source.durationMs ?? null),
        index: null,
        indexEntries: null,
        damages: isCutOff || failure !== undefined ? 1 : 0,
        damagedBytes: 0,
        isCutOff,
      },
      analysis: { durationMs: lengthMs, elapsedMs: null, endedBy },
      warnings: [...warnings, ...found],
    },
    history: course.history(),
    failure: undefined,
  };
}

/** What the container source warns of when bytes are missing at the end. */
const CUT_OFF_CODE = 'WARN_DAMAGED_INPUT';

const DAMAGE_ADVICE = 'what stands before is looked at; make the file anew, or let FFmpeg save what it can';

async function read(
  source: ContainerFileSource,
  analysis: StreamAnalysis,
  course: StreamCourse,
  durationMs: number | undefined,
  signal: AbortSignal,
): Promise<Reading> {
  const begun = new Beginning(durationMs);
  let isEmpty = true;
  try {
    for await (const tags of source) {
      const wanted = begun.of(tags);
      analysis.see(wanted);
      course.see(wanted);
      isEmpty = false;
      if (signal.aborted) return { endedBy: 'interruption', failure: undefined };
      const isEnough = durationMs === 0 ? analysis.isComplete : wanted.length < tags.length;
      if (isEnough) return { endedBy: 'duration', failure: undefined };
    }
  } catch (error) {
    if (isEmpty || !(error instanceof MediaError)) throw error;
    return { endedBy: 'end of file', failure: error };
  }
  return { endedBy: 'end of file', failure: undefined };
}
