import { isIP } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { EMPTY_REPORT } from '../../analysis/empty-report.js';
import { StreamAnalysis } from '../../analysis/stream-analysis.js';
import { StreamCourse } from '../../analysis/stream-course.js';
import { connectionEnded } from '../../endpoint/rtmp-failure.js';
import type { RtmpLinkOptions } from '../../endpoint/rtmp-link.js';
import { RtmpPlayer } from '../../endpoint/rtmp-player.js';
import { NetworkError, RtmpkitError, type Stage } from '../../errors.js';
import type { CommandEvent } from '../../events.js';
import { systemClock } from '../../flow/clock.js';
import { Meter } from '../../flow/meter.js';
import type { MediaTag } from '../../media/tag.js';
import type { AnalysisReport, ProbeReport, TimingsReport, WarningReport } from '../../report.js';
import { parseRtmpUrl, type RtmpUrl } from '../../rtmp/url.js';
import { messageReports } from '../message-reports.js';
import type { SettledProbeOptions } from '../settled-options.js';
import { reportStats } from '../stats-reports.js';
import { ConnectionNews } from './connection-news.js';
import type { ServerFound } from './found.js';
import { ServerPortrait } from './server-portrait.js';
import { StageClock } from './stage-clock.js';
import { WatchLimit } from './watch-limit.js';
import { withMessages } from './with-messages.js';

const DEFAULT_DURATION_MS = 5_000;
const PING_EVERY_MS = 1_000;
const SNAPSHOT_EVERY_MS = 1_000;
/** Without a duration, what has not come so long after the first picture or sound is not waited for. */
const LATE_KIND_MS = 500;
/** However late it is, what is waited for gets so much time. */
const MIN_REST_MS = 250;

type Report = (event: CommandEvent) => void;
type FirstTimes = Pick<TimingsReport, 'firstByteMs' | 'firstVideoMs' | 'firstKeyframeMs'>;

/** Opens a stream as a player does, looks at it for a while, and tells what it found, as far as it came. */
export class StreamProbe {
  readonly #url: RtmpUrl;
  readonly #options: SettledProbeOptions;
  readonly #durationMs: number;
  readonly #report: Report;
  readonly #signal: AbortSignal;
  readonly #nowMs: () => number;
  #clock: StageClock;
  readonly #news: ConnectionNews;
  readonly #portrait: ServerPortrait;
  readonly #analysis = new StreamAnalysis();
  readonly #course = new StreamCourse();
  readonly #meter = new Meter();
  readonly #warnings: WarningReport[] = [];
  #first: FirstTimes = { firstByteMs: null, firstVideoMs: null, firstKeyframeMs: null };
  /** When the first media came. */
  #beganMs: number | undefined;
  #endedMs: number | undefined;
  #endedBy: AnalysisReport['endedBy'] = null;

  constructor(options: SettledProbeOptions, report: Report, signal: AbortSignal) {
    this.#url = parseRtmpUrl(options.source, options);
    this.#options = options;
    this.#nowMs = options.nowMs ?? systemClock.nowMs;
    this.#clock = new StageClock(this.#nowMs);
    this.#durationMs = options.durationMs ?? (options.watch === true ? Number.POSITIVE_INFINITY : DEFAULT_DURATION_MS);
    this.#report = report;
    this.#news = new ConnectionNews('player', this.#url.redacted, report);
    this.#signal = signal;
    this.#portrait = new ServerPortrait(
      {
        onDialed: () => this.#clock.pass(),
        onStreamCreated: () => this.#clock.begin('play'),
        onWords: (words) => this.#clock.say(words),
      },
      () => new Date(),
    );
  }

  /** Never throws for what the server or the network does: that is a finding. */
  async run(): Promise<ServerFound> {
    try {
      await this.#settle();
      const player = await this.#open();
      await this.#watch(player);
      return this.#end(undefined);
    } catch (error) {
      this.#endedMs ??= this.#nowMs();
      if (error === this.#signal.reason || !(error instanceof RtmpkitError)) throw error;
      this.#endedBy = this.#beganMs === undefined ? null : 'failure';
      this.#clock.fail(error.peerWords);
      return this.#end(error);
    }
  }

  /** Whoever shows what goes on begins with it now: that may take longer than a connection, and is none of its time. */
  async #settle(): Promise<void> {
    this.#news.entered(isIP(this.#url.host) === 0 ? 'dns' : 'tcp');
    await turn();
    await turn();
    this.#clock = new StageClock(this.#nowMs);
  }

  /** A digest shows most of a server; some old or strange ones hang up on it. */
  async #open(): Promise<RtmpPlayer> {
    try {
      return await this.#dial('digest', this.#options.timeoutMs);
    } catch (error) {
      if (!isHangUp(error)) throw error;
      const player = await this.#dial('simple', Math.ceil(this.#restMs / 100) * 100);
      this.#warnings.push(digestRefused);
      return player;
    }
  }

  async #dial(handshake: 'simple' | 'digest', timeoutMs: number): Promise<RtmpPlayer> {
    const { stallTimeoutMs, tls } = this.#options;
    const player = await RtmpPlayer.open({
      url: this.#url,
      timeoutMs,
      stallTimeoutMs,
      tls,
      handshake,
      signal: this.#signal,
      onStage: (stage) => this.#enter(stage),
      observe: this.#observers(),
      watch: this.#portrait,
    });
    this.#clock.begin('stream');
    this.#news.connected(player.peer);
    return player;
  }

  #enter(stage: Stage): void {
    this.#news.entered(stage);
    switch (stage) {
      case 'dns':
      case 'tcp':
      case 'tls':
      case 'handshake':
      case 'connect':
        return this.#clock.begin(stage);
      case 'play':
        return this.#clock.begin('createStream'); // which comes first
      default:
        return;
    }
  }

  #observers(): RtmpLinkOptions['observe'] {
    const messages = messageReports(this.#options.messages, this.#report);
    return () => withMessages(this.#portrait.observe(), messages);
  }

  async #watch(player: RtmpPlayer): Promise<void> {
    const limit = new WatchLimit((endedBy) => {
      this.#endedBy ??= endedBy;
      player.stop();
    }, this.#nowMs);
    const interrupt = (): void => limit.reached('interruption');
    this.#signal.addEventListener('abort', interrupt, { once: true });
    limit.after(this.#restMs, null);
    player.ping();
    const pings = setInterval(() => player.ping(), PING_EVERY_MS);
    const stopSnapshots = this.#takeSnapshots();
    const stopStats = reportStats('player', this.#meter, () => this.#progress, this.#report);
    try {
      if (this.#signal.aborted) interrupt();
      for await (const tags of player) this.#see(tags, limit);
      this.#endedMs = this.#nowMs();
      this.#conclude(player);
    } finally {
      this.#signal.removeEventListener('abort', interrupt);
      limit.clear();
      clearInterval(pings);
      stopStats();
      stopSnapshots();
      player.stop();
    }
  }

  #takeSnapshots(): () => void {
    if (this.#options.watch !== true) return () => {};
    const timer = setInterval(() => {
      const recent = this.#course.recent(this.#nowMs());
      this.#report({ event: 'snapshot', report: this.#found(true), recent });
    }, SNAPSHOT_EVERY_MS);
    return () => clearInterval(timer);
  }

  #see(tags: readonly MediaTag[], limit: WatchLimit): void {
    const nowMs = this.#nowMs();
    this.#analysis.see(tags, nowMs);
    this.#course.see(tags, nowMs);
    this.#meter.add(tags);
    if (this.#beganMs === undefined) this.#begin(nowMs, limit);
    const { elapsedMs } = this.#clock;
    const { firstVideoMs, firstKeyframeMs } = this.#first;
    this.#first = {
      ...this.#first,
      firstVideoMs: firstVideoMs ?? (this.#analysis.hasVideo ? elapsedMs : null),
      firstKeyframeMs: firstKeyframeMs ?? (this.#analysis.hasKeyframe ? elapsedMs : null),
    };
    if (this.#durationMs > 0) return;
    if (this.#analysis.isComplete) {
      limit.reached('duration');
    } else if (this.#analysis.hasKeyframe || this.#analysis.hasAudio) {
      limit.atMost(this.#analysis.awaitsPicture ? this.#restMs : LATE_KIND_MS);
    }
  }

  #begin(nowMs: number, limit: WatchLimit): void {
    this.#beganMs = nowMs;
    this.#first = { ...this.#first, firstByteMs: this.#clock.elapsedMs };
    this.#clock.pass();
    const { redacted: url } = this.#url;
    this.#report({
      event: 'started',
      role: 'player',
      url,
      ...(this.#hasLength ? { durationMs: this.#durationMs } : {}),
    });
    limit.after(this.#durationMs > 0 ? this.#durationMs : this.#restMs, 'duration');
  }

  #conclude(player: RtmpPlayer): void {
    if (this.#beganMs !== undefined) {
      this.#endedBy ??= 'end of stream';
    } else if (this.#signal.aborted) {
      throw this.#signal.reason;
    } else {
      throw player.end?.kind === 'stopped' ? this.#silence() : connectionEnded('before any media came');
    }
  }

  /** What is left of the time for the stream to start. */
  get #restMs(): number {
    return Math.max(this.#options.timeoutMs - this.#clock.elapsedMs, MIN_REST_MS);
  }

  #silence(): NetworkError {
    const waitedSeconds = Math.round(this.#clock.elapsedMs / 1000);
    return new NetworkError(
      'ERR_TIMEOUT',
      `${this.#url.host} agreed to play, but sent no media in ${waitedSeconds} s (${this.#url.redacted})`,
      { stage: 'stream', advice: 'check the stream name, and that somebody publishes it; --timeout allows more time' },
    );
  }

  /** It is looked at for a time that is known. */
  get #hasLength(): boolean {
    return this.#durationMs > 0 && Number.isFinite(this.#durationMs);
  }

  get #progress() {
    const positionMs = Math.round(this.#nowMs() - (this.#beganMs ?? this.#nowMs()));
    const durationMs = this.#hasLength ? this.#durationMs : null;
    return { positionMs, durationMs, queueMs: 0, queueBytes: 0, droppedFrames: 0 };
  }

  #end(failure: RtmpkitError | undefined): ServerFound {
    const hasBegun = this.#beganMs !== undefined;
    return { report: this.#found(failure === undefined), history: this.#course.history(), failure, hasBegun };
  }

  #found(ok: boolean): ProbeReport {
    const { durationMs, warnings, ...media } = this.#analysis.report();
    const beganMs = this.#beganMs;
    const elapsedMs = beganMs === undefined ? null : Math.round((this.#endedMs ?? this.#nowMs()) - beganMs);
    return {
      ...EMPTY_REPORT,
      ...media,
      url: this.#url.redacted,
      ok,
      server: this.#portrait.report(),
      timings: { ...this.#clock.timings, ...this.#first },
      stages: this.#clock.stages,
      analysis: { durationMs, elapsedMs, endedBy: this.#endedBy },
      warnings: [...this.#warnings, ...this.#portrait.warnings(), ...warnings],
    };
  }
}

function isHangUp(error: unknown): boolean {
  return error instanceof NetworkError && error.code === 'ERR_CONNECTION_LOST' && error.stage === 'handshake';
}

const digestRefused: WarningReport = {
  code: 'WARN_DIGEST_REFUSED',
  message: 'the server hangs up on a handshake with digest, and takes the simple one only',
  advice: 'FFmpeg and VLC always send a digest: look what stands in front of the server, such as a proxy',
};
