const COLUMNS = ['', 'value', 'unit', 'floor', 'ratio', 'target', 'met'];
const NUMBERS = new Set(['value', 'floor', 'ratio']);

/** The numbers of one bench, one below the other, and under them what is to be known about them. */
export function table(results) {
  const rows = [COLUMNS, ...results.map(cells)];
  const widths = COLUMNS.map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const lines = rows.map((row) => row.map((cell, i) => aligned(cell, COLUMNS[i], widths[i])).join('  '));
  return [...lines, ...remarks(results)].map((line) => `  ${line}`.trimEnd()).join('\n');
}

function cells({ name, value, unit, floor, ratio, target = '', isMet }) {
  const met = isMet === undefined ? '' : isMet ? 'yes' : 'no';
  return [name, figure(value), unit, figure(floor?.value), figure(ratio), target, met];
}

function aligned(cell, column, width) {
  return NUMBERS.has(column) ? cell.padStart(width) : cell.padEnd(width);
}

/** Three digits that count. */
function figure(value) {
  return value === undefined ? '' : value >= 1000 ? value.toFixed(0) : value.toPrecision(3);
}

function remarks(results) {
  const floors = new Set(results.map(({ floor }) => floor?.name).filter((name) => name !== undefined));
  const notes = new Set(results.map(({ note }) => note).filter((note) => note !== undefined));
  return [...[...floors].map((name) => `floor: ${name}`), ...[...notes].flatMap((note) => note.split('\n'))];
}
