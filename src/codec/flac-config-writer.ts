import { MediaError } from '../errors.js';
import { parseFlacConfig } from './flac.js';

/** `fLaC`, the header of the STREAMINFO block, and the block. */
const STREAM_START_SIZE_BYTES = 42;
const BLOCK_HEADER_OFFSET = 4;
const LAST_BLOCK = 0x80;

/**
 * What a SequenceStart of FLAC carries (E-RTMP v2): the start of a FLAC file, without the blocks behind STREAMINFO.
 *
 * @param fileStart `fLaC` and metadata blocks, as containers have them
 * @throws {MediaError} `ERR_MEDIA_DAMAGED`
 */
export function writeFlacConfig(fileStart: Uint8Array): Uint8Array {
  parseFlacConfig(fileStart);
  if (fileStart.length < STREAM_START_SIZE_BYTES) {
    throw new MediaError('ERR_MEDIA_DAMAGED', `the FLAC configuration has only ${fileStart.length} bytes`);
  }
  const config = fileStart.slice(0, STREAM_START_SIZE_BYTES);
  config[BLOCK_HEADER_OFFSET] = LAST_BLOCK;
  return config;
}
