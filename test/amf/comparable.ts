import {
  AmfDictionary,
  type AmfObject,
  type AmfValue,
  AmfXml,
  isAmfArray,
  isAmfObject,
  NumberVector,
  type ObjectVector,
  TypedObject,
} from '../../src/amf/value.js';

/**
 * `value` as nested arrays, in which everything counts: the class, the order of members and the name of a typed
 * object, which the test runner's own comparison of maps all leaves out. A cycle ends with how far it goes back.
 */
export function toComparable(value: AmfValue): unknown {
  return flatten(value, []);
}

function flatten(value: AmfValue, around: readonly AmfValue[]): unknown {
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  const depth = around.indexOf(value);
  if (depth >= 0) {
    return ['back', around.length - depth];
  }
  const within = [...around, value];
  const inner = (part: AmfValue) => flatten(part, within);
  if (isAmfArray(value)) return ['array', ...value.map(inner)];
  if (isAmfObject(value)) return [describeObject(value), ...Array.from(value, ([name, part]) => [name, inner(part)])];
  if (value instanceof Date) return ['date', value.getTime()];
  if (value instanceof AmfXml) return ['xml', value.form, value.text];
  if (value instanceof Uint8Array) return ['bytes', ...value];
  if (value instanceof NumberVector) return [value.items.constructor.name, value.fixed, ...value.items];
  if (value instanceof AmfDictionary) {
    return ['dictionary', value.weakKeys, ...Array.from(value.entries, ([key, part]) => [inner(key), inner(part)])];
  }
  return describeVector(value, inner);
}

function describeObject(value: AmfObject): string {
  return value instanceof TypedObject ? `TypedObject ${value.className}` : value.constructor.name;
}

function describeVector(value: ObjectVector, inner: (part: AmfValue) => unknown): unknown {
  return [value.constructor.name, value.typeName, value.fixed, ...value.items.map(inner)];
}
