import { createHash } from 'node:crypto';
import type { StreamHistory } from '../history.js';
import type { ProbeReport } from '../report.js';
import { PLOT_SCRIPT } from './draw-plots.js';
import { historyPlots, type PlotPlace } from './history-plots.js';
import { type Content, html, jsonMarkup, Markup } from './markup.js';
import {
  connectionSection,
  figuresSection,
  findingsSection,
  metadataSection,
  type PageFailure,
  streamsSection,
} from './sections.js';
import { STYLES } from './styles.js';

/** What a page is made of. All of it stands in the page, so nothing of it may be secret. */
export interface ReportPageContent {
  readonly report: ProbeReport;
  readonly history: StreamHistory;
  /** Why the probe came no further. */
  readonly failure?: PageFailure | undefined;
  readonly madeAt: Date;
  readonly plotLibrary: PlotLibrary;
}

/** uPlot, as a page carries it along. */
export interface PlotLibrary {
  /** JavaScript that makes a global `uPlot`. */
  readonly script: string;
  readonly styles: string;
  /** Stands before the script in the page. */
  readonly licence: string;
}

/**
 * A report as one HTML document that needs nothing else: no network, no other file. Its content security policy lets only
 * its own two scripts run, whatever the texts in it say.
 */
export function reportPage(content: ReportPageContent): string {
  const { report, history, madeAt, plotLibrary } = content;
  const places = historyPlots(history);
  const plots = places.flatMap(({ plot }) => (plot === undefined ? [] : [plot]));
  const library = `/*!\nuPlot\n\n${plotLibrary.licence.replaceAll('*/', '* /').trim()}\n*/\n${plotLibrary.script.trim()}`;
  const title = report.url ?? report.file?.path ?? 'probe';
  return html`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policyFor(library, PLOT_SCRIPT)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<link rel="icon" href="data:,">
<title>${title}</title>
<style>${new Markup(plotLibrary.styles + STYLES)}</style>
</head>
<body>
<header>
<h1>${title}</h1>
<p class="quiet">Probed until ${minuteOf(madeAt)}</p>
</header>
<main>
${findingsSection(report, content.failure)}
${figuresSection(report)}
${plotsSection(places)}
${streamsSection(report)}
${connectionSection(report)}
${metadataSection(report)}
</main>
<footer>Made by rtmpkit probe. Plots by uPlot (MIT licence, in the source of this page).</footer>
<script type="application/json" id="plots">${jsonMarkup(plots)}</script>
<script>${scriptMarkup(library)}</script>
<script>${scriptMarkup(PLOT_SCRIPT)}</script>
</body>
</html>
`.text;
}

function plotsSection(places: readonly PlotPlace[]): Content {
  let number = 0;
  const figures = places.map((place) =>
    place.plot === undefined
      ? html`<figure><h2>${place.title}</h2><div class="missing">${place.missing}</div></figure>`
      : html`<figure><h2>${place.title}</h2>
<div class="plot" id="plot-${number++}" role="img" aria-label="${place.plot.description}"></div>
<figcaption>${place.plot.note}</figcaption></figure>`,
  );
  return html`<section>
<noscript><p class="quiet">Plots need JavaScript.</p></noscript>
${figures}
</section>`;
}

/** Only what stands in the page, and no script but these. */
function policyFor(...scripts: readonly string[]): string {
  const hashes = scripts.map((script) => `'sha256-${createHash('sha256').update(script).digest('base64')}'`);
  return [
    "default-src 'none'",
    `script-src ${hashes.join(' ')}`,
    "style-src 'unsafe-inline'",
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
}

/** @throws {RangeError} for a script that would end its own element; none of ours does */
function scriptMarkup(script: string): Markup {
  if (/<\/script|<!--/i.test(script)) throw new RangeError('a script for a page must not end its element');
  return new Markup(script);
}

/** `2024-05-06 14:03 UTC`. */
function minuteOf(time: Date): string {
  return `${time.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
