import { describe, expect, it } from 'vitest';
import { readAmf0Values } from '../../src/amf/amf0-reader.js';
import type { AmfObject, AmfValue } from '../../src/amf/value.js';
import { MAX_INDEX_ENTRIES } from '../../src/flv/keyframe-index.js';
import { FlvRecording, type RecordableTag } from '../../src/flv/recording.js';
import { encodeFlvTags } from '../../src/flv/tag.js';
import { outlineOf } from '../../src/flv/tag-outline.js';
import type { MediaTag } from '../../src/media/tag.js';
import {
  aacFrame,
  aacSequenceHeader,
  avcFrame,
  avcKeyframe,
  avcSequenceHeader,
  type BuiltTag,
  buildRecording,
  bytesOf,
  metadata,
  payload,
} from '../support/flv-builder.js';

function mediaTag({ typeId, timestampMs, body }: BuiltTag): MediaTag {
  return { kind: typeId === 9 ? 'video' : typeId === 8 ? 'audio' : 'data', timestampMs, body };
}

/** Properties of the script tag in a head, checked to be one that FFmpeg and others read. */
function properties(head: Uint8Array): AmfObject {
  expect(Buffer.from(head.subarray(0, 4)).toString('hex')).toBe('464c5601');
  const view = new DataView(head.buffer, head.byteOffset, head.length);
  const bodySizeBytes = view.getUint32(13) & 0xffffff;
  expect(view.getUint8(13)).toBe(0x12);
  expect(head).toHaveLength(13 + 11 + bodySizeBytes + 4);
  expect(view.getUint32(24 + bodySizeBytes)).toBe(11 + bodySizeBytes);
  const [name, value, ...rest] = readAmf0Values(head.subarray(24, 24 + bodySizeBytes));
  expect(name).toBe('onMetaData');
  expect(rest).toEqual([]);
  const map = value as AmfObject;
  for (const text of map.get('filler') as readonly AmfValue[]) {
    // FFmpeg takes strings below 1024 bytes only.
    if (text !== null) expect((text as string).length).toBeLessThan(1024);
  }
  map.delete('filler');
  return map;
}

/** A recording of these tags, in runs of ten. */
function record(tags: readonly RecordableTag[]) {
  const recording = new FlvRecording();
  const first = recording.select(tags.slice(0, 10));
  const openHead = recording.takeHead() as Uint8Array;
  recording.commitHead(openHead.length);
  let written: readonly RecordableTag[] = first;
  recording.commit(first.map(outlineOf), Number.POSITIVE_INFINITY);
  for (let i = 10; i < tags.length; i += 10) {
    const run = recording.select(tags.slice(i, i + 10));
    recording.commit(run.map(outlineOf), Number.POSITIVE_INFINITY);
    written = [...written, ...run];
  }
  const lateHead = recording.takeHead();
  const file = Buffer.concat([openHead, encodeFlvTags(written)]);
  return { recording, openHead, lateHead, closedHead: recording.closedHead(), file, written };
}

describe('FlvRecording', () => {
  it('says nothing wrong while it is open', () => {
    const { openHead } = record(buildRecording(3).map(mediaTag));
    expect(openHead[4]).toBe(5);
    expect(Object.fromEntries(properties(openHead))).toEqual({
      duration: 0,
      filesize: 0,
      width: 64,
      height: 64,
      framerate: 25,
      videocodecid: 7,
      audiocodecid: 10,
      audiosamplerate: 44100,
      audiosamplesize: 16,
      audiochannels: 2,
      stereo: true,
    });
  });

  it('says everything exactly when it is closed', () => {
    const { closedHead, openHead, file, recording } = record(buildRecording(3, 500).map(mediaTag));
    expect(closedHead).toHaveLength(openHead.length);
    const said = Object.fromEntries(properties(closedHead));
    const keyframes = Object.fromEntries(said['keyframes'] as AmfObject);
    expect(said).toMatchObject({
      duration: 3,
      filesize: file.length,
      width: 64,
      height: 64,
      framerate: 25,
      videocodecid: 7,
      audiocodecid: 10,
      audiosamplerate: 44100,
      audiosamplesize: 16,
      stereo: true,
      hasVideo: true,
      hasAudio: true,
      hasMetadata: true,
      hasKeyframes: true,
      canSeekToEnd: false,
      lasttimestamp: 3.48,
      lastkeyframetimestamp: 2.5,
    });
    // 150 frames of 2 + 30 bytes and the configuration, in 3 s.
    expect(said['audiodatarate']).toBeCloseTo(((150 * 32 + 4) * 8) / 3000, 3);
    expect(said['videodatarate']).toBeCloseTo(((3 * 205 + 72 * 65 + 44) * 8) / 3000, 3);
    expect(keyframes['times']).toEqual([0.5, 1.5, 2.5]);
    for (const [i, position] of (keyframes['filepositions'] as number[]).entries()) {
      expect(file.subarray(position, position + 13).toString('hex')).toMatch(/^090000cd......00000000(17)(01)$/);
      expect(file.readUIntBE(position + 4, 3)).toBe(500 + i * 1000);
    }
    expect(said['lastkeyframelocation']).toBe((keyframes['filepositions'] as number[])[2]);
    expect(recording.summary).toEqual({
      sizeBytes: file.length,
      mediaBytes: 150 * 32 + 4 + 3 * 205 + 72 * 65 + 44,
      durationMs: 3000,
      audioTags: 151,
      videoTags: 76,
      dataTags: 0,
    });
  });

  it('keeps what the publisher says, except what is about another file', () => {
    const tags = [
      metadata({
        title: 'cats',
        duration: 99,
        filesize: 1,
        fileSize: 2,
        keyframes: { times: [0] },
        width: 1,
        framerate: 30,
      }),
      avcSequenceHeader(),
      avcKeyframe(0),
      avcKeyframe(1000),
    ].map(mediaTag);
    const { openHead, closedHead } = record(tags);
    expect(Object.fromEntries(properties(openHead))).toMatchObject({
      title: 'cats',
      duration: 0,
      filesize: 0,
      width: 64,
    });
    expect(properties(openHead).has('keyframes')).toBe(false);
    expect(properties(closedHead).get('title')).toBe('cats');
    expect(properties(closedHead).get('duration')).toBe(2);
    expect(properties(closedHead).has('fileSize')).toBe(false);
  });

  it('measures the frame rate when nobody tells it', () => {
    const flv1 = (timestampMs: number): MediaTag => ({ kind: 'video', timestampMs, body: bytesOf('22 00 00 84') });
    const { closedHead } = record([0, 100, 200, 300].map(flv1));
    expect(properties(closedHead).get('framerate')).toBe(10);
    expect(closedHead[4]).toBe(1);
  });

  it('takes the first metadata out, drops repetitions and keeps changes', () => {
    const [first, same, other, again] = [{ a: 1 }, { a: 1 }, { a: 2 }, { a: 1 }].map((it, i) =>
      mediaTag(metadata(it, i)),
    );
    const frames = [0, 20, 40, 60].map((ms) => mediaTag(aacFrame(ms)));
    const recording = new FlvRecording();
    expect(recording.select([first!, frames[0]!, same!, frames[1]!])).toEqual([frames[0], frames[1]]);
    const untouched = [frames[2]!, other!, frames[3]!];
    expect(recording.select(untouched)).toBe(untouched);
    expect(recording.select([again!])).toEqual([again]);
  });

  it('remembers metadata when the memory of its tag is used for something else', () => {
    const recording = new FlvRecording();
    const [first, again] = [mediaTag(metadata({ title: 'a' })), mediaTag(metadata({ title: 'a' }, 40))];
    recording.select([first]);
    first.body.fill(0xee);
    expect(recording.select([again])).toEqual([]);
  });

  it('keeps data tags that are no metadata', () => {
    const cue: MediaTag = { kind: 'data', timestampMs: 5, body: bytesOf('02 00 0a 6f 6e 43 75 65 50 6f 69 6e 74 05') };
    const broken: MediaTag = {
      kind: 'data',
      timestampMs: 5,
      body: bytesOf('02 00 0a 6f 6e 4d 65 74 61 44 61 74 61 03 00'),
    };
    const tags = [cue, broken, cue];
    expect(new FlvRecording().select(tags)).toBe(tags);
  });

  it('writes the head again when the metadata comes late', () => {
    const recording = new FlvRecording();
    recording.select([mediaTag(aacFrame(0))]);
    const open = recording.takeHead() as Uint8Array;
    expect(recording.takeHead()).toBeUndefined();
    recording.select([mediaTag(metadata({ title: 'late', text: 'x'.repeat(10_000) }))]);
    const late = recording.takeHead() as Uint8Array;
    expect(late).toHaveLength(open.length);
    expect(properties(late).get('title')).toBe('late');
    expect(recording.closedHead()).toHaveLength(open.length);
  });

  it('always finds room: thins the index for late metadata, and bounds what a publisher says', () => {
    const huge = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`p${i}`, 'y'.repeat(900)]));
    for (const lateMetadata of [false, true]) {
      const tags = Array.from({ length: MAX_INDEX_ENTRIES * 3 }, (_, i) => mediaTag(avcKeyframe(i * 1000, 4)));
      tags.splice(lateMetadata ? 50 : 0, 0, mediaTag(metadata(huge)));
      const { closedHead, openHead } = record(tags);
      expect(closedHead).toHaveLength(openHead.length);
      const times = (properties(closedHead).get('keyframes') as AmfObject).get('times') as number[];
      expect(times.length).toBeGreaterThan(500);
      expect(times[0]).toBe(0);
    }
  });

  it('writes no index of a single keyframe', () => {
    const { closedHead } = record([avcKeyframe(0), avcFrame(40)].map(mediaTag));
    expect(properties(closedHead).has('keyframes')).toBe(false);
    expect(properties(closedHead).get('hasKeyframes')).toBe(true);
  });

  it('counts whole tags only', () => {
    const recording = new FlvRecording();
    const tags = recording.select([aacSequenceHeader(), aacFrame(0), aacFrame(20), aacFrame(40)].map(mediaTag));
    const head = recording.takeHead() as Uint8Array;
    recording.commitHead(head.length);
    recording.commit(tags.map(outlineOf), head.length + 19 + 47 + 47 + 46);
    expect(recording.summary).toMatchObject({ sizeBytes: head.length + 19 + 47 + 47, audioTags: 3, durationMs: 40 });
  });

  it('takes times from frames only, and is not led astray by one', () => {
    const tags = [aacSequenceHeader(0), aacFrame(5000), aacFrame(5020), aacFrame(9e8), aacFrame(5060)].map(mediaTag);
    expect(record(tags).recording.summary.durationMs).toBe(80);
  });

  it('records tags of other files, encrypted and unknown ones too', () => {
    const strange: RecordableTag = {
      type: 'tag',
      atByte: 1,
      typeId: 3,
      filtered: false,
      timestampMs: 0,
      body: payload(5),
    };
    const { written, recording } = record([strange, { ...strange, typeId: 9, filtered: true }]);
    expect(written).toHaveLength(2);
    expect(recording.summary).toMatchObject({ videoTags: 0, durationMs: 0 });
  });

  it('is a valid file with nothing in it', () => {
    const recording = new FlvRecording();
    recording.commitHead((recording.takeHead() as Uint8Array).length);
    expect(Object.fromEntries(properties(recording.closedHead()))).toMatchObject({
      duration: 0,
      hasVideo: false,
      hasAudio: false,
    });
  });
});
