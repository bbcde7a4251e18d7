import type { RecentHistory, SecondReport } from '../../../history.js';
import type { ProbeReport, StreamReport } from '../../../report.js';
import { bitrate, clock, span } from '../../../text/quantities.js';
import { gopText, profileText, shortTime, streamFacts } from '../../../text/stream-words.js';
import { printable } from '../printable.js';
import { wrapped } from '../report/page.js';
import { sparkline } from '../report/sparkline.js';
import type { Style } from '../style.js';
import { type Cell, fitted, type MonitorLine, widthOf } from './layout.js';
import type { LoggedWarning } from './warning-log.js';

const LABEL_COLUMNS = 8;
const VALUE_COLUMNS = 12;
/** Bars want at least so much; what stands behind them gives way. */
const MIN_BAR_COLUMNS = 20;
/** Of what stands behind the bars: the same for all charts, so that their ends are one below the other. */
const TAIL_COLUMNS = 22;
const MIN_SENTENCE_COLUMNS = 20;
const SILENT_MS = 2_000;

/** What goes first, and last, where a screen is small. */
const RANK = {
  title: 0,
  video: 1,
  warning: 2,
  gop: 3,
  jitter: 3,
  skew: 3,
  audio: 4,
  keys: 5,
  fps: 6,
  stream: 7,
  advice: 8,
  server: 9,
  gap: 10,
};

export interface MonitorContent {
  readonly report: ProbeReport;
  readonly recent: RecentHistory;
  readonly warnings: readonly LoggedWarning[];
}

export interface MonitorSize {
  readonly columns: number;
  readonly rows: number;
}

/** One screen of a stream that is watched. */
export function monitorText(content: MonitorContent, { columns, rows }: MonitorSize, style: Style): string[] {
  const lines: MonitorLine[] = [
    titleLine(content, columns, style),
    ...streamLines(content.report, style),
    serverLine(content.report, style),
    { rank: RANK.gap, cells: [] },
    ...chartLines(content, columns, style),
    { rank: RANK.gap, cells: [] },
    ...warningLines(content, columns, style),
  ].filter((line) => line !== undefined);
  return withLast(lines, keysLine(content, style), columns, rows);
}

/** The keys stand on the last row, wherever that is. */
function withLast(lines: readonly MonitorLine[], last: MonitorLine, columns: number, rows: number): string[] {
  const all = fitted([...lines, last], columns, rows);
  const isThere = lines.filter(({ rank }) => rank <= last.rank).length < rows;
  const gap = Array.from({ length: rows - all.length }, () => '');
  return isThere ? [...all.slice(0, -1), ...gap, ...all.slice(-1)] : all;
}

function titleLine({ report, recent }: MonitorContent, columns: number, { chalk, symbols }: Style): MonitorLine {
  const elapsed = clock(report.analysis.elapsedMs ?? 0);
  const isSilent = recent.silentMs >= SILENT_MS;
  const state: Cell = isSilent
    ? { text: `no frames for ${span(recent.silentMs)}`, paint: (text) => chalk.red(text) }
    : { text: `${symbols.live} live ${elapsed}`, paint: (text) => chalk.green(text) };
  const room = Math.max(0, columns - widthOf([state]) - 1);
  const url = printable(report.url ?? '');
  const name = url.length <= room ? url.padEnd(room) : `${url.slice(0, Math.max(0, room - 3))}...`.slice(0, room);
  return { rank: RANK.title, cells: [{ text: name, paint: (text) => chalk.bold(text) }, { text: ' ' }, state] };
}

function streamLines({ streams }: ProbeReport, { chalk, symbols }: Style): MonitorLine[] {
  const separator = symbols.isUnicode ? ' · ' : ', ';
  return streams.map((stream) => ({
    rank: RANK.stream,
    cells: [
      { text: `${stream.codec} `, paint: (text) => chalk.bold(text) },
      { text: [profileText(stream), ...streamFacts(stream)].filter((word) => word !== '').join(separator) },
    ],
  }));
}

function serverLine({ server }: ProbeReport, { chalk }: Style): MonitorLine | undefined {
  if (server === null) return undefined;
  const { software, softwareVersion, rttMs } = server;
  const name = [software ?? 'unknown server', softwareVersion ?? ''].join(' ').trim();
  const text = printable(rttMs === null ? name : `${name}, round trip ${shortTime(rttMs)}`);
  return { rank: RANK.server, cells: [{ text, paint: (shown) => chalk.dim(shown) }] };
}

interface Chart {
  readonly label: string;
  readonly rank: number;
  readonly value: string;
  readonly bars: readonly number[];
  readonly tail: string;
}

function chartLines(content: MonitorContent, columns: number, style: Style): MonitorLine[] {
  return chartsOf(content).map((chart) => chartLine(chart, columns, style));
}

function chartsOf({ report, recent }: MonitorContent): Chart[] {
  const { streams, gop } = report;
  const { seconds } = recent;
  const newest = seconds.at(-1);
  const has = (kind: StreamReport['kind']): boolean => streams.some((stream) => stream.kind === kind);
  const rateChart = (kind: StreamReport['kind'], of: (second: SecondReport) => number): Chart => {
    const rates = seconds.map(of);
    return {
      label: kind,
      rank: RANK[kind],
      value: newest === undefined ? '' : bitrate(of(newest)),
      bars: rates,
      tail: rates.length === 0 ? '' : `most ${bitrate(Math.max(...rates))}`,
    };
  };
  const video: Chart[] = [
    rateChart('video', ({ videoKbps }) => videoKbps),
    {
      label: 'frames',
      rank: RANK.fps,
      value: newest === undefined ? '' : `${newest.fps} fps`,
      bars: seconds.map(({ fps }) => fps),
      tail: '',
    },
    { label: 'GOP', rank: RANK.gop, value: newestGop(report), bars: gop.lengthsMs, tail: gopText(gop) ?? '' },
  ];
  const jitters = seconds.map(({ jitterMs }) => jitterMs ?? 0);
  const skews = seconds.map(({ skewMs }) => skewMs ?? 0);
  return [
    ...(has('video') ? video : []),
    ...(has('audio') ? [rateChart('audio', ({ audioKbps }) => audioKbps)] : []),
    { label: 'jitter', rank: RANK.jitter, value: time(newest?.jitterMs), bars: jitters, tail: most(jitters) },
    // A bar is as long as the skew is wide, to whichever side.
    ...(has('video') && has('audio')
      ? [
          {
            label: 'skew',
            rank: RANK.skew,
            value: time(newest?.skewMs),
            bars: skews.map(Math.abs),
            tail: most(skews.map(Math.abs)),
          },
        ]
      : []),
  ];
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

function warningLines({ warnings, recent }: MonitorContent, columns: number, { chalk, symbols }: Style): MonitorLine[] {
  if (warnings.length === 0 && recent.seconds.length > 0) {
    return [
      {
        rank: RANK.warning,
        cells: [{ text: `${symbols.done} nothing irregular`, paint: (text) => chalk.green(text) }],
      },
    ];
  }
  return warnings.flatMap((warning, i) => warningLine(warning, i, columns, { chalk, symbols }));
}

function warningLine(
  { message, advice, sinceMs, isOver }: LoggedWarning,
  i: number,
  columns: number,
  { chalk, symbols }: Style,
): MonitorLine[] {
  // The first one matters as much as the curves; older ones give way to everything.
  const rank = i === 0 ? RANK.warning : RANK.gap + i;
  const head = `${clock(sinceMs).padStart(6)} ${symbols.warning} `;
  const room = Math.max(MIN_SENTENCE_COLUMNS, columns - head.length);
  const dim = (text: string): string => chalk.dim(text);
  const sentence = printable(isOver ? `${message} (not any more)` : message);
  const lines = wrapped(sentence, room).map((text, at) => ({
    rank,
    cells: [
      { text: at === 0 ? head : ' '.repeat(head.length), paint: dim },
      { text, paint: isOver ? dim : (shown: string) => chalk.yellow(shown) },
    ],
  }));
  if (isOver) return lines;
  const advices = wrapped(printable(advice), room).map((text) => ({
    rank: i === 0 ? RANK.advice : rank,
    cells: [{ text: ' '.repeat(head.length) + text, paint: dim }],
  }));
  return [...lines, ...advices];
}

function keysLine({ recent }: MonitorContent, { chalk }: Style): MonitorLine {
  const seconds = recent.seconds.length;
  const bars = seconds === 0 ? 'the first figures come in a moment' : `a bar is a second, of GOP a GOP`;
  return { rank: RANK.keys, cells: [{ text: `q quits; ${bars}`, paint: (text) => chalk.dim(text) }] };
}
