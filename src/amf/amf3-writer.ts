import { ByteWriter } from '../bytes/writer.js';
import { ProtocolError } from '../errors.js';
import { AMF3 } from './amf3-marker.js';
import { AmfWriteBudget } from './limits.js';
import { MAX_AMF3_INTEGER, MAX_U29, MIN_AMF3_INTEGER, writeU29 } from './u29.js';
import {
  AmfDictionary,
  type AmfObject,
  type AmfValue,
  AmfXml,
  EcmaArray,
  isAmfArray,
  NumberVector,
  type ObjectVector,
  TypedObject,
} from './value.js';

/** In the header of an object: the traits follow, and members with names follow the sealed ones (AMF3 3.12). */
const DYNAMIC_INLINE_TRAITS = 0b1011;

const encoder = new TextEncoder();

/** The values that go into the table of complex values, and can be referred to. */
type ComplexValue = Exclude<AmfValue, undefined | null | boolean | number | string>;

/** Writes AMF3 values that share their tables of strings, complex values and traits, so cycles can be written too. */
export class Amf3Writer {
  readonly #writer: ByteWriter;
  readonly #budget: AmfWriteBudget;
  readonly #strings = new Map<string, number>();
  readonly #complexValues = new Map<ComplexValue, number>();
  readonly #traits = new Map<string, number>();

  constructor(writer: ByteWriter, budget: AmfWriteBudget = new AmfWriteBudget(writer)) {
    this.#writer = writer;
    this.#budget = budget;
  }

  /** @throws {ProtocolError} `ERR_LIMIT`, `ERR_AMF`, see `writeAmf3`. */
  write(value: AmfValue): void {
    this.#budget.enter();
    this.#writeMarked(value);
    this.#budget.leave();
  }

  #writeMarked(value: AmfValue): void {
    switch (typeof value) {
      case 'undefined':
        this.#writer.u8(AMF3.undefined);
        return;
      case 'boolean':
        this.#writer.u8(value ? AMF3.true : AMF3.false);
        return;
      case 'number':
        this.#writeNumber(value);
        return;
      case 'string':
        this.#writer.u8(AMF3.string);
        this.#writeString(value);
        return;
    }
    if (value === null) {
      this.#writer.u8(AMF3.null);
      return;
    }
    this.#writer.u8(markerOf(value));
    if (!this.#writeReference(value)) {
      this.#writeComplex(value);
    }
  }

  #writeNumber(value: number): void {
    const fits = Number.isInteger(value) && value >= MIN_AMF3_INTEGER && value <= MAX_AMF3_INTEGER;
    if (fits && !Object.is(value, -0)) {
      this.#writer.u8(AMF3.integer);
      writeU29(this.#writer, value & MAX_U29);
    } else {
      this.#writer.u8(AMF3.double).f64(value);
    }
  }

  /** Writes a reference if `value` was written before, otherwise notes its place in the table. */
  #writeReference(value: ComplexValue): boolean {
    const index = this.#complexValues.get(value);
    if (index === undefined) {
      this.#complexValues.set(value, this.#complexValues.size);
      return false;
    }
    writeU29(this.#writer, index << 1);
    return true;
  }

  #writeComplex(value: ComplexValue): void {
    if (value instanceof Date) {
      this.#writeHeader(0);
      this.#writer.f64(value.getTime());
    } else if (value instanceof AmfXml) {
      this.#writeBytes(encoder.encode(value.text));
    } else if (value instanceof Uint8Array) {
      this.#writeBytes(value);
    } else if (value instanceof EcmaArray) {
      this.#writeEcmaArray(value);
    } else if (value instanceof Map) {
      this.#writeObject(value);
    } else if (value instanceof NumberVector) {
      this.#writeNumberVector(value);
    } else if (value instanceof AmfDictionary) {
      this.#writeDictionary(value);
    } else if (isAmfArray(value)) {
      this.#writeHeader(value.length);
      this.#writeString('');
      this.#writeItems(value);
    } else {
      this.#writeObjectVector(value);
    }
  }

  /** The number in front of a complex value that is written here and not referred to. */
  #writeHeader(number: number): void {
    writeU29(this.#writer, (number << 1) | 1);
  }

  #writeBytes(bytes: Uint8Array): void {
    this.#budget.reserve(bytes.length);
    this.#writeHeader(bytes.length);
    this.#writer.bytes(bytes);
  }

  /** String without marker (AMF3 1.3.2). The empty string never goes into the table. */
  #writeString(text: string): void {
    const index = this.#strings.get(text);
    if (index !== undefined) {
      writeU29(this.#writer, index << 1);
      return;
    }
    if (text !== '') {
      this.#strings.set(text, this.#strings.size);
    }
    this.#writeBytes(encoder.encode(text));
  }

  #writeEcmaArray(array: EcmaArray): void {
    if (array.has('')) {
      throw new ProtocolError('ERR_AMF', 'an AMF3 array cannot have a member with an empty name');
    }
    this.#writeHeader(0);
    this.#writeMembers(array);
  }

  #writeObject(object: AmfObject): void {
    this.#writeTraits(object);
    if (object.has('')) {
      this.write(object.get(''));
    }
    this.#writeMembers(object);
  }

  /** All members are dynamic, but for one with the empty name, which would end them: it is sealed, and so the first. */
  #writeTraits(object: AmfObject): void {
    const className = object instanceof TypedObject ? object.className : '';
    const sealedCount = object.has('') ? 1 : 0;
    const key = `${sealedCount}${className}`;
    const index = this.#traits.get(key);
    if (index !== undefined) {
      writeU29(this.#writer, (index << 2) | 1);
      return;
    }
    this.#traits.set(key, this.#traits.size);
    writeU29(this.#writer, (sealedCount << 4) | DYNAMIC_INLINE_TRAITS);
    this.#writeString(className);
    if (sealedCount > 0) {
      this.#writeString('');
    }
  }

  /** Named members up to the empty name. */
  #writeMembers(members: AmfObject): void {
    for (const [name, member] of members) {
      if (name !== '') {
        this.#writeString(name);
        this.write(member);
      }
    }
    this.#writeString('');
  }

  #writeNumberVector({ items, fixed }: NumberVector): void {
    this.#budget.reserve(items.byteLength);
    this.#writeHeader(items.length);
    this.#writer.u8(fixed ? 1 : 0);
    for (const item of items) {
      if (items instanceof Float64Array) {
        this.#writer.f64(item);
      } else {
        // Negative numbers become their two's complement.
        this.#writer.u32(item);
      }
    }
  }

  #writeObjectVector({ items, typeName, fixed }: ObjectVector): void {
    this.#writeHeader(items.length);
    this.#writer.u8(fixed ? 1 : 0);
    this.#writeString(typeName);
    this.#writeItems(items);
  }

  #writeDictionary({ entries, weakKeys }: AmfDictionary): void {
    this.#writeHeader(entries.size);
    this.#writer.u8(weakKeys ? 1 : 0);
    for (const [key, value] of entries) {
      this.write(key);
      this.write(value);
    }
  }

  #writeItems(items: readonly AmfValue[]): void {
    for (const item of items) {
      this.write(item);
    }
  }
}

function markerOf(value: ComplexValue): number {
  if (value instanceof Date) return AMF3.date;
  if (value instanceof AmfXml) return value.form === 'document' ? AMF3.xmlDocument : AMF3.xml;
  if (value instanceof Uint8Array) return AMF3.byteArray;
  if (value instanceof EcmaArray) return AMF3.array;
  if (value instanceof Map) return AMF3.object;
  if (value instanceof NumberVector) return markerOfItems(value.items);
  if (value instanceof AmfDictionary) return AMF3.dictionary;
  return isAmfArray(value) ? AMF3.array : AMF3.vectorObject;
}

function markerOfItems(items: NumberVector['items']): number {
  if (items instanceof Int32Array) return AMF3.vectorInt;
  return items instanceof Uint32Array ? AMF3.vectorUint : AMF3.vectorDouble;
}

/**
 * Writes one value with tables of its own.
 *
 * @throws {ProtocolError} `ERR_LIMIT` for values too deep, too many or too long; `ERR_AMF` for an `EcmaArray` with a
 * member whose name is empty. Part of the value may be written by then.
 */
export function writeAmf3(writer: ByteWriter, value: AmfValue): void {
  new Amf3Writer(writer).write(value);
}

/**
 * The bytes of values that share their tables.
 *
 * @throws {ProtocolError} `ERR_LIMIT`, `ERR_AMF`, see `writeAmf3`.
 */
export function encodeAmf3(...values: readonly AmfValue[]): Uint8Array {
  const bytes = new ByteWriter();
  const writer = new Amf3Writer(bytes);
  for (const value of values) {
    writer.write(value);
  }
  return bytes.toBytes().slice();
}
