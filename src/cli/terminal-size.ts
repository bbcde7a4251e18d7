const USUAL_COLUMNS = 80;
const USUAL_ROWS = 24;

/** A stream of the process that may be a terminal, and then keeps its size up to date. */
export interface SizedOutput {
  readonly isTTY?: boolean;
  columns?: number;
  rows?: number;
  on(event: 'resize', listener: () => void): unknown;
}

/**
 * A terminal that does not know its size says 0, such as those of `script`, containers and serial lines. It gets the usual
 * size, now and whenever it says so again: ora divides by its width, and would clear lines without end. To be called before
 * anybody else listens to `resize`.
 */
export function assumeUsualSize(output: SizedOutput): void {
  if (output.isTTY !== true) return;
  const assume = (): void => {
    output.columns ||= USUAL_COLUMNS;
    output.rows ||= USUAL_ROWS;
  };
  assume();
  output.on('resize', assume);
}
