import { defineMessage } from './define-message.js';

/** Acknowledgement (RTMP 5.4.3): how many bytes the sender has received so far, modulo 2^32. */
export interface Acknowledgement {
  readonly type: 'acknowledgement';
  readonly sequenceNumber: number;
}

export const acknowledgement = defineMessage<Acknowledgement>({
  read: (reader) => ({ type: 'acknowledgement', sequenceNumber: reader.u32('sequence number') }),
  write(writer, message) {
    writer.u32(message.sequenceNumber);
  },
});
