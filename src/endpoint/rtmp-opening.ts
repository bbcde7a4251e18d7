import type { RtmpkitError, Stage } from '../errors.js';
import type { MediaTag } from '../media/tag.js';
import type { CloseReason, Pump, PumpHandlers } from '../net/pump.js';
import type { TlsSession } from '../net/secure-socket.js';
import type { ClientSession } from '../rtmp/session/client.js';
import type { ClientEvent, HandshakeScheme } from '../rtmp/session/events.js';
import { rejectionToError } from '../rtmp/session/rejection.js';
import { StatusCode } from '../rtmp/session/status.js';
import type { RtmpUrl } from '../rtmp/url.js';
import { Completion } from './completion.js';
import { atStage, closedEarly, type OpeningStage, stalled } from './rtmp-failure.js';

export type RtmpRole = 'publisher' | 'player';

/** Who answers at the other end. */
export interface RtmpPeer {
  readonly address: string;
  readonly port: number;
  readonly handshake: HandshakeScheme;
  /** The server's fmsVer, as it says. */
  readonly software: string | undefined;
}

/** A connection to a server with one published or played stream on it. */
export interface RtmpLink {
  readonly peer: RtmpPeer;
  readonly session: ClientSession;
  readonly pump: Pump<ClientEvent>;
  /** How long the server took for an answer while the link was opened: the way there and back, and a little more. */
  readonly rttMs: number;
}

/** What a server says besides, while the stream runs. */
export type LinkNews = Extract<ClientEvent, { type: 'pong' | 'acknowledged' }>;

/** What a link tells its owner. */
export interface RtmpLinkListener {
  /** The stream runs. Comes first; without it nothing else comes. */
  onOpen(link: RtmpLink): void;
  onTags(tags: readonly MediaTag[]): void;
  /** The server said that the stream is over. */
  onStreamEnded(reason: string): void;
  onNews(news: LinkNews): void;
  onDrain(): void;
  /** Exactly once, last. */
  onClose(reason: CloseReason): void;
}

/** Hears what comes to light about a server while a link is opened and used. It changes nothing. */
export interface LinkWatch {
  /** The way to the server is open. */
  dialed(connection: DialedConnection): void;
  /** The session tells something, all but media; the link acts on it afterwards. */
  heard(event: Exclude<ClientEvent, { type: 'tags' }>): void;
}

export interface DialedConnection extends Pick<RtmpPeer, 'address' | 'port'> {
  /** `undefined` without TLS. */
  readonly tls: TlsSession | undefined;
}

/** What is known of a link before the server has said a word. */
export interface NewLink extends Omit<RtmpLink, 'peer' | 'rttMs'> {
  readonly peer: Pick<RtmpPeer, 'address' | 'port'>;
}

export interface RtmpOpeningOptions {
  readonly role: RtmpRole;
  readonly url: RtmpUrl;
  /** Once the stream runs, a link on which nothing moves for so long is ended. */
  readonly stallTimeoutMs: number;
  readonly onStage: (stage: Stage) => void;
  readonly watch?: LinkWatch | undefined;
  readonly onReconnectRequest?: (tcUrl: string | undefined) => void;
  readonly listener: RtmpLinkListener;
}

/** Watches a new link until its stream runs, then passes everything on to the listener. */
export class RtmpOpening implements PumpHandlers<ClientEvent> {
  readonly #options: RtmpOpeningOptions;
  #stage: OpeningStage | 'stream' = 'handshake';
  #handshake: HandshakeScheme = 'simple';
  #software: string | undefined;
  readonly #opened = new Completion<void>();
  #link: NewLink | undefined;
  /** When we last said something that is answered at once, and the shortest time that this took. */
  #saidMs = 0;
  #rttMs = Number.POSITIVE_INFINITY;

  /** What the server said when it refused `connect`; it may want credentials. */
  connectRefusal: string | undefined;

  constructor(options: RtmpOpeningOptions) {
    this.#options = options;
  }

  /** Resolves when the listener has got the link; otherwise the link is closed. */
  async done(link: NewLink, signal: AbortSignal): Promise<void> {
    this.#link = link;
    const abort = (): void => this.#fail(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    try {
      link.pump.flush();
      this.#saidMs = performance.now();
      if (signal.aborted) {
        abort();
      }
      await this.#opened.promise;
    } finally {
      signal.removeEventListener('abort', abort);
    }
  }

  onEvents(events: readonly ClientEvent[]): void {
    for (const event of events) {
      if (this.#link?.pump.isOpen === true) {
        this.#onEvent(event);
      }
    }
  }

  #onEvent(event: ClientEvent): void {
    if (event.type === 'tags') {
      return this.#options.listener.onTags(event.tags);
    }
    this.#options.watch?.heard(event);
    switch (event.type) {
      case 'handshaken':
        this.#handshake = event.scheme;
        this.#answered();
        return this.#enter('connect');
      case 'connected': {
        this.#answered();
        const fmsVer = event.properties.get('fmsVer');
        this.#software = typeof fmsVer === 'string' ? fmsVer : undefined;
        return this.#enter(this.#options.role === 'publisher' ? 'publish' : 'play');
      }
      case 'publishStarted':
      case 'playStarted':
        return this.#open();
      case 'rejected':
        if (event.command === 'connect') {
          this.connectRefusal = event.status.description;
        }
        return this.#refused(rejectionToError(event.command, event.status, this.#options.url));
      case 'streamEnded':
        return this.#options.listener.onStreamEnded(event.reason);
      case 'status':
        return this.#hearStatus(event);
      case 'pong':
      case 'acknowledged':
        return this.#stage === 'stream' ? this.#options.listener.onNews(event) : undefined;
      case 'streamLength':
        return;
    }
  }

  #hearStatus({ status, information }: Extract<ClientEvent, { type: 'status' }>): void {
    if (status.code === StatusCode.ConnectReconnectRequest && this.#stage === 'stream') {
      const tcUrl = information.get('tcUrl');
      this.#options.onReconnectRequest?.(typeof tcUrl === 'string' ? tcUrl : undefined);
    }
  }

  onDrain(): void {
    this.#options.listener.onDrain();
  }

  /** Nothing moves. To a publisher that has nothing to send that says nothing: its heartbeat is on watch. */
  onIdle(): void {
    const { stallTimeoutMs, url, role } = this.#options;
    const pump = this.#link?.pump;
    if (pump?.isOpen && role === 'publisher' && pump.queuedBytes === 0) {
      pump.idleMs = stallTimeoutMs;
    } else {
      pump?.destroy(stalled(url, stallTimeoutMs));
    }
  }

  /** Who waits for the stream learns at once why there is none: the time for a goodbye is not his. */
  onClosing(reason: CloseReason): void {
    if (this.#stage !== 'stream') this.#failAs(reason, this.#stage);
  }

  onClose(reason: CloseReason): void {
    if (this.#stage === 'stream') {
      this.#options.listener.onClose(reason);
    } else {
      this.#failAs(reason, this.#stage);
    }
  }

  #failAs(reason: CloseReason, stage: OpeningStage): void {
    this.#opened.reject(reason.by === 'error' ? atStage(reason.error, stage) : closedEarly(stage, this.#options.url));
  }

  #enter(stage: 'connect' | 'publish' | 'play'): void {
    this.#stage = stage;
    this.#options.onStage(stage);
  }

  /** It was the handshake, or `connect`. */
  #answered(): void {
    const nowMs = performance.now();
    this.#rttMs = Math.min(this.#rttMs, nowMs - this.#saidMs);
    this.#saidMs = nowMs;
  }

  #open(): void {
    const { listener, stallTimeoutMs } = this.#options;
    const link = this.#link;
    if (link !== undefined && this.#stage !== 'stream') {
      this.#stage = 'stream';
      link.pump.idleMs = stallTimeoutMs;
      const peer = { ...link.peer, handshake: this.#handshake, software: this.#software };
      listener.onOpen({ ...link, peer, rttMs: this.#rttMs });
      this.#opened.resolve();
    }
  }

  #refused(error: RtmpkitError): void {
    if (this.#stage === 'stream') {
      this.#link?.pump.destroy(error);
    } else {
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    this.#opened.reject(error);
    this.#link?.pump.end();
  }
}
