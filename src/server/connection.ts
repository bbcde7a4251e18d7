import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { NetworkError, RtmpkitError } from '../errors.js';
import { type CloseReason, Pump, type PumpHandlers } from '../net/pump.js';
import { HANDSHAKE_RANDOM_SIZE_BYTES } from '../rtmp/handshake/packet.js';
import type { HandshakeScheme, ServerEvent } from '../rtmp/session/events.js';
import { ServerSession } from '../rtmp/session/server.js';
import { StatusCode } from '../rtmp/session/status.js';
import { type StreamAddress, streamAddress } from '../rtmp/session/stream-address.js';
import { Player } from './player.js';
import { Publisher } from './publisher.js';
import type { Services } from './services.js';

type PublishRequest = Extract<ServerEvent, { type: 'publishRequest' }>;
type PlayRequest = Extract<ServerEvent, { type: 'playRequest' }>;

/** One client of the server, from its first byte to its last. */
export class Connection implements PumpHandlers<ServerEvent> {
  readonly number: number;
  readonly address: string;
  readonly #services: Services;
  readonly #session: ServerSession;
  readonly #pump: Pump<ServerEvent>;
  readonly #onGone: (connection: Connection) => void;
  readonly #openedMs = performance.now();
  /** By message stream id. */
  readonly #roles = new Map<number, Publisher | Player>();
  #deadline: NodeJS.Timeout | undefined;
  #handshake: HandshakeScheme | null = null;
  /** App and flashVer of `connect`, as sent. */
  #app = '';
  #flashVer = '';
  #isConnected = false;
  #awaitsPong = false;
  #isLeaving = false;
  #droppedTags = 0;

  constructor(number: number, socket: Socket, services: Services, onGone: (connection: Connection) => void) {
    this.number = number;
    this.address = socket.remoteAddress ?? '';
    this.#services = services;
    this.#onGone = onGone;
    this.#session = new ServerSession({ random: randomBytes(HANDSHAKE_RANDOM_SIZE_BYTES), timeMs: 0 });
    this.#pump = new Pump(socket, this.#session, this);
    this.#pump.idleMs = services.limits.idleBeforePingMs;
    this.#allow(services.limits.handshakeTimeoutMs, 'no connect');
  }

  get bytesReceived(): number {
    return this.#pump.bytesReceived;
  }

  get bytesSent(): number {
    return this.#pump.bytesSent;
  }

  get publisherCount(): number {
    return this.#count('publisher');
  }

  get playerCount(): number {
    return this.#count('player');
  }

  /** Tags that its players missed. */
  get droppedTags(): number {
    let tags = this.#droppedTags;
    for (const role of this.#roles.values()) {
      tags += role.droppedTags;
    }
    return tags;
  }

  /** Closes as soon as what it plays has been delivered to its end; what it publishes ends now. */
  leave(reason: string): void {
    this.#isLeaving = true;
    for (const [streamId, role] of [...this.#roles]) {
      if (role.kind === 'publisher') {
        this.#dropRole(streamId, reason, true);
      }
    }
    this.#leaveWhenDone();
  }

  destroy(): void {
    this.#pump.destroy();
  }

  onEvents(events: readonly ServerEvent[]): void {
    this.#awaitsPong = false;
    this.#pump.idleMs = this.#services.limits.idleBeforePingMs;
    for (const event of events) {
      this.#onEvent(event);
    }
  }

  onDrain(): void {
    for (const role of this.#roles.values()) {
      if (role.kind === 'player') {
        role.resume();
      }
    }
  }

  onIdle(): void {
    const { idleBeforePingMs, pingTimeoutMs } = this.#services.limits;
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

  onClose(reason: CloseReason): void {
    clearTimeout(this.#deadline);
    const words = wordsFor(reason);
    this.#closeRoles(words);
    if (this.#isConnected) {
      this.#services.report({
        event: 'ended',
        role: 'connection',
        connection: this.number,
        reason: words,
        bytes: this.#pump.bytesReceived + this.#pump.bytesSent,
        durationMs: Math.round(performance.now() - this.#openedMs),
        final: false,
      });
    }
    this.#onGone(this);
  }

  #onEvent(event: ServerEvent): void {
    switch (event.type) {
      case 'handshaken':
        this.#handshake = event.scheme;
        return;
      case 'connectRequest':
        return this.#connect(event.request.app, event.request.flashVer);
      case 'publishRequest':
        return this.#publish(event);
      case 'playRequest':
        return this.#play(event);
      case 'tags':
        return this.#publisher(event.streamId)?.append(event.tags);
      case 'streamClosed':
        return this.#streamClosed(event.streamId);
      case 'pause':
        return this.#pause(event.streamId, event.paused);
      case 'receiveAudio':
        return this.#player(event.streamId)?.receiveAudio(event.wanted);
      case 'receiveVideo':
        return this.#player(event.streamId)?.receiveVideo(event.wanted);
      case 'streamLengthRequest':
        return this.#session.answerStreamLength(event.transactionId, 0); // live has no length
      case 'seek':
        return this.#session.sendStatus(event.streamId, {
          level: 'error',
          code: StatusCode.SeekFailed,
          description: 'a live stream cannot seek',
        });
      case 'bufferLength':
      case 'pong':
      case 'acknowledged':
        return;
    }
  }

  #connect(app: string, flashVer: string): void {
    this.#app = app;
    this.#flashVer = flashVer;
    this.#isConnected = true;
    this.#session.acceptConnect();
    this.#allow(this.#services.limits.roleTimeoutMs, 'neither publish nor play');
    this.#services.report({
      event: 'connected',
      role: 'connection',
      connection: this.number,
      url: this.#services.display.app(app),
      address: this.address,
      port: this.#pump.remotePort,
      handshake: this.#handshake,
      software: flashVer,
    });
  }

  #publish({ streamId, streamName }: PublishRequest): void {
    const id = this.#address(streamName);
    try {
      const stream = this.#services.registry.publish(id);
      this.#session.acceptPublish(streamId);
      this.#roles.set(streamId, new Publisher(this.#services, this.number, stream));
      this.#services.recorder?.record(stream);
      clearTimeout(this.#deadline);
    } catch (error) {
      if (!(error instanceof RtmpkitError)) {
        throw error;
      }
      this.#session.rejectPublish(streamId, {
        level: 'error',
        code: error.code === 'ERR_STREAM_BUSY' ? StatusCode.PublishBadName : StatusCode.PublishDenied,
        description: error.message,
      });
      this.#warn('WARN_PUBLISH_REFUSED', `${this.#services.display.stream(id)}: ${error.message}`);
    }
  }

  #play({ streamId, streamName }: PlayRequest): void {
    const id = this.#address(streamName);
    const stream = this.#services.registry.find(id);
    if (stream === undefined) {
      this.#session.rejectPlay(streamId, {
        level: 'error',
        code: StatusCode.PlayStreamNotFound,
        description: 'nobody publishes this stream',
      });
      this.#warn('WARN_PLAY_REFUSED', `${this.#services.display.stream(id)}: nobody publishes this stream`);
      return;
    }
    this.#session.acceptPlay(streamId);
    const player = new Player(
      this.#services,
      {
        number: this.number,
        pump: this.#pump,
        format: this.#session.mediaFormat(streamId),
        onStreamOver: () => this.#streamOver(streamId),
        onCutOff: () => this.#pump.destroy(new NetworkError('ERR_STALLED', 'took no media for too long')),
      },
      stream,
    );
    this.#roles.set(streamId, player);
    clearTimeout(this.#deadline);
    player.start();
  }

  #address(streamName: string): StreamAddress {
    return streamAddress(this.#app, streamName, this.#flashVer);
  }

  #pause(streamId: number, paused: boolean): void {
    const player = this.#player(streamId);
    if (paused) {
      player?.pause();
    }
    this.#session.sendStatus(streamId, {
      level: 'status',
      code: paused ? StatusCode.PauseNotify : StatusCode.UnpauseNotify,
      description: paused ? 'paused' : 'goes on',
    });
    if (!paused) {
      player?.start();
    }
  }

  /** The client is done with a stream. */
  #streamClosed(streamId: number): void {
    this.#dropRole(streamId, 'closed by the client', true);
  }

  /** The stream that the client plays is over. */
  #streamOver(streamId: number): void {
    this.#session.endPlay(streamId, 'the publisher ended the stream');
    this.#pump.flush();
    this.#dropRole(streamId, 'end of stream', true);
  }

  #dropRole(streamId: number, reason: string, clean: boolean): void {
    const role = this.#roles.get(streamId);
    this.#roles.delete(streamId);
    role?.close(reason, clean);
    this.#droppedTags += role?.droppedTags ?? 0;
    if (this.#isLeaving) {
      this.#leaveWhenDone();
    } else if (this.#roles.size === 0 && this.#pump.isOpen) {
      this.#allow(this.#services.limits.roleTimeoutMs, 'neither publish nor play');
    }
  }

  #leaveWhenDone(): void {
    if (this.#roles.size === 0) {
      this.#pump.end();
    }
  }

  #count(kind: 'publisher' | 'player'): number {
    let count = 0;
    for (const role of this.#roles.values()) {
      count += role.kind === kind ? 1 : 0;
    }
    return count;
  }

  /** The client went away from whatever it did. */
  #closeRoles(reason: string): void {
    for (const streamId of [...this.#roles.keys()]) {
      this.#dropRole(streamId, reason, false);
    }
  }

  #publisher(streamId: number): Publisher | undefined {
    const role = this.#roles.get(streamId);
    return role?.kind === 'publisher' ? role : undefined;
  }

  #player(streamId: number): Player | undefined {
    const role = this.#roles.get(streamId);
    return role?.kind === 'player' ? role : undefined;
  }

  /** Gives the client so much time for its next step. */
  #allow(timeoutMs: number, missing: string): void {
    clearTimeout(this.#deadline);
    this.#deadline = setTimeout(() => {
      this.#pump.destroy(new NetworkError('ERR_TIMEOUT', `${missing} within ${timeoutMs / 1000} s`));
    }, timeoutMs);
  }

  #warn(code: string, message: string): void {
    this.#services.report({ event: 'warning', code, message, connection: this.number });
  }
}

function wordsFor(reason: CloseReason): string {
  switch (reason.by) {
    case 'us':
      return 'closed by the server';
    case 'peer':
      return 'closed by the client';
    case 'error':
      return reason.error.message;
  }
}
