import type { ConformanceCheckReport, ConformanceOutcome, ConformanceReport } from '../../../report.js';
import { counted } from '../../../text/quantities.js';
import { printable } from '../printable.js';
import type { Style } from '../style.js';
import type { Page } from './page.js';

/**
 * What a page says of the checks: a line for each that is as it should be, under the heading of its group; with what was
 * seen and where it is written for the others.
 */
export function conformanceRows(page: Page, report: ConformanceReport, style: Style): void {
  for (const group of new Set(report.checks.map((check) => check.group))) {
    page.gap();
    page.heading(group);
    for (const check of report.checks.filter((other) => other.group === group)) checkRow(page, check, style);
  }
  page.gap();
  page.row('checks', summary(report, style));
}

function checkRow(page: Page, { outcome, title, section, seen }: ConformanceCheckReport, style: Style): void {
  const paint = paintOf(outcome, style);
  page.sentence(paint(markOf(outcome, style)), printable(title), (text) =>
    outcome === 'skipped' ? paint(text) : text,
  );
  if (outcome !== 'pass') {
    page.sentence(' ', printable(`${outcome}: ${seen} (${section})`), paint);
  }
}

function summary({ pass, deviates, fails, skipped }: ConformanceReport, { chalk }: Style): string[] {
  return [
    chalk.green(`${pass} pass`),
    ...(deviates > 0 ? [chalk.yellow(`${deviates} deviate`)] : []),
    ...(fails > 0 ? [chalk.red(`${fails} fail`)] : []),
    ...(skipped > 0 ? [chalk.dim(`${counted(skipped, 'check')} skipped`)] : []),
  ];
}

function markOf(outcome: ConformanceOutcome, { symbols }: Style): string {
  switch (outcome) {
    case 'pass':
      return symbols.done;
    case 'deviates':
      return symbols.warning;
    case 'fails':
      return symbols.failure;
    case 'skipped':
      return '-';
  }
}

function paintOf(outcome: ConformanceOutcome, { chalk }: Style): (text: string) => string {
  switch (outcome) {
    case 'pass':
      return chalk.green;
    case 'deviates':
      return chalk.yellow;
    case 'fails':
      return chalk.red;
    case 'skipped':
      return chalk.dim;
  }
}
