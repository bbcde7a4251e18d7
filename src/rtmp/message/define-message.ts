import { ByteReader } from '../../bytes/reader.js';
import { ByteWriter } from '../../bytes/writer.js';

/** How the payload of one message type is read and written, field by field. */
export interface MessageFields<Message> {
  /** @throws {ProtocolError} `ERR_TRUNCATED`, or the message's own code. */
  read(reader: ByteReader): Message;
  write(writer: ByteWriter, message: Message): void;
}

/** One message type that works on whole payloads. */
export interface MessageCodec<Message> {
  /** What stands behind the last field is ignored. @throws {ProtocolError} */
  decode(payload: Uint8Array): Message;
  encode(message: Message): Uint8Array;
}

export function defineMessage<Message>(fields: MessageFields<Message>): MessageCodec<Message> {
  return {
    decode: (payload) => fields.read(new ByteReader(payload)),
    encode: (message) => {
      const writer = new ByteWriter();
      fields.write(writer, message);
      return writer.toBytes().slice();
    },
  };
}
