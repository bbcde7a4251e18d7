import { UsageError } from '../errors.js';

/** Says where a URL stands that cannot be read. */
export function atLabel<T>(label: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    const { code, message, advice } = error;
    throw new UsageError(code, `${label}: ${message}`, { ...(advice === undefined ? {} : { advice }), cause: error });
  }
}
