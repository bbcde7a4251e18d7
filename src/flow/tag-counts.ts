/** Tags of each kind. */
export interface TagCounts {
  readonly audio: number;
  readonly video: number;
  readonly data: number;
}

export const NO_TAGS: TagCounts = { audio: 0, video: 0, data: 0 };

export function plus(one: TagCounts, other: TagCounts): TagCounts {
  return { audio: one.audio + other.audio, video: one.video + other.video, data: one.data + other.data };
}

export function minus(one: TagCounts, other: TagCounts): TagCounts {
  return { audio: one.audio - other.audio, video: one.video - other.video, data: one.data - other.data };
}

export function total({ audio, video, data }: TagCounts): number {
  return audio + video + data;
}
