import { describe, expect, it } from 'vitest';
import { checkMp4Tables } from '../../../src/endpoint/container/mp4-tables.js';
import { foreignStream, readListedStreams } from '../../../src/endpoint/container/mpeg-ts-program.js';
import { PacketClock } from '../../../src/endpoint/container/packet-clock.js';
import { hex } from '../../amf/golden.js';
import { errorOf } from '../../amf/thrown.js';
import { concat } from '../../support/flv-builder.js';

describe('the tables of an MP4', () => {
  const box = (type: string, content: string): Uint8Array => {
    const bytes = hex(content);
    return concat(Uint8Array.of(0, 0, 0, bytes.length + 8), Buffer.from(type), bytes);
  };
  const inTrack = (table: Uint8Array): Uint8Array => {
    const wrap = (type: string, content: Uint8Array): Uint8Array => box(type, Buffer.from(content).toString('hex'));
    return wrap('trak', wrap('mdia', wrap('minf', wrap('stbl', table))));
  };

  it.each([
    ['stts', '00000000 00000001 00000010 00000001'],
    ['ctts', '00000000 00000001 00000010 00000001'],
    ['stsz', '00000000 00000000 00000001 00000005'],
    ['stsz', '00000000 00000002 00000064'],
    ['stco', '00000000 00000001 00000040'],
    ['trun', '00000301 00000001 00000000 00000001 00000002'],
  ])('may be what they are: %s %s', (type, content) => {
    expect(errorOf(() => checkMp4Tables(inTrack(box(type, content)), 100))).toBeUndefined();
  });

  it.each([
    ['more entries than bytes', 'stts', '00000000 00000002 00000010 00000001'],
    ['more samples than the file can have', 'ctts', '00000000 00000001 ffffffff 00000001'],
    ['more sizes than bytes', 'stsz', '00000000 00000000 00ffffff 00000005'],
    ['more samples of one size', 'stsz', '00000000 00000002 ffffffff'],
    ['a run without fields', 'trun', '00000000 ffffffff'],
    ['a run with fields', 'trun', '00000301 00000002 00000000 00000001 00000002'],
    ['chunks of more samples', 'stsc', '00000000 00000001 00000001 ac00000d 00000001'],
    ['a cut off head', 'stco', '00000000'],
  ])('must not claim what cannot be: %s', (_, type, content) => {
    expect(errorOf(() => checkMp4Tables(inTrack(box(type, content)), 100))).toBeInstanceOf(Error);
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
  it('of a transport stream goes on when its 33 bits wrap', () => {
    const clock = new PacketClock({ isMpegTs: true });
    const periodS = 2 ** 33 / 90_000;
    const said = [periodS - 0.04, 0, -0.02, 0.04];
    const ms = said.map((timestamp) => clock.presentationMs({ timestamp }));
    expect(ms.map((time) => Math.round(time - ms[0]!))).toEqual([0, 40, 20, 80]);
  });

  it('of others goes back when it says so', () => {
    const clock = new PacketClock({ isMpegTs: false });
    expect([100_000, 0].map((timestamp) => clock.presentationMs({ timestamp }))).toEqual([100_000_000, 0]);
  });
});
