import fc from 'fast-check';
import {
  AmfDictionary,
  type AmfValue,
  AmfXml,
  EcmaArray,
  NumberVector,
  ObjectVector,
  TypedObject,
} from '../../src/amf/value.js';

const text = fc.string({ unit: 'binary', maxLength: 12 });
/** Few, so that tables of strings and traits are used. */
const name = fc.oneof(fc.constantFrom('a', 'b', '__proto__', 'constructor', '0'), fc.string({ minLength: 1 }));

const scalar: fc.Arbitrary<AmfValue> = fc.oneof(
  fc.constantFrom<AmfValue>(undefined, null, true, false),
  fc.integer(),
  fc.double(),
  text,
  fc.date(),
  fc.uint8Array({ maxLength: 12 }),
  fc.tuple(text, fc.constantFrom('document' as const, 'e4x' as const)).map(([xml, form]) => new AmfXml(xml, form)),
  fc
    .tuple(fc.oneof(fc.int32Array(), fc.uint32Array(), fc.float64Array()), fc.boolean())
    .map(([items, fixed]) => new NumberVector(items, fixed)),
);

/**
 * Any value that both encodings give back as it is. Left out: an `EcmaArray` without members, which AMF3 knows as an
 * empty array, or with a member without name, which AMF3 cannot say; an object whose member without name is not its first,
 * where AMF3 puts it; and a `TypedObject` without class name.
 */
export const amfValues: fc.Arbitrary<AmfValue> = fc.letrec<{ value: AmfValue }>((tie) => {
  const value = tie('value');
  const members = fc.array(fc.tuple(name, value), { maxLength: 4 });
  const unnamed = fc.tuple(fc.constant(''), value);
  return {
    value: fc.oneof(
      { depthSize: 'small', maxDepth: 6 },
      scalar,
      fc.array(value, { maxLength: 4 }),
      fc.tuple(fc.array(unnamed, { maxLength: 1 }), members).map(([first, more]) => new Map([...first, ...more])),
      members.filter((entries) => entries.length > 0).map((entries) => new EcmaArray(entries)),
      fc.tuple(name, members).map(([className, entries]) => new TypedObject(className, entries)),
      fc
        .tuple(fc.array(value, { maxLength: 4 }), text, fc.boolean())
        .map(([items, typeName, fixed]) => new ObjectVector(items, typeName, fixed)),
      fc
        .tuple(fc.array(fc.tuple(value, value), { maxLength: 3 }), fc.boolean())
        .map(([entries, weakKeys]) => new AmfDictionary(new Map(entries), weakKeys)),
    ),
  };
}).value;
