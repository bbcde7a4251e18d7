import type { Burst } from '../../src/flow/burst.js';
import type { LostMedia, Sink, Subscription } from '../../src/flow/sink.js';
import type { MediaTag } from '../../src/media/tag.js';

/** Notes what it gets, and is full when the test says so. */
export class RecordingSink implements Sink {
  subscription: Subscription | undefined;
  readonly bursts: Burst[] = [];
  readonly lost: LostMedia[] = [];
  /** How many more bursts it takes before it says that it is full. */
  room = Number.POSITIVE_INFINITY;
  isEnded = false;
  isCutOff = false;
  onWrite: (burst: Burst) => void = () => {};

  write(burst: Burst): boolean {
    this.bursts.push(burst);
    this.room--;
    this.onWrite(burst);
    return this.room > 0;
  }

  end(): void {
    this.isEnded = true;
  }

  skipped(lost: LostMedia): void {
    this.lost.push(lost);
  }

  cutOff(): void {
    this.isCutOff = true;
  }

  /** Takes so many more bursts. */
  resume(room = Number.POSITIVE_INFINITY): void {
    this.room = room;
    this.subscription?.resume();
  }

  get tags(): MediaTag[] {
    return this.bursts.flatMap((burst) => burst.tags);
  }
}
