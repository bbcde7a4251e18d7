import { writeAvcConfig } from './avc-config-writer.js';
import { BitWriter } from './bit-writer.js';

/**
 * H.264 without compression: every macroblock holds its samples as they are (`I_PCM`, H.264 7.3.5). It needs no encoder,
 * every decoder shows it, and a picture has a size that is known beforehand.
 */
export interface PcmPictureSize {
  /** In macroblocks of 16 samples. */
  readonly columns: number;
  readonly rows: number;
}

const NAL_SPS = 0x67;
const NAL_PPS = 0x68;
const NAL_IDR = 0x65;
const NAL_SLICE = 0x61;
const BASELINE_PROFILE = 66;
/** It signals constrained baseline too, which all decoders take. */
const CONSTRAINTS = 0xc0;
const LEVEL_3 = 30;
const SLICE_TYPE_I = 7;
const MACROBLOCK_I_PCM = 25;
const LUMA_SAMPLES = 256;
const CHROMA_SAMPLES = 128;
/** `log2_max_frame_num` is 4. */
const FRAME_NUMBERS = 16;

/** The configuration record of such a stream. */
export function pcmAvcConfig(size: PcmPictureSize): Uint8Array {
  return writeAvcConfig({ sequence: [sequenceParameterSet(size)], picture: [pictureParameterSet()] }).slice();
}

/**
 * One picture, with its length of four bytes in front.
 *
 * @param index counted from the last keyframe, which has 0
 * @param lumaOf brightness of a macroblock, 16 to 235: no sample may be 0, so that nothing looks like a start code
 */
export function pcmAvcPicture(
  { columns, rows }: PcmPictureSize,
  index: number,
  lumaOf: (column: number, row: number) => number,
): Uint8Array {
  const head = sliceHead(index);
  const parts: Uint8Array[] = [];
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const isFirst = row === 0 && column === 0;
      parts.push(isFirst ? head : LATER_MACROBLOCK, samples(lumaOf(column, row)));
    }
  }
  return withLength([Uint8Array.of(index === 0 ? NAL_IDR : NAL_SLICE), ...parts, END]);
}

/** Header of the slice (H.264 7.3.3) and of its first macroblock. */
function sliceHead(index: number): Uint8Array {
  const w = new BitWriter().unsignedGolomb(0).unsignedGolomb(SLICE_TYPE_I).unsignedGolomb(0);
  w.bits(index % FRAME_NUMBERS, 4);
  if (index === 0) {
    w.unsignedGolomb(0); // idr_pic_id
    w.bits(0, 2); // no_output_of_prior_pics_flag, long_term_reference_flag
  } else {
    w.bits(0, 1); // adaptive_ref_pic_marking_mode_flag
  }
  w.unsignedGolomb(0); // slice_qp_delta
  w.unsignedGolomb(1); // disable_deblocking_filter_idc
  return w.unsignedGolomb(MACROBLOCK_I_PCM).align().toBytes();
}

const LATER_MACROBLOCK = new BitWriter().unsignedGolomb(MACROBLOCK_I_PCM).align().toBytes();
const END = new BitWriter().trailing().toBytes();
const GREY = 128;

function samples(luma: number): Uint8Array {
  return new Uint8Array(LUMA_SAMPLES + CHROMA_SAMPLES).fill(luma, 0, LUMA_SAMPLES).fill(GREY, LUMA_SAMPLES);
}

/** H.264 7.3.2.1.1. Pictures come in the order in which they are shown. */
function sequenceParameterSet({ columns, rows }: PcmPictureSize): Uint8Array {
  const w = new BitWriter().bits(NAL_SPS, 8).bits(BASELINE_PROFILE, 8).bits(CONSTRAINTS, 8).bits(LEVEL_3, 8);
  w.unsignedGolomb(0); // seq_parameter_set_id
  w.unsignedGolomb(0); // log2_max_frame_num_minus4
  w.unsignedGolomb(2); // pic_order_cnt_type
  w.unsignedGolomb(1); // max_num_ref_frames
  w.bits(0, 1); // gaps_in_frame_num_value_allowed_flag
  w.unsignedGolomb(columns - 1).unsignedGolomb(rows - 1);
  w.bits(1, 1); // frame_mbs_only_flag
  w.bits(1, 1); // direct_8x8_inference_flag
  w.bits(0, 2); // frame_cropping_flag, vui_parameters_present_flag
  return w.trailing().toBytes();
}

/** H.264 7.3.2.2. */
function pictureParameterSet(): Uint8Array {
  const w = new BitWriter().bits(NAL_PPS, 8).unsignedGolomb(0).unsignedGolomb(0);
  w.bits(0, 2); // entropy_coding_mode_flag, bottom_field_pic_order_in_frame_present_flag
  w.unsignedGolomb(0); // num_slice_groups_minus1
  w.unsignedGolomb(0).unsignedGolomb(0); // default numbers of references
  w.bits(0, 3); // weighted prediction
  w.unsignedGolomb(0).unsignedGolomb(0).unsignedGolomb(0); // quantisation
  w.bits(0b100, 3); // deblocking_filter_control_present_flag, and two that are not set
  return w.trailing().toBytes();
}

function withLength(parts: readonly Uint8Array[]): Uint8Array {
  const sizeBytes = parts.reduce((sum, part) => sum + part.length, 0);
  const bytes = new Uint8Array(4 + sizeBytes);
  new DataView(bytes.buffer).setUint32(0, sizeBytes);
  let at = 4;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
