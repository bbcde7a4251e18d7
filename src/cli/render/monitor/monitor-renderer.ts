import type { CommandEvent, SnapshotEvent } from '../../../events.js';
import type { StopSignal } from '../../exit-codes.js';
import type { Failure } from '../../failure.js';
import type { InputStream, OutputStream } from '../../world.js';
import type { Renderer } from '../renderer.js';
import type { Style } from '../style.js';
import { type KeyListener, Keys } from './keys.js';
import { monitorText } from './monitor-text.js';
import { Screen } from './screen.js';
import { WarningLog } from './warning-log.js';

export interface MonitorOptions {
  /** For all that is told before the screen opens and after it closes. */
  readonly talk: Renderer;
  readonly output: OutputStream;
  /** Where keys come from. */
  readonly input: InputStream;
  readonly keys: KeyListener;
  readonly style: Style;
}

/** `probe --watch`: one screen that shows how a stream goes, from its first media on. At the end comes the report. */
export class MonitorRenderer implements Renderer {
  readonly #talk: Renderer;
  readonly #style: Style;
  readonly #screen: Screen;
  readonly #keys: Keys;
  readonly #log = new WarningLog();
  #snapshot: SnapshotEvent | undefined;
  #isSuspended = false;

  constructor({ talk, output, input, keys, style }: MonitorOptions) {
    this.#talk = talk;
    this.#style = style;
    this.#screen = new Screen(output, () => this.#draw());
    this.#keys = new Keys(input, keys);
  }

  event(event: CommandEvent): void {
    switch (event.event) {
      case 'started':
        return this.#enter();
      case 'snapshot':
        return this.#show(event);
      case 'report':
        this.#leave();
        return this.#talk.event(event);
      default:
        if (!this.#screen.isOpen) this.#talk.event(event);
    }
  }

  failure(failure: Failure): void {
    this.#leave();
    this.#talk.failure(failure);
  }

  stopping(signal: StopSignal): void {
    this.#leave();
    this.#talk.stopping(signal);
  }

  close(): void {
    this.#leave();
    this.#talk.close();
  }

  suspend(): void {
    this.#isSuspended = this.#screen.isOpen;
    if (this.#isSuspended) this.#leave();
    else this.#talk.suspend();
  }

  resume(): void {
    if (this.#isSuspended) this.#open();
    else this.#talk.resume();
    this.#isSuspended = false;
  }

  #enter(): void {
    this.#talk.close();
    this.#open();
  }

  /** The keys come first: who asks for them in the background is stopped, before anything is drawn over the shell. */
  #open(): void {
    this.#keys.open();
    this.#screen.open();
    this.#draw();
  }

  #leave(): void {
    this.#keys.close();
    this.#screen.close();
  }

  #show(snapshot: SnapshotEvent): void {
    this.#snapshot = snapshot;
    this.#log.see(snapshot.report);
    this.#draw();
  }

  #draw(): void {
    if (this.#snapshot === undefined) {
      this.#screen.draw(['waiting for the first second; q quits'.slice(0, this.#screen.columns)]);
      return;
    }
    const { report, recent } = this.#snapshot;
    this.#screen.draw(monitorText({ report, recent, warnings: this.#log.warnings }, this.#screen, this.#style));
  }
}
