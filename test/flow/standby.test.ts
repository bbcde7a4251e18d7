import { describe, expect, it } from 'vitest';
import { Standby } from '../../src/flow/standby.js';
import type { MediaTag } from '../../src/media/tag.js';
import { audio, audioHeader, interFrame, keyframe, metadata, videoHeader } from './tags.js';

function holding(...tags: MediaTag[]): Standby {
  const standby = new Standby();
  for (const tag of tags) standby.see(tag);
  return standby;
}

describe('Standby', () => {
  it('holds everything since the newest keyframe, and gives it away behind the headers', () => {
    const standby = holding(
      ...[metadata(0), videoHeader(0), audioHeader(0), keyframe(0, 1), audio(5, 1), interFrame(40, 1)],
      ...[keyframe(80, 2), audio(85, 2), interFrame(120, 2)],
    );
    expect(standby.isReady).toBe(true);
    expect(standby.take()).toEqual([
      ...[metadata(80), videoHeader(80), audioHeader(80)],
      ...[keyframe(80, 2), audio(85, 2), interFrame(120, 2)],
    ]);
    expect(standby.isReady).toBe(false);
    expect(standby.heldBytes).toBe(0);
    standby.see(interFrame(160, 3));
    expect(standby.isReady).toBe(false);
  });

  it('gives the headers that were in force at its keyframe, and later ones in their place', () => {
    const tags = [videoHeader(0, 1), keyframe(0, 1), videoHeader(40, 2), interFrame(40, 2)];
    expect(holding(...tags).take()).toEqual([videoHeader(0, 1), ...tags.slice(1)]);
  });

  it('holds no GOP that is too large, and waits for the next one', () => {
    const standby = holding(videoHeader(0), keyframe(0, 1, 17 * 1024 * 1024));
    expect(standby.isReady).toBe(false);
    expect(standby.heldBytes).toBe(0);
    expect(standby.see(keyframe(40, 2))).toBe(true);
    expect(standby.isReady).toBe(true);
  });

  it('holds about a second of a source without video', () => {
    const standby = new Standby();
    standby.see(audioHeader(0));
    for (let ms = 0; ms < 10_000; ms += 20) standby.see(audio(ms));
    const times = standby.take().map(({ timestampMs }) => timestampMs);
    expect(Math.max(...times) - Math.min(...times)).toBeLessThanOrEqual(1_000);
    expect(times.length).toBeGreaterThan(1);
  });

  it('does not forget, while the source is on air, that it has video', () => {
    const standby = holding(videoHeader(0), keyframe(0));
    standby.take();
    for (let ms = 40; ms < 8_000; ms += 40) standby.follow([interFrame(ms), audio(ms)]);
    expect(standby.see(audio(8_000))).toBe(false);
    expect(standby.isReady).toBe(false);
  });

  it('does not take a pause for the end of its video', () => {
    const standby = holding(videoHeader(0), keyframe(0), audio(0));
    expect(standby.see(audio(60_000))).toBe(false);
  });

  it('can be taken up at any sound when there has been no video for five seconds', () => {
    const standby = holding(videoHeader(0), keyframe(0));
    const places = [];
    for (let ms = 0; ms < 8_000; ms += 20) if (standby.see(audio(ms))) places.push(ms);
    expect(places).toEqual([5_020, 6_020, 7_020]);
  });

  it('knows nothing of a former connection', () => {
    const standby = holding(videoHeader(0, 1), keyframe(0, 1));
    standby.reset();
    expect(standby.headers).toEqual([]);
    standby.see(interFrame(40, 1));
    expect(standby.isReady).toBe(false);
  });
});
