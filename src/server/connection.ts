import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { NetworkError, ProtocolError, RtmpkitError } from '../errors.js';
import { type CloseReason, Pump, type PumpHandlers } from '../net/pump.js';
import { HANDSHAKE_RANDOM_SIZE_BYTES } from '../rtmp/handshake/packet.js';
import type { ServerEvent } from '../rtmp/session/events.js';
import { ServerSession } from '../rtmp/session/server.js';
import { errorStatus, StatusCode, successStatus } from '../rtmp/session/status.js';
import type { StreamAddress } from '../rtmp/session/stream-address.js';
import { Attendance } from './attendance.js';
import { ConnectionNews } from './connection-news.js';
import { Introduction } from './introduction.js';
import type { LiveStream } from './live-stream.js';
import { Player } from './player.js';
import { Publisher } from './publisher.js';
import { PublisherHold } from './publisher-hold.js';
import { type RoleCounts, Roles } from './roles.js';
import type { Services } from './services.js';
import type { RoleEnd } from './stream-role.js';

const NOT_PUBLISHED = 'nobody publishes this stream';

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
  readonly #news: ConnectionNews;
  readonly #roles = new Roles();
  readonly #attendance: Attendance;
  /** `undefined`: the client has not connected yet. */
  #introduction: Introduction | undefined;
  #isLeaving = false;

  /** @param address of the client */
  constructor(
    number: number,
    socket: Socket,
    address: string,
    services: Services,
    onGone: (connection: Connection) => void,
  ) {
    this.number = number;
    this.address = address;
    this.#services = services;
    this.#onGone = onGone;
    this.#news = new ConnectionNews(services, number);
    this.#session = new ServerSession({ random: randomBytes(HANDSHAKE_RANDOM_SIZE_BYTES), timeMs: 0 });
    this.#pump = new Pump(socket, this.#session, this, { observer: services.observe?.(number) });
    this.#attendance = new Attendance(this.#pump, this.#session, services.limits);
  }

  countRoles(sum: RoleCounts): void {
    this.#roles.countInto(sum);
  }

  /** Since when the client has not taken what waits for it; `undefined`: it keeps up, or it pauses and need not. */
  get fullSinceMs(): number | undefined {
    const { fullSinceMs } = this.#pump;
    return fullSinceMs === undefined || this.#roles.isPaused ? undefined : fullSinceMs;
  }

  /** Memory that the client makes us hold for it alone. That of a message under way is up to twice what has come of it. */
  get heldBytes(): number {
    return 2 * this.#session.partialBytes + this.#pump.unreadBytes;
  }

  cutOff(): void {
    this.#pump.destroy(new NetworkError('ERR_STALLED', 'took no media for too long', { stage: 'stream' }));
  }

  giveUp(): void {
    this.#pump.destroy(new ProtocolError('ERR_LIMIT', 'the memory of the server is used up', { stage: 'stream' }));
  }

  /** Asks the client to connect anew and then to leave. @returns whether it is one that does so */
  askToReconnect(): boolean {
    const isAsked = this.#session.requestReconnect('the server stops');
    this.#pump.flush();
    return isAsked;
  }

  /** Closes as soon as what it plays has been delivered to its end; what it publishes ends now. */
  leave(reason: string): void {
    this.#isLeaving = true;
    for (const streamId of this.#roles.streamIds) {
      if (this.#roles.publisher(streamId) !== undefined) {
        this.#session.unpublished(streamId);
        this.#dropRole(streamId, reason, 'done');
      }
    }
    this.#leaveWhenDone();
  }

  destroy(): void {
    this.#pump.destroy();
  }

  onEvents(events: readonly ServerEvent[]): void {
    this.#attendance.heard();
    for (const event of events) {
      const isTooLate = !this.#pump.isOpen || (this.#isLeaving && event.type !== 'streamClosed');
      if (!isTooLate) {
        this.#onEvent(event);
      }
    }
  }

  onDrain(): void {
    this.#roles.resumePlayers();
  }

  onIdle(): void {
    this.#attendance.onIdle();
  }

  onClose(reason: CloseReason): void {
    this.#attendance.close();
    const words = wordsFor(reason);
    this.#closeRoles(words);
    this.#news.ended(words, this.#pump.bytesReceived + this.#pump.bytesSent);
    this.#onGone(this);
  }

  #onEvent(event: ServerEvent): void {
    switch (event.type) {
      case 'handshaken':
        return this.#news.handshaken(event.scheme);
      case 'connectRequest':
        return this.#connect(event.request.app, event.request.flashVer);
      case 'publishRequest':
        return this.#publish(event);
      case 'playRequest':
        return this.#play(event);
      case 'tags':
        return this.#roles.publisher(event.streamId)?.append(event.tags);
      case 'streamClosed':
        return this.#streamClosed(event.streamId);
      case 'pause':
        return this.#pause(event.streamId, event.paused);
      case 'receiveAudio':
        return this.#roles.player(event.streamId)?.receiveAudio(event.wanted);
      case 'receiveVideo':
        return this.#roles.player(event.streamId)?.receiveVideo(event.wanted);
      case 'streamLengthRequest':
        return this.#session.answerStreamLength(event.transactionId, 0); // live has no length
      case 'seek':
        return this.#session.sendStatus(
          event.streamId,
          errorStatus(StatusCode.SeekFailed, 'a live stream cannot seek'),
        );
      case 'bufferLength':
      case 'pong':
      case 'acknowledged':
        return;
    }
  }

  #connect(app: string, flashVer: string): void {
    this.#introduction = Introduction.of(app, flashVer);
    if (this.#introduction === undefined) {
      this.#session.rejectConnect(errorStatus(StatusCode.ConnectRejected, 'the name of the app is too long'));
      this.#pump.end();
      return;
    }
    this.#session.acceptConnect();
    this.#attendance.awaitRole();
    this.#news.connected(this.#introduction, { address: this.address, port: this.#pump.remotePort });
  }

  #publish({ streamId, streamName }: PublishRequest): void {
    const id = this.#address(streamName);
    try {
      const stream = this.#services.registry.publish(id, () => this.giveUp());
      this.#session.acceptPublish(streamId);
      this.#roles.add(streamId, new Publisher(this.#services, this.number, stream, this.#holdFor(stream)));
      this.#services.recorder?.record(stream);
      this.#attendance.hasRole();
    } catch (error) {
      if (!(error instanceof RtmpkitError)) {
        throw error;
      }
      const code = error.code === 'ERR_STREAM_BUSY' ? StatusCode.PublishBadName : StatusCode.PublishDenied;
      this.#session.rejectPublish(streamId, errorStatus(code, error.message));
      this.#news.warn('WARN_PUBLISH_REFUSED', `${this.#services.display.stream(id)}: ${error.message}`);
    }
  }

  /** Whatever else the connection brings would have to wait, too. */
  #holdFor(stream: LiveStream): PublisherHold | undefined {
    const { recorder } = this.#services;
    return recorder === undefined
      ? undefined
      : new PublisherHold(() => (this.#roles.isSingle ? recorder.backlogOf(stream) : undefined), this.#pump);
  }

  #play({ streamId, streamName }: PlayRequest): void {
    const id = this.#address(streamName);
    const stream = this.#services.registry.find(id);
    if (stream === undefined) {
      this.#session.rejectPlay(streamId, errorStatus(StatusCode.PlayStreamNotFound, NOT_PUBLISHED));
      this.#news.warn('WARN_PLAY_REFUSED', `${this.#services.display.stream(id)}: ${NOT_PUBLISHED}`);
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
        onCutOff: () => this.giveUp(),
      },
      stream,
    );
    this.#roles.add(streamId, player);
    this.#attendance.hasRole();
    this.#pump.flush();
    player.start();
  }

  /** @throws {ProtocolError} see `Introduction` */
  #address(streamName: string): StreamAddress {
    if (this.#introduction === undefined) {
      throw new Error('a stream is asked for before connect');
    }
    return this.#introduction.address(streamName);
  }

  #pause(streamId: number, paused: boolean): void {
    const player = this.#roles.player(streamId);
    if (paused) {
      player?.pause();
      this.#session.sendStatus(streamId, successStatus(StatusCode.PauseNotify, 'paused'));
    } else {
      this.#session.sendStatus(streamId, successStatus(StatusCode.UnpauseNotify, 'goes on'));
      this.#pump.flush();
      player?.unpause();
    }
  }

  /** The client is done with a stream. */
  #streamClosed(streamId: number): void {
    this.#dropRole(streamId, 'closed by the client', 'done');
  }

  /** The stream that the client plays is over. */
  #streamOver(streamId: number): void {
    this.#session.endPlay(streamId, 'the publisher ended the stream');
    this.#pump.flush();
    this.#dropRole(streamId, 'end of stream', 'done');
  }

  #dropRole(streamId: number, reason: string, end: RoleEnd): void {
    const hadRole = this.#roles.drop(streamId, reason, end);
    if (this.#isLeaving) {
      this.#leaveWhenDone();
    } else if (hadRole && this.#roles.isEmpty && this.#pump.isOpen) {
      this.#attendance.awaitRole();
    }
  }

  #leaveWhenDone(): void {
    if (this.#roles.isEmpty) {
      this.#pump.end();
    }
  }

  /** The client went away from whatever it did. */
  #closeRoles(reason: string): void {
    for (const streamId of this.#roles.streamIds) {
      this.#dropRole(streamId, reason, 'lost');
    }
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
