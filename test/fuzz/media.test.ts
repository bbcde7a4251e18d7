import { describe, expect, it } from 'vitest';
import { parseAacConfig } from '../../src/codec/aac.js';
import { parseAc3FrameHeader } from '../../src/codec/ac3.js';
import { findAv1SequenceHeader, parseAv1Config } from '../../src/codec/av1.js';
import { parseAv1SequenceHeader } from '../../src/codec/av1-sequence-header.js';
import { parseAvcConfig } from '../../src/codec/avc.js';
import { parseAvcSps } from '../../src/codec/avc-sps.js';
import { parseFlacConfig } from '../../src/codec/flac.js';
import { hevcCodecString, hevcSpsOf, parseHevcConfig } from '../../src/codec/hevc.js';
import { parseHevcSps } from '../../src/codec/hevc-sps.js';
import { parseMp3FrameHeader } from '../../src/codec/mp3.js';
import { parseOpusHead } from '../../src/codec/opus.js';
import { parseScreenVideoSize } from '../../src/codec/screen-video.js';
import { parseSorensonPictureSize } from '../../src/codec/sorenson-h263.js';
import { parseVp6KeyframeSize } from '../../src/codec/vp6.js';
import { parseVp8KeyframeSize } from '../../src/codec/vp8.js';
import { parseVp9KeyframeSize, parseVpConfig } from '../../src/codec/vp9.js';
import { MediaError } from '../../src/errors.js';
import { parseAudioTag } from '../../src/media/audio-tag.js';
import { readMetadata, streamMetadata } from '../../src/media/metadata.js';
import { parseMultichannelConfig } from '../../src/media/multichannel-config.js';
import { describeAudio, describeVideo } from '../../src/media/stream-description.js';
import type { MediaTag } from '../../src/media/tag.js';
import {
  headerSlot,
  isDisposable,
  isKeyframe,
  isMetadata,
  isSequenceEnd,
  isSequenceHeader,
  trackId,
} from '../../src/media/tag-info.js';
import { parseVideoTag } from '../../src/media/video-tag.js';
import { hex, toHex } from '../amf/golden.js';
import { RECORDS } from '../codec/records.js';
import { BODIES } from '../media/tags.js';
import { withoutStacks } from '../support/without-stacks.js';

const SEED = Number(process.env['FUZZ_SEED'] ?? 1);
const INPUTS_PER_PARSER = 200_000;

type Random = (limit: number) => number;

/** Numbers from a seed, 0 up to but not including `limit` (xorshift32). */
function randomNumbers(seed: number): Random {
  let state = (seed * 0x9e3779b1) >>> 0 || 1;
  return (limit) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % limit;
  };
}

const EDGES = [0x00, 0x01, 0x03, 0x7f, 0x80, 0xff];

/** A fifth: random bytes. The rest: a seed, cut off or not, with up to four bytes or bits changed. */
function makeInput(random: Random, seeds: readonly Uint8Array[]): Uint8Array {
  if (random(5) === 0) return Uint8Array.from({ length: random(48) }, () => random(256));
  const bytes = Uint8Array.from(seeds[random(seeds.length)]!);
  for (let change = random(5); change > 0 && bytes.length > 0; change--) {
    const at = random(bytes.length);
    const kind = random(3);
    if (kind === 0) bytes[at] = random(256);
    else if (kind === 1) bytes[at] = EDGES[random(EDGES.length)]!;
    else bytes[at]! ^= 1 << random(8);
  }
  return random(3) === 0 ? bytes.subarray(0, random(bytes.length + 1)) : bytes;
}

function check(condition: boolean, what: string): void {
  if (!condition) throw new Error(what);
}

function checkSize(size: { width: number; height: number } | undefined): void {
  if (size === undefined) return;
  for (const side of [size.width, size.height]) {
    check(Number.isInteger(side) && side >= 1 && side <= 65_536, `a side of ${side}`);
  }
}

function checkRate(frameRate: number | undefined): void {
  check(frameRate === undefined || (Number.isFinite(frameRate) && frameRate > 0), `a frame rate of ${frameRate}`);
}

function checkPlace(body: Uint8Array, place: { payloadOffset: number; payloadSizeBytes: number }): void {
  check(place.payloadSizeBytes >= 0 && place.payloadOffset >= 0, 'a payload before the tag');
  check(place.payloadOffset + place.payloadSizeBytes <= body.length, 'a payload beyond the tag');
}

function checkSound(sound: { sampleRateHz: number; channels: number }): void {
  check(sound.sampleRateHz > 0 && sound.channels > 0, `${sound.channels} channels at ${sound.sampleRateHz} Hz`);
}

interface Parser {
  readonly name: string;
  readonly seeds: readonly Uint8Array[];
  /** Parses, and checks what came out. */
  readonly run: (input: Uint8Array) => void;
}

const bodies = Object.values(BODIES).map(hex);
const avcSets = Object.values(RECORDS.avcC).flatMap((record) => parseAvcConfig(record).sequenceParameterSets);
const hevcSets = Object.values(RECORDS.hvcC).map((record) => hevcSpsOf(parseHevcConfig(record))!);
const av1Records = [...Object.values(RECORDS.av1C), ...Object.values(RECORDS.av1CMore)];
const av1Headers = av1Records.map((record) => findAv1SequenceHeader(record.subarray(4))!);
const wholeTags = [
  ...bodies,
  ...Object.values(RECORDS.hvcC).map((record) => hex(`90 68 76 63 31 ${toHex(record)}`)),
  ...av1Records.map((record) => hex(`90 61 76 30 31 ${toHex(record)}`)),
  ...Object.values(RECORDS.avcC).map((record) => hex(`17 00 00 00 00 ${toHex(record)}`)),
  ...Object.values(RECORDS.vp9Keyframe).map((frame) => hex(`91 76 70 30 39 ${toHex(frame)}`)),
  ...Object.values(RECORDS.asc).map((record) => hex(`af 00 ${toHex(record)}`)),
  ...Object.values(RECORDS.mp3).map((frame) => hex(`2f ${toHex(frame)}`)),
  ...Object.values(RECORDS.ac3).map((frame) => hex(`91 65 63 2d 33 ${toHex(frame)}`)),
];

function tagOf(kind: MediaTag['kind'], body: Uint8Array): MediaTag {
  return { kind, timestampMs: 0, body };
}

const PARSERS: readonly Parser[] = [
  {
    name: 'video tag',
    seeds: bodies,
    run(input) {
      const header = parseVideoTag(input);
      if (header.packetType === 'command') return;
      checkPlace(input, header);
      check(Math.abs(header.compositionTimeMs) <= 2 ** 23, 'a composition time of more than 24 bits');
    },
  },
  { name: 'audio tag', seeds: bodies, run: (input) => checkPlace(input, parseAudioTag(input)) },
  { name: 'channel layout', seeds: [hex('01 01 00 00 00 04'), hex('02 02 00 ff')], run: parseMultichannelConfig },
  { name: 'H.264 configuration', seeds: Object.values(RECORDS.avcC), run: parseAvcConfig },
  {
    name: 'H.264 SPS',
    seeds: [...avcSets, RECORDS.avcSpsWithAllParts],
    run(input) {
      const sps = parseAvcSps(input);
      checkSize(sps);
      checkRate(sps.vui?.frameRate);
    },
  },
  {
    name: 'H.265 configuration',
    seeds: Object.values(RECORDS.hvcC),
    run: (input) => hevcCodecString(parseHevcConfig(input)),
  },
  {
    name: 'H.265 SPS',
    seeds: [...hevcSets, RECORDS.hevcSpsWithAllParts],
    run(input) {
      const sps = parseHevcSps(input);
      checkSize(sps);
      checkRate(sps.vui?.frameRate);
    },
  },
  { name: 'AV1 configuration', seeds: av1Records, run: parseAv1Config },
  {
    name: 'AV1 units',
    seeds: [RECORDS.av1Keyframe, hex(`12 00 ${toHex(RECORDS.av1Keyframe)}`)],
    run: findAv1SequenceHeader,
  },
  {
    name: 'AV1 sequence header',
    seeds: [...av1Headers, RECORDS.av1SequenceHeaderWithAllParts],
    run(input) {
      const header = parseAv1SequenceHeader(input);
      checkSize(header);
      checkRate(header.frameRate);
    },
  },
  { name: 'VP9 configuration', seeds: Object.values(RECORDS.vpcC), run: parseVpConfig },
  {
    name: 'VP9 key frame',
    seeds: Object.values(RECORDS.vp9Keyframe),
    run: (input) => checkSize(parseVp9KeyframeSize(input)),
  },
  {
    name: 'VP6 key frame',
    seeds: [hex('00 46 0f 14 0f 14'), hex('01 46 01 02 0f 14 0f 14')],
    run: (input) => checkSize(parseVp6KeyframeSize(input)),
  },
  {
    name: 'Sorenson H.263 frame',
    seeds: [hex('00 00 80 01 a5 00 7b 00'), hex('00 00 80 02 00 00')],
    run: (input) => checkSize(parseSorensonPictureSize(input)),
  },
  { name: 'screen video frame', seeds: [hex('30 a0 30 78')], run: (input) => checkSize(parseScreenVideoSize(input)) },
  { name: 'VP8 key frame', seeds: [RECORDS.vp8Keyframe], run: (input) => checkSize(parseVp8KeyframeSize(input)) },
  {
    name: 'AAC configuration',
    seeds: Object.values(RECORDS.asc),
    run(input) {
      const config = parseAacConfig(input);
      check(config.sampleRateHz > 0 && config.outputSampleRateHz > 0, 'AAC without sample rate');
    },
  },
  { name: 'MP3 frame', seeds: Object.values(RECORDS.mp3), run: (input) => checkSound(parseMp3FrameHeader(input)) },
  { name: 'Opus header', seeds: Object.values(RECORDS.opusHead), run: parseOpusHead },
  {
    name: 'FLAC configuration',
    seeds: [RECORDS.streamInfo, hex(`66 4c 61 43 80 00 00 22 ${toHex(RECORDS.streamInfo)}`)],
    run: (input) => checkSound(parseFlacConfig(input)),
  },
  { name: 'AC-3 frame', seeds: Object.values(RECORDS.ac3), run: (input) => checkSound(parseAc3FrameHeader(input)) },
];

/** What answers for any tag, and never throws at all. */
const NEVER_THROWING: readonly Parser[] = [
  {
    name: 'tag info',
    seeds: bodies,
    run(input) {
      for (const kind of ['audio', 'video', 'data'] as const) {
        const tag = tagOf(kind, input);
        const traits = [isKeyframe(tag), isSequenceHeader(tag), isSequenceEnd(tag), isMetadata(tag), isDisposable(tag)];
        check(traits.filter(Boolean).length <= 1, `a tag that is ${traits}`);
        check(trackId(tag) <= 255 && headerSlot(tag) >= -1, 'a track or slot that cannot be');
      }
    },
  },
  {
    name: 'metadata',
    seeds: [hex(BODIES.metadata), hex(`02 00 0d 40 73 65 74 44 61 74 61 46 72 61 6d 65 ${BODIES.metadata}`)],
    run(input) {
      const tag = tagOf('data', input);
      check(readMetadata(tag) !== undefined || streamMetadata(tag) === tag, 'another tag for unreadable metadata');
    },
  },
  {
    name: 'description',
    seeds: wholeTags,
    run(input) {
      const video = describeVideo(tagOf('video', input));
      if (video?.width !== undefined) checkSize({ width: video.width, height: video.height ?? 0 });
      checkRate(video?.frameRate);
      describeAudio(tagOf('audio', input));
    },
  },
];

/** Gives how many inputs were taken for well-formed. */
function fuzz({ seeds, run }: Parser, mayThrow: boolean): number {
  const random = randomNumbers(SEED);
  let wellFormed = 0;
  for (let index = 0; index < INPUTS_PER_PARSER; index++) {
    const input = makeInput(random, seeds);
    try {
      run(input);
      wellFormed++;
    } catch (error) {
      if (mayThrow && error instanceof MediaError && error.kind === 'media') continue;
      throw new Error(`input ${index} of FUZZ_SEED=${SEED}: ${toHex(input)}`, { cause: error });
    }
  }
  return wellFormed;
}

/** A megabyte of the same bytes again and again behind the start of each seed. */
function floods(seeds: readonly Uint8Array[]): Uint8Array[] {
  return seeds.flatMap((seed) =>
    ['00', 'ff', '80', '00 03', '12 00', '00 00 07'].map((fill) => {
      const flood = new Uint8Array(1_000_000);
      const bytes = hex(fill);
      for (let at = 0; at < flood.length; at++) flood[at] = bytes[at % bytes.length]!;
      flood.set(seed.subarray(0, seed.length >> 1));
      return flood;
    }),
  );
}

withoutStacks();

describe(`${INPUTS_PER_PARSER} inputs each, FUZZ_SEED=${SEED}`, () => {
  it.each(PARSERS)('$name: only media errors', (parser) => {
    const wellFormed = fuzz(parser, true);
    expect(wellFormed).toBeGreaterThan(INPUTS_PER_PARSER / 50);
    expect(wellFormed).toBeLessThan(INPUTS_PER_PARSER);
  });

  it.each(NEVER_THROWING)('$name: no error', (parser) => {
    expect(fuzz(parser, false)).toBe(INPUTS_PER_PARSER);
  });

  it('takes a bounded time for floods', () => {
    for (const parser of [...PARSERS, ...NEVER_THROWING]) {
      for (const flood of floods(parser.seeds.slice(0, 4))) {
        const startedMs = performance.now();
        try {
          parser.run(flood);
        } catch (error) {
          if (!(error instanceof MediaError)) throw new Error(parser.name, { cause: error });
        }
        expect(performance.now() - startedMs, parser.name).toBeLessThan(3000);
      }
    }
  });
});
