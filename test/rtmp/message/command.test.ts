import { describe, expect, it } from 'vitest';
import { amfObject } from '../../../src/amf/value.js';
import { ProtocolError } from '../../../src/errors.js';
import { command } from '../../../src/rtmp/message/command.js';
import { decodeMessage, encodeMessage } from '../../../src/rtmp/message/message.js';
import { errorOf } from '../../amf/thrown.js';
import { hex } from '../chunk/bytes.js';

/** The connect of protocol.md 11.3, put together from its chunks. */
const CONNECT = hex(`
  02 00 07 63 6f 6e 6e 65 63 74 00 3f f0 00 00 00 00 00 00 03 00 03 61 70 70 02 00 04 6c 69 76 65
  00 04 74 79 70 65 02 00 0a 6e 6f 6e 70 72 69 76 61 74 65 00 08 66 6c 61 73 68 56 65 72 02 00 1f
  46 4d 4c 45 2f 33 2e 30 20 28 63 6f 6d 70 61 74 69 62 6c 65 3b 20 46 4d 53 63 2f 31 2e 30 29 00
  05 74 63 55 72 6c 02 00 1a 72 74 6d 70 3a 2f 2f 31 32 37 2e 30 2e 30 2e 31 3a 31 39 33 35 2f 6c
  69 76 65 00 00 09`);

const CONNECT_VALUE = command(
  'connect',
  1,
  amfObject({
    app: 'live',
    type: 'nonprivate',
    flashVer: 'FMLE/3.0 (compatible; FMSc/1.0)',
    tcUrl: 'rtmp://127.0.0.1:1935/live',
  }),
);

/** `createStream 2 null` */
const CREATE_STREAM = '02 00 0c 63 72 65 61 74 65 53 74 72 65 61 6d 00 40 00 00 00 00 00 00 00 05';

describe('command messages (RTMP 7.1.1)', () => {
  it('are read and written in AMF0', () => {
    expect(decodeMessage(20, CONNECT)).toEqual(CONNECT_VALUE);
    expect(encodeMessage(CONNECT_VALUE)).toEqual({ typeId: 20, payload: CONNECT });
  });

  it('are read with the format byte and without it, and written with it, in AMF3', () => {
    const value = { ...command('createStream', 2, null), encoding: 'amf3' as const };
    expect(decodeMessage(17, hex(`00 ${CREATE_STREAM}`))).toEqual(value);
    expect(decodeMessage(17, hex(CREATE_STREAM))).toEqual(value);
    expect(encodeMessage(value)).toEqual({ typeId: 17, payload: hex(`00 ${CREATE_STREAM}`) });
  });

  it('may switch to AMF3 for single values', () => {
    // publish, 0, null, and the name as an AMF3 string
    const payload = hex('00 02 00 07 7075626c697368 00 0000000000000000 05 11 06 07 6b6579');
    expect(decodeMessage(17, payload)).toMatchObject({ name: 'publish', args: ['key'] });
  });

  it('need no more than a name, like the onFCPublish of FFmpeg', () => {
    expect(decodeMessage(20, hex('02 00 0b 6f6e46435075626c697368'))).toEqual(command('onFCPublish', 0, undefined));
  });

  it('take a transaction id that is no number for 0', () => {
    expect(decodeMessage(20, hex('02 00 01 61 02 00 01 62'))).toMatchObject({ name: 'a', transactionId: 0 });
  });

  it.each([
    ['nothing', '', 'ERR_MESSAGE'],
    ['no name', '05', 'ERR_MESSAGE'],
    ['an empty name', '02 00 00', 'ERR_MESSAGE'],
    ['a name cut off', '02 00 05 61', 'ERR_TRUNCATED'],
    ['a name too long', `02 00 81 ${'61'.repeat(129)}`, 'ERR_LIMIT'],
    ['an unknown marker', '02 00 01 61 77', 'ERR_AMF'],
  ])('are refused: %s', (_, payload, code) => {
    const error = errorOf(() => decodeMessage(20, hex(payload)));
    expect(error).toBeInstanceOf(ProtocolError);
    expect(error).toMatchObject({ code });
  });
});

describe('data messages (RTMP 7.1.2)', () => {
  const VALUES = '02 00 04 6f6e4649 01 01'; // onFI, true

  it.each([
    ['AMF0', 18, VALUES, 'amf0'],
    ['AMF3', 15, `00 ${VALUES}`, 'amf3'],
  ] as const)('are read and written in %s', (_, typeId, payload, encoding) => {
    const value = { type: 'data', encoding, values: ['onFI', true] } as const;
    expect(decodeMessage(typeId, hex(payload))).toEqual(value);
    expect(encodeMessage(value)).toEqual({ typeId, payload: hex(payload) });
  });

  it('are read in AMF3 without the format byte', () => {
    expect(decodeMessage(15, hex(VALUES))).toMatchObject({ values: ['onFI', true] });
  });
});
