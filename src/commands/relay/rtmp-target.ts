import { ReconnectingPublisher } from '../../endpoint/reconnecting-publisher.js';
import { RtmpkitError } from '../../errors.js';
import type { TargetStats } from '../../events.js';
import { parseRtmpUrl } from '../../rtmp/url.js';
import { toTenths } from '../stats-reports.js';
import { type RelayContext, type RelayEnd, relayConnection } from './context.js';
import type { RelayPeer } from './options.js';
import type { RunningTarget, TargetOptions } from './running-target.js';

/** A server that is slow to say goodbye is not waited for any longer. */
const GOODBYE_MS = 2_000;

/** A server that the stream is published to, over as many connections as it takes. */
export class RtmpTarget implements RunningTarget {
  readonly name: string;
  readonly over: Promise<RtmpkitError | undefined>;
  readonly #context: RelayContext;
  readonly #publisher: ReconnectingPublisher;
  readonly #stop = new AbortController();
  #state: TargetStats['state'] = 'connecting';

  /** @throws {UsageError} `ERR_URL` */
  constructor(peer: RelayPeer, options: TargetOptions) {
    const url = parseRtmpUrl(peer.url, peer);
    this.name = peer.name ?? url.redacted;
    this.#context = options.context;
    const connection = relayConnection(url, this.#end, this.#stop.signal, options.context, {
      onConnected: () => {
        this.#state = 'running';
        options.context.report({ event: 'started', ...this.#end });
        options.onChange();
      },
      onRetry: () => {
        this.#state = 'waiting';
        options.onChange();
      },
    });
    const { broadcast, maxQueueMs } = options;
    this.#publisher = new ReconnectingPublisher({ ...connection, memory: options.context.memory });
    this.#publisher.attach(broadcast, { mode: 'live', join: 'next-keyframe', maxLagMs: maxQueueMs });
    this.over = this.#publisher.finished.then(
      () => undefined,
      (error: unknown) => this.#failed(error, options),
    );
  }

  get isTaking(): boolean {
    return this.#state === 'running';
  }

  get stats(): TargetStats {
    const publisher = this.#publisher;
    const { bytes, bitrateKbps } = publisher.sent.read();
    const { audio, video } = publisher.dropped;
    return {
      target: this.name,
      state: this.#state,
      bytes,
      bitrateKbps: toTenths(bitrateKbps),
      queueMs: publisher.queueMs,
      queueBytes: publisher.queueBytes,
      droppedFrames: publisher.droppedTags,
      droppedAudio: audio,
      droppedVideo: video,
      unconfirmedFrames: publisher.unconfirmedTags,
      lossRate: publisher.lossRate,
      reconnects: publisher.reconnects,
      rttMs: publisher.rttMs,
      uptimeMs: Math.round(publisher.uptimeMs ?? 0),
    };
  }

  async leave(): Promise<void> {
    this.#publisher.leave();
    const patience = setTimeout(() => this.#publisher.close(), GOODBYE_MS);
    await this.over;
    clearTimeout(patience);
    this.#stop.abort();
  }

  reportEnd(): void {
    const { droppedTags, unconfirmedTags, sent } = this.#publisher;
    const { positionMs, bytes, audioTags, videoTags, dataTags } = sent.read();
    this.#context.report({
      event: 'ended',
      ...this.#end,
      reason: this.#state === 'failed' ? 'failed' : 'stopped',
      bytes,
      durationMs: positionMs,
      audioTags,
      videoTags,
      dataTags,
      droppedFrames: droppedTags,
      ...(unconfirmedTags === 0 ? {} : { unconfirmedFrames: unconfirmedTags }),
      final: false,
    });
  }

  #failed(error: unknown, { context, onChange }: TargetOptions): RtmpkitError | undefined {
    if (!(error instanceof RtmpkitError)) {
      context.onBug(error);
      return undefined;
    }
    this.#state = 'failed';
    onChange();
    return error;
  }

  get #end(): RelayEnd {
    return { ...this.#context.place, target: this.name, role: 'publisher', url: this.name };
  }
}
