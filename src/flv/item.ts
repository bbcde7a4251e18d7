import type { FlvHeader } from './header.js';
import type { FlvTag } from './tag.js';

/** What an FLV reader finds, in the order of the file. */
export type FlvItem = FlvHeader | FlvTag | FlvDamage | FlvNotice;

/** Bytes that belong to no whole tag and were passed over. */
export interface FlvDamage {
  readonly type: 'damage';
  readonly atByte: number;
  readonly skippedBytes: number;
  readonly why: 'damaged header' | 'not a tag' | 'ends inside a tag';
}

/** Something unusual that costs nothing. Told once per file, at its first appearance. */
export interface FlvNotice {
  readonly type: 'notice';
  readonly atByte: number;
  readonly what: 'encrypted tags' | 'unknown tag types' | 'wrong size words';
}
