import { RtmpkitError } from '../errors.js';
import { type Clock, systemClock } from '../flow/clock.js';
import type { Meter } from '../flow/meter.js';
import { type RetryPolicy, retryClassOf } from '../flow/retry.js';
import { movedUrl } from '../rtmp/moved-url.js';
import { Comeback } from './comeback.js';
import { Redial, type RedialOptions } from './redial.js';
import type { RtmpLinkOptions } from './rtmp-link.js';
import type { RtmpPeer } from './rtmp-opening.js';
import { RtmpPublisher } from './rtmp-publisher.js';
import { Successor } from './successor.js';

/** A server to publish to. */
export interface PublisherServer extends RtmpLinkOptions {
  /** A connection is open, and has the stream from now on. */
  readonly onConnected?: (peer: RtmpPeer) => void;
}

/** Another server that has the stream while the first one is out of reach. */
export interface PublisherBackup {
  readonly server: PublisherServer;
  /** How often the first one is tried again meanwhile, and both are when both are lost. */
  readonly retry: RetryPolicy;
  /** It is about to have the stream, because of what became of the first one. */
  readonly onTakeOver: (error: RtmpkitError) => void;
  /** It cannot have it either. */
  readonly onFailed: (error: RtmpkitError) => void;
  /** The first one is not tried any more. */
  readonly onGivenUp: (error: unknown) => void;
}

export interface PublisherSupplyOptions extends PublisherServer, RedialOptions {
  readonly backup?: PublisherBackup | undefined;
}

/** One server, where it is now. */
interface Side {
  server: PublisherServer;
  /** Until when it had the stream. */
  ranUntilMs: number;
}

/** When what never was has ended. */
const NEVER_MS = Number.NEGATIVE_INFINITY;

/**
 * Where a publisher gets its connections from: the first after the other, as often as the policy allows; another one of the same
 * server when that asks for it; and a backup while the server cannot be reached.
 */
export class PublisherSupply {
  /** Whether there may be another connection after one that has failed. */
  readonly isRenewable: boolean;
  readonly #options: PublisherSupplyOptions;
  readonly #sent: Meter;
  readonly #clock: Clock;
  readonly #first: Side;
  readonly #backup: Side | undefined;
  readonly #sides = new WeakMap<RtmpPublisher, Side>();
  readonly #redial: Redial<RtmpPublisher>;
  /** The same after there has been a connection. */
  readonly #again: Redial<RtmpPublisher>;
  readonly #successor: Successor<RtmpPublisher>;
  #comeback: Comeback | undefined;
  #present: Side;

  /** @param sent counts what is sent on all connections */
  constructor(options: PublisherSupplyOptions, sent: Meter) {
    const { backup, signal, retry } = options;
    this.#options = options;
    this.#sent = sent;
    this.#clock = options.clock ?? systemClock;
    this.#first = { server: options, ranUntilMs: NEVER_MS };
    this.#backup = backup === undefined ? undefined : { server: backup.server, ranUntilMs: NEVER_MS };
    this.#present = this.#first;
    this.isRenewable = backup !== undefined || retry.attempts > 0;
    const open = (): Promise<RtmpPublisher> => this.#openEither();
    this.#redial = new Redial(open, options);
    this.#again = backup === undefined ? this.#redial : new Redial(open, { ...options, retry: backup.retry });
    this.#successor = new Successor({
      ...options,
      signal,
      open: (attempt) => this.#open(this.#present, attempt),
      close: (unwanted) => unwanted.end(),
    });
  }

  /** @throws {RtmpkitError} see `openRtmpLink`: of the last attempt */
  first(): Promise<RtmpPublisher> {
    return this.#redial.open();
  }

  /** The connection after one that has failed. @throws that failure, or that of the last attempt */
  async next(failed: RtmpPublisher, failure: unknown): Promise<RtmpPublisher> {
    const ready = (await this.#successor.take()) ?? this.#comeback?.take();
    if (ready !== undefined) return ready;
    this.#comeback?.cancel();
    const side = this.#sides.get(failed);
    if (side !== undefined) side.ranUntilMs = this.#clock.nowMs();
    if (this.#backup === undefined || side !== this.#first) return this.#again.reopen(failure);
    return this.#openBackup(failure).catch(() => this.#again.reopen(failure));
  }

  /** Whether a connection is open that is to be used instead of the present one. */
  get hasHeir(): boolean {
    return this.#comeback?.ready !== undefined || this.#successor.ready !== undefined;
  }

  takeHeir(): RtmpPublisher | undefined {
    return this.#comeback?.take() ?? this.#successor.takeReady();
  }

  /** This connection, which came from here, has the stream from now on. */
  took(publisher: RtmpPublisher): void {
    const side = this.#sides.get(publisher) ?? this.#first;
    if (side !== this.#present) this.#successor.cancel(); // it belongs to the other one
    this.#present = side;
    side.server.onConnected?.(publisher.peer);
  }

  /** Another connection is not wanted any more. */
  cancel(): void {
    this.#successor.cancel();
    this.#comeback?.cancel();
  }

  async #openEither(): Promise<RtmpPublisher> {
    const { signal } = this.#options;
    try {
      return await this.#open(this.#first, signal);
    } catch (failure) {
      if (this.#backup === undefined) throw failure;
      return await this.#openBackup(failure).catch((error: unknown) => {
        throw isHopeless(failure) ? error : failure;
      });
    }
  }

  /** @param failure of the first server, which is tried again from now on */
  async #openBackup(failure: unknown): Promise<RtmpPublisher> {
    const { backup, signal } = this.#options;
    if (this.#backup === undefined || backup === undefined || !(failure instanceof RtmpkitError)) throw failure;
    signal.throwIfAborted();
    try {
      const publisher = await this.#open(this.#backup, signal);
      backup.onTakeOver(failure);
      this.#comeback = new Comeback(failure, {
        ...this.#options,
        retry: backup.retry,
        ranUntilMs: this.#first.ranUntilMs,
        open: (attempt) => this.#open(this.#first, attempt),
        onGivenUp: backup.onGivenUp,
      });
      return publisher;
    } catch (error) {
      if (error instanceof RtmpkitError) backup.onFailed(error);
      throw error;
    }
  }

  async #open(side: Side, signal: AbortSignal): Promise<RtmpPublisher> {
    const onReconnectRequest = (tcUrl: string | undefined): void => {
      const { server } = side;
      side.server = { ...server, url: movedUrl(server.url, tcUrl) ?? server.url };
      if (side === this.#present) this.#successor.begin();
    };
    const publisher = await RtmpPublisher.open({ ...side.server, signal, onReconnectRequest }, this.#sent);
    this.#sides.set(publisher, side);
    return publisher;
  }
}

/** As a first attempt it would fail in the same way again. */
function isHopeless(error: unknown): boolean {
  if (!(error instanceof RtmpkitError)) return false;
  const retryClass = retryClassOf(error.code);
  return retryClass === 'never' || retryClass === 'if-it-ran';
}
