/** How a text becomes a value. */
export interface ValueParser<T> {
  /** What the text should be, for people: `a duration such as 10s`. */
  readonly expected: string;
  /** `undefined` for a text that is not understood. */
  readonly parse: (text: string) => T | undefined;
}

/** Any text with something in it. */
export function someText(what: string): ValueParser<string> {
  return { expected: what, parse: (text) => (text === '' ? undefined : text) };
}
