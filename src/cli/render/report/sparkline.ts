const UNICODE = '▁▂▃▄▅▆▇█';
const ASCII = '_.-=+*#@';

/** Values that differ by less than this are shown alike, at half height: a stream without a change should look calm. */
const EVEN = 0.05;

/** A row of small bars, one for each value, from 0 to the largest. More values than columns are averaged. */
export function sparkline(values: readonly number[], columns: number, isUnicode: boolean): string {
  const bars = isUnicode ? UNICODE : ASCII;
  const shown = resampled(values, columns);
  const largest = Math.max(...shown);
  if (shown.length === 0 || largest <= 0) return '';
  if (Math.min(...shown) >= largest * (1 - EVEN)) return (bars[bars.length >> 1] ?? '').repeat(shown.length);
  return shown.map((value) => bars[Math.round((Math.max(value, 0) / largest) * (bars.length - 1))]).join('');
}

function resampled(values: readonly number[], columns: number): readonly number[] {
  if (values.length <= columns) return values;
  return Array.from({ length: columns }, (_, column) => {
    const from = Math.floor((column * values.length) / columns);
    const to = Math.max(from + 1, Math.floor(((column + 1) * values.length) / columns));
    const part = values.slice(from, to);
    return part.reduce((sum, value) => sum + value, 0) / part.length;
  });
}
