/** Text of one colour. */
export interface Cell {
  /** Without control characters. */
  readonly text: string;
  readonly paint?: (text: string) => string;
}

/** A line, and how much it matters: where there is no room, lines with higher numbers go first. */
export interface MonitorLine {
  readonly rank: number;
  readonly cells: readonly Cell[];
}

/** What goes last, and first, where a screen is small. */
export const RANK = {
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

/** The lines that matter most, in their order, each cut off where the screen ends. */
export function fitted(lines: readonly MonitorLine[], columns: number, rows: number): string[] {
  const byRank = lines.map((line, at) => ({ line, at })).sort((one, other) => one.line.rank - other.line.rank);
  const kept = byRank.slice(0, rows).sort((one, other) => one.at - other.at);
  return kept.map(({ line }) => cutOff(line.cells, columns));
}

export function widthOf(cells: readonly Cell[]): number {
  return cells.reduce((sum, { text }) => sum + [...text].length, 0);
}

function cutOff(cells: readonly Cell[], columns: number): string {
  let room = columns;
  let line = '';
  for (const { text, paint = (same: string) => same } of cells) {
    const shown = [...text].slice(0, room).join('');
    room -= [...shown].length;
    if (shown !== '') line += paint(shown);
  }
  return line;
}
