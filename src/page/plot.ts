/** A plot, as the page is told of it. It is only values, so that a page may carry it as JSON. */
export interface Plot {
  readonly title: string;
  /** For those who do not see it. */
  readonly description: string;
  /** What a mark stands for, and what was left out. */
  readonly note: string;
  readonly unit: PlotUnit;
  /** Whether values stand on 0, or on both sides of it. */
  readonly range: 'from zero' | 'around zero';
  readonly curves: readonly Curve[];
  /** Seconds, and then the values of each curve at these times; `null` where it has none. */
  readonly columns: readonly (readonly (number | null)[])[];
}

export type PlotUnit = 'kbit/s' | 'kB' | 'ms';

export interface Curve {
  readonly label: string;
  /** A colour of the page. */
  readonly colour: 'blue' | 'orange' | 'grey';
  readonly shape: 'line' | 'steps' | 'bars' | 'points';
}

/** A curve with its values, before it shares its times with others. */
export interface CurveValues {
  readonly curve: Curve;
  readonly values: readonly CurveValue[];
}

export interface CurveValue {
  readonly atMs: number;
  readonly value: number;
}

/**
 * Brings curves to common times, as `columns` of a plot has them. They reach from the beginning of the stream to its end,
 * so that what stands one below the other in several plots is of one time.
 */
export function sharedColumns(curves: readonly CurveValues[], durationMs: number): (number | null)[][] {
  const known = curves.flatMap(({ values }) => values.map(({ atMs }) => atMs));
  const times = [...new Set([0, ...known, durationMs])].sort((one, other) => one - other);
  const columns = curves.map(({ values }) => {
    const byTime = new Map(values.map(({ atMs, value }) => [atMs, value]));
    return times.map((atMs) => byTime.get(atMs) ?? null);
  });
  return [times.map((atMs) => atMs / 1000), ...columns];
}
