import type { RecentHistory, SecondReport } from '../history.js';
import type { PlacedFrame } from './frame-course.js';
import { rounded } from './rounding.js';

const SECOND_MS = 1_000;
/** More than any terminal has columns for. */
const MAX_SECONDS = 240;

/** A sum that knows how many went into it. */
class Mean {
  #sum = 0;
  #count = 0;

  add(value: number | undefined): void {
    if (value === undefined) return;
    this.#sum += value;
    this.#count++;
  }

  get value(): number | null {
    return this.#count === 0 ? null : rounded(this.#sum / this.#count, 1);
  }
}

class Second {
  readonly #bytes = { video: 0, audio: 0 };
  readonly #jitters = { video: new Mean(), audio: new Mean() };
  readonly #skew = new Mean();
  #pictures = 0;

  add({ kind, isMain, sizeBytes, jitterMs, skewMs }: PlacedFrame): void {
    this.#bytes[kind] += sizeBytes;
    if (!isMain) return;
    if (kind === 'video') this.#pictures++;
    this.#jitters[kind].add(jitterMs);
    this.#skew.add(skewMs);
  }

  report(): SecondReport {
    return {
      videoKbps: rounded((this.#bytes.video * 8) / SECOND_MS, 1),
      audioKbps: rounded((this.#bytes.audio * 8) / SECOND_MS, 1),
      fps: this.#pictures,
      jitterMs: this.#jitters.video.value ?? this.#jitters.audio.value,
      skewMs: this.#skew.value,
    };
  }
}

/** How a stream goes, second by second of its arrival; only the newest are kept. */
export class RecentSeconds {
  #firstMs: number | undefined;
  #newestMs = 0;
  /** Number of the second that is under way. */
  #number = 0;
  #current = new Second();
  readonly #seconds: SecondReport[] = [];

  add(frame: PlacedFrame, arrivalMs: number): void {
    this.#firstMs ??= arrivalMs;
    this.#newestMs = arrivalMs;
    this.#advance(arrivalMs);
    this.#current.add(frame);
  }

  report(nowMs: number): RecentHistory {
    if (this.#firstMs === undefined) return { seconds: [], silentMs: 0 };
    this.#advance(nowMs);
    return { seconds: [...this.#seconds], silentMs: Math.round(nowMs - this.#newestMs) };
  }

  #advance(nowMs: number): void {
    const number = Math.floor((nowMs - (this.#firstMs ?? nowMs)) / SECOND_MS);
    if (number - this.#number > MAX_SECONDS) this.#number = number - MAX_SECONDS;
    while (this.#number < number) {
      if (this.#number > 0) this.#seconds.push(this.#current.report());
      if (this.#seconds.length > MAX_SECONDS) this.#seconds.shift();
      this.#current = new Second();
      this.#number++;
    }
  }
}
