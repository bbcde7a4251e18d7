import type { MediaTag } from '../media/tag.js';

/** How a role comes to its end. `done`: somebody said so. `lost`: the client merely went away, and may come back. */
export type RoleEnd = 'done' | 'lost';

/** What a connection does with one of its message streams: it publishes, or it plays. */
export interface StreamRole {
  readonly kind: 'publisher' | 'player';
  /** Tags that the client missed because it was too slow. */
  readonly droppedTags: number;
  /** The role is over. @param reason for people */
  close(reason: string, end: RoleEnd): void;
}

/** Counts what passes, for the report at the end. */
export class Tally {
  readonly #startedMs = performance.now();
  bytes = 0;
  audioTags = 0;
  videoTags = 0;
  dataTags = 0;

  add(tags: readonly MediaTag[]): void {
    for (const tag of tags) {
      this.bytes += tag.body.length;
      if (tag.kind === 'audio') {
        this.audioTags += 1;
      } else if (tag.kind === 'video') {
        this.videoTags += 1;
      } else {
        this.dataTags += 1;
      }
    }
  }

  get durationMs(): number {
    return Math.round(performance.now() - this.#startedMs);
  }

  get report(): { bytes: number; audioTags: number; videoTags: number; dataTags: number; durationMs: number } {
    const { bytes, audioTags, videoTags, dataTags, durationMs } = this;
    return { bytes, audioTags, videoTags, dataTags, durationMs };
  }
}
