import { isIP } from 'node:net';
import { EMPTY_REPORT } from '../../analysis/empty-report.js';
import { openRtmpLink, type RtmpLinkOptions } from '../../endpoint/rtmp-link.js';
import { RtmpkitError, type Stage } from '../../errors.js';
import type { CommandEvent } from '../../events.js';
import { systemClock } from '../../flow/clock.js';
import type { ProbeReport, PublishReport } from '../../report.js';
import { parseRtmpUrl, type RtmpUrl } from '../../rtmp/url.js';
import { messageReports } from '../message-reports.js';
import type { SettledProbeOptions } from '../settled-options.js';
import { ConnectionNews } from './connection-news.js';
import { NO_HISTORY, type ServerFound } from './found.js';
import { PublishLink } from './publish-link.js';
import { ServerPortrait } from './server-portrait.js';
import { StageClock } from './stage-clock.js';
import { measureUpload } from './upload-measurement.js';
import { withMessages } from './with-messages.js';

type Report = (event: CommandEvent) => void;

const DEFAULT_DURATION_MS = 3_000;

/** Publishes a short film of our own: it shows whether that is allowed, and how fast the way to the server is. */
export class PublishProbe {
  readonly #url: RtmpUrl;
  readonly #options: SettledProbeOptions;
  readonly #report: Report;
  readonly #signal: AbortSignal;
  readonly #nowMs: () => number;
  readonly #clock: StageClock;
  readonly #link: PublishLink;
  readonly #portrait: ServerPortrait;
  readonly #news: ConnectionNews;

  constructor(options: SettledProbeOptions, report: Report, signal: AbortSignal) {
    this.#url = parseRtmpUrl(options.source, options);
    this.#options = options;
    this.#report = report;
    this.#nowMs = options.nowMs ?? systemClock.nowMs;
    this.#clock = new StageClock(this.#nowMs);
    this.#news = new ConnectionNews('publisher', this.#url.redacted, report);
    this.#signal = signal;
    this.#link = new PublishLink(signal);
    this.#portrait = new ServerPortrait(
      { onDialed: () => this.#clock.pass(), onStreamCreated: () => {}, onWords: (words) => this.#clock.say(words) },
      () => new Date(),
    );
  }

  /** Never throws for what the server or the network does: that is a finding. */
  async run(): Promise<ServerFound> {
    let hasBegun = false;
    try {
      this.#news.entered(isIP(this.#url.host) === 0 ? 'dns' : 'tcp');
      await openRtmpLink('publisher', this.#linkOptions, this.#link);
      hasBegun = true;
      const publish = await this.#send();
      return { report: this.#found(publish), history: NO_HISTORY, failure: undefined, hasBegun };
    } catch (error) {
      if (error === this.#signal.reason || !(error instanceof RtmpkitError)) throw error;
      this.#clock.fail(error.peerWords);
      return { report: this.#found(null), history: NO_HISTORY, failure: error, hasBegun };
    } finally {
      this.#link.end();
    }
  }

  get #linkOptions(): RtmpLinkOptions {
    const { timeoutMs, stallTimeoutMs, tls } = this.#options;
    const messages = messageReports(this.#options.messages, this.#report);
    return {
      url: this.#url,
      timeoutMs,
      stallTimeoutMs,
      tls,
      signal: this.#signal,
      onStage: (stage) => this.#enter(stage),
      observe: () => withMessages(this.#portrait.observe(), messages),
      watch: {
        dialed: (connection) => this.#portrait.dialed(connection),
        heard: (event) => {
          this.#portrait.heard(event);
          this.#link.heard(event);
          if (event.type === 'publishStarted') this.#clock.say(event.status.code);
        },
      },
    };
  }

  async #send(): Promise<PublishReport> {
    this.#news.connected(this.#link.opened.peer);
    this.#report({ event: 'started', role: 'publisher', url: this.#url.redacted });
    this.#clock.begin('stream');
    const durationMs = this.#options.durationMs ?? DEFAULT_DURATION_MS;
    const found = await measureUpload(this.#link, { durationMs, signal: this.#signal, nowMs: this.#nowMs });
    this.#clock.pass();
    return found;
  }

  #enter(stage: Stage): void {
    this.#news.entered(stage);
    switch (stage) {
      case 'dns':
      case 'tcp':
      case 'tls':
      case 'handshake':
      case 'connect':
      case 'publish':
        return this.#clock.begin(stage);
      default:
        return;
    }
  }

  #found(publish: PublishReport | null): ProbeReport {
    return {
      ...EMPTY_REPORT,
      url: this.#url.redacted,
      ok: publish !== null,
      server: this.#portrait.report(),
      timings: { ...EMPTY_REPORT.timings, ...this.#clock.timings },
      stages: this.#clock.stages,
      warnings: this.#portrait.warnings(),
      publish,
    };
  }
}
