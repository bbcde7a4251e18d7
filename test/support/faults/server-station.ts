import { RtmpPublisher } from '../../../src/endpoint/rtmp-publisher.js';
import { Broadcast } from '../../../src/flow/broadcast.js';
import type { MediaTag } from '../../../src/media/tag.js';
import { parseRtmpUrl } from '../../../src/rtmp/url.js';
import { linkOptions } from '../../endpoint/rtmp-options.js';
import { RawClient } from '../raw-client.js';
import type { MortalStation } from './station.js';

/** A stream on a server that is a process of its own, which is spoken to over the network alone. */
export abstract class ServerStation implements MortalStation {
  abstract readonly port: number;
  readonly #app: string;
  readonly #name: string;
  #broadcast: Broadcast | undefined;
  #publisher: RtmpPublisher | undefined;
  /** They stay when their publisher goes, which good players do not. */
  readonly #viewers: RawClient[] = [];

  constructor(app: string, name: string) {
    this.#app = app;
    this.#name = name;
  }

  abstract kill(): Promise<void>;
  abstract restart(): Promise<void>;

  get path(): string {
    return `${this.#app}/${this.#name}`;
  }

  async publish(): Promise<void> {
    const url = parseRtmpUrl(`rtmp://127.0.0.1:${this.port}/${this.path}`);
    const link = linkOptions(this.port, { url, timeoutMs: 20_000, stallTimeoutMs: 3_600_000 });
    this.#publisher = await RtmpPublisher.open(link);
    this.#broadcast = new Broadcast({ maxBytes: 1e9, gopCache: false });
    this.#publisher.attach(this.#broadcast, { mode: 'lossless', join: 'beginning' });
  }

  send(tags: readonly MediaTag[]): void {
    this.#broadcast?.append(tags);
  }

  async endStream(): Promise<void> {
    this.#broadcast?.end();
    await this.#publisher?.finished;
  }

  async watch(): Promise<void> {
    this.#viewers.push(await RawClient.play(this.port, this.#app, this.#name));
  }

  get watched(): readonly MediaTag[] {
    return this.#viewers.flatMap(({ tags }) => tags);
  }

  async close(): Promise<void> {
    for (const viewer of this.#viewers) viewer.close();
    this.#publisher?.close();
  }
}
