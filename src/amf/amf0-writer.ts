import { ByteWriter } from '../bytes/writer.js';
import { ProtocolError } from '../errors.js';
import { AMF0 } from './amf0-marker.js';
import { Amf3Writer } from './amf3-writer.js';
import { AmfWriteBudget } from './limits.js';
import {
  AmfDictionary,
  type AmfObject,
  type AmfValue,
  AmfXml,
  EcmaArray,
  isAmfArray,
  NumberVector,
  ObjectVector,
  TypedObject,
} from './value.js';

const MAX_SHORT_TEXT_BYTES = 0xffff;

const encoder = new TextEncoder();

/**
 * Writes AMF0 values. What only AMF3 can say goes through the AVM+ switch. References are never written, because
 * FFmpeg, nginx-rtmp and librtmp cannot read them: what is shared is written again, and a cycle ends at the depth limit.
 */
class Amf0Writer {
  readonly #writer: ByteWriter;
  readonly #budget: AmfWriteBudget;

  constructor(writer: ByteWriter) {
    this.#writer = writer;
    this.#budget = new AmfWriteBudget(writer);
  }

  write(value: AmfValue): void {
    if (needsAmf3(value)) {
      this.#writer.u8(AMF0.avmPlus);
      new Amf3Writer(this.#writer, this.#budget).write(value);
      return;
    }
    this.#budget.enter();
    this.#writeMarked(value);
    this.#budget.leave();
  }

  #writeMarked(value: Exclude<AmfValue, OnlyAmf3>): void {
    switch (typeof value) {
      case 'undefined':
        this.#writer.u8(AMF0.undefined);
        return;
      case 'boolean':
        this.#writer.u8(AMF0.boolean).u8(value ? 1 : 0);
        return;
      case 'number':
        this.#writer.u8(AMF0.number).f64(value);
        return;
      case 'string':
        this.#writeString(value);
        return;
    }
    if (value === null) {
      this.#writer.u8(AMF0.null);
    } else if (value instanceof Date) {
      this.#writer.u8(AMF0.date).f64(value.getTime()).u16(0);
    } else if (value instanceof AmfXml) {
      this.#writer.u8(AMF0.xmlDocument);
      this.#writeLongText(encoder.encode(value.text));
    } else if (isAmfArray(value)) {
      this.#writeStrictArray(value);
    } else {
      this.#writeObject(value);
    }
  }

  #writeString(value: string): void {
    const text = encoder.encode(value);
    if (text.length > MAX_SHORT_TEXT_BYTES) {
      this.#writer.u8(AMF0.longString);
      this.#writeLongText(text);
    } else {
      this.#writer.u8(AMF0.string);
      this.#writeShortText(text);
    }
  }

  #writeObject(value: AmfObject): void {
    if (value instanceof TypedObject) {
      this.#writer.u8(AMF0.typedObject);
      this.#writeName(value.className);
    } else if (value instanceof EcmaArray) {
      this.#writer.u8(AMF0.ecmaArray).u32(value.size);
    } else {
      this.#writer.u8(AMF0.object);
    }
    for (const [name, member] of value) {
      this.#writeName(name);
      this.write(member);
    }
    this.#writer.u16(0).u8(AMF0.objectEnd);
  }

  #writeStrictArray(items: readonly AmfValue[]): void {
    this.#writer.u8(AMF0.strictArray).u32(items.length);
    for (const item of items) {
      this.write(item);
    }
  }

  #writeName(name: string): void {
    const text = encoder.encode(name);
    if (text.length > MAX_SHORT_TEXT_BYTES) {
      throw new ProtocolError(
        'ERR_LIMIT',
        `AMF0 name of ${text.length} bytes, but at most ${MAX_SHORT_TEXT_BYTES} fit`,
      );
    }
    this.#writeShortText(text);
  }

  #writeShortText(text: Uint8Array): void {
    this.#budget.reserve(text.length);
    this.#writer.u16(text.length).bytes(text);
  }

  #writeLongText(text: Uint8Array): void {
    this.#budget.reserve(text.length);
    this.#writer.u32(text.length).bytes(text);
  }
}

type OnlyAmf3 = Uint8Array | NumberVector | ObjectVector | AmfDictionary;

function needsAmf3(value: AmfValue): value is OnlyAmf3 {
  return (
    value instanceof Uint8Array ||
    value instanceof NumberVector ||
    value instanceof ObjectVector ||
    value instanceof AmfDictionary ||
    (value instanceof AmfXml && value.form === 'e4x')
  );
}

/**
 * Writes one value.
 *
 * @throws {ProtocolError} `ERR_LIMIT` for values too deep, too many, too long, or in a cycle. Part of the value may be
 * written by then.
 */
export function writeAmf0(writer: ByteWriter, value: AmfValue): void {
  new Amf0Writer(writer).write(value);
}

/**
 * The bytes of the values, one after the other: the body of a command, data message or script tag.
 *
 * @throws {ProtocolError} `ERR_LIMIT`, see `writeAmf0`.
 */
export function encodeAmf0(...values: readonly AmfValue[]): Uint8Array {
  const bytes = new ByteWriter();
  const writer = new Amf0Writer(bytes);
  for (const value of values) {
    writer.write(value);
  }
  return bytes.toBytes().slice();
}
