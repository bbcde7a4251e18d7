import { RtmpkitError } from '../../errors.js';
import type { TargetStats } from '../../events.js';
import { parseRtmpUrl } from '../../rtmp/url.js';
import { liveQueue, ServerTarget } from '../server-target.js';
import type { RelayPeer } from './options.js';
import type { RunningTarget, TargetOptions } from './running-target.js';

/** A server that is slow to say goodbye is not waited for any longer. */
const GOODBYE_MS = 2_000;

/** A server that a relay publishes its stream to. */
export class RtmpTarget implements RunningTarget {
  readonly name: string;
  readonly over: Promise<RtmpkitError | undefined>;
  readonly #options: TargetOptions;
  readonly #server: ServerTarget;
  readonly #stop = new AbortController();

  /** @throws {UsageError} `ERR_URL` */
  constructor(peer: RelayPeer, options: TargetOptions) {
    const { context, broadcast, maxQueueMs, onChange } = options;
    const url = parseRtmpUrl(peer.url, peer);
    this.name = peer.name ?? url.redacted;
    this.#options = options;
    this.#server = new ServerTarget({
      server: { url, name: this.name },
      context,
      place: { ...context.place, target: this.name },
      durationMs: null,
      signal: this.#stop.signal,
      onChange,
    });
    this.#server.attach(broadcast, { ...liveQueue(maxQueueMs), join: 'next-keyframe' });
    this.over = this.#server.over.then(() => this.#failure());
  }

  get isTaking(): boolean {
    return this.#server.state === 'running';
  }

  get stats(): TargetStats {
    return this.#server.stats;
  }

  async leave(): Promise<void> {
    this.#server.leave();
    const patience = setTimeout(() => this.#server.close(), GOODBYE_MS);
    await this.over;
    clearTimeout(patience);
    this.#stop.abort();
  }

  reportEnd(): void {
    const reason = this.#server.state === 'failed' ? 'failed' : 'stopped';
    this.#options.context.report({ ...this.#server.summary(reason), final: false });
  }

  #failure(): RtmpkitError | undefined {
    const { failure } = this.#server;
    if (failure === undefined || failure instanceof RtmpkitError) return failure;
    this.#options.context.onBug(failure);
    return undefined;
  }
}
