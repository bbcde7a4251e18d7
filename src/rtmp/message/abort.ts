import { defineMessage } from './define-message.js';

/** Abort (RTMP 5.4.2): the partly received message of this chunk stream is to be dropped. */
export interface Abort {
  readonly type: 'abort';
  readonly csid: number;
}

export const abort = defineMessage<Abort>({
  read: (reader) => ({ type: 'abort', csid: reader.u32('chunk stream id') }),
  write(writer, message) {
    writer.u32(message.csid);
  },
});
