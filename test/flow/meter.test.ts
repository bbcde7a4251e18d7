import { describe, expect, it } from 'vitest';
import { Meter } from '../../src/flow/meter.js';
import { FakeClock } from './fake-clock.js';
import { audio, audioHeader, interFrame, keyframe, metadata, videoHeader } from './tags.js';

function setUp() {
  const clock = new FakeClock();
  return { clock, meter: new Meter(clock) };
}

/** Video at 25 fps with 1000 bytes per frame, audio 10 ms later with 250, until `endMs`. */
function flow(clock: FakeClock, meter: Meter, startMs: number, endMs: number): void {
  for (let ms = startMs; ms < endMs; ms += 40) {
    meter.add([interFrame(ms, 0, 994), audio(ms + 10, 0, 247)]);
    clock.advance(40);
  }
}

describe('Meter', () => {
  it('reads nothing from nothing', () => {
    expect(setUp().meter.read()).toEqual({
      positionMs: 0,
      bytes: 0,
      bitrateKbps: 0,
      fps: 0,
      skewMs: null,
      audioTags: 0,
      videoTags: 0,
      dataTags: 0,
    });
  });

  it('measures a steady stream', () => {
    const { clock, meter } = setUp();
    flow(clock, meter, 0, 10_000);
    const reading = meter.read();
    expect(reading).toMatchObject({ positionMs: 9970, bytes: 312_500, skewMs: -10, audioTags: 250, videoTags: 250 });
    expect(reading.fps).toBeGreaterThan(24);
    expect(reading.fps).toBeLessThan(26);
    expect(reading.bitrateKbps).toBeGreaterThan(240);
    expect(reading.bitrateKbps).toBeLessThan(260);
  });

  it('forgets what is older than its window', () => {
    const { clock, meter } = setUp();
    flow(clock, meter, 0, 10_000);
    clock.advance(1500);
    const half = meter.read();
    expect(half.fps).toBeGreaterThan(10);
    expect(half.fps).toBeLessThan(15);
    clock.advance(3000);
    expect(meter.read()).toMatchObject({ fps: 0, bitrateKbps: 0, videoTags: 250 });
    flow(clock, meter, 10_000, 20_000);
    expect(meter.read().fps).toBeCloseTo(25, 0);
    clock.advance(1e9);
    expect(meter.read().fps).toBe(0);
  });

  it('does not make much of what comes at once at the beginning', () => {
    const { meter } = setUp();
    meter.add([keyframe(0), interFrame(40), interFrame(80)]);
    expect(meter.read().fps).toBe(3);
  });

  it('counts from the first tags, not from its making', () => {
    const { clock, meter } = setUp();
    clock.advance(60_000);
    meter.read();
    flow(clock, meter, 0, 1500);
    expect(meter.read().fps).toBeCloseTo(25, 0);
  });

  it('counts headers as tags but not as frames, and begins with the first frame', () => {
    const { meter } = setUp();
    meter.add([metadata(0), videoHeader(0), audioHeader(0), keyframe(5000), audio(5100)]);
    expect(meter.read()).toMatchObject({ positionMs: 100, fps: 1, videoTags: 2, audioTags: 2, dataTags: 1 });
  });

  it('has no skew while one kind is missing from a part of the stream', () => {
    const meter = new Meter(new FakeClock());
    meter.add([keyframe(0), audio(10)]);
    expect(meter.read().skewMs).toBe(-10);
    meter.add([interFrame(1_000)]);
    expect(meter.read().skewMs).toBe(990);
    meter.add([interFrame(1_040)]);
    expect(meter.read()).toMatchObject({ skewMs: null, positionMs: 1_040 });
    meter.add([audio(1_060), interFrame(1_080)]);
    expect(meter.read().skewMs).toBe(20);
  });

  it('tells a large skew of kinds that both go on', () => {
    const meter = new Meter(new FakeClock());
    for (let ms = 0; ms < 5_000; ms += 40) meter.add([interFrame(ms + 3_000), audio(ms)]);
    expect(meter.read().skewMs).toBe(3_000);
  });

  it('has no skew with one kind only', () => {
    const { meter } = setUp();
    meter.add([audio(0), audio(20)]);
    expect(meter.read()).toMatchObject({ skewMs: null, positionMs: 20 });
  });
});
