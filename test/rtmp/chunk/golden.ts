import type { RtmpMessage } from '../../../src/rtmp/chunk/message.js';
import { concat, hex, pattern } from './bytes.js';

export interface GoldenChunks {
  readonly name: string;
  readonly spec: string;
  readonly wire: Uint8Array;
  readonly messages: readonly RtmpMessage[];
}

function message(
  csid: number,
  timestampMs: number,
  typeId: number,
  streamId: number,
  payload: Uint8Array,
): RtmpMessage {
  return { csid, timestampMs, typeId, streamId, payload };
}

const connectBody = hex(`
  02 00 07 63 6f 6e 6e 65 63 74 00 3f f0 00 00 00 00 00 00 03 00 03 61 70 70 02 00 04 6c 69 76 65
  00 04 74 79 70 65 02 00 0a 6e 6f 6e 70 72 69 76 61 74 65 00 08 66 6c 61 73 68 56 65 72 02 00 1f
  46 4d 4c 45 2f 33 2e 30 20 28 63 6f 6d 70 61 74 69 62 6c 65 3b 20 46 4d 53 63 2f 31 2e 30 29 00
  05 74 63 55 72 6c 02 00 1a 72 74 6d 70 3a 2f 2f 31 32 37 2e 30 2e 30 2e 31 3a 31 39 33 35 2f 6c
  69 76 65 00 00 09`);

/** protocol.md 11.3 */
export const connectInChunksOf128: GoldenChunks = {
  name: 'connect in 128-byte chunks',
  spec: 'protocol.md 11.3; RTMP 5.3.1',
  wire: concat(hex('03 00 00 00 00 00 86 14 00 00 00 00'), connectBody.subarray(0, 128), hex('c3 69 76 65 00 00 09')),
  messages: [message(3, 0, 20, 0, connectBody)],
};

const a = pattern(200, 1);
const b = pattern(200, 2);
const c = pattern(200, 3);

/** protocol.md 11.4: a time, then a delta, both extended, then the same delta again as a fresh type 3. */
const extendedTimestamps: GoldenChunks = {
  name: 'extended timestamps, repeated in type 3',
  spec: 'protocol.md 11.4; RTMP 5.3.1.3',
  wire: concat(
    hex('06 ff ff ff 00 00 c8 08 01 00 00 00  01 00 00 00'),
    a.subarray(0, 128),
    hex('c6 01 00 00 00'),
    a.subarray(128),
    hex('46 ff ff ff 00 00 c8 08  01 00 00 00'),
    b.subarray(0, 128),
    hex('c6 01 00 00 00'),
    b.subarray(128),
    hex('c6 01 00 00 00'),
    c.subarray(0, 128),
    hex('c6 01 00 00 00'),
    c.subarray(128),
  ),
  messages: [message(6, 0x01000000, 8, 1, a), message(6, 0x02000000, 8, 1, b), message(6, 0x03000000, 8, 1, c)],
};

const extendedTimestampsLeftOut: GoldenChunks = {
  name: 'extended timestamps, left out of continuation chunks',
  spec: 'protocol.md 3.3, deviation',
  wire: concat(
    hex('06 ff ff ff 00 00 c8 08 01 00 00 00  01 00 00 00'),
    a.subarray(0, 128),
    hex('c6'),
    a.subarray(128),
    hex('46 ff ff ff 00 00 c8 08  01 00 00 00'),
    b.subarray(0, 128),
    hex('c6'),
    b.subarray(128),
  ),
  messages: [message(6, 0x01000000, 8, 1, a), message(6, 0x02000000, 8, 1, b)],
};

/** protocol.md 11.9, as one connection would carry them. */
export const controlMessages: GoldenChunks = {
  name: 'control messages',
  spec: 'protocol.md 11.9; RTMP 5.4, 6.2',
  wire: hex(`
    02 00 00 00 00 00 04 01 00 00 00 00 00 00 10 00
    02 00 00 00 00 00 04 05 00 00 00 00 00 26 25 a0
    02 00 00 00 00 00 05 06 00 00 00 00 00 26 25 a0 02
    02 00 00 00 00 00 06 04 00 00 00 00 00 00 00 00 00 01
    02 00 00 00 00 00 0a 04 00 00 00 00 00 03 00 00 00 01 00 00 0b b8
    02 00 00 00 00 00 06 04 00 00 00 00 00 06 01 02 03 04
    42 00 00 01 00 00 06 04 00 07 01 02 03 04
    02 00 00 00 00 00 04 03 00 00 00 00 00 12 d6 87`),
  messages: [
    message(2, 0, 1, 0, hex('00 00 10 00')),
    message(2, 0, 5, 0, hex('00 26 25 a0')),
    message(2, 0, 6, 0, hex('00 26 25 a0 02')),
    message(2, 0, 4, 0, hex('00 00 00 00 00 01')),
    message(2, 0, 4, 0, hex('00 03 00 00 00 01 00 00 0b b8')),
    message(2, 0, 4, 0, hex('00 06 01 02 03 04')),
    message(2, 1, 4, 0, hex('00 07 01 02 03 04')),
    message(2, 0, 3, 0, hex('00 12 d6 87')),
  ],
};

/** The dialogue of RTMP 5.3.2.1: four audio messages, of which the last two need no header fields. */
const audioOfTheSpec: GoldenChunks = {
  name: 'audio messages with shrinking headers',
  spec: 'RTMP 5.3.2.1',
  wire: concat(
    hex('03 00 03 e8 00 00 20 08 39 30 00 00'),
    pattern(32, 1),
    hex('83 00 00 14'),
    pattern(32, 2),
    hex('c3'),
    pattern(32, 3),
    hex('c3'),
    pattern(32, 4),
  ),
  messages: [
    message(3, 1000, 8, 12345, pattern(32, 1)),
    message(3, 1020, 8, 12345, pattern(32, 2)),
    message(3, 1040, 8, 12345, pattern(32, 3)),
    message(3, 1060, 8, 12345, pattern(32, 4)),
  ],
};

/** RTMP 5.3.2.2: one video message that is longer than a chunk. */
export const videoOfTheSpec: GoldenChunks = {
  name: 'a video message in three chunks',
  spec: 'RTMP 5.3.2.2',
  wire: concat(
    hex('04 00 03 e8 00 01 33 09 3a 30 00 00'),
    pattern(307).subarray(0, 128),
    hex('c4'),
    pattern(307).subarray(128, 256),
    hex('c4'),
    pattern(307).subarray(256),
  ),
  messages: [message(4, 1000, 9, 12346, pattern(307))],
};

const basicHeaderForms: GoldenChunks = {
  name: 'all forms of the basic header',
  spec: 'protocol.md 3.1; RTMP 5.3.1.1',
  wire: hex(`
    02 00 00 00 00 00 01 08 01 00 00 00 a0
    3f 00 00 00 00 00 01 08 01 00 00 00 a1
    00 00 00 00 00 00 00 01 08 01 00 00 00 a2
    00 ff 00 00 00 00 00 01 08 01 00 00 00 a3
    01 00 00 00 00 05 00 00 01 08 01 00 00 00 a4
    01 00 01 00 00 00 00 00 01 08 01 00 00 00 a5
    01 34 12 00 00 00 00 00 01 08 01 00 00 00 a6
    01 ff ff 00 00 00 00 00 01 08 01 00 00 00 a7
    c1 00 00 a8
    c0 ff a9
    81 ff ff 00 00 02 aa`),
  messages: [
    message(2, 0, 8, 1, hex('a0')),
    message(63, 0, 8, 1, hex('a1')),
    message(64, 0, 8, 1, hex('a2')),
    message(319, 0, 8, 1, hex('a3')),
    message(64, 5, 8, 1, hex('a4')),
    message(320, 0, 8, 1, hex('a5')),
    message(64 + 0x1234, 0, 8, 1, hex('a6')),
    message(65599, 0, 8, 1, hex('a7')),
    message(64, 10, 8, 1, hex('a8')),
    message(319, 0, 8, 1, hex('a9')),
    message(65599, 2, 8, 1, hex('aa')),
  ],
};

export const golden: readonly GoldenChunks[] = [
  connectInChunksOf128,
  extendedTimestamps,
  extendedTimestampsLeftOut,
  controlMessages,
  audioOfTheSpec,
  videoOfTheSpec,
  basicHeaderForms,
];
