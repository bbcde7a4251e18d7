import { UsageError } from '../../errors.js';
import { RELAY_DEFAULTS } from '../defaults.js';
import { type Settled, withDefaults } from '../settled-options.js';
import type { RelayOptions } from './options.js';

export type SettledRelayOptions = Settled<RelayOptions, typeof RELAY_DEFAULTS>;

/**
 * Relays of which nothing is left open.
 *
 * @param isAlone whether there is one, and will be no other: then it needs no name
 * @throws {UsageError} for one that leads from or to nowhere, and for two of one name
 */
export function settledRelays(relays: readonly RelayOptions[], isAlone: boolean): SettledRelayOptions[] {
  const settled = relays.map((options, i) => {
    const relay = withDefaults(options, RELAY_DEFAULTS);
    return isAlone ? relay : { ...relay, name: relay.name ?? `relay ${i + 1}` };
  });
  for (const { sources, targets, name = 'the relay' } of settled) {
    if (sources.length === 0) throw refused(`${name} has no source`, 'give at least one');
    if (targets.length === 0) throw refused(`${name} has no target`, 'give at least one');
  }
  const names = settled.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw refused(`two relays have the name ${JSON.stringify(twice)}`, 'give each its own');
  return settled;
}

function refused(what: string, advice: string): UsageError {
  return new UsageError('ERR_USAGE', what, { stage: 'options', advice });
}
