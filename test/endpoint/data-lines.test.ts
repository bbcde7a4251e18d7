import { describe, expect, it } from 'vitest';
import { encodeAmf0 } from '../../src/amf/amf0-writer.js';
import { type AmfValue, amfObject } from '../../src/amf/value.js';
import { DataLines } from '../../src/endpoint/data-lines.js';
import type { MediaTag } from '../../src/media/tag.js';
import { audio, audioHeader, keyframe, metadata } from '../flow/tags.js';

function data(timestampMs: number, ...values: AmfValue[]): MediaTag {
  return { kind: 'data', timestampMs, body: encodeAmf0(...values) };
}

function lines(...tags: MediaTag[]): { lines: unknown[]; unreadable: number[] } {
  const unreadable: number[] = [];
  const text = new DataLines(({ timestampMs }) => unreadable.push(timestampMs)).of(tags);
  return {
    lines: text
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line)),
    unreadable,
  };
}

describe('dataLines', () => {
  it('says each message on a line of its own', () => {
    expect(lines(keyframe(0), data(40, 'onChat', amfObject({ text: 'hi\nthere' })), data(80, 'onTick', 1))).toEqual({
      lines: [
        { at: 40, name: 'onChat', value: { text: 'hi\nthere' } },
        { at: 80, name: 'onTick', value: 1 },
      ],
      unreadable: [],
    });
  });

  it('has no value for a message that is only a name, and keeps what stands behind the value', () => {
    expect(lines(data(0, 'onEmpty'), data(0, 'onNothing', undefined), data(0, 'onMany', 1, 'two', null)).lines).toEqual(
      [
        { at: 0, name: 'onEmpty' },
        { at: 0, name: 'onNothing', value: null },
        { at: 0, name: 'onMany', value: 1, more: ['two', null] },
      ],
    );
  });

  it('counts from the first frame, wherever the stream is joined', () => {
    const joined = [
      data(5_000, 'onEarly'),
      audioHeader(5_000),
      keyframe(5_040),
      data(5_090, 'onTick'),
      data(20, 'onLate'),
    ];
    expect(lines(...joined).lines).toEqual([
      { at: 0, name: 'onEarly' },
      { at: 50, name: 'onTick' },
      { at: 0, name: 'onLate' },
    ]);
  });

  it('leaves out what is no message: audio, video, metadata', () => {
    expect(lines(keyframe(0), audio(0), metadata(0))).toEqual({ lines: [], unreadable: [] });
  });

  it('tells of what cannot be read', () => {
    const broken: MediaTag = { kind: 'data', timestampMs: 7, body: Uint8Array.of(2, 0, 99) };
    expect(lines(keyframe(0), broken, data(8, 42), data(9, 'onFine', true))).toEqual({
      lines: [{ at: 9, name: 'onFine', value: true }],
      unreadable: [7, 8],
    });
  });
});
