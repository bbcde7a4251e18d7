import { describe, expect, it } from 'vitest';
import { foreignStream, readListedStreams } from '../../../src/endpoint/container/mpeg-ts-program.js';
import { PacketClock } from '../../../src/endpoint/container/packet-clock.js';
import { hex } from '../../amf/golden.js';
import { concat } from '../../support/flv-builder.js';

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
