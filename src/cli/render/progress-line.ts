import type { StatsEvent } from '../../events.js';
import { alike, type Figure } from './figure.js';
import { figures } from './stats-text.js';

const MOST_BAR_COLUMNS = 40;

/** Beside a bar figures stand in words only on wide lines, so that the wording does not change from one to the next. */
const FEWEST_COLUMNS_FOR_WORDS = 110;

/** With figures in words the bar is to be a good one too; with short ones it may shrink further. */
const FEWEST_BAR_COLUMNS = { long: 16, short: 5 } as const;

/** So many of the least important figures go before the bar does. */
const EXPENDABLE_FIGURES = 3;

export const GAP = '  ';

export interface LinePart {
  readonly text: string;
  readonly isAlarming: boolean;
}

export interface ProgressLine {
  /** 0 where there is no bar. */
  readonly barColumns: number;
  readonly parts: readonly LinePart[];
}

export interface Progress {
  readonly percent: number;
  readonly etaSeconds: number | undefined;
}

/**
 * Fits the figures of a stream into a line: in words where there is room, else shortened, and at last without the least
 * important ones. What is left over goes to the bar, where the end is known.
 *
 * @param columns of the whole line, the bar and the gap before it included
 */
export function layOut(stats: StatsEvent, columns: number, progress: Progress | undefined): ProgressLine {
  const all = figures(stats, progress?.etaSeconds);
  if (progress !== undefined) {
    const figuresWithPercent = [alike(`${String(progress.percent).padStart(3)}%`), ...all];
    return withBar(figuresWithPercent, columns) ?? withoutBar(figuresWithPercent, columns);
  }
  return withoutBar(all, columns);
}

type Wording = 'long' | 'short';

function withBar(all: readonly Figure[], columns: number): ProgressLine | undefined {
  const choices: (readonly [readonly Figure[], Wording])[] = columns < FEWEST_COLUMNS_FOR_WORDS ? [] : [[all, 'long']];
  for (let dropped = 0; dropped <= EXPENDABLE_FIGURES; dropped += 1) {
    choices.push([all.slice(0, all.length - dropped), 'short']);
  }
  for (const [chosen, wording] of choices) {
    const left = columns - widthOf(chosen, wording) - GAP.length;
    if (left >= FEWEST_BAR_COLUMNS[wording]) {
      return { barColumns: Math.min(left, MOST_BAR_COLUMNS), parts: partsOf(chosen, wording) };
    }
  }
  return undefined;
}

function withoutBar(all: readonly Figure[], columns: number): ProgressLine {
  if (widthOf(all, 'long') <= columns) {
    return { barColumns: 0, parts: partsOf(all, 'long') };
  }
  let fitting = all;
  while (fitting.length > 1 && widthOf(fitting, 'short') > columns) {
    fitting = fitting.slice(0, -1);
  }
  return { barColumns: 0, parts: partsOf(fitting, 'short') };
}

function partsOf(chosen: readonly Figure[], wording: Wording): LinePart[] {
  return chosen.map((figure) => ({ text: figure[wording], isAlarming: figure.isAlarming === true }));
}

function widthOf(chosen: readonly Figure[], wording: Wording): number {
  return chosen.reduce((sum, figure) => sum + figure[wording].length, GAP.length * (chosen.length - 1));
}
