import { getEventListeners } from 'node:events';

/**
 * How many a signal keeps in mind: those who listen to it, and what was made of it by `AbortSignal.any`, of which Node keeps an
 * entry as long as the signal lives.
 */
export function tiesOf(signal: AbortSignal): number {
  const dependents = Object.getOwnPropertySymbols(signal).find(
    ({ description }) => description === 'kDependantSignals',
  );
  const composites =
    dependents === undefined ? undefined : (Reflect.get(signal, dependents) as Set<unknown> | undefined);
  return getEventListeners(signal, 'abort').length + (composites?.size ?? 0);
}
