/** Timers of Node count in 31 bits of milliseconds, and go off at once beyond that. */
export const LONGEST_TIMER_MS = 2 ** 31 - 1;
