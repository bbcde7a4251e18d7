import type { RtmpPeer, RtmpRole } from '../../endpoint/rtmp-opening.js';
import type { Stage } from '../../errors.js';
import type { CommandEvent } from '../../events.js';

/** Tells how a probe gets to a server: each stage once, as it begins, and the server when it is reached. */
export class ConnectionNews {
  readonly #about: { readonly role: RtmpRole; readonly url: string };
  readonly #report: (event: CommandEvent) => void;
  #stage: Stage | undefined;

  /** @param url redacted */
  constructor(role: RtmpRole, url: string, report: (event: CommandEvent) => void) {
    this.#about = { role, url };
    this.#report = report;
  }

  entered(stage: Stage): void {
    if (stage === this.#stage) return;
    this.#stage = stage;
    this.#report({ event: 'connecting', ...this.#about, stage });
  }

  connected({ software, ...peer }: RtmpPeer): void {
    this.#report({ event: 'connected', ...this.#about, ...peer, ...(software === undefined ? {} : { software }) });
  }
}
