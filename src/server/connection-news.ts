import type { HandshakeScheme } from '../rtmp/session/events.js';
import type { Introduction } from './introduction.js';
import type { Services } from './services.js';

/** Tells of a client that has connected, and of its end; of one that never got so far nobody hears. */
export class ConnectionNews {
  readonly #services: Pick<Services, 'report' | 'display'>;
  readonly #connection: number;
  readonly #openedMs = performance.now();
  #handshake: HandshakeScheme | null = null;
  #isConnected = false;

  /** @param connection its number */
  constructor(services: Pick<Services, 'report' | 'display'>, connection: number) {
    this.#services = services;
    this.#connection = connection;
  }

  handshaken(scheme: HandshakeScheme): void {
    this.#handshake = scheme;
  }

  connected({ app, software }: Introduction, peer: { readonly address: string; readonly port: number }): void {
    this.#isConnected = true;
    this.#services.report({
      event: 'connected',
      role: 'connection',
      connection: this.#connection,
      url: this.#services.display.app(app),
      ...peer,
      handshake: this.#handshake,
      software,
    });
  }

  /** @param bytes in both directions */
  ended(reason: string, bytes: number): void {
    if (!this.#isConnected) return;
    this.#services.report({
      event: 'ended',
      role: 'connection',
      connection: this.#connection,
      reason,
      bytes,
      durationMs: Math.round(performance.now() - this.#openedMs),
      final: false,
    });
  }

  warn(code: string, message: string): void {
    this.#services.report({ event: 'warning', code, message, connection: this.#connection });
  }
}
