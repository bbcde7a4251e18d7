import { NetworkError, type RtmpkitError, type Stage } from '../errors.js';
import type { MediaTag } from '../media/tag.js';
import type { CloseReason, Pump, PumpHandlers } from '../net/pump.js';
import type { ClientEvent, HandshakeScheme } from '../rtmp/session/events.js';
import { rejectionToError } from '../rtmp/session/rejection.js';
import type { RtmpUrl } from '../rtmp/url.js';
import { atStage, closedEarly, type OpeningStage } from './rtmp-failure.js';

export type RtmpRole = 'publisher' | 'player';

/** What a link tells its owner once it is open. */
export interface RtmpLinkListener {
  onTags(tags: readonly MediaTag[]): void;
  /** The server said that the stream is over. */
  onStreamEnded(reason: string): void;
  onDrain(): void;
  /** Exactly once, last. */
  onClose(reason: CloseReason): void;
}

/** What the server says of itself on the way to a running stream. */
export interface Greeting {
  readonly handshake: HandshakeScheme;
  /** The server's fmsVer, as it says. */
  readonly software: string | undefined;
}

/** Watches a new link until its stream runs, then passes everything on to the listener. */
export class RtmpOpening implements PumpHandlers<ClientEvent> {
  readonly #role: RtmpRole;
  readonly #url: RtmpUrl;
  readonly #onStage: (stage: Stage) => void;
  readonly #listener: RtmpLinkListener;
  #stage: OpeningStage | 'stream' = 'handshake';
  #handshake: HandshakeScheme = 'simple';
  #software: string | undefined;
  #resolve: (greeting: Greeting) => void = () => {};
  #reject: (error: unknown) => void = () => {};
  #pump: Pump<ClientEvent> | undefined;

  /** What the server said when it refused `connect`; it may want credentials. */
  connectRefusal: string | undefined;

  constructor(role: RtmpRole, url: RtmpUrl, onStage: (stage: Stage) => void, listener: RtmpLinkListener) {
    this.#role = role;
    this.#url = url;
    this.#onStage = onStage;
    this.#listener = listener;
  }

  async done(pump: Pump<ClientEvent>, signal: AbortSignal): Promise<Greeting> {
    this.#pump = pump;
    const abort = (): void => this.#fail(signal.reason);
    const greeting = new Promise<Greeting>((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    signal.addEventListener('abort', abort, { once: true });
    try {
      pump.flush();
      if (signal.aborted) {
        abort();
      }
      return await greeting;
    } finally {
      signal.removeEventListener('abort', abort);
    }
  }

  onEvents(events: readonly ClientEvent[]): void {
    for (const event of events) {
      this.#onEvent(event);
    }
  }

  #onEvent(event: ClientEvent): void {
    switch (event.type) {
      case 'tags':
        return this.#listener.onTags(event.tags);
      case 'handshaken':
        this.#handshake = event.scheme;
        return this.#enter('connect');
      case 'connected': {
        const fmsVer = event.properties.get('fmsVer');
        this.#software = typeof fmsVer === 'string' ? fmsVer : undefined;
        return this.#enter(this.#role === 'publisher' ? 'publish' : 'play');
      }
      case 'publishStarted':
      case 'playStarted':
        this.#stage = 'stream';
        return this.#resolve({ handshake: this.#handshake, software: this.#software });
      case 'rejected':
        if (event.command === 'connect') {
          this.connectRefusal = event.status.description;
        }
        return this.#refused(rejectionToError(event.command, event.status, this.#url));
      case 'streamEnded':
        return this.#listener.onStreamEnded(event.reason);
      case 'status':
      case 'streamLength':
      case 'pong':
      case 'acknowledged':
        return;
    }
  }

  onDrain(): void {
    this.#listener.onDrain();
  }

  onIdle(): void {
    const seconds = Math.round((this.#pump?.idleMs ?? 0) / 1000);
    this.#pump?.destroy(
      new NetworkError('ERR_STALLED', `nothing moved for ${seconds} s between us and ${this.#url.host}`, {
        stage: 'stream',
        advice: 'the stream may have stopped at its source; --stall-timeout sets how long to wait',
      }),
    );
  }

  onClose(reason: CloseReason): void {
    if (this.#stage === 'stream') {
      this.#listener.onClose(reason);
    } else {
      this.#reject(reason.by === 'error' ? atStage(reason.error, this.#stage) : closedEarly(this.#stage, this.#url));
    }
  }

  #enter(stage: 'connect' | 'publish' | 'play'): void {
    this.#stage = stage;
    this.#onStage(stage);
  }

  #refused(error: RtmpkitError): void {
    if (this.#stage === 'stream') {
      this.#pump?.destroy(error);
    } else {
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    this.#reject(error);
    this.#pump?.end();
  }
}
