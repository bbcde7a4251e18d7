import { describe, expect, it } from 'vitest';
import { encodeAmf0 } from '../../../src/amf/amf0-writer.js';
import { amfObject } from '../../../src/amf/value.js';
import type { MediaTag } from '../../../src/media/tag.js';
import { encodeMessage, type Message } from '../../../src/rtmp/message/message.js';
import { MediaIntake } from '../../../src/rtmp/session/media-intake.js';

const METADATA = encodeAmf0('onMetaData', amfObject({ width: 64 }));
const setDataFrame = (...values: readonly Uint8Array[]) =>
  new Uint8Array(Buffer.concat([encodeAmf0('@setDataFrame'), ...values]));

/** The tags of messages given as type id, time and payload. */
function tagsOf(...messages: readonly (readonly [number, number, Uint8Array])[]): MediaTag[] {
  const intake = new MediaIntake();
  const tags: MediaTag[] = [];
  for (const [typeId, timestampMs, payload] of messages) {
    intake.read({ typeId, streamId: 1, timestampMs, csid: 4, payload }, tags);
  }
  return tags;
}

describe('MediaIntake', () => {
  it.each<[string, number, Uint8Array, Uint8Array | undefined]>([
    ['plain metadata', 18, METADATA, METADATA],
    ['@setDataFrame', 18, setDataFrame(METADATA), METADATA],
    ['@setDataFrame twice, as from rtmpdump', 18, setDataFrame(setDataFrame(METADATA)), METADATA],
    ['type 15 with its format byte', 15, Uint8Array.of(0, ...setDataFrame(METADATA)), METADATA],
    ['type 15 without', 15, METADATA, METADATA],
    ['@setDataFrame alone', 18, setDataFrame(), undefined],
    ['@clearDataFrame', 18, encodeAmf0('@clearDataFrame', 'onMetaData'), undefined],
    ['nothing', 18, new Uint8Array(0), undefined],
    ['the format byte alone', 15, Uint8Array.of(0), undefined],
    ['a value without a name', 18, encodeAmf0(1), undefined],
    ['a name in AMF3', 15, Uint8Array.of(0, 0x11, 6, 3, 0x61), Uint8Array.of(0x11, 6, 3, 0x61)],
  ])('data: %s', (_, typeId, payload, body) => {
    expect(tagsOf([typeId, 5, payload])).toEqual(body === undefined ? [] : [{ kind: 'data', timestampMs: 5, body }]);
  });

  it('keeps silence, drops empty video, and the payload is the body itself', () => {
    const payload = Uint8Array.of(0x17, 1);
    const tags = tagsOf([8, 1, new Uint8Array(0)], [9, 2, new Uint8Array(0)], [9, 3, payload]);
    expect(tags.map(({ kind, timestampMs }) => `${kind} ${timestampMs}`)).toEqual(['audio 1', 'video 3']);
    expect(tags[1]?.body).toBe(payload);
  });

  it('goes on counting where 32 bits end, and lets metadata at 0 not confuse it', () => {
    const body = Uint8Array.of(1);
    const tags = tagsOf(
      [9, 0xfffffff0, body],
      [18, 0, METADATA],
      [8, 0x10, body],
      [9, 0xfffffff8, body],
      [9, 0x20, body],
    );
    expect(tags.map(({ timestampMs }) => timestampMs)).toEqual([
      0xfffffff0, 0x100000000, 0x100000010, 0xfffffff8, 0x100000020,
    ]);
  });

  it('takes an aggregate apart, its times counted from its own', () => {
    const part = (typeId: number, timestampMs: number, payload: Uint8Array) => ({ typeId, timestampMs, payload });
    const message: Message = {
      type: 'aggregate',
      parts: [
        part(8, 0xfffffff0, Uint8Array.of(1)),
        part(9, 0x10, Uint8Array.of(2)),
        part(18, 0x20, setDataFrame(METADATA)),
        part(99, 0x30, Uint8Array.of(3)),
        part(22, 0x40, Uint8Array.of(4)),
      ],
    };
    const { typeId, payload } = encodeMessage(message);
    expect(tagsOf([typeId, 1000, payload], [22, 5, new Uint8Array(0)])).toEqual([
      { kind: 'audio', timestampMs: 1000, body: Uint8Array.of(1) },
      { kind: 'video', timestampMs: 1032, body: Uint8Array.of(2) },
      { kind: 'data', timestampMs: 1048, body: METADATA },
    ]);
  });
});
