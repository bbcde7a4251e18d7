import { describe, expect, it } from 'vitest';
import { parseAvcConfig } from '../../../src/codec/avc.js';
import { adtsTrack, av1Track, plainTrack, vp8Track, vp9Track } from '../../../src/media/track/frame-track.js';
import { avcStreamTrack, hevcStreamTrack, recordedAvcTrack } from '../../../src/media/track/nal-track.js';
import { hex } from '../../amf/golden.js';
import { errorOf } from '../../amf/thrown.js';
import { RECORDS } from '../../codec/records.js';
import { concat } from '../../support/flv-builder.js';

const toHex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

const START_CODE = hex('00000001');
const SLICE = hex('65 88 80 40');
const DELTA = hex('41 9a 00 10');

const setsOf = (record: Uint8Array): [sps: Uint8Array, pps: Uint8Array] => {
  const { sequenceParameterSets, pictureParameterSets } = parseAvcConfig(record);
  return [sequenceParameterSets[0]!, pictureParameterSets[0]!];
};
const byteStream = (...nals: readonly Uint8Array[]): Uint8Array => concat(...nals.flatMap((nal) => [START_CODE, nal]));
const prefixed = (...nals: readonly Uint8Array[]): Uint8Array =>
  concat(...nals.flatMap((nal) => [Uint8Array.of(0, 0, nal.length >> 8, nal.length & 0xff), nal]));

const [SPS_A, PPS_A] = setsOf(RECORDS.avcC.high);
const [SPS_B, PPS_B] = setsOf(RECORDS.avcC.constrainedBaseline);

describe('H.264 as a byte stream', () => {
  it('gets its record from the first parameter sets, and lengths', () => {
    const track = avcStreamTrack();
    const { config, payload } = track.read(byteStream(SPS_A, PPS_A, SLICE), true)!;
    expect(toHex(config!)).toBe(toHex(RECORDS.avcC.high));
    expect(toHex(payload)).toBe(toHex(prefixed(SPS_A, PPS_A, SLICE)));
    expect(track.read(byteStream(DELTA), false)).toEqual({ config: undefined, payload: prefixed(DELTA) });
    expect(track.read(byteStream(SPS_A, PPS_A, SLICE), true)!.config).toBeUndefined();
  });

  it('gets another one when they change', () => {
    const track = avcStreamTrack();
    track.read(byteStream(SPS_A, PPS_A, SLICE), true);
    expect(toHex(track.read(byteStream(SPS_B, PPS_B, SLICE), true)!.config!)).toBe(
      toHex(RECORDS.avcC.constrainedBaseline),
    );
    expect(toHex(track.read(byteStream(SPS_A, PPS_A, SLICE), true)!.config!)).toBe(toHex(RECORDS.avcC.high));
  });

  it('is of no use before they have come', () => {
    const track = avcStreamTrack();
    expect(track.read(byteStream(DELTA), false)).toBeUndefined();
    expect(track.read(byteStream(hex('67 64'), SLICE), true)).toBeUndefined(); // an SPS that cannot be read
    expect(track.read(byteStream(SPS_A, PPS_A, SLICE), true)).toBeDefined();
  });

  it('keeps parameter sets although the packet they came in is overwritten', () => {
    const track = avcStreamTrack();
    const packet = byteStream(SPS_A, PPS_A, SLICE);
    track.read(packet, true);
    packet.fill(0);
    expect(track.read(byteStream(SPS_A, PPS_A, SLICE), true)!.config).toBeUndefined();
  });
});

describe('H.264 with a record', () => {
  it('goes as it is', () => {
    const track = recordedAvcTrack(RECORDS.avcC.high);
    const packet = prefixed(SLICE);
    expect(track.read(packet, true)).toEqual({ config: RECORDS.avcC.high, payload: packet });
    expect(track.read(prefixed(SPS_A, PPS_A, SLICE), true)!.config).toBeUndefined();
  });

  it('gets another record when a keyframe brings other parameter sets', () => {
    const track = recordedAvcTrack(RECORDS.avcC.high);
    track.read(prefixed(SLICE), true);
    const { config } = track.read(prefixed(SPS_B, PPS_B, SLICE), true)!;
    expect(toHex(config!)).toBe(toHex(RECORDS.avcC.constrainedBaseline));
  });

  it('passes damaged frames on', () => {
    const track = recordedAvcTrack(RECORDS.avcC.high);
    const packet = hex('00 00 ff ff 65');
    expect(track.read(packet, true)!.payload).toBe(packet);
  });

  it('gets lengths of four bytes instead of two', () => {
    const record = Uint8Array.from(RECORDS.avcC.high);
    record[4] = 0xfd;
    const track = recordedAvcTrack(record);
    const { config, payload } = track.read(concat(hex('0004'), SLICE), true)!;
    expect(toHex(config!)).toBe(toHex(RECORDS.avcC.high));
    expect(payload).toEqual(prefixed(SLICE));
  });
});

it('H.265 as a byte stream gets the record of protocol.md 11.7', () => {
  const record = RECORDS.hvcC.sheet;
  const nals = [record.subarray(28, 52), record.subarray(57, 98), record.subarray(103, 110)];
  const { config } = hevcStreamTrack().read(byteStream(...nals, hex('2801af1d')), true)!;
  expect(toHex(config!)).toBe(toHex(record));
});

describe('codecs that describe themselves', () => {
  it('AV1', () => {
    const track = av1Track();
    const keyframe = hex('0a0b000000043d06d4daf90040 3200');
    expect(toHex(track.read(keyframe, true)!.config!)).toBe(toHex(RECORDS.av1C.aom));
    expect(track.read(keyframe, true)).toEqual({ config: undefined, payload: keyframe });
    expect(av1Track().read(hex('3200'), false)).toBeUndefined();
  });

  it('VP9 and VP8', () => {
    expect(toHex(vp9Track().read(RECORDS.vp9Keyframe.profile3, true)!.config!)).toBe(toHex(RECORDS.vpcC.profile3));
    expect(toHex(vp8Track().read(RECORDS.vp8Keyframe, true)!.config!)).toBe('010000000000820202020000');
  });

  it('AAC in ADTS, whose headers go', () => {
    const track = adtsTrack();
    expect(track.read(hex('ff f1 50 80 01 7f fc 21 10 04 60'), true)).toEqual({
      config: hex('1210'),
      payload: hex('21 10 04 60'),
    });
    expect(track.read(hex('ff f1 50 80 01 7f fc 21'), true)!.config).toBeUndefined();
    expect(track.read(hex('ff f1 4c 80 01 7f fc 21'), true)!.config).toEqual(hex('1190'));
  });

  it('AAC in ADTS that holds nothing is damaged', () => {
    expect(errorOf(() => adtsTrack().read(hex('ff f1 50 80 00 ff fc'), true))).toMatchObject({
      code: 'ERR_MEDIA_DAMAGED',
    });
  });

  it('plain packets are told their configuration once', () => {
    const track = plainTrack(hex('1210'));
    expect(track.read(SLICE, true)).toEqual({ config: hex('1210'), payload: SLICE });
    expect(track.read(SLICE, true)).toEqual({ config: undefined, payload: SLICE });
  });
});
