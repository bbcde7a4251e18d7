/** One figure about a running stream, in words and shorter. */
export interface Figure {
  readonly long: string;
  readonly short: string;
  readonly isAlarming?: boolean;
}

/** One that cannot be made shorter. */
export function alike(text: string): Figure {
  return { long: text, short: text };
}
