import type { CommandEvent } from '../../src/events.js';
import type { MediaTag } from '../../src/media/tag.js';
import { withKeys } from '../../src/server/display.js';
import { DEFAULT_SERVER_LIMITS, type ServerLimits } from '../../src/server/limits.js';
import { type CreateFile, Recorder } from '../../src/server/recorder.js';
import { RtmpServer } from '../../src/server/rtmp-server.js';
import type { Services } from '../../src/server/services.js';
import { StreamRegistry } from '../../src/server/stream-registry.js';
import { RawClient } from '../support/raw-client.js';

export interface DeskOptions {
  readonly limits?: Partial<ServerLimits>;
  readonly gopCache?: boolean;
  readonly graceMs?: number;
  readonly recordDirectory?: string;
  /** For the recordings. */
  readonly createFile?: CreateFile;
}

/** A server in this process, what it reports, and its clients. Everything ends with `close`. */
export class ServerDesk {
  readonly events: CommandEvent[] = [];
  readonly services: Services;
  readonly server: RtmpServer;
  readonly #clients: RawClient[] = [];
  #wake = (): void => {};

  private constructor(services: Services, server: RtmpServer, events: CommandEvent[], onEvent: { wake(): void }) {
    this.services = services;
    this.server = server;
    this.events = events;
    onEvent.wake = () => this.#wake();
  }

  static async open({
    limits: given,
    gopCache = true,
    graceMs = 0,
    recordDirectory,
    createFile,
  }: DeskOptions = {}): Promise<ServerDesk> {
    const events: CommandEvent[] = [];
    const onEvent = { wake: () => {} };
    const report = (event: CommandEvent): void => {
      events.push(event);
      onEvent.wake();
    };
    const limits = { ...DEFAULT_SERVER_LIMITS, ...given };
    const services: Services = {
      registry: new StreamRegistry({ gopCache, graceMs, maxLatencyMs: 40, limits, report }),
      recorder:
        recordDirectory === undefined ? undefined : await Recorder.into(recordDirectory, withKeys, report, createFile),
      limits,
      report,
      display: withKeys,
    };
    const server = await RtmpServer.start([{ host: '127.0.0.1', port: 0 }], services);
    return new ServerDesk(services, server, events, onEvent);
  }

  get port(): number {
    return this.server.addresses[0]!.port;
  }

  async publish(streamName: string, tags: readonly MediaTag[] = [], app = 'live'): Promise<RawClient> {
    const client = this.keep(await RawClient.publish(this.port, app, streamName));
    client.send(tags);
    return client;
  }

  async play(streamName: string, app = 'live'): Promise<RawClient> {
    return this.keep(await RawClient.play(this.port, app, streamName));
  }

  keep(client: RawClient): RawClient {
    this.#clients.push(client);
    return client;
  }

  /** The first event of this kind, which may have come already. */
  async event<Kind extends CommandEvent['event']>(
    kind: Kind,
    matches: (event: Extract<CommandEvent, { event: Kind }>) => boolean = () => true,
  ): Promise<Extract<CommandEvent, { event: Kind }>> {
    for (;;) {
      const found = this.#all(kind).find(matches);
      if (found !== undefined) {
        return found;
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** How the connection of the server's n-th client ended. */
  async endOfConnection(connection: number): Promise<string> {
    const ended = await this.event('ended', (event) => event.role === 'connection' && event.connection === connection);
    return ended.reason;
  }

  async close(): Promise<void> {
    for (const client of this.#clients) {
      client.close();
    }
    await this.server.close();
  }

  #all<Kind extends CommandEvent['event']>(kind: Kind): Extract<CommandEvent, { event: Kind }>[] {
    return this.events.filter((event): event is Extract<CommandEvent, { event: Kind }> => event.event === kind);
  }
}
