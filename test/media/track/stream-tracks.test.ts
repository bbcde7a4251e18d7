import { describe, expect, it } from 'vitest';
import type { MediaTag } from '../../../src/media/tag.js';
import type { TrackNotice } from '../../../src/media/track/notice.js';
import { StreamTracks } from '../../../src/media/track/stream-tracks.js';
import type { Sample, TrackFormat } from '../../../src/media/track/track.js';
import { syntheticStream } from '../../support/streams.js';

interface Taken {
  readonly samples: readonly Sample[];
  readonly formats: readonly TrackFormat[];
  readonly notices: readonly TrackNotice[];
  readonly tracks: StreamTracks;
}

function take(tags: readonly MediaTag[], answer?: 'unsupported-codec' | 'no-room-for-track'): Taken {
  const formats: TrackFormat[] = [];
  const notices: TrackNotice[] = [];
  const tracks = new StreamTracks({
    openTrack: (format) => answer ?? { number: formats.push(format), format },
    notice: (notice) => notices.push(notice),
  });
  return { samples: tracks.samplesOf(tags), formats, notices, tracks };
}

function video(timestampMs: number, ...body: (number | Uint8Array)[]): MediaTag {
  return { kind: 'video', timestampMs, body: bytes(...body) };
}

function audio(timestampMs: number, ...body: (number | Uint8Array)[]): MediaTag {
  return { kind: 'audio', timestampMs, body: bytes(...body) };
}

function bytes(...parts: (number | Uint8Array)[]): Uint8Array {
  return Buffer.concat(parts.map((part) => (typeof part === 'number' ? Uint8Array.of(part) : part)));
}

const ascii = (text: string): Uint8Array => Buffer.from(text, 'latin1');
const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'));

/** avcC of 64x64 (protocol notes 11.6), and the same with another level. */
const AVC = hex('0142c00affe100176742c00ad90426c044000003000400000300c83c48992001000568cb83cb20');
const OTHER_AVC = hex('0142c00bffe100176742c00bd90426c044000003000400000300c83c48992001000568cb83cb20');
const PARAMETER_SETS = hex('00000017 6742c00bd90426c044000003000400000300c83c489920 00000005 68cb83cb20');
const avcHeader = (ms: number, record = AVC): MediaTag => video(ms, hex('1700000000'), record);
const key = (ms: number, ...data: number[]): MediaTag => video(ms, hex('1701000000'), ...data);
const inter = (ms: number, ...data: number[]): MediaTag => video(ms, hex('2701000028'), ...data);

describe('StreamTracks, video', () => {
  it('begins with the first keyframe behind a configuration, and counts what came before', () => {
    const { samples, formats, tracks } = take([
      key(0, 1),
      avcHeader(10),
      inter(20, 2),
      key(30, 3),
      inter(40, 4, 5),
      video(50, hex('1702000000')),
    ]);
    expect(samples.map(({ dtsMs, ptsMs, isKeyframe, data }) => [dtsMs, ptsMs, isKeyframe, [...data]])).toEqual([
      [30, 30, true, [3]],
      [40, 80, false, [4, 5]],
    ]);
    expect(formats).toMatchObject([{ codec: 'h264', config: AVC, width: 64, height: 64 }]);
    expect(tracks.leftOut).toEqual({ dataTags: 0, framesBeforeStart: 2, framesUnsupported: 0, framesOfOtherFormat: 0 });
  });

  it('passes over a header that is damaged, commands and empty bodies', () => {
    const { samples } = take([
      avcHeader(0, hex('014200')),
      key(0, 1),
      video(0),
      video(0, 0x57, 0),
      avcHeader(0),
      key(1, 2),
    ]);
    expect(samples.map(({ data }) => [...data])).toEqual([[2]]);
  });

  it('puts a new configuration in front of every keyframe, until the first comes back', () => {
    const { samples, notices, formats } = take([
      avcHeader(0),
      key(0, 1),
      avcHeader(10, OTHER_AVC),
      key(10, 2),
      inter(20, 3),
      key(30, 4),
      avcHeader(35, OTHER_AVC),
      avcHeader(40),
      key(40, 5),
      key(50, 6),
    ]);
    expect(formats).toHaveLength(1);
    expect(notices).toEqual([
      { type: 'format-changed', kind: 'video', trackId: 0, isKept: true },
      { type: 'format-changed', kind: 'video', trackId: 0, isKept: true },
    ]);
    const first = hex('000000176742c00ad90426c044000003000400000300c83c4899200000000568cb83cb20');
    expect(samples.map(({ data }) => Buffer.from(data).toString('hex'))).toEqual(
      [bytes(1), bytes(PARAMETER_SETS, 2), bytes(3), bytes(PARAMETER_SETS, 4), bytes(first, 5), bytes(6)].map((data) =>
        Buffer.from(data).toString('hex'),
      ),
    );
  });

  it('leaves another codec out while it lasts', () => {
    const hevc = syntheticStream({ video: 'hevc', durationMs: 80 }).slice(1);
    const { samples, notices, tracks } = take([avcHeader(0), key(0, 1), ...hevc, avcHeader(90), key(90, 2)]);
    expect(samples.map(({ dtsMs }) => dtsMs)).toEqual([0, 90]);
    expect(notices).toEqual([{ type: 'format-changed', kind: 'video', trackId: 0, isKept: false }]);
    expect(tracks.leftOut.framesOfOtherFormat).toBe(2);
  });

  it('tells once of a codec that has no place', () => {
    const screen = video(0, 0x13, 1, 2);
    const { samples, notices, tracks } = take([screen, screen]);
    expect(samples).toEqual([]);
    expect(notices).toEqual([{ type: 'unsupported-codec', kind: 'video', trackId: 0, codec: 'screen' }]);
    expect(tracks.leftOut.framesUnsupported).toBe(2);
  });

  it('tells once of a track for which there is no room', () => {
    const { samples, notices } = take([avcHeader(0), key(0, 1), key(1, 1)], 'no-room-for-track');
    expect(samples).toEqual([]);
    expect(notices).toEqual([{ type: 'no-room-for-track', kind: 'video', trackId: 0, codec: 'h264' }]);
  });

  it('takes the size of AV1 from the metadata for want of better, and leaves temporal delimiters out', () => {
    const tags = [
      ...syntheticStream({ video: 'av1', durationMs: 40 }).slice(0, 2),
      video(0, 0x91, ascii('av01'), hex('1200 3201 55')),
    ];
    const { samples, formats } = take(tags);
    expect(formats).toMatchObject([{ codec: 'av1', width: 64, height: 64 }]);
    expect(samples.map(({ data }) => Buffer.from(data).toString('hex'))).toEqual(['320155']);
    expect(take(tags.slice(1)).formats).toEqual([]);
  });

  it('takes the record of VP9 with or without the head of its box', () => {
    const keyframe = video(0, 0x91, ascii('vp09'), hex('82 49 83 42 00 07 f0 07 f0'));
    for (const record of ['010a 82 02 02 02 0000', '01000000 010a 82 02 02 02 0000']) {
      const { formats } = take([video(0, 0x90, ascii('vp09'), hex(record)), keyframe]);
      expect(formats).toMatchObject([{ codec: 'vp9', config: hex('010a820202020000'), width: 128, height: 128 }]);
    }
  });

  it('finds every track of a tag with several', () => {
    const header = (frame: number, packet: number): Uint8Array =>
      bytes(0x80 | (frame << 4) | 6, 0x10 | packet, ascii('avc1'));
    const part = (id: number, data: Uint8Array): Uint8Array => bytes(id, 0, 0, data.length, data);
    const cut = Buffer.from(part(2, hex('000000ff'))).subarray(0, 6);
    const { samples, formats } = take([
      video(0, header(1, 0), part(0, AVC), part(1, OTHER_AVC)),
      video(5, header(1, 1), part(0, hex('000000 0a')), part(1, hex('000028 0b')), cut),
    ]);
    expect(formats.map(({ config }) => config)).toEqual([AVC, OTHER_AVC]);
    expect(samples.map(({ track, ptsMs, data }) => [track.number, ptsMs, [...data]])).toEqual([
      [1, 5, [0x0a]],
      [2, 45, [0x0b]],
    ]);
  });
});

describe('StreamTracks, audio', () => {
  const aacHeader = (config: string): MediaTag => audio(0, 0xaf, 0, hex(config));
  const aac = (ms: number, data: number): MediaTag => audio(ms, 0xaf, 1, data);

  it('takes AAC from its configuration on, and leaves another one out while it lasts', () => {
    const { samples, formats, notices, tracks } = take([
      aac(0, 1),
      aacHeader('1210'),
      aac(23, 2),
      aacHeader('1210'),
      aac(46, 3),
      aacHeader('1190'),
      aac(70, 4),
      aac(93, 5),
      aacHeader('1210'),
      aac(116, 6),
      audio(140),
      audio(140, 0xaf, 1),
    ]);
    expect(samples.map(({ dtsMs, data }) => [dtsMs, data[0]])).toEqual([
      [23, 2],
      [46, 3],
      [116, 6],
    ]);
    expect(formats).toEqual([
      { kind: 'audio', codec: 'aac', config: hex('1210'), sampleRateHz: 44_100, channels: 2, frameLengthSamples: 1024 },
    ]);
    expect(notices).toEqual([{ type: 'format-changed', kind: 'audio', trackId: 0, isKept: false }]);
    expect(tracks.leftOut).toMatchObject({ framesBeforeStart: 1, framesOfOtherFormat: 2 });
  });

  it('describes MP3 and AC-3 by their first frame', () => {
    expect(take([audio(0, 0x2f, hex('fffb9000'))]).formats).toMatchObject([
      { codec: 'mp3', sampleRateHz: 44_100, channels: 2, frameLengthSamples: 1152 },
    ]);
    // 48 kHz, 384 kb/s, 5.1 channels
    expect(take([audio(0, 0x91, ascii('ac-3'), hex('0b77 0000 1c 40 e1 00'))]).formats).toMatchObject([
      { codec: 'ac3', sampleRateHz: 48_000, channels: 6, config: hex('103dc0') },
    ]);
  });

  it('makes the header that a publisher of Opus left out', () => {
    expect(take([audio(0, 0x91, ascii('Opus'), hex('fc ff fe'))]).formats).toMatchObject([
      { codec: 'opus', channels: 2, sampleRateHz: 48_000 },
    ]);
    expect(take([audio(0, 0x91, ascii('Opus'), hex('f8 ff fe'))]).formats).toMatchObject([{ channels: 1 }]);
  });

  it('takes STREAMINFO out of the start of a FLAC file', () => {
    const info = hex('1200120000314b0035ec0ac44370000022748483ebe06e2ea80d81b803c4ca5aba7d');
    for (const record of [info, bytes(ascii('fLaC'), hex('80000022'), info)]) {
      const { formats } = take([audio(0, 0x90, ascii('fLaC'), record), audio(0, 0x91, ascii('fLaC'), 0xff)]);
      expect(formats).toMatchObject([{ codec: 'flac', config: info, sampleRateHz: 44_100, channels: 2 }]);
    }
  });
});

describe('StreamTracks, data', () => {
  it('counts it, and takes over the newest title', () => {
    const { tracks } = take(syntheticStream({ durationMs: 100, cuePointMs: 40, metadata: { title: 'A' } }));
    expect(tracks.leftOut.dataTags).toBe(3);
    expect(tracks.title).toBe('A');
  });
});
