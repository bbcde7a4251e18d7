import type { TagFormat } from '../media/tag-format.js';
import { encodeFlvTags } from './tag.js';

/** Tags as they stand in an FLV file or stream behind the header (FLV E.3). Timestamps are written modulo 2^32. */
export const flvTagFormat: TagFormat = {
  key: 'flv',
  encode: encodeFlvTags,
};
