/** One measured number. What counts is `ratio`: the machine cancels out of it, because the floor was measured in the same run. */
export interface BenchResult {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** The best that the machine could do: the same bytes moved with no protocol at all; or another program. Same unit as `value`. */
  readonly floor?: { readonly name: string; readonly value: number };
  /** `value` over the floor's value. */
  readonly ratio?: number;
  /** What was promised, in words. */
  readonly target?: string;
  /** Whether the promise is kept; left out where that is for people to judge. */
  readonly isMet?: boolean;
  /** What a reader has to know about this number: who is missing, or why it is not better. */
  readonly note?: string;
}

/** What the runner gives to each bench. */
export interface BenchContext {
  /** The checkout. */
  readonly root: string;
  /** The program, built from the sources as they are now: to be run with `node`. */
  readonly program: string;
  /** An empty directory of the bench's own. The runner removes it. */
  readonly directory: string;
  /** Where the programs are that a bench lets run beside it: `NAME.program.mjs` for each `NAME.program.ts`. */
  readonly programs: string;
  /** What stands as `name=value` on the command line. */
  readonly settings: Readonly<Record<string, string>>;
}
