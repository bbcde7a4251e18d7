import { Redial, type RedialOptions } from '../../endpoint/redial.js';
import type { Found, ServerFound } from './found.js';

/**
 * Looks again, as the policy allows, for as long as there is nothing to look at: each time from the very beginning, so that
 * the times in a report are those of one look. What the last one found counts.
 *
 * @throws the signal's reason when aborted before anything has begun
 */
export async function untilBegun(look: () => Promise<ServerFound>, options: RedialOptions): Promise<Found> {
  let found: Found | undefined;
  const looks = new Redial(async () => {
    const { hasBegun, ...seen } = await look();
    found = seen;
    if (seen.failure !== undefined && !hasBegun) throw seen.failure;
    return seen;
  }, options);
  try {
    return await looks.open();
  } catch (error) {
    if (found === undefined || error !== found.failure) throw error;
    return found;
  }
}
