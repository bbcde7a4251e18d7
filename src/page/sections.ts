import type { PlainValue, ProbeReport, StageReport, StreamReport } from '../report.js';
import { counted, span, volume } from '../text/quantities.js';
import {
  gopText,
  keyframeText,
  profileText,
  rateText,
  shortTime,
  streamFacts,
  streamName,
} from '../text/stream-words.js';
import { type Content, html } from './markup.js';

/** Why a probe came no further. */
export interface PageFailure {
  readonly message: string;
  readonly peerWords?: string | undefined;
  readonly advice?: string | undefined;
}

const MAX_MEMBERS = 100;
const LONGEST_VALUE = 300;

/** Whether all is well, and if not, what is wrong and what to do. */
export function findingsSection(report: ProbeReport, failure: PageFailure | undefined): Content {
  const { warnings, expectations } = report;
  return html`<section>
<p class="verdict ${verdictClass(report, failure)}">${verdict(report, failure)}</p>
<ul>
${failure === undefined ? undefined : failureItem(failure)}
${warnings.map(
  ({ code, message, advice }) =>
    html`<li class="warning"><p>${message}</p><p class="quiet">${advice} <code>${code}</code></p></li>`,
)}
${expectations.map(
  ({ expression, met, actual }) =>
    html`<li class="${met ? 'good' : 'bad'}"><p>${met ? 'met' : 'not met'}: <code>${expression}</code></p><p class="quiet">It is ${valueText(actual)}.</p></li>`,
)}
</ul>
</section>`;
}

function failureItem({ message, peerWords, advice }: PageFailure): Content {
  return html`<li class="bad"><p>${message}</p>
${peerWords === undefined ? undefined : html`<p class="quiet">The server said: ${peerWords}</p>`}
${advice === undefined ? undefined : html`<p class="quiet">${advice}</p>`}</li>`;
}

function verdict({ warnings, expectations, streams }: ProbeReport, failure: PageFailure | undefined): string {
  const missed = expectations.filter(({ met }) => !met).length;
  const words = [
    failure === undefined ? '' : 'the probe failed',
    missed === 0 ? '' : `${counted(missed, 'expectation')} not met`,
    warnings.length === 0 ? '' : counted(warnings.length, 'warning'),
  ].filter((word) => word !== '');
  const text = words.join(', ') || (streams.length === 0 ? 'no stream was seen' : 'nothing irregular');
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function verdictClass({ warnings, ok }: ProbeReport, failure: PageFailure | undefined): string {
  if (failure !== undefined || !ok) return 'bad';
  return warnings.length > 0 ? 'warning' : 'good';
}

/** The few numbers that one looks for first. */
export function figuresSection(report: ProbeReport): Content {
  const { streams, gop, sync, jitterMs, timings, analysis, server } = report;
  const figures: readonly (readonly [name: string, value: string | undefined])[] = [
    ...streams.map((stream) => [streamName(stream), headline(stream)] as const),
    ...streams.map((stream) => [`${streamName(stream)} bitrate`, rateText(stream)] as const),
    ['GOP', gopText(gop)],
    ['A/V skew', sync.skewMs === null ? undefined : `${Math.round(sync.skewMs)} ms`],
    ['jitter', jitterMs === null ? undefined : shortTime(jitterMs)],
    ['first picture after', timings.firstKeyframeMs === null ? undefined : shortTime(timings.firstKeyframeMs)],
    ['round trip', server?.rttMs == null ? undefined : shortTime(server.rttMs)],
    ['looked at', analysis.durationMs > 0 ? span(analysis.durationMs) : undefined],
  ];
  const shown = figures.filter(([, value]) => value !== undefined);
  return html`<dl>${shown.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}

function headline(stream: StreamReport): string {
  const [first = ''] = streamFacts(stream);
  return [stream.codec, first].filter((word) => word !== '').join(' ');
}

export function streamsSection(report: ProbeReport): Content {
  const { streams, file, features, data, gop } = report;
  const rows: Rows = [
    ...streams.map((stream) => [streamName(stream), streamText(stream)] as const),
    ['GOP', gop.count === 0 ? '' : `${gopText(gop) ?? ''}, ${counted(gop.count, 'whole GOP')}`],
    ['file', file === null ? '' : fileText(file)],
    ['features', features.join(', ')],
    ['data', data.names.join(', ')],
  ];
  return tableSection('Streams', rows);
}

function streamText(stream: StreamReport): string {
  const { codec, codecString, frames, bytes } = stream;
  const facts = [
    [codec, profileText(stream)].filter((word) => word !== '').join(' '),
    codecString ?? '',
    ...streamFacts(stream),
    rateText(stream) ?? '',
    `${counted(frames, 'frame')} of ${volume(bytes)} in all`,
    stream.kind === 'video' ? keyframeText(stream) : '',
  ];
  return facts.filter((fact) => fact !== '').join(', ');
}

function fileText({
  format,
  sizeBytes,
  durationMs,
  index,
  indexEntries,
  damages,
}: NonNullable<ProbeReport['file']>): string {
  const facts = [
    format.toUpperCase(),
    sizeBytes === null ? '' : volume(sizeBytes),
    durationMs === null ? '' : span(durationMs),
    index === null || index === 'none' ? 'no index' : `${index} index of ${indexEntries} keyframes`,
    damages === 0 ? 'whole' : counted(damages, 'damaged place'),
  ];
  return facts.filter((fact) => fact !== '').join(', ');
}

/** The way to the stream, stage by stage, and who was met there. */
export function connectionSection({ stages, server }: ProbeReport): Content {
  if (stages.length === 0) return undefined;
  return html`<section><h2>Connection</h2>
<table class="facts">${stages.map(stageRow)}</table>
<table class="facts">${server === null ? undefined : rowsOf(serverRows(server))}</table></section>`;
}

function stageRow({ stage, ok, ms, words }: StageReport): Content {
  return html`<tr><th>${stage}</th><td class="number ${ok ? 'good' : 'bad'}">${shortTime(ms)}</td><td>${ok ? '' : 'failed '}${words ?? ''}</td></tr>`;
}

function serverRows(server: NonNullable<ProbeReport['server']>): Rows {
  const { software, softwareVersion, address, port, fmsVer, handshake, tls, capsEx, fourCcs } = server;
  return [
    ['server', [software ?? 'unknown', softwareVersion ?? ''].join(' ').trim()],
    ['address', address === null ? '' : `${address} port ${port}`],
    ['fmsVer', fmsVer ?? ''],
    ['handshake', handshake ?? ''],
    ['TLS', tls === null ? '' : [tls.version ?? '', tls.cipher ?? ''].join(' ').trim()],
    ['Enhanced RTMP', [...(fourCcs ?? []), ...(capsEx ?? [])].join(', ')],
  ];
}

export function metadataSection({ metadata }: ProbeReport): Content {
  const members = Object.entries(metadata);
  const rows = members.slice(0, MAX_MEMBERS).map(([name, value]) => [shortened(name), valueText(value)] as const);
  const rest = members.length - rows.length;
  return tableSection('Metadata', rest > 0 ? [...rows, ['…', `${counted(rest, 'more name')} left out`]] : rows);
}

type Rows = readonly (readonly [name: string, value: string])[];

function tableSection(title: string, rows: Rows): Content {
  const shown = rows.filter(([, value]) => value !== '');
  if (shown.length === 0) return undefined;
  return html`<section><h2>${title}</h2><table class="facts">${rowsOf(shown)}</table></section>`;
}

function rowsOf(rows: Rows): Content {
  return rows
    .filter(([, value]) => value !== '')
    .map(([name, value]) => html`<tr><th>${name}</th><td>${value}</td></tr>`);
}

function valueText(value: PlainValue): string {
  return shortened(typeof value === 'string' ? value : JSON.stringify(value));
}

function shortened(text: string): string {
  return text.length <= LONGEST_VALUE ? text : `${text.slice(0, LONGEST_VALUE)}…`;
}
