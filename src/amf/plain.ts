import type { PlainValue } from '../report.js';
import { AmfDictionary, type AmfValue, AmfXml, isAmfArray, isAmfObject, NumberVector, ObjectVector } from './value.js';

/** Deeper values, longer texts and more values in all than these are cut off. */
const MAX_DEPTH = 6;
const MAX_TEXT_LENGTH = 1_000;
const MAX_VALUES = 2_000;
/** Of an array that is only numbers, such as a keyframe index, which would fill the screen. */
const MAX_ITEMS = 100;

/**
 * A value as far as JSON can say it, and no larger than anybody wants to read. What cannot be said, such as a number that
 * is none or a value within itself, becomes `null`.
 */
export function plainValue(value: AmfValue): PlainValue {
  return new Simplifier().simplify(value, 0);
}

/** As `plainValue`, for the members of an object. */
export function plainMembers(members: ReadonlyMap<string, AmfValue>): Record<string, PlainValue> {
  return new Simplifier().members(members, 0);
}

class Simplifier {
  #valuesLeft = MAX_VALUES;

  simplify(value: AmfValue, depth: number): PlainValue {
    this.#valuesLeft -= 1;
    if (this.#valuesLeft < 0 || depth > MAX_DEPTH || value === undefined || value === null) return null;
    if (typeof value === 'boolean') return value;
    if (typeof value === 'string') return value.slice(0, MAX_TEXT_LENGTH);
    if (typeof value === 'number') return Number.isFinite(value) ? value : null;
    if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
    if (value instanceof AmfXml) return value.text.slice(0, MAX_TEXT_LENGTH);
    if (value instanceof Uint8Array) return { bytes: value.length };
    if (value instanceof NumberVector) return [...value.items.subarray(0, MAX_ITEMS)];
    if (value instanceof ObjectVector) return this.#items(value.items, depth);
    if (value instanceof AmfDictionary) return { entries: value.entries.size };
    if (isAmfArray(value)) return this.#items(value, depth);
    return isAmfObject(value) ? this.members(value, depth) : null;
  }

  members(members: ReadonlyMap<string, AmfValue>, depth: number): Record<string, PlainValue> {
    const plain: [string, PlainValue][] = [];
    for (const [name, member] of members) {
      if (this.#valuesLeft <= 0) break;
      plain.push([name.slice(0, MAX_TEXT_LENGTH), this.simplify(member, depth + 1)]);
    }
    return Object.fromEntries(plain);
  }

  #items(items: readonly AmfValue[], depth: number): PlainValue[] {
    return items.slice(0, MAX_ITEMS).map((item) => this.simplify(item, depth + 1));
  }
}
