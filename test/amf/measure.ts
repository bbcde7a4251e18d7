import {
  AmfDictionary,
  type AmfValue,
  AmfXml,
  isAmfArray,
  isAmfObject,
  NumberVector,
  ObjectVector,
  TypedObject,
} from '../../src/amf/value.js';

/** What values keep in memory. What is there several times counts once. */
export interface Kept {
  /** Values, members and items. */
  values: number;
  /** Bytes of binary data and characters of text. */
  size: number;
  /** Whether a NaN is among them, whose bits may differ from one writing to the next. */
  notANumber: boolean;
}

/** Walks all values, each complex one once, so that cycles end. */
export function measure(roots: readonly AmfValue[]): Kept {
  const kept: Kept = { values: 0, size: 0, notANumber: false };
  const seen = new Set<unknown>();
  const waiting: AmfValue[] = [...roots];
  const text = (value: string) => {
    kept.size += seen.has(value) ? 0 : value.length;
    seen.add(value);
  };
  while (waiting.length > 0) {
    const value = waiting.pop();
    kept.values += 1;
    if (typeof value === 'string') {
      text(value);
    } else if (typeof value === 'number') {
      kept.notANumber ||= Number.isNaN(value);
    } else if (typeof value === 'object' && value !== null && !seen.has(value)) {
      seen.add(value);
      measureComplex(value, kept, waiting, text);
    }
  }
  return kept;
}

function measureComplex(value: object, kept: Kept, waiting: AmfValue[], text: (value: string) => void): void {
  const part = value as AmfValue;
  if (isAmfArray(part)) {
    waiting.push(...part);
  } else if (isAmfObject(part)) {
    text(part instanceof TypedObject ? part.className : '');
    for (const [name, member] of part) {
      text(name);
      waiting.push(member);
    }
  } else if (part instanceof Date) {
    kept.notANumber ||= Number.isNaN(part.getTime());
  } else if (part instanceof AmfXml) {
    kept.size += part.text.length;
  } else if (part instanceof Uint8Array) {
    kept.size += part.byteLength;
  } else if (part instanceof NumberVector) {
    kept.size += part.items.byteLength;
    kept.notANumber ||= part.items.some(Number.isNaN);
  } else if (part instanceof ObjectVector) {
    text(part.typeName);
    waiting.push(...part.items);
  } else if (part instanceof AmfDictionary) {
    waiting.push(...[...part.entries].flat());
  }
}
