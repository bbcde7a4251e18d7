/** What fragments say of a sample (ISO/IEC 14496-12 8.8.3.1): it depends on no other, and a decoder can begin with it. */
export const SAMPLE_IS_KEYFRAME = 0x02000000;
/** It depends on others, and no decoder can begin with it. */
export const SAMPLE_IS_OTHER_FRAME = 0x01010000;
