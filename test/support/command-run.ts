import type { CommandEvent } from '../../src/events.js';

export type EventOf<Name extends CommandEvent['event']> = Extract<CommandEvent, { event: Name }>;

/** A use case in this process, whose events are gathered. */
export class CommandRun {
  readonly events: CommandEvent[] = [];
  /** Rejects with its error. */
  readonly over: Promise<void>;
  readonly #stop = new AbortController();
  readonly #listeners = new Set<() => void>();

  constructor(start: (signal: AbortSignal) => AsyncIterable<CommandEvent>) {
    this.over = this.#gather(start);
    this.over.catch(() => {});
  }

  /** The first event of a name and shape that has come or will come. */
  async event<Name extends CommandEvent['event']>(
    name: Name,
    matches: (event: EventOf<Name>) => boolean = () => true,
    from = 0,
  ): Promise<EventOf<Name>> {
    const isWanted = (event: CommandEvent): event is EventOf<Name> =>
      event.event === name && matches(event as EventOf<Name>);
    await this.until(() => this.events.slice(from).some(isWanted));
    return this.events.slice(from).find(isWanted)!;
  }

  /** Resolves when it is so; looks again whenever something happens. */
  async until(isSo: () => boolean): Promise<void> {
    while (!isSo()) {
      await Promise.race([new Promise<void>((resolve) => this.#listeners.add(resolve)), this.over.then(tooEarly)]);
    }
  }

  all<Name extends CommandEvent['event']>(name: Name): EventOf<Name>[] {
    return this.events.filter((event): event is EventOf<Name> => event.event === name);
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.over;
  }

  async #gather(start: (signal: AbortSignal) => AsyncIterable<CommandEvent>): Promise<void> {
    for await (const event of start(this.#stop.signal)) {
      this.events.push(event);
      const listeners = [...this.#listeners];
      this.#listeners.clear();
      for (const wake of listeners) wake();
    }
  }
}

function tooEarly(): never {
  throw new Error('the command is over');
}
