import { describe, expect, it } from 'vitest';
import { RecordedPlace } from '../../src/endpoint/recorded-place.js';
import type { MediaTag } from '../../src/media/tag.js';
import { isFrame } from '../../src/media/tag-info.js';
import { syntheticStream } from '../support/streams.js';

const FILM = syntheticStream({ video: 'h264', audio: 'aac', durationMs: 10_000, cuePointMs: 300 });

/** What a server sends that begins at a keyframe, after it has said the headers again. */
function from(keyframeMs: number, countsFromMs = 0): MediaTag[] {
  const headers = FILM.filter((tag) => tag.timestampMs === 0 && !isFrame(tag));
  const media = FILM.filter((tag) => tag.timestampMs >= keyframeMs && !headers.includes(tag));
  return [...headers, ...media].map((tag) => ({ ...tag, timestampMs: Math.max(tag.timestampMs - countsFromMs, 0) }));
}

describe('RecordedPlace', () => {
  it('begins where it was told to, as long as nothing has come', () => {
    const place = new RecordedPlace(4_000);
    place.beginAgain();
    expect([place.positionMs, place.pass(FILM.slice(0, 3)).length]).toEqual([4_000, 3]);
  });

  it.each([
    ['before', 0],
    ['after', 1_000],
  ])('goes on without anything twice when servers begin at the keyframe %s', (_, laterMs) => {
    const place = new RecordedPlace(2_500);
    const first = place.pass(from(2_000).slice(0, 200));
    place.beginAgain();
    const { positionMs } = place;
    expect(positionMs).toBe(3_999);
    const second = place.pass(from(positionMs - (positionMs % 1_000) + laterMs));
    expect([...first, ...second]).toEqual(from(2_000));
  });

  it('asks for what comes next of a server that counts from where it begins', () => {
    const place = new RecordedPlace(2_500);
    place.pass(from(2_000, 2_000).slice(0, 200));
    expect(place.hasOwnTime).toBe(false);
    const { positionMs } = place;
    place.beginAgain();
    expect(place.positionMs).toBe(positionMs);
    const second = from(4_000, 4_000);
    expect(place.pass(second)).toEqual(second);
    expect(place.positionMs).toBeGreaterThan(positionMs + 4_000);
  });

  it('learns only of the second connection that a server counts from where it begins', () => {
    const place = new RecordedPlace(0);
    place.pass(from(0).slice(0, 400));
    expect([place.hasOwnTime, place.beganAtZero]).toEqual([true, true]);
    place.beginAgain();
    expect(place.positionMs).toBe(4_999);
    const second = from(5_000, 5_000);
    expect(place.pass(second)).toEqual(second);
    expect(place.hasOwnTime).toBe(false);
    place.beginAgain();
    expect(place.positionMs).toBe(4_999 + 3_999);
  });

  it('begins anew, and leaves out what has come, where there is no telling a server apart by what it begins with', () => {
    const place = new RecordedPlace(0);
    const first = place.pass(from(0).slice(0, 120));
    place.beginAgain();
    expect(place.positionMs).toBe(0);
    expect([...first, ...place.pass(from(0))]).toEqual(from(0));
  });

  it('takes the one kind there is', () => {
    const place = new RecordedPlace(0);
    place.pass(from(0).filter(({ kind }) => kind === 'audio'));
    expect(place.positionMs).toBeGreaterThan(9_900);
  });
});
