import { startNginx } from '../nginx.js';
import type { Peer } from '../peer.js';
import { ServerStation } from './server-station.js';
import type { StationRole } from './station.js';

interface Nginx {
  readonly peer: Peer;
  readonly port: number;
}

/** The app tells players that the stream is over; or it keeps them, whoever publishes. */
const APPS: Readonly<Record<StationRole, string>> = { source: 'notify', target: 'stay' };

let streams = 0;

/** A stream on an nginx with its RTMP module. The server is the caller's, unless it was started again. */
export class NginxStation extends ServerStation {
  readonly #directory: string;
  #nginx: Nginx;

  constructor(nginx: Nginx, role: StationRole, directory: string) {
    streams += 1;
    super(APPS[role], `stream${streams}`);
    this.#nginx = nginx;
    this.#directory = directory;
  }

  get port(): number {
    return this.#nginx.port;
  }

  async kill(): Promise<void> {
    await this.#nginx.peer.stop('SIGKILL');
  }

  async restart(): Promise<void> {
    this.#nginx = await startNginx(this.#directory);
  }

  /** The one that was started last. */
  get peer(): Peer {
    return this.#nginx.peer;
  }
}
