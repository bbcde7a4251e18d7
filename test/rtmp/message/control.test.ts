import { describe, expect, it } from 'vitest';
import { ProtocolError } from '../../../src/errors.js';
import { decodeMessage, encodeMessage, type Message } from '../../../src/rtmp/message/message.js';
import { errorOf } from '../../amf/thrown.js';
import { hex } from '../chunk/bytes.js';

/** Payloads of protocol.md 11.9 and of the documents named. */
const GOLDEN: readonly { name: string; spec: string; typeId: number; payload: string; value: Message }[] = [
  {
    name: 'Set Chunk Size 4096',
    spec: 'RTMP 5.4.1',
    typeId: 1,
    payload: '00 00 10 00',
    value: { type: 'setChunkSize', sizeBytes: 4096 },
  },
  { name: 'Abort csid 6', spec: 'RTMP 5.4.2', typeId: 2, payload: '00 00 00 06', value: { type: 'abort', csid: 6 } },
  {
    name: 'Acknowledgement of 1234567 bytes',
    spec: 'RTMP 5.4.3',
    typeId: 3,
    payload: '00 12 d6 87',
    value: { type: 'acknowledgement', sequenceNumber: 1234567 },
  },
  {
    name: 'Acknowledgement near the wrap',
    spec: 'RTMP 5.4.3',
    typeId: 3,
    payload: 'ff ff ff ff',
    value: { type: 'acknowledgement', sequenceNumber: 0xffffffff },
  },
  {
    name: 'Window Ack Size 2500000',
    spec: 'RTMP 5.4.4',
    typeId: 5,
    payload: '00 26 25 a0',
    value: { type: 'windowAckSize', sizeBytes: 2500000 },
  },
  ...(['hard', 'soft', 'dynamic'] as const).map((limit, number) => ({
    name: `Set Peer Bandwidth 2500000, ${limit}`,
    spec: 'RTMP 5.4.5',
    typeId: 6,
    payload: `00 26 25 a0 0${number}`,
    value: { type: 'setPeerBandwidth', sizeBytes: 2500000, limit } as const,
  })),
  ...(
    [
      ['streamBegin', '00'],
      ['streamEof', '01'],
      ['streamDry', '02'],
      ['streamIsRecorded', '04'],
      ['bufferEmpty', '1f'],
      ['bufferReady', '20'],
    ] as const
  ).map(([event, number]) => ({
    name: event,
    spec: 'RTMP 7.1.7',
    typeId: 4,
    payload: `00 ${number} 00 00 00 01`,
    value: { type: 'userControl', event, streamId: 1 } as const,
  })),
  {
    name: 'SetBufferLength stream 1, 3000 ms',
    spec: 'RTMP 7.1.7',
    typeId: 4,
    payload: '00 03 00 00 00 01 00 00 0b b8',
    value: { type: 'userControl', event: 'setBufferLength', streamId: 1, lengthMs: 3000 },
  },
  {
    name: 'PingRequest',
    spec: 'RTMP 7.1.7',
    typeId: 4,
    payload: '00 06 01 02 03 04',
    value: { type: 'userControl', event: 'pingRequest', timestampMs: 0x01020304 },
  },
  {
    name: 'PingResponse',
    spec: 'RTMP 7.1.7',
    typeId: 4,
    payload: '00 07 01 02 03 04',
    value: { type: 'userControl', event: 'pingResponse', timestampMs: 0x01020304 },
  },
  {
    name: 'SWF verification request',
    spec: 'librtmp',
    typeId: 4,
    payload: '00 1a 01',
    value: { type: 'userControl', event: 'unknown', eventType: 26, data: hex('01') },
  },
  {
    name: 'audio',
    spec: 'RTMP 7.1.4',
    typeId: 8,
    payload: 'af 00 12 10',
    value: { type: 'audio', body: hex('af001210') },
  },
  { name: 'video', spec: 'RTMP 7.1.5', typeId: 9, payload: '17 02', value: { type: 'video', body: hex('1702') } },
  {
    name: 'shared object',
    spec: 'RTMP 7.1.3',
    typeId: 19,
    payload: '00 01 61',
    value: { type: 'sharedObject', encoding: 'amf0', body: hex('000161') },
  },
  {
    name: 'shared object in AMF3',
    spec: 'RTMP 7.1.3',
    typeId: 16,
    payload: '00',
    value: { type: 'sharedObject', encoding: 'amf3', body: hex('00') },
  },
  {
    name: 'edge command',
    spec: 'nginx-rtmp',
    typeId: 7,
    payload: '01 02',
    value: { type: 'unknown', typeId: 7, payload: hex('0102') },
  },
  {
    name: 'unknown type',
    spec: '',
    typeId: 255,
    payload: '',
    value: { type: 'unknown', typeId: 255, payload: hex('') },
  },
];

describe.each(GOLDEN)('$name ($spec)', ({ typeId, payload, value }) => {
  it('is read', () => {
    expect(decodeMessage(typeId, hex(payload))).toEqual(value);
  });

  it('is written', () => {
    expect(encodeMessage(value)).toEqual({ typeId, payload: hex(payload) });
  });
});

describe('control messages', () => {
  it.each([
    [1, '00 00 10 00 ff'],
    [3, '00 12 d6 87 00 00'],
    [6, '00 26 25 a0 02 00'],
    [4, '00 06 01 02 03 04 05'],
  ])('of type %i may be longer than they need to be', (typeId, payload) => {
    expect(() => decodeMessage(typeId, hex(payload))).not.toThrow();
  });

  it.each([
    [1, '00 00 10', 'ERR_TRUNCATED'],
    [1, '00 00 00 00', 'ERR_CHUNK_SIZE'],
    [1, '80 00 00 00', 'ERR_CHUNK_SIZE'],
    [2, '', 'ERR_TRUNCATED'],
    [3, '00', 'ERR_TRUNCATED'],
    [4, '00', 'ERR_TRUNCATED'],
    [4, '00 03 00 00 00 01', 'ERR_TRUNCATED'],
    [4, '00 06 01', 'ERR_TRUNCATED'],
    [5, '00 26 25', 'ERR_TRUNCATED'],
    [6, '00 26 25 a0', 'ERR_TRUNCATED'],
  ])('of type %i are refused: %s', (typeId, payload, code) => {
    const error = errorOf(() => decodeMessage(typeId, hex(payload)));
    expect(error).toBeInstanceOf(ProtocolError);
    expect(error).toMatchObject({ code });
  });

  it('take a chunk size beyond all messages for the largest one', () => {
    expect(decodeMessage(1, hex('7f ff ff ff'))).toEqual({ type: 'setChunkSize', sizeBytes: 0xffffff });
  });

  it('take an unknown limit type for dynamic', () => {
    expect(decodeMessage(6, hex('00 00 00 01 07'))).toEqual({
      type: 'setPeerBandwidth',
      sizeBytes: 1,
      limit: 'dynamic',
    });
  });

  it('ignore buffer events without a stream', () => {
    expect(decodeMessage(4, hex('00 1f'))).toMatchObject({ event: 'unknown', eventType: 31 });
  });
});
