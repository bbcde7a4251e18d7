import { randomBytes } from 'node:crypto';
import { NetworkError, type RtmpkitError, type Stage } from '../errors.js';
import type { MediaTag } from '../media/tag.js';
import { Deadline } from '../net/deadline.js';
import { dial } from '../net/dial.js';
import { type CloseReason, Pump, type PumpHandlers } from '../net/pump.js';
import type { TlsOptions } from '../net/tls-options.js';
import { ClientSession } from '../rtmp/session/client.js';
import type { ClientEvent, HandshakeScheme } from '../rtmp/session/events.js';
import { rejectionToError } from '../rtmp/session/rejection.js';
import type { RtmpUrl } from '../rtmp/url.js';
import { atStage, closedEarly, type OpeningStage, tooLate } from './rtmp-failure.js';

/** Random bytes for C1 and C2. */
const HANDSHAKE_RANDOM_BYTES = 3072;

export interface RtmpLinkOptions {
  /** With a stream name. */
  readonly url: RtmpUrl;
  /** Bounds everything from the name look-up to the first word that the stream runs. */
  readonly timeoutMs: number;
  /** Ends a link on which nothing moves for so long. */
  readonly stallTimeoutMs: number;
  readonly tls: TlsOptions;
  readonly signal: AbortSignal;
  readonly onStage: (stage: Stage) => void;
}

/** What a link tells its owner once it is open. */
export interface RtmpLinkListener {
  onTags(tags: readonly MediaTag[]): void;
  /** The server said that the stream is over. */
  onStreamEnded(reason: string): void;
  onDrain(): void;
  /** Exactly once, last. */
  onClose(reason: CloseReason): void;
}

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
}

/**
 * Dials the server of a URL and publishes or plays its stream.
 *
 * @param role which of the two; it also decides how the client introduces itself
 * @throws {NetworkError | ProtocolError | RejectedError} with the stage that failed; the signal's reason when aborted.
 */
export async function openRtmpLink(
  role: 'publisher' | 'player',
  options: RtmpLinkOptions,
  listener: RtmpLinkListener,
): Promise<RtmpLink> {
  let stage: Stage = 'tcp';
  const onStage = (next: Stage): void => {
    stage = next;
    options.onStage(next);
  };
  const deadline = new Deadline(options.timeoutMs, options.signal, () => tooLate(stage, options.url, options.timeoutMs));
  try {
    const { url } = options;
    const socket = await dial(
      { host: url.host, port: url.port, secure: url.scheme === 'rtmps', tls: options.tls },
      { signal: deadline.signal, onStage },
    );
    const session = new ClientSession({
      app: url.app,
      tcUrl: url.tcUrl,
      role,
      random: randomBytes(HANDSHAKE_RANDOM_BYTES),
      timeMs: 0,
    });
    session.start();
    if (role === 'publisher') {
      session.publish(url.streamName);
    } else {
      session.play(url.streamName, { start: { from: 'live-or-recorded' } });
    }
    onStage('handshake');
    const opening = new Opening(role, options.url, onStage, listener);
    const pump = new Pump(socket, session, opening);
    const address = { address: socket.remoteAddress ?? url.host, port: socket.remotePort ?? url.port };
    const greeting = await opening.done(pump, deadline.signal);
    pump.idleMs = options.stallTimeoutMs;
    return { session, pump, peer: { ...address, ...greeting } };
  } finally {
    deadline.clear();
  }
}

type Greeting = Pick<RtmpPeer, 'handshake' | 'software'>;

/** Watches a new link until its stream runs, then passes everything on to the listener. */
class Opening implements PumpHandlers<ClientEvent> {
  readonly #role: 'publisher' | 'player';
  readonly #url: RtmpUrl;
  readonly #onStage: (stage: Stage) => void;
  readonly #listener: RtmpLinkListener;
  #stage: OpeningStage | 'stream' = 'handshake';
  #handshake: HandshakeScheme = 'simple';
  #software: string | undefined;
  #resolve: (greeting: Greeting) => void = () => {};
  #reject: (error: unknown) => void = () => {};
  #pump: Pump<ClientEvent> | undefined;

  constructor(
    role: 'publisher' | 'player',
    url: RtmpUrl,
    onStage: (stage: Stage) => void,
    listener: RtmpLinkListener,
  ) {
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
