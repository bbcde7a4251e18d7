import type { ProbeOptions } from '../../src/commands/options.js';
import { probe } from '../../src/commands/probe.js';
import type { CommandEvent } from '../../src/events.js';
import type { ProbeReport } from '../../src/report.js';

export interface Outcome {
  readonly report: ProbeReport | undefined;
  readonly error: unknown;
  readonly events: readonly CommandEvent[];
}

/** Runs a probe to its end. @param onEvent hears of each event as it comes */
export async function probed(
  source: string,
  { onEvent = () => {}, ...given }: Partial<ProbeOptions> & { readonly onEvent?: (event: CommandEvent) => void } = {},
  signal = new AbortController().signal,
): Promise<Outcome> {
  const options: ProbeOptions = {
    source,
    durationMs: undefined,
    expect: [],
    timeoutMs: 5_000,
    stallTimeoutMs: 5_000,
    tls: {},
    ...given,
  };
  const events: CommandEvent[] = [];
  let error: unknown;
  try {
    for await (const event of probe(options, signal)) {
      events.push(event);
      onEvent(event);
    }
  } catch (thrown) {
    error = thrown;
  }
  const found = events.find((event) => event.event === 'report');
  return { report: found?.report, error, events };
}
