import { RtmpPublisher } from '../../../src/endpoint/rtmp-publisher.js';
import { Broadcast } from '../../../src/flow/broadcast.js';
import type { MediaTag } from '../../../src/media/tag.js';
import { parseRtmpUrl } from '../../../src/rtmp/url.js';
import { linkOptions } from '../../endpoint/rtmp-options.js';
import { startNginx } from '../nginx.js';
import type { Peer } from '../peer.js';
import { RawClient } from '../raw-client.js';
import type { Station, StationRole } from './station.js';

interface Nginx {
  readonly peer: Peer;
  readonly port: number;
}

/** The app tells players that the stream is over; or it keeps them, whoever publishes. */
const APPS: Readonly<Record<StationRole, string>> = { source: 'notify', target: 'stay' };

let streams = 0;

/** A stream on an nginx with its RTMP module. */
export class NginxStation implements Station {
  readonly path: string;
  readonly #directory: string;
  readonly #name: string;
  #nginx: Nginx;
  #broadcast: Broadcast | undefined;
  #publisher: RtmpPublisher | undefined;
  /** They stay when their publisher goes, which good players do not. */
  readonly #viewers: RawClient[] = [];

  constructor(nginx: Nginx, role: StationRole, directory: string) {
    this.#nginx = nginx;
    this.#directory = directory;
    streams += 1;
    this.#name = `stream${streams}`;
    this.path = `${APPS[role]}/${this.#name}`;
  }

  get port(): number {
    return this.#nginx.port;
  }

  async publish(): Promise<void> {
    this.#publisher = await RtmpPublisher.open(this.#link);
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
    this.#viewers.push(await RawClient.play(this.port, APPS.target, this.#name));
  }

  get watched(): readonly MediaTag[] {
    return this.#viewers.flatMap(({ tags }) => tags);
  }

  async kill(): Promise<void> {
    await this.#nginx.peer.stop('SIGKILL');
  }

  async restart(): Promise<void> {
    this.#nginx = await startNginx(this.#directory);
  }

  /** The server is the caller's, unless it was started again. */
  async close(): Promise<void> {
    for (const viewer of this.#viewers) viewer.close();
    this.#publisher?.close();
  }

  /** The one that was started last. */
  get peer(): Peer {
    return this.#nginx.peer;
  }

  get #link() {
    const url = parseRtmpUrl(`rtmp://127.0.0.1:${this.port}/${this.path}`);
    return linkOptions(this.port, { url, timeoutMs: 20_000, stallTimeoutMs: 3_600_000 });
  }
}
