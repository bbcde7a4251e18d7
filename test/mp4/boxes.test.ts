import { describe, expect, it } from 'vitest';
import type { AudioFormat, TrackFormat, VideoFormat } from '../../src/media/track/track.js';
import { encode } from '../../src/mp4/box-tree.js';
import { completeMovie, fragmentedMovie } from '../../src/mp4/movie.js';
import { fragmentHead } from '../../src/mp4/movie-fragment.js';
import { MovieTrack } from '../../src/mp4/movie-track.js';
import { audioSampleEntry, videoSampleEntry } from '../../src/mp4/sample-entry.js';
import { SampleTable } from '../../src/mp4/sample-table.js';

const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replaceAll(/\s+/g, ''), 'hex'));
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

function audioFormat(format: Partial<AudioFormat>): AudioFormat {
  const base = {
    kind: 'audio',
    codec: 'aac',
    sampleRateHz: 48_000,
    channels: 2,
    frameLengthSamples: undefined,
  } as const;
  return { ...base, config: new Uint8Array(0), ...format };
}

function videoFormat(format: Partial<VideoFormat>): VideoFormat {
  return { kind: 'video', codec: 'h264', config: hex('0142c00a'), width: 320, height: 180, ...format };
}

/** Content of the first box of a type, wherever it stands. */
function contentOf(bytes: Uint8Array, type: string): string | undefined {
  const all = Buffer.from(bytes);
  const at = all.indexOf(type, 0, 'latin1');
  return at < 0 ? undefined : text(all.subarray(at + 4, at - 4 + all.readUInt32BE(at - 4)));
}

const OPUS_HEAD = hex('4f70757348656164 01 02 3801 80bb0000 0001 00');
const STREAM_INFO = hex('1200120000314b0035ec0ac44370000022748483ebe06e2ea80d81b803c4ca5aba7d');

describe('sample entries', () => {
  it.each<[string, AudioFormat, string, string]>([
    [
      'AAC, ISO/IEC 14496-1 7.2.6',
      audioFormat({ config: hex('1190') }),
      'esds',
      '00000000 03 80808022 0000 00 04 80808014 40 15 000000 00000000 00000000 05 80808002 1190 06 80808001 02',
    ],
    [
      'MP3',
      audioFormat({ codec: 'mp3' }),
      'esds',
      '00000000 03 8080801b 0000 00 04 8080800d 6b 15 000000 00000000 00000000 06 80808001 02',
    ],
    ['Opus', audioFormat({ codec: 'opus', config: OPUS_HEAD }), 'dOps', '00 02 0138 0000bb80 0100 00'],
    ['FLAC', audioFormat({ codec: 'flac', config: STREAM_INFO }), 'dfLa', `00000000 80000022 ${text(STREAM_INFO)}`],
    ['AC-3', audioFormat({ codec: 'ac3', config: hex('103dc0') }), 'dac3', '103dc0'],
    ['E-AC-3', audioFormat({ codec: 'eac3', config: hex('0600200f00') }), 'dec3', '0600200f00'],
  ])('describe %s', (_, format, type, content) => {
    expect(contentOf(audioSampleEntry(format), type)).toBe(content.replaceAll(' ', ''));
  });

  it('lay out sound as everybody reads it', () => {
    const entry = text(audioSampleEntry(audioFormat({ codec: 'ac3', channels: 6, config: hex('103dc0') })));
    expect(entry).toBe(
      '0000002f 61632d33 000000000000 0001 0000000000000000 0006 0010 00000000 bb800000 0000000b 64616333 103dc0'.replaceAll(
        ' ',
        '',
      ),
    );
  });

  it('lay out pictures as everybody reads them', () => {
    const entry = text(videoSampleEntry(videoFormat({})));
    expect(entry).toBe(
      `00000062 61766331 000000000000 0001 ${'00'.repeat(16)} 0140 00b4 00480000 00480000 00000000 0001
       ${'00'.repeat(32)} 0018 ffff 0000000c 61766343 0142c00a`.replaceAll(/\s+/g, ''),
    );
  });

  it('name colours and the shape of samples, where they are known', () => {
    const colour = { colourPrimaries: 9, transferCharacteristics: 16, matrixCoefficients: 9 };
    const entry = videoSampleEntry(
      videoFormat({ codec: 'hevc', colour, fullRange: true, sampleAspectRatio: { width: 4, height: 3 } }),
    );
    expect(contentOf(entry, 'colr')).toBe(`${text(Buffer.from('nclx'))}00090010000980`);
    expect(contentOf(entry, 'pasp')).toBe('0000000400000003');
    expect(contentOf(videoSampleEntry(videoFormat({})), 'colr')).toBeUndefined();
  });
});

describe('a fragment', () => {
  it('tells of pictures when they are shown and which of them to begin with, of sound only sizes', () => {
    const head = fragmentHead(7, [
      {
        trackNumber: 1,
        kind: 'video',
        samples: [
          { dtsTicks: 2 ** 32 + 5, compositionTicks: -10, sizeBytes: 100, isKeyframe: true },
          { dtsTicks: 2 ** 32 + 45, compositionTicks: 70, sizeBytes: 20, isKeyframe: false },
        ],
        lastDurationTicks: 33,
        compositionShiftTicks: 10,
        dataSizeBytes: 120,
      },
      {
        trackNumber: 2,
        kind: 'audio',
        samples: [{ dtsTicks: 1024, compositionTicks: 0, sizeBytes: 9, isKeyframe: true }],
        lastDurationTicks: 1024,
        compositionShiftTicks: 0,
        dataSizeBytes: 9,
      },
    ]);
    expect(text(head)).toBe(
      `000000c0 6d6f6f66 00000010 6d666864 00000000 00000007
       00000060 74726166 00000010 74666864 00020000 00000001 00000014 74666474 01000000 0000000100000005
       00000034 7472756e 00000f01 00000002 000000c8 00000028 00000064 02000000 00000000 00000021 00000014 01010000 00000050
       00000048 74726166 00000010 74666864 00020000 00000002 00000014 74666474 01000000 0000000000000400
       0000001c 7472756e 00000301 00000001 00000140 00000400 00000009
       00000089 6d646174`.replaceAll(/\s+/g, ''),
    );
  });
});

describe('SampleTable', () => {
  const tableOf = (table: SampleTable): Uint8Array =>
    Buffer.concat(table.boxes(40).flatMap((content) => [...encode(content)]));

  it('counts runs of what is the same', () => {
    const table = new SampleTable();
    const sample = (dtsTicks: number, compositionTicks: number, isKeyframe: boolean) => ({
      dtsTicks,
      compositionTicks,
      sizeBytes: 5,
      isKeyframe,
    });
    table.addChunk([sample(100, 40, true), sample(140, 40, false), sample(180, -20, false)], 48);
    table.addChunk([sample(230, 0, true)], 2 ** 32 + 1);
    const bytes = tableOf(table);
    expect(contentOf(bytes, 'stts')).toBe(
      '00000000 00000003 00000002 00000028 00000001 00000032 00000001 00000028'.replaceAll(' ', ''),
    );
    expect(contentOf(bytes, 'ctts')).toBe(
      '01000000 00000003 00000002 00000028 00000001 ffffffec 00000001 00000000'.replaceAll(' ', ''),
    );
    expect(contentOf(bytes, 'stss')).toBe('00000000 00000002 00000001 00000004'.replaceAll(' ', ''));
    expect(contentOf(bytes, 'stsc')).toBe(
      '00000000 00000002 00000001 00000003 00000001 00000002 00000001 00000001'.replaceAll(' ', ''),
    );
    expect(contentOf(bytes, 'stsz')).toBe(
      '00000000 00000000 00000004 00000005 00000005 00000005 00000005'.replaceAll(' ', ''),
    );
    expect(contentOf(bytes, 'co64')).toBe('00000000 00000002 0000000000000030 0000000100000001'.replaceAll(' ', ''));
  });

  it('leaves out what is the same for all', () => {
    const table = new SampleTable();
    table.addChunk([{ dtsTicks: 0, compositionTicks: 0, sizeBytes: 1, isKeyframe: true }], 0);
    expect(contentOf(tableOf(table), 'ctts')).toBeUndefined();
    expect(contentOf(tableOf(table), 'stss')).toBeUndefined();
  });

  it('stays small for as long as a recording runs', () => {
    const table = new SampleTable();
    const samples = Array.from({ length: 50_000 }, (_, i) => ({
      dtsTicks: i * 1024,
      compositionTicks: 0,
      sizeBytes: 300 + (i % 100),
      isKeyframe: true,
    }));
    for (let at = 0; at < samples.length; at += 25) table.addChunk(samples.slice(at, at + 25), at);
    const sizeBytes = tableOf(table).length;
    expect(sizeBytes / samples.length).toBeLessThan(10);
  });
});

describe('how a track lies in a complete movie', () => {
  /** Two frames of delay, at 25 frames a second. */
  const reordered = (startMs: number) =>
    [80, 160, 0, 40].map((laterMs, i) => {
      const dtsMs = startMs + i * 40;
      return { dtsMs, ptsMs: dtsMs + laterMs, sizeBytes: 10, isKeyframe: i === 0 };
    });
  const layoutOf = (startMs: number) => {
    const track = new MovieTrack({ number: 1, format: videoFormat({}) }, true);
    track.table.addChunk(track.place(reordered(startMs), 0), 0);
    return track.completeLayout;
  };

  it('says nothing of one that begins at the beginning', () => {
    expect(layoutOf(0)).toMatchObject({ delayMs: 0, mediaStartTicks: 0 });
  });

  it('lets one that begins later begin with its first picture', () => {
    const { delayMs, mediaStartTicks, timescale, durationTicks } = layoutOf(3_000);
    expect({ delayMs, startMs: (mediaStartTicks * 1000) / timescale }).toEqual({ delayMs: 3_080, startMs: 80 });
    expect((durationTicks * 1000) / timescale).toBe(160);
    const tracks = [{ ...layoutOf(3_000), timescale: 1000, mediaStartTicks: 80, durationTicks: 160 }];
    const movie = Buffer.concat([...encode(completeMovie({ title: undefined, tracks }, () => [], 3_240))]);
    expect(contentOf(movie, 'elst')).toBe(
      `01000000 00000002
        0000000000000c08 ffffffffffffffff 00010000
        00000000000000a0 0000000000000050 00010000`.replaceAll(/\s/g, ''),
    );
  });
});

describe('the movie box in the head', () => {
  const layoutOf = (format: TrackFormat) => ({
    track: { number: 1, format },
    timescale: 1000,
    isFirstOfKind: true,
    durationTicks: 0,
    delayMs: 0,
    mediaStartTicks: 0,
  });

  it('says where presentation begins only if that is not the beginning', () => {
    const layout = layoutOf(videoFormat({}));
    expect(contentOf(fragmentedMovie({ title: undefined, tracks: [layout] }), 'elst')).toBeUndefined();
    const shifted = fragmentedMovie({ title: undefined, tracks: [{ ...layout, mediaStartTicks: 80 }] });
    expect(contentOf(shifted, 'elst')).toBe(
      '01000000 00000001 0000000000000000 0000000000000050 00010000'.replaceAll(' ', ''),
    );
  });

  it('carries the title and who wrote it', () => {
    const movie = Buffer.from(fragmentedMovie({ title: 'Ä film', tracks: [] }));
    expect(movie.includes(Buffer.from('Ä film'))).toBe(true);
    expect(movie.includes('rtmpkit')).toBe(true);
  });
});
