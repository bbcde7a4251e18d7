/** The rates that television has with a fraction. */
const FRACTIONAL_RATES = [24, 30, 48, 60, 120].map((rate) => (rate * 1000) / 1001);

/**
 * The even rate that a measured one stands for, if there is one within what whole milliseconds can be wrong.
 *
 * @param spanMs over which it was measured
 */
export function nearestFrameRate(measured: number, spanMs: number): number {
  const candidates = [Math.round(measured), ...FRACTIONAL_RATES];
  const distance = (rate: number): number => Math.abs(rate / measured - 1);
  const nearest = candidates.reduce((best, rate) => (distance(rate) < distance(best) ? rate : best));
  return distance(nearest) <= 1 / spanMs ? nearest : measured;
}
