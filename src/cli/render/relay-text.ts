import type {
  CommandEvent,
  ConnectedEvent,
  EndedEvent,
  RetryingEvent,
  SourceStats,
  StatsEvent,
  SwitchReason,
} from '../../events.js';
import { counted, span, volume } from '../../text/quantities.js';
import { describeStage, describeWarning, type Line, nextAttempt } from './describe.js';
import { attempts, deliveryWords, rateWords } from './outcome-words.js';
import { ServerTotals } from './server-totals.js';

/**
 * Whether an event comes from a relay, or is about one of several servers of a push: such events go on while connections come and
 * go, so they never make a spinner turn.
 */
export function isOfRelay(event: CommandEvent): boolean {
  if (isOfAnother(event)) return false;
  const isOfEnd = event.relay !== undefined || event.source !== undefined || event.target !== undefined;
  return isOfEnd || ('role' in event && event.role === 'relay');
}

/** What relays never tell. */
type OfAnother = Extract<CommandEvent, { event: 'message' | 'devices' | 'report' | 'snapshot' }>;

function isOfAnother(event: CommandEvent): event is OfAnother {
  return ['message', 'devices', 'report', 'snapshot'].includes(event.event);
}

/**
 * Says what happens in relays, and in a push to several servers. The same failure of the same end is told once, until it is well
 * again; and of several that tell how they do, it gives the sum.
 */
export class RelayTalk {
  readonly #verbosity: number;
  readonly #failures = new Map<string, string>();
  readonly #stats = new Map<string, StatsEvent>();
  readonly #servers = new ServerTotals();

  /** @param verbosity from 1 on every stage and every failure is told */
  constructor(verbosity: number) {
    this.#verbosity = verbosity;
  }

  lines(event: Exclude<CommandEvent, StatsEvent>): Line[] {
    switch (event.event) {
      case 'connecting':
        return this.#verbosity > 0 ? [line('progress', event, describeStage(event))] : [];
      case 'connected':
        return this.#connected(event);
      case 'started':
        return [line('progress', event, startedWords(event.url ?? event.output, event.output, event.relays))];
      case 'switched':
        return [line('progress', event, `on air: ${event.input}${switchWords(event.reason)}`)];
      case 'retrying':
        return this.#retrying(event);
      case 'warning':
        if (event.code === 'WARN_TARGET_FAILED') this.#servers.failed(event);
        return describeWarning(event).map(({ tone, text }) => line(tone, event, text));
      case 'ended':
        if (event.role === 'relay') this.#stats.delete(event.relay ?? '');
        else this.#servers.ended(event);
        return [
          ...(event.sources ?? []).map((source) => line('progress', event, sourceWords(source))),
          line(event.final ? 'done' : 'progress', event, endedWords(event)),
        ];
      case 'message':
      case 'devices':
      case 'report':
      case 'snapshot':
        return [];
    }
  }

  /** What all relays, or all servers of a push, do together, with the newest of this one. */
  together(stats: StatsEvent): StatsEvent {
    if (stats.target !== undefined) return this.#servers.together(stats);
    this.#stats.set(stats.relay ?? '', stats);
    const all = [...this.#stats.values()];
    if (all.length === 1) return stats;
    const total = (read: (one: StatsEvent) => number): number => all.reduce((sum, one) => sum + read(one), 0);
    return {
      ...stats,
      positionMs: Math.max(...all.map(({ positionMs }) => positionMs)),
      bytes: total(({ bytes }) => bytes),
      bitrateKbps: total(({ bitrateKbps }) => bitrateKbps),
      fps: total(({ fps }) => fps),
      skewMs: null,
      queueMs: Math.max(...all.map(({ queueMs }) => queueMs)),
      droppedFrames: total(({ droppedFrames }) => droppedFrames),
      reconnects: total(({ reconnects }) => reconnects),
      sources: all.flatMap(({ sources = [] }) => sources),
      targets: all.flatMap(({ targets = [] }) => targets),
    };
  }

  /** Of a target it goes without saying, unless it comes after a failure. */
  #connected(event: ConnectedEvent): Line[] {
    const hadFailed = this.#failures.delete(endOf(event));
    return event.target === undefined || hadFailed || this.#verbosity > 0
      ? [line('done', event, `connected to ${event.url} (${event.address} port ${event.port})`)]
      : [];
  }

  #retrying(event: RetryingEvent): Line[] {
    const end = endOf(event);
    const isKnown = this.#failures.get(end) === event.reason;
    this.#failures.set(end, event.reason);
    if (isKnown && this.#verbosity === 0) return [];
    const said = event.peerWords === undefined ? event.reason : `${event.reason} ("${event.peerWords}")`;
    return [line('warning', event, `${event.url}: ${said}; ${nextAttempt(event)}`)];
  }
}

function line(tone: Line['tone'], { relay }: { readonly relay?: string }, text: string): Line {
  return { tone, text: relay === undefined ? text : `${relay}: ${text}` };
}

function endOf({ relay, source, target }: { relay?: string; source?: string; target?: string }): string {
  return JSON.stringify([relay, source, target]);
}

function startedWords(where = '', output: string | undefined, relays: number | undefined): string {
  if (relays !== undefined) return `running ${counted(relays, 'relay')}`;
  if (output === undefined) return `publishing ${where}`;
  return output === '-' ? 'writing to standard output' : `writing ${output}`;
}

function switchWords(reason: SwitchReason | undefined): string {
  switch (reason) {
    case 'lost':
      return ' (the one before was lost)';
    case 'stalled':
      return ' (the one before has stalled)';
    case 'better':
      return ' (it is well again)';
    case 'first':
    case undefined:
      return '';
  }
}

function endedWords(event: EndedEvent): string {
  const { bytes, durationMs, reason, url, output, role } = event;
  const rate = durationMs > 0 && role !== 'file' ? `, ${rateWords((bytes * 8) / durationMs, event)}` : '';
  const outcome = [reason, ...deliveryWords(event)].join(', ');
  const amount = `${span(durationMs)}, ${volume(bytes)}`;
  if (role === 'relay') return `relayed ${amount}: ${outcome}`;
  const how = output === undefined ? `${url ?? ''}: sent ` : `${output}: wrote `;
  return `${how}${amount}${rate}: ${outcome}`;
}

function sourceWords({ source, bytes, reconnects, retries }: SourceStats): string {
  return `${source}: ${[`received ${volume(bytes)}`, ...attempts({ reconnects, retries })].join(', ')}`;
}
