import { checkExpectation, type Expectation, parseExpectation } from '../analysis/expectation.js';
import { containerKindAt } from '../endpoint/container/container-kind.js';
import { ExpectationError } from '../errors.js';
import type { CommandEvent } from '../events.js';
import type { ExpectationReport, ProbeReport } from '../report.js';
import { isRtmpUrl, parseRtmpUrl } from '../rtmp/url.js';
import { eventStream } from './event-stream.js';
import type { ProbeOptions } from './options.js';
import type { Found, ServerFound } from './probe/found.js';
import { StreamProbe } from './probe/probe-stream.js';
import type { ReportPage } from './probe/report-page.js';
import { untilBegun } from './probe/until-begun.js';
import { retryingEvent } from './reconnection.js';
import { retryPolicy } from './retry-policy.js';
import { type SettledProbeOptions, settledProbe } from './settled-options.js';

type Report = (event: CommandEvent) => void;

/**
 * Inspects a stream or a file. What it has found comes as one `report` event, also when it came only half-way; then comes
 * the error that says why. Aborting ends the inspection early, and what was found by then is reported. With `retry`, a stream
 * that has not begun is looked at again; what happens to one that has is a finding.
 *
 * @throws {UsageError} before anything else, for an expectation that cannot be understood and a page that is already there
 * @throws {ExpectationError} `ERR_EXPECTATION`
 * @throws {OutputError} when the page cannot be written
 * @throws {NetworkError | ProtocolError | RejectedError | MediaError}
 */
export function probe(options: ProbeOptions, signal?: AbortSignal): AsyncIterable<CommandEvent> {
  return eventStream((report, stop) => run(settledProbe(options), report, stop), signal);
}

async function run(options: SettledProbeOptions, report: Report, signal: AbortSignal): Promise<void> {
  const expectations = options.expect.map(parseExpectation);
  const page = await openPage(options);
  try {
    const found = await look(options, report, signal);
    const checked = checkAll(found.report, expectations);
    const missed = checked.expectations.filter(({ met }) => !met);
    const failure = found.failure ?? (missed.length > 0 ? unmet(missed, expectations.length) : undefined);
    report({ event: 'report', report: checked, history: found.history });
    await page?.write({ ...found, report: checked, failure }, report);
    if (failure !== undefined) throw failure;
  } finally {
    await page?.close();
  }
}

async function openPage({ page, source }: SettledProbeOptions): Promise<ReportPage | undefined> {
  if (page === undefined) return undefined;
  const { ReportPage } = await import('./probe/report-page.js');
  return ReportPage.open(page, source);
}

async function look(options: SettledProbeOptions, report: Report, signal: AbortSignal): Promise<Found> {
  if (options.tryOut !== undefined || isRtmpUrl(options.source)) {
    const retry = retryPolicy(options.retry, 'file');
    const about = {
      role: options.tryOut === 'publish' ? 'publisher' : 'player',
      url: parseRtmpUrl(options.source, options).redacted,
    } as const;
    return untilBegun(() => lookAtServer(options, report, signal), {
      retry,
      onRetry: (next) => report({ ...retryingEvent(next, retry.attempts), ...about }),
      signal,
    });
  }
  const kind = await containerKindAt(options.source);
  if (kind === undefined) {
    const { probeFile } = await import('./probe/probe-file.js');
    return probeFile(options, signal);
  }
  const { probeContainer } = await import('./probe/probe-container.js');
  return probeContainer(kind, options, signal);
}

/** What looks at a stream is loaded already: that is what most ask for, and in a hurry. */
async function lookAtServer(options: SettledProbeOptions, report: Report, signal: AbortSignal): Promise<ServerFound> {
  if (options.tryOut === 'conformance') {
    const { probeConformance } = await import('./probe/probe-conformance.js');
    return probeConformance(options, report, signal);
  }
  if (options.tryOut === 'publish') {
    const { PublishProbe } = await import('./probe/probe-publish.js');
    return new PublishProbe(options, report, signal).run();
  }
  return new StreamProbe(options, report, signal).run();
}

function checkAll(report: ProbeReport, expectations: readonly Expectation[]): ProbeReport {
  const checked = expectations.map((expectation) => checkExpectation(expectation, report));
  return { ...report, ok: report.ok && checked.every(({ met }) => met), expectations: checked };
}

const LONGEST_VALUE = 60;

function shortened(text: string): string {
  return text.length <= LONGEST_VALUE ? text : `${text.slice(0, LONGEST_VALUE - 3)}...`;
}

function unmet(missed: readonly ExpectationReport[], count: number): ExpectationError {
  const list = missed
    .map(({ expression, actual }) => `${expression} (it is ${shortened(JSON.stringify(actual))})`)
    .join('; ');
  return new ExpectationError(
    'ERR_EXPECTATION',
    `${missed.length} of ${count} ${count === 1 ? 'expectation is' : 'expectations are'} not met: ${list}`,
  );
}
