import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ProtocolError } from '../../../src/errors.js';
import { aggregate, MAX_AGGREGATE_PARTS, partTimestampMs } from '../../../src/rtmp/message/aggregate.js';
import { errorOf } from '../../amf/thrown.js';
import { hex } from '../chunk/bytes.js';

/** The video and audio tags of protocol.md 11.6, with times that need the fourth byte, on stream 1. */
const WIRE = hex(`
  09 00 00 05 ff ff f0 01 00 00 01  17 02 00 00 00  00 00 00 10
  08 00 00 04 00 00 10 02 00 00 01  af 00 12 10     00 00 00 0f`);

const PARTS = [
  { typeId: 9, timestampMs: 0x01fffff0, payload: hex('17 02 00 00 00') },
  { typeId: 8, timestampMs: 0x02000010, payload: hex('af 00 12 10') },
];

describe('aggregate (RTMP 7.1.6)', () => {
  it('is read', () => {
    expect(aggregate.decode(WIRE)).toEqual({ type: 'aggregate', parts: PARTS });
  });

  it.each([1, 2, 3, 4])('is read with %i bytes of the last back pointer missing', (missing) => {
    expect(aggregate.decode(WIRE.subarray(0, WIRE.length - missing)).parts).toEqual(PARTS);
  });

  it('is written, with stream id 0: that of the message counts', () => {
    const expected = WIRE.slice();
    expected[10] = 0;
    expected[30] = 0;
    expect(aggregate.encode({ type: 'aggregate', parts: PARTS })).toEqual(expected);
  });

  it.each([
    ['a header cut off', '09 00 00 05 00'],
    ['a payload cut off', '09 00 00 05 00 00 00 00 00 00 00 17'],
    ['a part longer than the message', '09 ff ff ff 00 00 00 00 00 00 00'],
  ])('is refused: %s', (_, wire) => {
    const error = errorOf(() => aggregate.decode(hex(wire)));
    expect(error).toBeInstanceOf(ProtocolError);
    expect(error).toMatchObject({ code: 'ERR_TRUNCATED' });
  });

  it('has a limited number of parts', () => {
    const part = { typeId: 8, timestampMs: 0, payload: new Uint8Array(0) };
    const full = new Array<typeof part>(MAX_AGGREGATE_PARTS).fill(part);
    expect(aggregate.decode(aggregate.encode({ type: 'aggregate', parts: full })).parts).toHaveLength(full.length);
    const tooFull = aggregate.encode({ type: 'aggregate', parts: [...full, part] });
    expect(errorOf(() => aggregate.decode(tooFull))).toMatchObject({ code: 'ERR_LIMIT' });
  });

  it('comes back as it was written', () => {
    const part = fc.record({
      typeId: fc.integer({ min: 0, max: 255 }),
      timestampMs: fc.integer({ min: 0, max: 0xffffffff }),
      payload: fc.uint8Array({ maxLength: 40 }),
    });
    fc.assert(
      fc.property(fc.array(part, { maxLength: 8 }), (parts) => {
        const payload = aggregate.encode({ type: 'aggregate', parts });
        expect(aggregate.decode(payload)).toEqual({ type: 'aggregate', parts });
      }),
    );
  });
});

describe('partTimestampMs', () => {
  it.each([
    [1000, 500, 500, 1000],
    [1000, 500, 540, 1040],
    [1000, 500, 460, 960],
    [0xfffffff0, 0, 0x20, 0x10],
    [5, 0xfffffff0, 0x10, 0x25],
  ])('of an aggregate at %i whose first part says %i: %i is %i', (aggregateMs, firstMs, partMs, expected) => {
    const part = (timestampMs: number) => ({ typeId: 8, timestampMs, payload: new Uint8Array(0) });
    expect(partTimestampMs(aggregateMs, part(firstMs), part(partMs))).toBe(expected);
  });
});
