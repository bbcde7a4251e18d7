import { open } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { PacketCursor, SendableTrack } from '../../../src/endpoint/container/container-reader.js';
import { MpegAudioContainer } from '../../../src/endpoint/container/mpeg-audio-container.js';
import { hex } from '../../amf/golden.js';
import { concat } from '../../support/flv-builder.js';
import { TestDirectory } from '../flv-test-files.js';

let directory: TestDirectory;
let opened: MpegAudioContainer[];
beforeEach(() => {
  directory = new TestDirectory();
  opened = [];
});
afterEach(async () => {
  await Promise.all(opened.map((container) => container.close()));
  expect(directory.openFiles).toEqual([]);
  directory.remove();
});

/** 128 kbit/s at 48 kHz: 384 bytes and 24 ms each; its last byte tells which one it is. */
function mp3(number: number): Uint8Array {
  return concat(hex('fffb9464'), new Uint8Array(379), Uint8Array.of(number));
}

/** LC, 48 kHz, stereo: 20 bytes and 21.3 ms each. */
function adts(number: number): Uint8Array {
  return concat(hex('fff14c80029ffc'), new Uint8Array(12), Uint8Array.of(number));
}

const ID3 = concat(hex('494433 0300 00 00000014'), new Uint8Array(20).fill(0xff));
const RUBBISH = concat(hex('ff ff ff fb 94'), new Uint8Array(100).fill(0xff), hex('49'), new Uint8Array(50));

async function read(...parts: readonly Uint8Array[]): Promise<MpegAudioContainer> {
  const bytes = concat(...parts);
  const handle = await open(directory.file('sound', bytes));
  try {
    const container = await MpegAudioContainer.open({ kind: 'mpeg-audio', sizeBytes: bytes.length, handle });
    opened.push(container);
    return container;
  } catch (error) {
    await handle.close();
    throw error;
  }
}

async function framesFrom(cursor: PacketCursor | undefined): Promise<string[]> {
  const found: string[] = [];
  for (; cursor !== undefined && !cursor.isAtEnd; await cursor.advance()) {
    found.push(`${Math.round(cursor.presentationMs)} ${(await cursor.data()).at(-1)}`);
  }
  return found;
}

async function frames(...parts: readonly Uint8Array[]): Promise<string[]> {
  const { tracks } = await read(...parts);
  return framesFrom(await (tracks[0] as SendableTrack).packets.first());
}

describe('a file of MPEG audio', () => {
  it.each<[string, readonly Uint8Array[], readonly string[]]>([
    ['MP3', [mp3(1), mp3(2), mp3(3)], ['0 1', '24 2', '48 3']],
    ['ADTS', [adts(1), adts(2), adts(3)], ['0 1', '21 2', '43 3']],
    ['one frame', [adts(1)], ['0 1']],
    [
      'tags ahead, between and behind',
      [ID3, ID3, mp3(1), ID3, mp3(2), mp3(3), Buffer.from(`TAG${' '.repeat(125)}`)],
      ['0 1', '24 2', '48 3'],
    ],
    ['rubbish ahead and between', [RUBBISH, mp3(1), mp3(2), RUBBISH, mp3(3), mp3(4)], ['0 1', '24 2', '48 3', '72 4']],
    ['an end that is cut off', [mp3(1), mp3(2), mp3(3).subarray(0, 300)], ['0 1', '24 2']],
  ])('gives its frames: %s', async (_, parts, expected) => {
    expect(await frames(...parts)).toEqual(expected);
  });

  it('is left alone where encoders tell how long it is', async () => {
    const info = mp3(0);
    info.set(concat(Buffer.from('Xing'), hex('00000001 00000064')), 36);
    const container = await read(info, mp3(1), mp3(2));
    expect(await container.endMs()).toBe(2400);
    expect(await framesFrom(await (container.tracks[0] as SendableTrack).packets.first())).toEqual(['0 1', '24 2']);
  });

  it('is as long as its frames, and can be begun at a time', async () => {
    const container = await read(...Array.from({ length: 100 }, (_, i) => mp3(i)));
    const { packets } = container.tracks[0] as SendableTrack;
    expect(await container.endMs()).toBe(2400);
    expect(await framesFrom(await packets.at(2380))).toEqual(['2376 99']);
    expect((await packets.keyframeAt(1000))?.presentationMs).toBe(984);
    expect(await packets.at(-1)).toBeUndefined();
  });

  it.each([
    ['MPEG audio layer II', 'fffd9404'],
    ['AAC with several blocks in a frame', 'fff14c80029ffd'],
  ])('cannot be sent as %s', async (codecName, header) => {
    const { tracks } = await read(hex(header), new Uint8Array(500));
    expect(tracks).toMatchObject([{ codec: undefined, codecName }]);
  });

  it('without a frame is damaged', async () => {
    await expect(read(ID3, RUBBISH)).rejects.toMatchObject({ code: 'ERR_MEDIA_DAMAGED' });
  });

  it('of bytes that all look like frames has an end', async () => {
    await expect(read(new Uint8Array(4_000_000).fill(0xff))).rejects.toMatchObject({ code: 'ERR_MEDIA_DAMAGED' });
  });
});
