import { Bell } from '../../endpoint/bell.js';
import { connectionEnded, streamRefused } from '../../endpoint/rtmp-failure.js';
import type { LinkWatch, RtmpLink, RtmpLinkListener } from '../../endpoint/rtmp-opening.js';
import type { RtmpkitError } from '../../errors.js';
import type { MediaTag } from '../../media/tag.js';
import type { CloseReason } from '../../net/pump.js';

type Heard = Parameters<LinkWatch['heard']>[0];

/** A link that publishes, for one who writes piece by piece and wants to know when the server has it. */
export class PublishLink implements RtmpLinkListener {
  #link: RtmpLink | undefined;
  #pongs = 0;
  #failure: RtmpkitError | undefined;
  #isClosed = false;
  readonly #news = new Bell();
  readonly #signal: AbortSignal;
  readonly #onAbort = (): void => this.#news.ring();

  /** @param signal aborting it ends all waiting, as if what is waited for had come */
  constructor(signal: AbortSignal) {
    this.#signal = signal;
    signal.addEventListener('abort', this.#onAbort, { once: true });
  }

  get opened(): RtmpLink {
    if (this.#link === undefined) throw new Error('the link is not open yet');
    return this.#link;
  }

  /** Waits as long as the network does not take it. @throws {RtmpkitError} when the connection is over */
  async write(tags: readonly MediaTag[]): Promise<void> {
    const { session, pump } = this.opened;
    this.#check();
    pump.flush();
    if (!pump.write(session.mediaFormat().encode(tags))) await this.drained();
  }

  /** Until the network has taken all. @throws {RtmpkitError} when the connection is over */
  async drained(): Promise<void> {
    await this.#until(() => this.opened.pump.queuedBytes === 0);
  }

  /** Until a ping comes back; `false`: the time was up. @throws {RtmpkitError} when the connection is over */
  async answered(patienceMs: number): Promise<boolean> {
    const { session, pump } = this.opened;
    const before = this.#pongs;
    session.ping(performance.now());
    pump.flush();
    let isUp = false;
    const timer = setTimeout(() => {
      isUp = true;
      this.#news.ring();
    }, patienceMs);
    try {
      await this.#until(() => this.#pongs > before || isUp);
      return this.#pongs > before;
    } finally {
      clearTimeout(timer);
    }
  }

  heard(event: Heard): void {
    if (event.type === 'pong') this.#pongs++;
    this.#news.ring();
  }

  onOpen(link: RtmpLink): void {
    this.#link = link;
  }

  onTags(): void {}

  onStreamEnded(reason: string): void {
    this.#failure ??= streamRefused(reason);
    this.#news.ring();
  }

  onNews(): void {}

  onDrain(): void {
    this.#news.ring();
  }

  onClose(reason: CloseReason): void {
    this.#isClosed = true;
    if (reason.by === 'error') this.#failure ??= reason.error;
    this.#news.ring();
  }

  /** Says goodbye, and lets go of the signal. */
  end(): void {
    this.#signal.removeEventListener('abort', this.#onAbort);
    if (this.#link === undefined || this.#isClosed) return;
    this.#link.session.close();
    this.#link.pump.end();
  }

  async #until(isSo: () => boolean): Promise<void> {
    while (!isSo() && !this.#signal.aborted) {
      this.#check();
      await this.#news.next();
    }
  }

  #check(): void {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#isClosed) throw connectionEnded('while we were publishing');
  }
}
