import { defineMessage } from './define-message.js';

/** Window Acknowledgement Size (RTMP 5.4.4): the sender wants to be told whenever so many bytes have come. */
export interface WindowAckSize {
  readonly type: 'windowAckSize';
  readonly sizeBytes: number;
}

export const windowAckSize = defineMessage<WindowAckSize>({
  read: (reader) => ({ type: 'windowAckSize', sizeBytes: reader.u32('window acknowledgement size') }),
  write(writer, message) {
    writer.u32(message.sizeBytes);
  },
});
