import {
  AmfDictionary,
  type AmfValue,
  AmfXml,
  isAmfArray,
  isAmfObject,
  NumberVector,
  ObjectVector,
} from '../../amf/value.js';

/** Which members stand around a text: what may be shown depends on it. Empty outside of objects. */
export type ShowText = (text: string, member: string) => string;

const MAX_DEPTH = 3;
const MAX_MEMBERS = 40;
const MAX_TEXT_LENGTH = 120;
const CUT = '...';

/** AMF values in a short form for people, cut where it gets long. Nothing in it depends on what a peer calls itself. */
export function amfText(values: readonly AmfValue[], showText: ShowText): string {
  return values.map((value) => textOf(value, { showText, member: '', depth: 0 })).join(', ');
}

interface Place {
  readonly showText: ShowText;
  /** Name of the member, or of the one whose array it stands in. */
  readonly member: string;
  readonly depth: number;
}

function textOf(value: AmfValue, place: Place): string {
  if (typeof value === 'string') {
    return quoted(place.showText(value, place.member));
  }
  if (isAmfObject(value)) {
    return `{${inside(place, () => members(value, place))}}`;
  }
  if (isAmfArray(value)) {
    return `[${inside(place, () => items(value, place))}]`;
  }
  if (value instanceof Date) {
    return Number.isNaN(value.getTime()) ? 'invalid date' : value.toISOString();
  }
  return otherText(value);
}

function otherText(value: Exclude<AmfValue, string | Date | Map<string, AmfValue> | readonly AmfValue[]>): string {
  if (value instanceof Uint8Array) {
    return `${value.length} bytes`;
  }
  if (value instanceof NumberVector || value instanceof ObjectVector) {
    return `vector of ${value.items.length}`;
  }
  if (value instanceof AmfDictionary) {
    return `dictionary of ${value.entries.size}`;
  }
  return value instanceof AmfXml ? 'XML' : String(value);
}

/** A value may contain itself, so there is an end to the depth. */
function inside({ depth }: Place, write: () => string): string {
  return depth < MAX_DEPTH ? write() : CUT;
}

function members(object: ReadonlyMap<string, AmfValue>, place: Place): string {
  const texts: string[] = [];
  for (const [member, value] of object) {
    if (texts.length === MAX_MEMBERS) {
      texts.push(CUT);
      break;
    }
    texts.push(`${shortened(member)}: ${textOf(value, { ...place, member, depth: place.depth + 1 })}`);
  }
  return texts.join(', ');
}

function items(array: readonly AmfValue[], place: Place): string {
  const texts = array.slice(0, MAX_MEMBERS).map((value) => textOf(value, { ...place, depth: place.depth + 1 }));
  return [...texts, ...(array.length > MAX_MEMBERS ? [CUT] : [])].join(', ');
}

function quoted(text: string): string {
  return JSON.stringify(shortened(text));
}

function shortened(text: string): string {
  return text.length <= MAX_TEXT_LENGTH ? text : text.slice(0, MAX_TEXT_LENGTH - CUT.length) + CUT;
}
