import { NetworkError } from '../errors.js';
import type { Pump } from '../net/pump.js';
import type { ServerEvent } from '../rtmp/session/events.js';
import type { ServerSession } from '../rtmp/session/server.js';
import type { ServerLimits } from './limits.js';

/** Watches that a client does what it came for, and that one that is silent is still there; ends the connection otherwise. */
export class Attendance {
  readonly #pump: Pump<ServerEvent>;
  readonly #session: ServerSession;
  readonly #limits: ServerLimits;
  #deadline: NodeJS.Timeout | undefined;
  #awaitsPong = false;

  constructor(pump: Pump<ServerEvent>, session: ServerSession, limits: ServerLimits) {
    this.#pump = pump;
    this.#session = session;
    this.#limits = limits;
    pump.idleMs = limits.idleBeforePingMs;
    this.#allow(limits.handshakeTimeoutMs, 'no connect');
  }

  /** The client is connected, or done with what it did: something is to come of it. */
  awaitRole(): void {
    this.#allow(this.#limits.roleTimeoutMs, 'neither publish nor play');
  }

  /** It publishes or plays, for as long as it likes. */
  hasRole(): void {
    clearTimeout(this.#deadline);
  }

  /** Something has come of the client. */
  heard(): void {
    if (this.#awaitsPong) {
      this.#awaitsPong = false;
      this.#pump.idleMs = this.#limits.idleBeforePingMs;
    }
  }

  /** Nothing has come for as long as the pump allows: the client is asked, and the second time given up. */
  onIdle(): void {
    const { idleBeforePingMs, pingTimeoutMs } = this.#limits;
    if (this.#awaitsPong) {
      const seconds = Math.round((idleBeforePingMs + pingTimeoutMs) / 1000);
      this.#pump.destroy(new NetworkError('ERR_STALLED', `silent for ${seconds} s`, { stage: 'stream' }));
      return;
    }
    this.#awaitsPong = true;
    this.#session.ping(performance.now());
    this.#pump.flush();
    this.#pump.idleMs = pingTimeoutMs;
  }

  /** The connection is closed. */
  close(): void {
    clearTimeout(this.#deadline);
  }

  /** Gives the client so much time for its next step. */
  #allow(timeoutMs: number, missing: string): void {
    clearTimeout(this.#deadline);
    this.#deadline = setTimeout(() => {
      this.#pump.destroy(new NetworkError('ERR_TIMEOUT', `${missing} within ${timeoutMs / 1000} s`));
    }, timeoutMs);
  }
}
