import { describe, expect, it } from 'vitest';
import { overlayMetadata } from '../../src/flow/metadata-overlay.js';
import { readMetadata } from '../../src/media/metadata.js';
import type { MediaTag } from '../../src/media/tag.js';
import { parse } from './spliced.js';

async function overlaid(texts: readonly string[], changes: Record<string, string | null>): Promise<string> {
  async function* source(): AsyncGenerator<readonly MediaTag[]> {
    for (const text of texts) yield parse(text);
  }
  const out: string[] = [];
  for await (const tags of overlayMetadata(source(), new Map(Object.entries(changes)))) {
    out.push(tags.map((tag) => `${readMetadata(tag)?.get('title') ?? tag.kind} ${tag.timestampMs}`).join(', '));
  }
  return out.join(' | ');
}

describe('overlayMetadata', () => {
  it('changes all metadata of a stream', async () => {
    expect(await overlaid(['m0 V0 k0', 'm40 k40'], { title: 'x' })).toBe('x 0, video 0, video 0 | x 40, video 40');
  });

  it('puts some in front of a stream that begins without', async () => {
    expect(await overlaid(['d0', 'V5 k5', 'k45'], { title: 'x' })).toBe('data 0 | x 5, video 5, video 5 | video 45');
    expect(await overlaid(['A0 a0', 'm20 a20'], { title: 'x' })).toBe('x 0, audio 0, audio 0 | x 20, audio 20');
  });

  it('puts none there to take something out', async () => {
    expect(await overlaid(['V0 k0'], { title: null })).toBe('video 0, video 0');
  });
});
