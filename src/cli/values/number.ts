import type { ValueParser } from './value-parser.js';

const SLOWEST = 0.01;
const FASTEST = 1_000;

/** A whole number from 1 on. */
export const positiveNumber: ValueParser<number> = {
  expected: 'a whole number above zero',
  parse: (text) => {
    const value = /^\d+$/.test(text) ? Number(text) : 0;
    return value > 0 && Number.isSafeInteger(value) ? value : undefined;
  },
};

/** How often something is tried again. */
export const retryCount: ValueParser<number> = {
  expected: 'a whole number from 0 on, or forever',
  parse: (text) => {
    if (text.toLowerCase() === 'forever') return Number.POSITIVE_INFINITY;
    return /^\d+$/.test(text) && Number.isSafeInteger(Number(text)) ? Number(text) : undefined;
  },
};

/** Times real time; 0 for no pacing at all. */
export const speed: ValueParser<number> = {
  expected: `a speed from ${SLOWEST} to ${FASTEST} (1 is real time), or 0 for as fast as the server takes it`,
  parse: (text) => {
    const [, number] = /^(\d+(?:\.\d+)?|\.\d+)x?$/i.exec(text) ?? [];
    const value = Number(number);
    return value === 0 || (value >= SLOWEST && value <= FASTEST) ? value : undefined;
  },
};
