import { ByteReader } from '../bytes/reader.js';
import type { MalformedErrorType } from '../errors.js';
import { AMF3 } from './amf3-marker.js';
import { AMF_LIMITS, AmfBudget, type AmfLimits } from './limits.js';
import { MAX_AMF3_INTEGER, MAX_U29, readU29 } from './u29.js';
import {
  AmfDictionary,
  type AmfObject,
  type AmfValue,
  AmfXml,
  EcmaArray,
  NumberVector,
  ObjectVector,
  TypedObject,
} from './value.js';

/** What the objects of one class have in common (AMF3 3.12). */
interface Traits {
  readonly className: string;
  /** Names of the members that each object has, whose values come first and without names. */
  readonly sealedNames: readonly string[];
  /** Whether members with names follow. */
  readonly dynamic: boolean;
}

/**
 * Reads AMF3 values that share their tables of strings, complex values and traits (AMF3 2.2).
 *
 * Memory grows with the bytes that are there, never with a count that they announce.
 */
export class Amf3Reader {
  readonly #reader: ByteReader;
  readonly #budget: AmfBudget;
  readonly #strings: string[] = [];
  readonly #complexValues: AmfValue[] = [];
  readonly #traits: Traits[] = [];

  constructor(reader: ByteReader, budget: AmfBudget = new AmfBudget(AMF_LIMITS, reader.ErrorType)) {
    this.#reader = reader;
    this.#budget = budget;
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
    this.#budget.enter();
    const offset = this.#reader.offset;
    const value = this.#readMarked(this.#reader.u8('AMF3 marker'), offset);
    this.#budget.leave();
    return value;
  }

  #readMarked(marker: number, offset: number): AmfValue {
    switch (marker) {
      case AMF3.undefined:
        return undefined;
      case AMF3.null:
        return null;
      case AMF3.false:
        return false;
      case AMF3.true:
        return true;
      case AMF3.integer:
        return toInteger(readU29(this.#reader, 'AMF3 integer'));
      case AMF3.double:
        return this.#reader.f64('AMF3 double');
      case AMF3.string:
        return this.#readString();
    }
    if (marker > AMF3.dictionary) {
      throw new this.#reader.ErrorType('ERR_AMF', `no AMF3 value begins with byte ${marker}, at offset ${offset}`);
    }
    // All other values begin with a number whose low bit tells whether the value itself follows.
    const header = readU29(this.#reader, 'AMF3 header');
    return (header & 1) === 0
      ? this.#lookUp(this.#complexValues, header >> 1, 'value')
      : this.#readComplex(marker, header >> 1);
  }

  #readComplex(marker: number, header: number): AmfValue {
    switch (marker) {
      case AMF3.xmlDocument:
        return this.#remember(new AmfXml(this.#reader.utf8(header, 'AMF3 XML document'), 'document'));
      case AMF3.xml:
        return this.#remember(new AmfXml(this.#reader.utf8(header, 'AMF3 XML'), 'e4x'));
      case AMF3.date:
        return this.#remember(new Date(this.#reader.f64('AMF3 date')));
      case AMF3.byteArray:
        // A copy: the bytes of the input may be overwritten once they are parsed.
        return this.#remember(new Uint8Array(this.#reader.bytes(header, 'AMF3 byte array')));
      case AMF3.array:
        return this.#readArray(header);
      case AMF3.object:
        return this.#readObject(header);
      case AMF3.vectorObject:
        return this.#readObjectVector(header);
      case AMF3.dictionary:
        return this.#readDictionary(header);
      default:
        return this.#readNumberVector(marker, header);
    }
  }

  /** String without marker (AMF3 1.3.2). The empty string never goes into the table. */
  #readString(): string {
    const header = readU29(this.#reader, 'AMF3 string header');
    if ((header & 1) === 0) {
      return this.#lookUp(this.#strings, header >> 1, 'string');
    }
    const text = this.#reader.utf8(header >> 1, 'AMF3 string');
    if (text !== '') {
      this.#strings.push(text);
    }
    return text;
  }

  #readArray(count: number): AmfValue {
    const firstName = this.#readString();
    if (firstName === '') {
      const items: AmfValue[] = [];
      this.#remember(items);
      this.#readItems(items, count, 'array');
      return items;
    }
    const array = this.#remember(new EcmaArray());
    this.#readMembers(array, firstName);
    this.#expectValues(count, 'array');
    for (let index = 0; index < count; index++) {
      array.set(String(index), this.read());
    }
    return array;
  }

  #readObject(header: number): AmfObject {
    const traits =
      (header & 1) === 0 ? this.#lookUp(this.#traits, header >> 1, 'traits') : this.#readTraits(header >> 1);
    const object: AmfObject = traits.className === '' ? new Map() : new TypedObject(traits.className);
    this.#remember(object);
    for (const name of traits.sealedNames) {
      object.set(name, this.read());
    }
    if (traits.dynamic) {
      this.#readMembers(object, this.#readString());
    }
    return object;
  }

  #readTraits(header: number): Traits {
    const externalizable = (header & 1) !== 0;
    const className = this.#readString();
    if (externalizable) {
      throw new this.#reader.ErrorType(
        'ERR_AMF',
        `AMF3 object of the externalizable class ${JSON.stringify(className.slice(0, 100))}, whose format only that class knows`,
      );
    }
    const count = header >> 2;
    this.#expectValues(count, 'traits');
    const sealedNames: string[] = [];
    for (let index = 0; index < count; index++) {
      sealedNames.push(this.#readString());
    }
    const traits: Traits = { className, sealedNames, dynamic: (header & 2) !== 0 };
    this.#traits.push(traits);
    return traits;
  }

  /** Named members up to the empty name. */
  #readMembers(members: AmfObject, firstName: string): void {
    for (let name = firstName; name !== ''; name = this.#readString()) {
      members.set(name, this.read());
    }
  }

  #readNumberVector(marker: number, count: number): NumberVector {
    const fixed = this.#reader.u8('AMF3 vector fixed flag') !== 0;
    this.#checkSize(count, marker === AMF3.vectorDouble ? 8 : 4, 'vector');
    return this.#remember(new NumberVector(this.#readNumbers(marker, count), fixed));
  }

  #readNumbers(marker: number, count: number): NumberVector['items'] {
    const reader = this.#reader;
    switch (marker) {
      case AMF3.vectorInt:
        return new Int32Array(count).map(() => reader.s32('AMF3 vector item'));
      case AMF3.vectorUint:
        return new Uint32Array(count).map(() => reader.u32('AMF3 vector item'));
      default:
        return new Float64Array(count).map(() => reader.f64('AMF3 vector item'));
    }
  }

  #readObjectVector(count: number): ObjectVector {
    const fixed = this.#reader.u8('AMF3 vector fixed flag') !== 0;
    const typeName = this.#readString();
    const items: AmfValue[] = [];
    const vector = this.#remember(new ObjectVector(items, typeName, fixed));
    this.#readItems(items, count, 'vector');
    return vector;
  }

  #readDictionary(count: number): AmfDictionary {
    const weakKeys = this.#reader.u8('AMF3 dictionary weak flag') !== 0;
    this.#expectValues(2 * count, 'dictionary');
    const entries = new Map<AmfValue, AmfValue>();
    const dictionary = this.#remember(new AmfDictionary(entries, weakKeys));
    for (let index = 0; index < count; index++) {
      const key = this.read();
      entries.set(key, this.read());
    }
    return dictionary;
  }

  #readItems(items: AmfValue[], count: number, what: string): void {
    this.#expectValues(count, what);
    for (let index = 0; index < count; index++) {
      items.push(this.read());
    }
  }

  /** Refuses a count of values that cannot all be there or are too many, before anything is made for them. */
  #expectValues(count: number, what: string): void {
    this.#checkSize(count, 1, what);
    this.#budget.expect(count);
  }

  #checkSize(count: number, itemSizeBytes: number, what: string): void {
    if (count * itemSizeBytes > this.#reader.remaining) {
      throw new this.#reader.ErrorType(
        'ERR_TRUNCATED',
        `${count} values of an AMF3 ${what} in ${this.#reader.remaining} bytes`,
      );
    }
  }

  /** Makes a complex value known before its parts are read, because they may refer to it. */
  #remember<T extends AmfValue>(value: T): T {
    this.#complexValues.push(value);
    return value;
  }

  #lookUp<T>(table: readonly T[], index: number, what: string): T {
    if (index >= table.length) {
      throw new this.#reader.ErrorType('ERR_AMF', `AMF3 reference to ${what} ${index} of ${table.length}`);
    }
    return table[index] as T;
  }
}

/** Two's complement of 29 bits (AMF3 3.6). */
function toInteger(u29: number): number {
  return u29 > MAX_AMF3_INTEGER ? u29 - (MAX_U29 + 1) : u29;
}

/**
 * Reads one value with tables of its own.
 *
 * @throws {ProtocolError} or the class of the cursor: `ERR_AMF`, `ERR_TRUNCATED`, `ERR_LIMIT`.
 */
export function readAmf3(reader: ByteReader, limits: AmfLimits = AMF_LIMITS): AmfValue {
  return new Amf3Reader(reader, new AmfBudget(limits, reader.ErrorType)).read();
}

/**
 * Reads values that share their tables and fill `bytes`.
 *
 * @throws {ProtocolError} or `ErrorType`: `ERR_AMF`, `ERR_TRUNCATED`, `ERR_LIMIT`.
 */
export function readAmf3Values(
  bytes: Uint8Array,
  ErrorType?: MalformedErrorType,
  limits: AmfLimits = AMF_LIMITS,
): AmfValue[] {
  const cursor = new ByteReader(bytes, ErrorType);
  const reader = new Amf3Reader(cursor, new AmfBudget(limits, cursor.ErrorType));
  const values: AmfValue[] = [];
  while (!reader.atEnd) {
    values.push(reader.read());
  }
  return values;
}
