import { ByteReader } from '../bytes/reader.js';
import type { MalformedErrorType } from '../errors.js';
import { AMF0 } from './amf0-marker.js';
import { Amf3Reader } from './amf3-reader.js';
import { AMF_LIMITS, AmfBudget, type AmfLimits } from './limits.js';
import { type AmfObject, type AmfValue, AmfXml, EcmaArray, TypedObject } from './value.js';

/**
 * Reads the AMF0 values of one message, one after the other. References reach over all of them, and the limits count
 * them together, so a message needs one `Amf0Reader` of its own.
 *
 * Memory grows with the bytes that are there, never with a count that they announce.
 */
export class Amf0Reader {
  readonly #reader: ByteReader;
  readonly #budget: AmfBudget;
  /** What a reference can mean: objects and arrays in the order of their first byte (AMF0 2.9). */
  readonly #references: AmfValue[] = [];

  constructor(reader: ByteReader, limits: AmfLimits = AMF_LIMITS) {
    this.#reader = reader;
    this.#budget = new AmfBudget(limits, reader.ErrorType);
  }

  get atEnd(): boolean {
    return this.#reader.atEnd;
  }

  /**
   * Reads the next value.
   *
   * @throws {ProtocolError} or the class of the cursor: `ERR_AMF`, `ERR_TRUNCATED`, `ERR_LIMIT`.
   */
  read(): AmfValue {
    const offset = this.#reader.offset;
    const marker = this.#reader.u8('AMF0 marker');
    if (marker === AMF0.avmPlus) {
      // The AMF3 tables begin anew at each switch (AMF3 4.1).
      return new Amf3Reader(this.#reader, this.#budget).read();
    }
    this.#budget.enter();
    const value = this.#readMarked(marker, offset);
    this.#budget.leave();
    return value;
  }

  #readMarked(marker: number, offset: number): AmfValue {
    switch (marker) {
      case AMF0.number:
        return this.#reader.f64('AMF0 number');
      case AMF0.boolean:
        return this.#reader.u8('AMF0 boolean') !== 0;
      case AMF0.string:
        return this.#readText(this.#reader.u16('AMF0 string length'));
      case AMF0.longString:
        return this.#readText(this.#reader.u32('AMF0 long string length'));
      case AMF0.xmlDocument:
        return new AmfXml(this.#readText(this.#reader.u32('AMF0 XML length')), 'document');
      case AMF0.null:
        return null;
      case AMF0.undefined:
      case AMF0.unsupported:
        return undefined;
      case AMF0.date:
        return this.#readDate();
      case AMF0.reference:
        return this.#readReference();
      case AMF0.object:
        return this.#readMembers(new Map());
      case AMF0.typedObject:
        return this.#readMembers(new TypedObject(this.#readText(this.#reader.u16('AMF0 class name length'))));
      case AMF0.ecmaArray:
        // The count is a hint at best (FLV E.4.4.4): the end mark counts.
        this.#reader.skip(4, 'AMF0 ECMA array count');
        return this.#readMembers(new EcmaArray());
      case AMF0.strictArray:
        return this.#readStrictArray();
      default:
        throw new this.#reader.ErrorType('ERR_AMF', `no AMF0 value begins with byte ${marker}, at offset ${offset}`);
    }
  }

  #readText(lengthBytes: number): string {
    return this.#reader.utf8(lengthBytes, 'AMF0 string');
  }

  #readDate(): Date {
    const date = new Date(this.#reader.f64('AMF0 date'));
    // The time zone is reserved (AMF0 2.13), and FLV means something else by it (FLV E.4.4.3).
    this.#reader.skip(2, 'AMF0 date time zone');
    return date;
  }

  #readReference(): AmfValue {
    const index = this.#reader.u16('AMF0 reference');
    if (index >= this.#references.length) {
      throw new this.#reader.ErrorType(
        'ERR_AMF',
        `AMF0 reference ${index} to one of ${this.#references.length} objects`,
      );
    }
    return this.#references[index];
  }

  /** Fills `members` up to the end mark, or to the end of the data: Envivio encoders leave the mark out. */
  #readMembers<T extends AmfObject>(members: T): T {
    this.#references.push(members);
    while (!this.#reader.atEnd) {
      const name = this.#readText(this.#reader.u16('AMF0 property name length'));
      if (name === '' && this.#reader.peekU8() === AMF0.objectEnd) {
        this.#reader.skip(1, 'AMF0 object end');
        break;
      }
      members.set(name, this.read());
    }
    return members;
  }

  #readStrictArray(): readonly AmfValue[] {
    const count = this.#reader.u32('AMF0 strict array count');
    if (count > this.#reader.remaining) {
      throw new this.#reader.ErrorType(
        'ERR_TRUNCATED',
        `${count} values of an AMF0 strict array in ${this.#reader.remaining} bytes`,
      );
    }
    this.#budget.expect(count);
    const items: AmfValue[] = [];
    this.#references.push(items);
    for (let index = 0; index < count; index++) {
      items.push(this.read());
    }
    return items;
  }
}

/**
 * Reads one value that stands alone: references to values before it are not known. For several values of one message
 * take an `Amf0Reader`.
 *
 * @throws {ProtocolError} or the class of the cursor: `ERR_AMF`, `ERR_TRUNCATED`, `ERR_LIMIT`.
 */
export function readAmf0(reader: ByteReader, limits: AmfLimits = AMF_LIMITS): AmfValue {
  return new Amf0Reader(reader, limits).read();
}

/**
 * Reads all values of a command, data message or script tag.
 *
 * @throws {ProtocolError} or `ErrorType`: `ERR_AMF`, `ERR_TRUNCATED`, `ERR_LIMIT`.
 */
export function readAmf0Values(
  bytes: Uint8Array,
  ErrorType?: MalformedErrorType,
  limits: AmfLimits = AMF_LIMITS,
): AmfValue[] {
  const reader = new Amf0Reader(new ByteReader(bytes, ErrorType), limits);
  const values: AmfValue[] = [];
  while (!reader.atEnd) {
    values.push(reader.read());
  }
  return values;
}
