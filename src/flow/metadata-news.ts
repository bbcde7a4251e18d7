import type { MediaTag } from '../media/tag.js';
import { isMetadata } from '../media/tag-info.js';
import { StreamHeaders } from './stream-headers.js';

/**
 * Leaves out metadata that says what was said already, as each play of a loop and each return of a publisher does: FFmpeg
 * takes metadata in mid-stream for subtitles.
 */
export class MetadataNews {
  readonly #said = new StreamHeaders();

  of(tags: readonly MediaTag[]): readonly MediaTag[] {
    return tags.some(isMetadata) ? tags.filter((tag) => !isMetadata(tag) || this.#said.see(tag) !== 'none') : tags;
  }
}
