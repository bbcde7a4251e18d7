import { describe, expect, it } from 'vitest';
import { readMatroskaHead } from '../../../src/endpoint/container/matroska-head.js';
import { foreignStream, readListedStreams } from '../../../src/endpoint/container/mpeg-ts-program.js';
import { PacketClock } from '../../../src/endpoint/container/packet-clock.js';
import { hex } from '../../amf/golden.js';
import { concat } from '../../support/flv-builder.js';

describe('the start of a Matroska file', () => {
  /** RFC 9559: Segment of a size, Tracks with TrackEntry 2 (number D7, CodecDelay 56AA: 6,500,000 ns). */
  const tracks = '1654ae6b 8b ae 89 d7 81 02 56aa 83 632ea0';
  const ebml = '1a45dfa3 80';

  it('tells where it ends, and the delays of codecs', () => {
    const head = hex(`${ebml} 18538067 01 00 00 00 00 00 01 00 ${tracks}`);
    const { endByte, codecDelaysMs } = readMatroskaHead(head);
    expect(endByte).toBe(5 + 12 + 256);
    expect([...codecDelaysMs]).toEqual([[2, 6.5]]);
  });

  it('of one written live does not tell its end', () => {
    expect(readMatroskaHead(hex(`${ebml} 18538067 01 ff ff ff ff ff ff ff ${tracks}`)).endByte).toBeUndefined();
    expect(readMatroskaHead(hex(`${ebml} 18538067 ff`)).endByte).toBeUndefined();
  });

  it('may be cut off anywhere', () => {
    const head = hex(`${ebml} 18538067 01 00 00 00 00 00 01 00 ${tracks}`);
    for (let length = 0; length < head.length; length++) {
      expect([...readMatroskaHead(head.subarray(0, length)).codecDelaysMs.keys()].length).toBeLessThanOrEqual(1);
    }
  });
});

describe('the program of a transport stream', () => {
  /** ISO/IEC 13818-1 2.4.4: program 1 on PID 0x1000 with MPEG-2 video on 0x100 and AAC on 0x101. */
  const packet = (header: string, section: string): Uint8Array => {
    const bytes = hex(`${header} 00 ${section}`);
    return concat(bytes, new Uint8Array(188 - bytes.length).fill(0xff));
  };
  const programs = packet('47 4000 10', '00 b00d 0001 c1 00 00 0001 f000 00000000');
  const streams = packet('47 5000 10', '02 b017 0001 c1 00 00 e100 f000 02 e100 f000 0f e101 f000 00000000');

  it('lists its streams', () => {
    const listed = [
      { pid: 0x100, streamType: 0x02 },
      { pid: 0x101, streamType: 0x0f },
    ];
    expect(readListedStreams(concat(programs, streams))).toEqual(listed);
    const stamp = hex('00000000');
    expect(readListedStreams(concat(stamp, programs, stamp, streams))).toEqual(listed);
    expect(listed.map(foreignStream)).toMatchObject([{ kind: 'video', codecName: 'MPEG-2 video' }, undefined]);
  });

  it('may be missing', () => {
    expect(readListedStreams(programs)).toEqual([]);
    expect(readListedStreams(streams)).toEqual([]);
  });
});

describe('the clock of packets', () => {
  it('takes delays off', () => {
    expect(new PacketClock({ delayMs: 6.5, isMpegTs: false }).presentationMs({ timestamp: 1 })).toBe(993.5);
  });

  it('of a transport stream goes on when its 33 bits wrap', () => {
    const clock = new PacketClock({ delayMs: 0, isMpegTs: true });
    const periodS = 2 ** 33 / 90_000;
    const said = [periodS - 0.04, 0, -0.02, 0.04];
    const ms = said.map((timestamp) => clock.presentationMs({ timestamp }));
    expect(ms.map((time) => Math.round(time - ms[0]!))).toEqual([0, 40, 20, 80]);
  });

  it('of others goes back when it says so', () => {
    const clock = new PacketClock({ delayMs: 0, isMpegTs: false });
    expect([100_000, 0].map((timestamp) => clock.presentationMs({ timestamp }))).toEqual([100_000_000, 0]);
  });
});
