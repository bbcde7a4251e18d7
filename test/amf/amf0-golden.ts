import { AmfXml, amfObject, EcmaArray, ecmaArray, TypedObject } from '../../src/amf/value.js';
import { type GoldenError, type GoldenValues, repeatHex } from './golden.js';

const shared = amfObject({ a: 1 });

/** What FFmpeg and others say about a stream (§11.5), without the count in front. */
const METADATA_MEMBERS = `
  00 08 64 75 72 61 74 69 6f 6e 00 00 00 00 00 00 00 00 00
  00 05 77 69 64 74 68 00 40 94 00 00 00 00 00 00
  00 06 68 65 69 67 68 74 00 40 86 80 00 00 00 00 00
  00 06 73 74 65 72 65 6f 01 01`;
const METADATA = ecmaArray({ duration: 0, width: 1280, height: 720, stereo: true });
const METADATA_CUTS = [5, 24, 40, 57, 67];

export const AMF0_GOLDEN: readonly GoldenValues[] = [
  { name: 'number 0', spec: 'AMF0 2.2', wire: '00 00 00 00 00 00 00 00 00', values: [0] },
  { name: 'number 1', spec: 'AMF0 2.2', wire: '00 3f f0 00 00 00 00 00 00', values: [1] },
  { name: 'number -1.5', spec: 'AMF0 2.2', wire: '00 bf f8 00 00 00 00 00 00', values: [-1.5] },
  { name: 'number -0', spec: 'AMF0 2.2', wire: '00 80 00 00 00 00 00 00 00', values: [-0] },
  { name: 'number infinity', spec: 'AMF0 2.2', wire: '00 7f f0 00 00 00 00 00 00', values: [Infinity] },
  { name: 'number NaN', spec: 'AMF0 2.2', wire: '00 7f f8 00 00 00 00 00 00', values: [Number.NaN] },
  { name: 'boolean false', spec: 'AMF0 2.3', wire: '01 00', values: [false] },
  { name: 'boolean true', spec: 'AMF0 2.3', wire: '01 01', values: [true] },
  { name: 'boolean from any other byte', spec: 'AMF0 2.3', wire: '01 80', values: [true], readOnly: true },
  { name: 'string', spec: 'AMF0 2.4', wire: '02 00 07 63 6f 6e 6e 65 63 74', values: ['connect'] },
  { name: 'empty string', spec: 'AMF0 2.4', wire: '02 00 00', values: [''] },
  {
    name: 'string of 2, 3 and 4 byte characters',
    spec: 'AMF0 1.3.1',
    wire: '02 00 09 c3 a9 e2 82 ac f0 9f 98 80',
    values: ['é€😀'],
  },
  { name: 'string with a byte order mark', spec: '§4.1', wire: '02 00 04 ef bb bf 61', values: ['\ufeffa'] },
  { name: 'string padded with NUL', spec: '§4.1', wire: '02 00 06 4d 61 69 6e 00 00', values: ['Main\0\0'] },
  { name: 'string of no valid UTF-8', spec: '§4.1', wire: '02 00 03 61 ff 62', values: ['a\ufffdb'], readOnly: true },
  { name: 'empty object', spec: 'AMF0 2.5', wire: '03 00 00 09', values: [new Map()], legalCuts: [1] },
  {
    name: 'object in an object',
    spec: 'AMF0 2.5',
    wire: '03 00 01 61 03 00 01 62 05 00 00 09 00 01 63 06 00 00 09',
    values: [amfObject({ a: amfObject({ b: null }), c: undefined })],
    legalCuts: [1, 5, 9, 12, 16],
  },
  {
    name: 'object with a member __proto__',
    spec: '§4.1',
    wire: '03 00 09 5f 5f 70 72 6f 74 6f 5f 5f 01 01 00 00 09',
    values: [new Map([['__proto__', true]])],
    legalCuts: [1, 14],
  },
  {
    name: 'object with a member without name, which is no end',
    spec: 'AMF0 2.11',
    wire: '03 00 00 05 00 00 09',
    values: [new Map([['', null]])],
    legalCuts: [1, 4],
  },
  {
    name: 'object with the same name twice',
    spec: '§4.1',
    wire: '03 00 01 61 01 00 00 01 61 01 01 00 00 09',
    values: [amfObject({ a: true })],
    readOnly: true,
    legalCuts: [1, 6, 11],
  },
  { name: 'null', spec: 'AMF0 2.7', wire: '05', values: [null] },
  { name: 'undefined', spec: 'AMF0 2.8', wire: '06', values: [undefined] },
  {
    name: 'reference to an object in a strict array, which has index 0 itself',
    spec: 'AMF0 2.9',
    wire: '0a 00 00 00 02 03 00 01 61 00 3f f0 00 00 00 00 00 00 00 00 09 07 00 01',
    values: [[shared, shared]],
    readOnly: true,
  },
  {
    name: 'reference to an object in a value before',
    spec: 'AMF0 4.1.3',
    wire: '05 08 00 00 00 00 00 00 09 10 00 01 41 00 00 09 07 00 01 07 00 00',
    values: [null, new EcmaArray(), new TypedObject('A'), new TypedObject('A'), new EcmaArray()],
    readOnly: true,
    legalCuts: [1, 6, 9, 13, 16, 19],
  },
  {
    name: 'ECMA array',
    spec: '§11.5',
    wire: `08 00 00 00 04 ${METADATA_MEMBERS} 00 00 09`,
    values: [METADATA],
    legalCuts: METADATA_CUTS,
  },
  {
    name: 'ECMA array with count 0',
    spec: 'FLV E.4.4.4',
    wire: `08 00 00 00 00 ${METADATA_MEMBERS} 00 00 09`,
    values: [METADATA],
    readOnly: true,
    legalCuts: METADATA_CUTS,
  },
  {
    name: 'ECMA array with a count far too high',
    spec: 'FLV E.4.4.4',
    wire: `08 ff ff ff ff ${METADATA_MEMBERS} 00 00 09`,
    values: [METADATA],
    readOnly: true,
    legalCuts: METADATA_CUTS,
  },
  {
    name: 'ECMA array cut off without end mark',
    spec: '§4.1 (Envivio)',
    wire: `08 00 00 00 04 ${METADATA_MEMBERS}`,
    values: [METADATA],
    readOnly: true,
    legalCuts: METADATA_CUTS.slice(0, -1),
  },
  {
    name: 'object in an object, both without end mark',
    spec: '§4.1 (Envivio)',
    wire: '03 00 01 61 03 00 01 62 05',
    values: [amfObject({ a: amfObject({ b: null }) })],
    readOnly: true,
    legalCuts: [1, 5],
  },
  {
    name: 'empty ECMA array',
    spec: 'AMF0 2.10',
    wire: '08 00 00 00 00 00 00 09',
    values: [new EcmaArray()],
    legalCuts: [5],
  },
  { name: 'empty strict array', spec: 'AMF0 2.12', wire: '0a 00 00 00 00', values: [[]] },
  {
    name: 'strict array',
    spec: 'AMF0 2.12',
    wire: '0a 00 00 00 03 01 01 02 00 01 61 0a 00 00 00 01 05',
    values: [[true, 'a', [null]]],
  },
  { name: 'date 1970', spec: 'AMF0 2.13', wire: '0b 00 00 00 00 00 00 00 00 00 00', values: [new Date(0)] },
  { name: 'date', spec: 'AMF0 2.13', wire: '0b 42 6d 1a 94 a2 00 00 00 00 00', values: [new Date(1e12)] },
  {
    name: 'date with a time zone, which does not count',
    spec: 'FLV E.4.4.3',
    wire: '0b 42 6d 1a 94 a2 00 00 00 ff c4',
    values: [new Date(1e12)],
    readOnly: true,
  },
  {
    name: 'date that is none',
    spec: 'AMF0 2.13',
    wire: '0b 7f f8 00 00 00 00 00 00 00 00',
    values: [new Date(Number.NaN)],
  },
  { name: 'long string', spec: 'AMF0 2.14', wire: '0c 00 00 00 03 61 62 63', values: ['abc'], readOnly: true },
  { name: 'unsupported', spec: 'AMF0 2.15', wire: '0d', values: [undefined], readOnly: true },
  { name: 'XML document', spec: 'AMF0 2.17', wire: '0f 00 00 00 04 3c 61 2f 3e', values: [new AmfXml('<a/>')] },
  {
    name: 'typed object',
    spec: 'AMF0 2.18',
    wire: '10 00 01 41 00 01 78 01 01 00 00 09',
    values: [new TypedObject('A', [['x', true]])],
    legalCuts: [4, 9],
  },
  { name: 'switch to AMF3', spec: 'AMF0 3.1', wire: '11 04 05', values: [5], readOnly: true },
  { name: 'byte array through AMF3', spec: 'AMF0 3.1', wire: '11 0c 05 01 02', values: [Uint8Array.of(1, 2)] },
  {
    name: 'XML of E4X through AMF3',
    spec: 'AMF0 3.1',
    wire: '11 0b 09 3c 61 2f 3e',
    values: [new AmfXml('<a/>', 'e4x')],
  },
  {
    name: 'switch to AMF3 for one member only',
    spec: '§4.3',
    wire: '03 00 01 61 11 06 03 78 00 01 62 02 00 01 79 00 00 09',
    values: [amfObject({ a: 'x', b: 'y' })],
    readOnly: true,
    legalCuts: [1, 8, 15],
  },
  {
    name: 'AMF3 objects are not counted by AMF0 references',
    spec: 'AMF0 2.9',
    wire: '11 0a 0b 01 01 03 00 01 61 05 00 00 09 07 00 00',
    values: [new Map(), amfObject({ a: null }), amfObject({ a: null })],
    readOnly: true,
    legalCuts: [5, 6, 10, 13],
  },
  {
    name: 'connect',
    spec: '§11.3',
    wire: `
      02 00 07 63 6f 6e 6e 65 63 74 00 3f f0 00 00 00 00 00 00
      03 00 03 61 70 70 02 00 04 6c 69 76 65
      00 04 74 79 70 65 02 00 0a 6e 6f 6e 70 72 69 76 61 74 65
      00 08 66 6c 61 73 68 56 65 72 02 00 1f
      46 4d 4c 45 2f 33 2e 30 20 28 63 6f 6d 70 61 74 69 62 6c 65 3b 20 46 4d 53 63 2f 31 2e 30 29
      00 05 74 63 55 72 6c 02 00 1a
      72 74 6d 70 3a 2f 2f 31 32 37 2e 30 2e 30 2e 31 3a 31 39 33 35 2f 6c 69 76 65
      00 00 09`,
    values: [
      'connect',
      1,
      amfObject({
        app: 'live',
        type: 'nonprivate',
        flashVer: 'FMLE/3.0 (compatible; FMSc/1.0)',
        tcUrl: 'rtmp://127.0.0.1:1935/live',
      }),
    ],
    legalCuts: [10, 19, 20, 32, 51, 95, 131],
  },
  {
    name: 'onMetaData',
    spec: '§11.6',
    wire: `
      02 00 0a 6f 6e 4d 65 74 61 44 61 74 61 08 00 00 00 03
      00 05 77 69 64 74 68 00 40 50 00 00 00 00 00 00
      00 06 68 65 69 67 68 74 00 40 50 00 00 00 00 00 00
      00 0c 76 69 64 65 6f 63 6f 64 65 63 69 64 00 40 1c 00 00 00 00 00 00
      00 00 09`,
    values: ['onMetaData', ecmaArray({ width: 64, height: 64, videocodecid: 7 })],
    legalCuts: [13, 18, 34, 51, 74],
  },
];

export const AMF0_ERRORS: readonly GoldenError[] = [
  { name: 'movie clip', spec: 'AMF0 2.6', wire: '05 04', code: 'ERR_AMF', message: /byte 4, at offset 1/ },
  { name: 'record set', spec: 'AMF0 2.16', wire: '0e', code: 'ERR_AMF', message: /byte 14/ },
  { name: 'end mark without list', spec: 'AMF0 2.11', wire: '09', code: 'ERR_AMF', message: /byte 9/ },
  { name: 'end mark after a name', spec: 'AMF0 2.11', wire: '03 00 01 61 09', code: 'ERR_AMF', message: /byte 9/ },
  { name: 'first byte behind the markers', spec: 'AMF0 2.1', wire: '12', code: 'ERR_AMF', message: /byte 18/ },
  { name: 'reference to nothing', spec: 'AMF0 2.9', wire: '07 00 00', code: 'ERR_AMF', message: /reference 0/ },
  {
    name: 'reference to an object that comes later',
    spec: 'AMF0 2.9',
    wire: '0a 00 00 00 02 07 00 01 03 00 00 09',
    code: 'ERR_AMF',
    message: /reference 1 to one of 1/,
  },
  {
    name: 'strict array with more values than bytes',
    spec: '§4.4',
    wire: '0a ff ff ff ff 05 05',
    code: 'ERR_TRUNCATED',
    message: /^4294967295 values .* in 2 bytes/,
  },
  {
    name: 'long string longer than the data',
    spec: '§4.4',
    wire: '0c ff ff ff ff 61',
    code: 'ERR_TRUNCATED',
    message: /string/,
  },
  {
    name: 'AMF3 string table of a switch before',
    spec: '§4.2',
    wire: '11 06 03 78 11 06 00',
    code: 'ERR_AMF',
    message: /string 0 of 0/,
  },
  {
    name: 'value at depth 33',
    spec: '§4.4',
    wire: `${repeatHex('0a 00 00 00 01', 32)} 05`,
    code: 'ERR_LIMIT',
    message: /32 deep/,
  },
  {
    name: 'value at depth 33, half of it AMF3',
    spec: '§4.4',
    wire: `${repeatHex('0a 00 00 00 01', 16)} 11 ${repeatHex('09 03 01', 16)} 01`,
    code: 'ERR_LIMIT',
    message: /32 deep/,
  },
];
