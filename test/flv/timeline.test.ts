import { describe, expect, it } from 'vitest';
import { FlvTimeline } from '../../src/flv/timeline.js';

const AUDIO = 8;
const VIDEO = 9;
const SCRIPT = 18;
const WRAP = 2 ** 32;

describe('FlvTimeline', () => {
  it('unwraps audio and video together', () => {
    const timeline = new FlvTimeline();
    expect(timeline.map(VIDEO, WRAP - 20)).toBe(WRAP - 20);
    expect(timeline.map(AUDIO, WRAP - 25)).toBe(WRAP - 25);
    expect(timeline.map(VIDEO, 20)).toBe(WRAP + 20);
    expect(timeline.map(AUDIO, WRAP - 5)).toBe(WRAP - 5);
    expect(timeline.endMs).toBe(WRAP + 20);
  });

  it('is not moved by script tags', () => {
    const timeline = new FlvTimeline();
    expect(timeline.map(SCRIPT, 0)).toBe(0);
    expect(timeline.map(VIDEO, 3_000_000_000)).toBe(3_000_000_000);
    timeline.map(SCRIPT, 0);
    expect(timeline.map(VIDEO, 3_000_000_040)).toBe(3_000_000_040);
  });

  it('puts a new piece behind the one before and keeps distances in it', () => {
    const timeline = new FlvTimeline();
    timeline.beginPiece();
    timeline.map(VIDEO, 50_000);
    timeline.map(AUDIO, 50_010);
    timeline.beginPiece();
    expect(timeline.map(SCRIPT, 0)).toBe(50_010);
    expect(timeline.map(VIDEO, 7)).toBe(50_010);
    expect(timeline.map(AUDIO, 0)).toBe(50_003);
    expect(timeline.map(VIDEO, 47)).toBe(50_050);
    timeline.beginPiece();
    expect(timeline.map(VIDEO, 900_000)).toBe(50_050);
  });

  it('lets a piece be that goes on by itself, also over the wrap', () => {
    const timeline = new FlvTimeline();
    timeline.map(VIDEO, WRAP - 40);
    timeline.beginPiece();
    expect(timeline.map(VIDEO, 0)).toBe(WRAP);
  });

  it('begins where it is told', () => {
    const timeline = new FlvTimeline(WRAP + 500);
    expect(timeline.map(SCRIPT, 0)).toBe(WRAP + 500);
    expect(timeline.map(VIDEO, 123)).toBe(WRAP + 500);
    expect(timeline.map(AUDIO, 143)).toBe(WRAP + 520);
  });
});
