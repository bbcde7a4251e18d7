import type { TagFormat } from '../../media/tag-format.js';

export interface RtmpTagFormatOptions {
  readonly chunkSizeBytes: number;
  /** Message stream id that the tags belong to. */
  readonly streamId: number;
}

/** The wire format of tags on an RTMP connection. */
export function rtmpTagFormat(options: RtmpTagFormatOptions): TagFormat {
  return {
    key: `rtmp/${options.chunkSizeBytes}/${options.streamId}`,
    encode: () => {
      throw new Error('not written yet');
    },
  };
}
