import {
  type CONNECTION_DEFAULTS,
  maxConnectionsPerAddress,
  maxQueueMs,
  PROBE_DEFAULTS,
  PULL_DEFAULTS,
  PUSH_DEFAULTS,
  SERVE_DEFAULTS,
} from './defaults.js';
import type { ConnectionOptions, ProbeOptions, PullOptions, PushOptions, ServeOptions } from './options.js';

/** Options in which nothing is open any more that has a default. */
export type Settled<Options, Defaults> = Options & {
  readonly [Name in keyof Options & keyof Defaults]-?: Exclude<Options[Name], undefined>;
};

export type SettledConnectionOptions = Settled<ConnectionOptions, typeof CONNECTION_DEFAULTS>;
export type SettledPushOptions = Settled<PushOptions, typeof PUSH_DEFAULTS & { maxQueueMs: number }>;
export type SettledPullOptions = Settled<PullOptions, typeof PULL_DEFAULTS>;
export type SettledProbeOptions = Settled<ProbeOptions, typeof PROBE_DEFAULTS>;
export type SettledServeOptions = Settled<ServeOptions, typeof SERVE_DEFAULTS & { maxConnectionsPerAddress: number }>;

export function settledPush(options: PushOptions): SettledPushOptions {
  const { speed = PUSH_DEFAULTS.speed } = options;
  return withDefaults(options, { ...PUSH_DEFAULTS, maxQueueMs: maxQueueMs(speed) });
}

export function settledPull(options: PullOptions): SettledPullOptions {
  return withDefaults(options, PULL_DEFAULTS);
}

export function settledProbe(options: ProbeOptions): SettledProbeOptions {
  return withDefaults(options, PROBE_DEFAULTS);
}

export function settledServe(options: ServeOptions): SettledServeOptions {
  const { listen = SERVE_DEFAULTS.listen } = options;
  return withDefaults(options, { ...SERVE_DEFAULTS, maxConnectionsPerAddress: maxConnectionsPerAddress(listen) });
}

/** What is `undefined` counts as not given. */
export function withDefaults<Options extends object, Defaults extends Partial<Options>>(
  options: Options,
  defaults: Defaults,
): Settled<Options, Defaults> {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  const settled: object = { ...defaults, ...Object.fromEntries(given) };
  return settled as Settled<Options, Defaults>;
}
