/** So that documents can be read and compared: three digits behind the point at most. */
export function rounded(value: number, digits = 3): number {
  const scale = 10 ** digits;
  return Math.round(value * scale) / scale || 0;
}

export function roundedOrNull(value: number | undefined, digits = 3): number | null {
  return value === undefined || !Number.isFinite(value) ? null : rounded(value, digits);
}

/** The one in the middle of a sorted list. */
export function median(values: readonly number[]): number | undefined {
  return values.toSorted((one, other) => one - other)[values.length >> 1];
}
