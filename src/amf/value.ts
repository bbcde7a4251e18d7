/**
 * What AMF0 and AMF3 can say, as JavaScript values. One set of types serves both encodings:
 *
 * | here | AMF0 | AMF3 |
 * | --- | --- | --- |
 * | `undefined` | undefined; read from unsupported too | undefined |
 * | `number` | number | integer where it fits, else double |
 * | `string` | string, long string | string |
 * | `Map` | object | object without class |
 * | `TypedObject` | typed object | object with class |
 * | `EcmaArray` | ECMA array | array with named members |
 * | array | strict array | array without named members |
 * | `Date` | date; the time zone is ignored | date |
 * | `AmfXml` | XML document | XML document, XML |
 * | `Uint8Array`, `NumberVector`, `ObjectVector`, `AmfDictionary` | through the AVM+ switch | byte array, vectors, dictionary |
 *
 * A value that was read may contain itself or the same part several times, because both encodings have references.
 * A `Date` that was read may be invalid, and a number NaN or infinite.
 */
export type AmfValue =
  | undefined
  | null
  | boolean
  | number
  | string
  | Date
  | AmfObject
  | readonly AmfValue[]
  | AmfXml
  | Uint8Array
  | NumberVector
  | ObjectVector
  | AmfDictionary;

/** Names and values in their order on the wire. A `Map`, so that a name like `__proto__` is harmless. */
export type AmfObject = Map<string, AmfValue>;

/**
 * An array with named members (AMF0 2.10, AMF3 3.11). Peers mix it up with objects, so it is accepted wherever an object is.
 * The dense part of an AMF3 array that has named members too stands under the names `0`, `1`, `2` …
 */
export class EcmaArray extends Map<string, AmfValue> {}

/** An object with the name of its class (AMF0 2.18, AMF3 3.12). */
export class TypedObject extends Map<string, AmfValue> {
  readonly className: string;

  constructor(className: string, members?: Iterable<readonly [string, AmfValue]>) {
    super(members);
    this.className = className;
  }
}

/** XML text, not parsed: the old `XMLDocument` (AMF0 2.17, AMF3 3.9) or `XML` of E4X (AMF3 3.13). */
export class AmfXml {
  readonly text: string;
  readonly form: 'document' | 'e4x';

  constructor(text: string, form: 'document' | 'e4x' = 'document') {
    this.text = text;
    this.form = form;
  }
}

/** Vector of int, uint or double (AMF3 3.15); the type of `items` tells which. `fixed`: its length may not change. */
export class NumberVector {
  readonly items: Int32Array | Uint32Array | Float64Array;
  readonly fixed: boolean;

  constructor(items: Int32Array | Uint32Array | Float64Array, fixed = false) {
    this.items = items;
    this.fixed = fixed;
  }
}

/** Vector of values of one class (AMF3 3.15); `typeName` is empty or `*` for any class. */
export class ObjectVector {
  readonly items: readonly AmfValue[];
  readonly typeName: string;
  readonly fixed: boolean;

  constructor(items: readonly AmfValue[], typeName = '', fixed = false) {
    this.items = items;
    this.typeName = typeName;
    this.fixed = fixed;
  }
}

/** Dictionary (AMF3 3.16): keys of any type, compared by identity. Not a `Map` itself, so that it passes for no object. */
export class AmfDictionary {
  readonly entries: ReadonlyMap<AmfValue, AmfValue>;
  readonly weakKeys: boolean;

  constructor(entries: ReadonlyMap<AmfValue, AmfValue>, weakKeys = false) {
    this.entries = entries;
    this.weakKeys = weakKeys;
  }
}

/** An object of the record's own members, in their order. */
export function amfObject(record: Readonly<Record<string, AmfValue>>): AmfObject {
  return new Map(Object.entries(record));
}

/** An ECMA array of the record's own members, in their order. */
export function ecmaArray(record: Readonly<Record<string, AmfValue>>): EcmaArray {
  return new EcmaArray(Object.entries(record));
}

/** Whether `value` has named members: object, ECMA array or typed object. */
export function isAmfObject(value: AmfValue): value is AmfObject {
  return value instanceof Map;
}

/** Whether `value` is a strict (AMF0) or dense (AMF3) array. */
export function isAmfArray(value: AmfValue): value is readonly AmfValue[] {
  return Array.isArray(value);
}
