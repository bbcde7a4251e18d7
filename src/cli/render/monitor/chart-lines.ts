import type { RecentHistory, SecondReport } from '../../../history.js';
import type { ProbeReport, StreamReport } from '../../../report.js';
import { bitrate, span } from '../../../text/quantities.js';
import { gopText } from '../../../text/stream-words.js';
import { sparkline } from '../report/sparkline.js';
import type { Style } from '../style.js';
import { type MonitorLine, RANK } from './layout.js';

const LABEL_COLUMNS = 8;
const VALUE_COLUMNS = 12;
/** Bars want at least so much; what stands behind them gives way. */
const MIN_BAR_COLUMNS = 20;
/** Of what stands behind the bars: the same for all charts, so that their ends are one below the other. */
const TAIL_COLUMNS = 22;

interface ChartContent {
  readonly report: ProbeReport;
  readonly recent: RecentHistory;
}

interface Chart {
  readonly label: string;
  readonly rank: number;
  readonly value: string;
  readonly bars: readonly number[];
  readonly tail: string;
}

/** A line of bars for each thing that changes. */
export function chartLines(content: ChartContent, columns: number, style: Style): MonitorLine[] {
  return chartsOf(content).map((chart) => chartLine(chart, columns, style));
}

function chartsOf({ report, recent: { seconds } }: ChartContent): Chart[] {
  const has = (kind: StreamReport['kind']): boolean => report.streams.some((stream) => stream.kind === kind);
  return [
    ...(has('video') ? videoCharts(report, seconds) : []),
    ...(has('audio') ? [rateChart('audio', seconds, ({ audioKbps }) => audioKbps)] : []),
    timeChart('jitter', seconds, ({ jitterMs }) => jitterMs),
    ...(has('video') && has('audio') ? [timeChart('skew', seconds, ({ skewMs }) => skewMs)] : []),
  ];
}

function videoCharts(report: ProbeReport, seconds: readonly SecondReport[]): Chart[] {
  const { gop } = report;
  const newest = seconds.at(-1);
  return [
    rateChart('video', seconds, ({ videoKbps }) => videoKbps),
    {
      label: 'frames',
      rank: RANK.fps,
      value: newest === undefined ? '' : `${newest.fps} fps`,
      bars: seconds.map(({ fps }) => fps),
      tail: '',
    },
    { label: 'GOP', rank: RANK.gop, value: newestGop(report), bars: gop.lengthsMs, tail: gopText(gop) ?? '' },
  ];
}

function rateChart(
  kind: StreamReport['kind'],
  seconds: readonly SecondReport[],
  rateOf: (second: SecondReport) => number,
): Chart {
  const rates = seconds.map(rateOf);
  const newest = rates.at(-1);
  return {
    label: kind,
    rank: RANK[kind],
    value: newest === undefined ? '' : bitrate(newest),
    bars: rates,
    tail: rates.length === 0 ? '' : `most ${bitrate(Math.max(...rates))}`,
  };
}

/** A bar is as long as the time is, to whichever side. */
function timeChart(
  label: 'jitter' | 'skew',
  seconds: readonly SecondReport[],
  msOf: (second: SecondReport) => number | null,
): Chart {
  const times = seconds.map(msOf);
  const bars = times.map((ms) => Math.abs(ms ?? 0));
  return { label, rank: RANK[label], value: time(times.at(-1)), bars, tail: most(bars) };
}

function newestGop({ gop }: ProbeReport): string {
  const newest = gop.lengthsMs.at(-1);
  return newest === undefined ? '' : span(newest);
}

function time(ms: number | null | undefined): string {
  return ms === null || ms === undefined ? '' : `${Math.abs(ms) < 10 ? ms.toFixed(1) : Math.round(ms)} ms`;
}

function most(values: readonly number[]): string {
  return values.length === 0 ? '' : `most ${time(Math.max(...values))}`;
}

function chartLine({ label, rank, value, bars, tail }: Chart, columns: number, { chalk, symbols }: Style): MonitorLine {
  const room = columns - LABEL_COLUMNS - VALUE_COLUMNS - 1;
  const shownTail = tail !== '' && room - TAIL_COLUMNS - 2 >= MIN_BAR_COLUMNS ? tail.slice(0, TAIL_COLUMNS) : '';
  const barColumns = Math.max(0, room - TAIL_COLUMNS - 2 < MIN_BAR_COLUMNS ? room : room - TAIL_COLUMNS - 2);
  const spark = sparkline(bars.slice(-barColumns || bars.length), Math.max(1, barColumns), symbols.isUnicode);
  return {
    rank,
    cells: [
      { text: label.padEnd(LABEL_COLUMNS), paint: (text) => chalk.dim(text) },
      { text: `${value.padStart(VALUE_COLUMNS)} ` },
      { text: spark.padEnd(barColumns), paint: (text) => chalk.cyan(text) },
      { text: `  ${shownTail}`, paint: (text) => chalk.dim(text) },
    ],
  };
}
