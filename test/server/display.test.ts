import { describe, expect, it } from 'vitest';
import { withoutKeys } from '../../src/server/display.js';

describe('an app, shown without keys', () => {
  it.each([
    ['live', 'live'],
    ['live/instance', 'live/instance'],
    ['live?token=secret', 'live'],
    // FFmpeg cuts rtmp://host/live/key?u=a/b inside its query.
    ['live/key?u=a', 'live/****'],
    ['', ''],
  ])('%s', (app, shown) => {
    expect(withoutKeys.app(app)).toBe(shown);
  });
});
