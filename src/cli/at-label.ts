import { UsageError } from '../errors.js';

/** Says where a URL stands that cannot be read. */
export function atLabel<T>(label: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw error instanceof UsageError ? error.about(label) : error;
  }
}
