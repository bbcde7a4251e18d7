/** How fast something grows: of the straight line that fits the samples, each of minutes and a value, best. */
export function slopePerMinute(samples: readonly (readonly [minutes: number, value: number])[]): number {
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const meanMinutes = mean(samples.map(([minutes]) => minutes));
  const meanValue = mean(samples.map(([, value]) => value));
  const covariance = samples.reduce((sum, [at, value]) => sum + (at - meanMinutes) * (value - meanValue), 0);
  const variance = samples.reduce((sum, [at]) => sum + (at - meanMinutes) ** 2, 0);
  return covariance / variance;
}
