import { ProtocolError } from '../../errors.js';
import { MAX_CHUNK_SIZE_BYTES } from '../chunk/limits.js';
import { defineMessage } from './define-message.js';

/** Set Chunk Size (RTMP 5.4.1): the largest chunk payload that the sender will use from now on. */
export interface SetChunkSize {
  readonly type: 'setChunkSize';
  /** 1..16777215: what is larger acts alike, since no message is longer. */
  readonly sizeBytes: number;
}

const TOP_BIT = 0x80000000;

export const setChunkSize = defineMessage<SetChunkSize>({
  read(reader) {
    const sizeBytes = reader.u32('chunk size');
    if (sizeBytes === 0 || sizeBytes >= TOP_BIT) {
      throw new ProtocolError('ERR_CHUNK_SIZE', `chunk size ${sizeBytes} is outside 1..${TOP_BIT - 1}`);
    }
    return { type: 'setChunkSize', sizeBytes: Math.min(sizeBytes, MAX_CHUNK_SIZE_BYTES) };
  },
  write(writer, message) {
    writer.u32(message.sizeBytes);
  },
});
