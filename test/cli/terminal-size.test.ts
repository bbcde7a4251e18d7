import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { assumeUsualSize } from '../../src/cli/terminal-size.js';

class Output extends EventEmitter {
  readonly isTTY: boolean;
  columns: number | undefined;
  rows: number | undefined;

  constructor(isTTY: boolean, columns: number | undefined, rows: number | undefined) {
    super();
    this.isTTY = isTTY;
    this.resize(columns, rows);
  }

  resize(columns: number | undefined, rows: number | undefined): void {
    this.columns = columns;
    this.rows = rows;
    this.emit('resize');
  }
}

describe('the size of a terminal', () => {
  it.each([
    [0, 0, 80, 24],
    [0, 50, 80, 50],
    [1, 1, 1, 1],
    [132, 40, 132, 40],
  ])('that says %i x %i is taken as %i x %i', (columns, rows, knownColumns, knownRows) => {
    const output = new Output(true, columns, rows);
    assumeUsualSize(output as never);
    expect(output).toMatchObject({ columns: knownColumns, rows: knownRows });
  });

  it('is known to those who hear of another one, too', () => {
    const output = new Output(true, 120, 30);
    assumeUsualSize(output as never);
    const heard: unknown[] = [];
    output.on('resize', () => heard.push([output.columns, output.rows]));
    output.resize(0, 0);
    output.resize(100, 20);
    expect(heard).toEqual([
      [80, 24],
      [100, 20],
    ]);
  });

  it('is not made up for files and pipes', () => {
    const output = new Output(false, undefined, undefined);
    assumeUsualSize(output as never);
    expect(output).toMatchObject({ columns: undefined, rows: undefined });
  });
});
