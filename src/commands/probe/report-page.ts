import { isSameFile } from '../../endpoint/same-file.js';
import { UsageError } from '../../errors.js';
import type { CommandEvent } from '../../events.js';
import { reportPage } from '../../page/report-page.js';
import type { PageFailure } from '../../page/sections.js';
import type { ReportPageOptions } from '../options.js';
import type { Found } from './found.js';
import { PageFile, readPlotLibrary } from './page-file.js';

/** What a probe has found, as a page in a file. */
export class ReportPage {
  readonly #options: ReportPageOptions;
  #file: PageFile | undefined;

  private constructor(options: ReportPageOptions, file: PageFile) {
    this.#options = options;
    this.#file = file;
  }

  /**
   * @param source of the probe; when that is a file, it is not replaced by its own report
   * @throws {UsageError | OutputError} when there can be no such file
   */
  static async open(options: ReportPageOptions, source: string): Promise<ReportPage> {
    if (await isSameFile(options.path, source)) throw sameFile(options.path);
    return new ReportPage(options, await PageFile.open(options.path, options.overwrite ?? false));
  }

  async write(found: Found, report: (event: CommandEvent) => void): Promise<void> {
    const { path, cover } = this.#options;
    const file = this.#file;
    if (file === undefined) return;
    const page = reportPage({
      report: cover?.report(found.report) ?? found.report,
      history: found.history,
      failure: found.failure === undefined ? undefined : coveredFailure(found.failure, cover?.text),
      madeAt: new Date(),
      plotLibrary: await readPlotLibrary(),
    });
    this.#file = undefined;
    const bytes = await file.write(page);
    report({
      event: 'ended',
      role: 'recorder',
      reason: 'the report as a page',
      output: path,
      bytes,
      durationMs: 0,
      final: false,
    });
  }

  /** Without a page so far, there will be none. */
  async close(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    await file?.abandon();
  }
}

function coveredFailure(
  { message, peerWords, advice }: PageFailure,
  cover: (text: string) => string = (text) => text,
): PageFailure {
  return {
    message: cover(message),
    peerWords: peerWords === undefined ? undefined : cover(peerWords),
    advice: advice === undefined ? undefined : cover(advice),
  };
}

function sameFile(path: string): UsageError {
  return new UsageError('ERR_USAGE', `${path}: the report would replace the file that it is about`, {
    stage: 'options',
    advice: 'give the report another name',
  });
}
