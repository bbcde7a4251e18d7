/** One measured number. What counts is `ratio`: the machine cancels out of it, because the floor was measured in the same run. */
export interface BenchResult {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** The best that the machine could do: the same bytes moved with no protocol at all. Same unit as `value`. */
  readonly floor?: { readonly name: string; readonly value: number };
  /** `value` over the floor's value. */
  readonly ratio?: number;
  /** What was promised, in words. */
  readonly target?: string;
}
