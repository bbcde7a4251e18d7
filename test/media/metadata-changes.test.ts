import { describe, expect, it } from 'vitest';
import { metadataTag, readMetadata } from '../../src/media/metadata.js';
import { changedMetadata, type MetadataChanges, newMetadata } from '../../src/media/metadata-changes.js';
import { isMetadata } from '../../src/media/tag-info.js';

const CHANGES: MetadataChanges = new Map<string, string | number | boolean | null>([
  ['title', 'Holiday'],
  ['width', 1280],
  ['stereo', true],
  ['encoder', null],
]);

describe('changedMetadata', () => {
  it('changes, adds and takes out, and leaves the rest', () => {
    const tag = changedMetadata(metadataTag({ width: 64, encoder: 'x', height: 48 }, 40), CHANGES);
    expect(tag).toMatchObject({ kind: 'data', timestampMs: 40 });
    expect([...(readMetadata(tag) ?? [])]).toEqual([
      ['width', 1280],
      ['height', 48],
      ['title', 'Holiday'],
      ['stereo', true],
    ]);
  });

  it('replaces what cannot be read', () => {
    const whole = metadataTag({ width: 64 }, 0);
    const tag = changedMetadata({ ...whole, body: whole.body.subarray(0, -5) }, CHANGES);
    expect(isMetadata(tag)).toBe(true);
    expect(readMetadata(tag)?.get('title')).toBe('Holiday');
  });
});

describe('newMetadata', () => {
  it('says what the changes add, if anything', () => {
    expect(readMetadata(newMetadata(CHANGES, 7)!)?.size).toBe(3);
    expect(newMetadata(CHANGES, 7)?.timestampMs).toBe(7);
    expect(newMetadata(new Map([['encoder', null]]), 7)).toBeUndefined();
  });
});
