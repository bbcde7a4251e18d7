import type { RecentHistory, StreamHistory } from '../history.js';
import type { MediaTag } from '../media/tag.js';
import { FrameCourse } from './frame-course.js';
import { HistoryRecorder } from './history-recorder.js';
import { RecentSeconds } from './recent-seconds.js';

/** How a stream goes: all of it for plots, and the newest seconds for those who watch. It has no clock of its own. */
export class StreamCourse {
  readonly #frames = new FrameCourse();
  readonly #history = new HistoryRecorder();
  readonly #recent = new RecentSeconds();

  /** @param arrivalMs by a clock that never goes back; `undefined`: it came from a file */
  see(tags: readonly MediaTag[], arrivalMs?: number): void {
    for (const tag of tags) {
      const frame = this.#frames.place(tag, arrivalMs);
      if (frame === undefined) continue;
      this.#history.add(frame);
      if (arrivalMs !== undefined) this.#recent.add(frame, arrivalMs);
    }
  }

  history(): StreamHistory {
    return this.#history.history();
  }

  /** @param nowMs by the clock of the arrivals */
  recent(nowMs: number): RecentHistory {
    return this.#recent.report(nowMs);
  }
}
