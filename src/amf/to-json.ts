import { ProtocolError } from '../errors.js';
import { AmfDictionary, type AmfValue, AmfXml, NumberVector, ObjectVector } from './value.js';

export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | { readonly [name: string]: JsonValue };

/** Parts of a value can stand in it many times over by reference, so that a few bytes may describe very much. */
const MAX_VALUES = 100_000;

/**
 * A value as JSON says it. What JSON has no word for becomes what comes closest:
 *
 * | AMF | JSON |
 * | --- | --- |
 * | undefined, NaN, ±Infinity, an invalid date | `null` |
 * | date | text, ISO 8601 in UTC |
 * | object, typed object (without its class), ECMA array | object |
 * | array, vector | array |
 * | XML | its text |
 * | byte array | text, Base64 |
 * | dictionary | array of pairs, each an array of key and value |
 * | a value inside itself | `null` |
 *
 * @throws {ProtocolError} `ERR_LIMIT` for what would be more than 100,000 values
 */
export function amfToJson(value: AmfValue): JsonValue {
  return new JsonConverter().convert(value);
}

class JsonConverter {
  #left = MAX_VALUES;
  /** What the value at hand stands in. */
  readonly #around = new Set<AmfValue>();

  convert(value: AmfValue): JsonValue {
    this.#left -= 1;
    if (this.#left < 0) throw new ProtocolError('ERR_LIMIT', `data of more than ${MAX_VALUES} values`);
    switch (typeof value) {
      case 'undefined':
        return null;
      case 'number':
        return Number.isFinite(value) ? value : null;
      case 'boolean':
      case 'string':
        return value;
      case 'object':
        return value === null || this.#around.has(value) ? null : this.#convertObject(value);
    }
  }

  #convertObject(value: AmfValue & object): JsonValue {
    this.#around.add(value);
    const converted = this.#convertParts(value);
    this.#around.delete(value);
    return converted;
  }

  #convertParts(value: AmfValue & object): JsonValue {
    if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
    if (value instanceof AmfXml) return value.text;
    if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
    if (value instanceof NumberVector) return Array.from(value.items, (item) => this.convert(item));
    if (value instanceof ObjectVector) return value.items.map((item) => this.convert(item));
    if (value instanceof AmfDictionary) {
      return [...value.entries].map(([key, item]) => [this.convert(key), this.convert(item)]);
    }
    if (value instanceof Map) {
      return Object.fromEntries([...value].map(([name, item]) => [name, this.convert(item)]));
    }
    return value.map((item) => this.convert(item));
  }
}
