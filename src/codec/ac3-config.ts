import { ByteWriter } from '../bytes/writer.js';
import { BitReader } from './bit-reader.js';

/** Content of the box `dac3` (ETSI TS 102 366 F.4), made from the first frame: AC-3 has no configuration of its own. */
export function ac3BoxContent(frame: Uint8Array): Uint8Array {
  const r = new BitReader(frame);
  r.skip(16 + 16, 'sync word and checksum');
  const fscod = r.bits(2, 'sample rate');
  const bitRateCode = r.bits(6, 'frame size') >> 1;
  const bsid = r.bits(5, 'bitstream id');
  const bsmod = r.bits(3, 'bitstream mode');
  const { acmod, lfeon } = readAc3Channels(r);
  const bits = (((((fscod * 32 + bsid) * 8 + bsmod) * 8 + acmod) * 2 + lfeon) * 32 + bitRateCode) * 32;
  return new ByteWriter(3).u24(bits).toBytes();
}

function readAc3Channels(r: BitReader): { acmod: number; lfeon: number } {
  const acmod = r.bits(3, 'channel mode');
  if ((acmod & 1) !== 0 && acmod !== 1) r.skip(2, 'centre mix level');
  if ((acmod & 4) !== 0) r.skip(2, 'surround mix level');
  if (acmod === 2) r.skip(2, 'surround mode');
  return { acmod, lfeon: r.bits(1, 'low frequency channel') };
}

const BLOCKS_OF_CODE = [1, 2, 3, 6] as const;
const SAMPLES_PER_BLOCK = 256;

/** Content of the box `dec3` (ETSI TS 102 366 F.6) for one independent substream, made from its first frame. */
export function eac3BoxContent(frame: Uint8Array, sampleRateHz: number): Uint8Array {
  const r = new BitReader(frame);
  r.skip(16 + 2 + 3, 'sync word and stream type');
  const frameSizeBytes = (r.bits(11, 'frame size') + 1) * 2;
  const fscod = r.bits(2, 'sample rate');
  const blocksCode = r.bits(2, 'blocks');
  const blocks = fscod === 3 ? 6 : (BLOCKS_OF_CODE[blocksCode] ?? 6);
  const acmod = r.bits(3, 'channel mode');
  const lfeon = r.bits(1, 'low frequency channel');
  const bsid = r.bits(5, 'bitstream id');
  const dataRateKbps = Math.round((frameSizeBytes * 8 * sampleRateHz) / (blocks * SAMPLES_PER_BLOCK * 1000));
  // data_rate 13, num_ind_sub 3; fscod 2, bsid 5, reserved 1, asvc 1, bsmod 3, acmod 3, lfeon 1, reserved 3, num_dep_sub 4, reserved 1
  return new ByteWriter(5)
    .u16(Math.min(dataRateKbps, 0x1fff) * 8)
    .u24((fscod << 22) | (bsid << 17) | (acmod << 9) | (lfeon << 8))
    .toBytes();
}
