import type { PlainValue, ProbeReport, StageReport } from '../../../report.js';
import { span, volume } from '../../../text/quantities.js';
import { shortTime } from '../../../text/stream-words.js';
import { printable } from '../printable.js';
import type { Style } from '../style.js';
import { LABEL_COLUMNS, Page } from './page.js';
import { streamRows } from './stream-rows.js';

const MIN_COLUMNS = 40;
const MAX_COLUMNS = 110;
const TIME_COLUMNS = 7;
const MAX_VALUE_LENGTH = 40;

/** What stands in the metadata and is in the report under another name already. */
const KNOWN_METADATA = new Set([
  'width',
  'height',
  'framerate',
  'fps',
  'videocodecid',
  'audiocodecid',
  'audiosamplerate',
  'audiosamplesize',
  'audiochannels',
  'stereo',
  'duration',
  'filesize',
  'videodatarate',
  'audiodatarate',
  'keyframes',
  'filler',
]);

const STAGE_WORDS: Readonly<Record<StageReport['stage'], string>> = {
  dns: 'name',
  tcp: 'TCP',
  tls: 'TLS',
  handshake: 'handshake',
  connect: 'connect',
  createStream: 'stream id',
  play: 'play',
  stream: 'media',
};

export interface ReportTextOptions {
  readonly columns: number;
  readonly style: Style;
  /** Everything that the metadata says, not only what is said nowhere else. */
  readonly isVerbose: boolean;
}

/** A report for people: one line for each thing, and what is wrong at the end, where the eye rests. */
export function reportText(report: ProbeReport, { columns, style, isVerbose }: ReportTextOptions): string[] {
  const { chalk, symbols } = style;
  const width = Math.min(Math.max(columns, MIN_COLUMNS), MAX_COLUMNS);
  const page = new Page(width, chalk, symbols.isUnicode);
  page.lines.push(chalk.bold(printable(report.url ?? report.file?.path ?? '')));
  page.gap();
  stageRows(page, report, style);
  page.gap();
  serverRows(page, report, style);
  fileRow(page, report);
  for (const stream of report.streams) streamRows(page, stream, report.gop, style);
  flowRow(page, report);
  page.row('data', dataParts(report));
  page.row('metadata', metadataParts(report, isVerbose));
  page.gap();
  warningRows(page, report, style);
  expectationRows(page, report, style);
  while (page.lines.at(-1) === '') page.lines.pop();
  return page.lines;
}

function stageRows(page: Page, report: ProbeReport, { chalk, symbols }: Style): void {
  for (const { stage, ok, ms, words } of report.stages) {
    const mark = ok ? chalk.green(symbols.done) : chalk.red(symbols.failure);
    const time = shortTime(ms).padStart(TIME_COLUMNS);
    const said = detailOf(report, stage, ok) ?? words ?? '';
    const room = page.room - TIME_COLUMNS - 2;
    page.row(`${STAGE_WORDS[stage].padEnd(LABEL_COLUMNS - 2)}${mark}`, [
      `${time}  ${chalk.dim(shortened(printable(said), room))}`.trimEnd(),
    ]);
  }
}

/** What is worth knowing of a stage besides the server's words. */
function detailOf({ server, timings }: ProbeReport, stage: StageReport['stage'], ok: boolean): string | undefined {
  switch (stage) {
    case 'tcp':
      return server?.address === null || server === null ? undefined : `${server.address} port ${server.port}`;
    case 'tls':
      return server?.tls ? tlsText(server.tls) : undefined;
    case 'handshake':
      return server?.handshake === null ? undefined : server?.handshake;
    case 'stream':
      return ok ? firstText(timings) : undefined;
    default:
      return undefined;
  }
}

function tlsText({
  version,
  cipher,
  certificateDaysLeft,
}: NonNullable<NonNullable<ProbeReport['server']>['tls']>): string {
  const left = certificateDaysLeft === null ? '' : `certificate for ${certificateDaysLeft} more days`;
  return [version, cipher, left].filter((word) => word !== null && word !== '').join(', ');
}

function firstText({ firstVideoMs, firstKeyframeMs }: ProbeReport['timings']): string {
  if (firstKeyframeMs !== null) return `first picture after ${shortTime(firstKeyframeMs)} in all`;
  return firstVideoMs === null ? 'no video' : 'no keyframe';
}

function serverRows(page: Page, { server }: ProbeReport, { chalk }: Style): void {
  if (server === null || server.handshake === null) return;
  const { software, softwareVersion, fmsVer, rttMs, capsEx, fourCcs, objectEncoding } = server;
  const name = [software ?? 'unknown', softwareVersion].filter((word) => word !== null).join(' ');
  page.row('server', [
    chalk.bold(printable(name)),
    fmsVer === null ? undefined : printable(fmsVer),
    rttMs === null ? undefined : `round trip ${shortTime(rttMs)}`,
    objectEncoding === 3 ? 'AMF3' : undefined,
    fourCcs === null ? undefined : `enhanced ${fourCcs.includes('*') ? 'any codec' : printable(fourCcs.join(' '))}`,
    capsEx === null || capsEx.length === 0 ? undefined : capsEx.join(' '),
  ]);
}

function fileRow(page: Page, { file }: ProbeReport): void {
  if (file === null) return;
  const index = file.index === 'none' ? 'no index' : `${file.index} index of ${file.indexEntries} keyframes`;
  page.row('file', [
    file.format.toUpperCase(),
    file.durationMs === null ? undefined : span(file.durationMs),
    file.sizeBytes === null ? undefined : volume(file.sizeBytes),
    file.index === null ? undefined : index,
    file.damages === 0 ? 'whole' : file.isCutOff ? 'cut off' : 'damaged',
  ]);
}

function flowRow(page: Page, { sync, jitterMs, delayGrowthMsPerSecond, analysis, features }: ProbeReport): void {
  page.row('sync', [
    sync.skewMs === null ? undefined : `A/V skew ${Math.round(sync.skewMs)} ms`,
    sync.driftMsPerMinute === null ? undefined : `drift ${Math.round(sync.driftMsPerMinute)} ms/min`,
    jitterMs === null ? undefined : `jitter ${shortTime(jitterMs)}`,
    delayGrowthMsPerSecond === null || Math.round(delayGrowthMsPerSecond) === 0
      ? undefined
      : `delay ${signed(delayGrowthMsPerSecond)} ms/s`,
  ]);
  page.row('features', features);
  page.row('seen', seenParts(analysis));
}

function seenParts({ durationMs, elapsedMs, endedBy }: ProbeReport['analysis']): string[] {
  if (endedBy === null) return [];
  const real = elapsedMs === null ? '' : ` in ${span(elapsedMs)}`;
  return [`${span(durationMs)} of media${real}, until ${UNTIL[endedBy]}`];
}

const UNTIL: Readonly<Record<NonNullable<ProbeReport['analysis']['endedBy']>, string>> = {
  duration: 'the time was up',
  'end of stream': 'the stream ended',
  'end of file': 'the end of the file',
  interruption: 'it was stopped',
  failure: 'it failed',
};

function dataParts({ data }: ProbeReport): string[] {
  const others = data.names.filter((name) => name !== 'onMetaData');
  return others.map(printable);
}

function metadataParts({ metadata }: ProbeReport, isVerbose: boolean): string[] {
  return Object.entries(metadata)
    .filter(([name]) => isVerbose || !KNOWN_METADATA.has(name.toLowerCase()))
    .filter(([, value]) => isVerbose || (typeof value !== 'boolean' && !Array.isArray(value) && !isBlank(value)))
    .map(([name, value]) => `${printable(name)} ${valueText(value)}`);
}

/** nginx-rtmp fills texts that it does not know with zeros. */
function isBlank(value: PlainValue): boolean {
  return value === null || value === 0 || (typeof value === 'string' && /^[\p{Cc}\s]*$/u.test(value));
}

function valueText(value: PlainValue): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return shortened(printable(text), MAX_VALUE_LENGTH);
}

function warningRows(page: Page, { warnings, streams }: ProbeReport, { chalk, symbols }: Style): void {
  for (const { code, message, advice } of warnings) {
    page.sentence(chalk.yellow(symbols.warning), printable(message), (text) => chalk.yellow(text));
    page.sentence(' ', printable(`${code}: ${advice}`), (text) => chalk.dim(text));
  }
  if (warnings.length === 0 && streams.length > 0) {
    page.sentence(chalk.green(symbols.done), 'nothing irregular', (text) => text);
  }
}

function expectationRows(page: Page, { expectations }: ProbeReport, { chalk, symbols }: Style): void {
  for (const { expression, met, actual } of expectations) {
    const mark = met ? chalk.green(symbols.done) : chalk.red(symbols.failure);
    page.sentence(mark, `${printable(expression)}  (it is ${valueText(actual)})`, (text) =>
      met ? text : chalk.red(text),
    );
  }
}

function signed(value: number): string {
  const rounded = Math.round(value);
  return rounded > 0 ? `+${rounded}` : String(rounded);
}

function shortened(text: string, columns: number): string {
  return text.length <= columns ? text : `${text.slice(0, Math.max(0, columns - 3))}...`;
}
