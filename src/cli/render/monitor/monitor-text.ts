import type { RecentHistory } from '../../../history.js';
import type { ProbeReport } from '../../../report.js';
import { clock, span } from '../../../text/quantities.js';
import { profileText, shortTime, streamFacts } from '../../../text/stream-words.js';
import { printable } from '../printable.js';
import { wrapped } from '../report/page.js';
import type { Style } from '../style.js';
import { chartLines } from './chart-lines.js';
import { type Cell, fitted, type MonitorLine, RANK, widthOf } from './layout.js';
import type { LoggedWarning } from './warning-log.js';

const MIN_SENTENCE_COLUMNS = 20;
const SILENT_MS = 2_000;

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

function warningLines({ warnings, recent }: MonitorContent, columns: number, { chalk, symbols }: Style): MonitorLine[] {
  if (warnings.length === 0 && recent.seconds.length > 0 && recent.silentMs < SILENT_MS) {
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
