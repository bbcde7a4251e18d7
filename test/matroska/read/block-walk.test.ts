import { describe, expect, it } from 'vitest';
import { BlockWalk } from '../../../src/matroska/read/block-walk.js';
import { hex } from '../../amf/golden.js';

/** What a walk finds in bytes that are all at hand, or only so many of them at a time. */
function walked(file: Uint8Array, windowSizeBytes = file.length): string[] {
  const found: string[] = [];
  const walk = new BlockWalk(0, file.length);
  let base = 0;
  let end = Math.min(windowSizeBytes, file.length);
  for (let steps = 0; steps < 10_000; steps++) {
    const step = walk.step(file.subarray(base, end), base);
    const { block, at } = walk;
    if (step === 'end') return found;
    if (step === 'cluster') found.push(`cluster ${walk.clusterTicks}`);
    if (step === 'block') {
      const data = Buffer.from(file.subarray(block.dataAt, block.endByte)).toString('hex');
      const length = block.durationTicks === undefined ? '' : ` for ${block.durationTicks}`;
      found.push(`${block.trackNumber} at ${block.ticks}${length} ${block.isKeyframe ? 'key ' : ''}${data}`);
    }
    if (step === 'bytes') {
      expect(at + walk.wantedSizeBytes).toBeGreaterThan(at < base || at > end ? at : end);
      base = at;
      end = Math.min(file.length, at + Math.max(windowSizeBytes, walk.wantedSizeBytes));
    }
  }
  throw new Error('the walk has no end');
}

/** RFC 9559 5.1.3: Cluster with Timestamp 1000, SimpleBlock of track 1 at +0 (key), of track 2 at -1, BlockGroup of 1 at +40. */
const BLOCKS = 'e7 82 03e8 a3 86 81 0000 80 aabb a3 85 82 ffff 00 cc a0 8d a1 85 81 0028 00 dd 9b 81 28 fb 81 d8';
const FOUND = ['cluster 1000', '1 at 1000 key aabb', '2 at 999 cc', '1 at 1040 for 40 dd'];

describe('a walk over blocks', () => {
  it.each<[string, string, readonly string[]]>([
    ['a cluster of a size', `1f43b675 a2 ${BLOCKS}`, FOUND],
    ['a cluster of unknown size', `1f43b675 ff ${BLOCKS}`, FOUND],
    ['two of them', `1f43b675 ff ${BLOCKS} 1f43b675 01ffffffffffffff e7 81 05`, [...FOUND, 'cluster 5']],
    [
      'cues behind one of unknown size',
      `1f43b675 ff ${BLOCKS} 1c53bb6b 81 00 1f43b675 83 e7 81 05`,
      [...FOUND, 'cluster 5'],
    ],
    ['Void, CRC-32 and what is not known', `ec 82 0000 1f43b675 ff bf 84 01020304 5854 81 00 ${BLOCKS}`, FOUND],
    ['a keyframe in a group', '1f43b675 ff a0 88 a1 86 4001 0005 00 ee', ['1 at 5 key ee']],
    ['a group without a block', '1f43b675 ff a0 83 9b 81 28 a3 85 81 0001 00 11', ['1 at 1 11']],
    ['a block without frames', '1f43b675 ff a3 84 81 0000 00 a3 85 81 0001 00 11', ['1 at 1 11']],
    ['another file behind this one', `1f43b675 ff ${BLOCKS} 1a45dfa3 80 1f43b675 83 e7 81 05`, FOUND],
    ['nothing', '', []],
  ])('%s', (_, text, expected) => {
    const file = hex(text);
    expect(walked(file)).toEqual(expected);
    for (const windowSizeBytes of [1, 5, 13]) expect(walked(file, windowSizeBytes)).toEqual(expected);
  });

  it.each<[string, string]>([
    ['a block that is larger than its cluster', 'a3 8f 81 0000 00 01'],
    ['what is no element', '00 00 00 01'],
    ['an element of a size that cannot be', '42ff 1000 0000'],
    ['a block of unknown size', 'a3 ff 81 0000 00'],
  ])('goes on at the next cluster behind %s', (_, damage) => {
    const file = hex(`1f43b675 8c e7 81 07 ${damage} 1f43b6 1f43b675 ff ${BLOCKS}`);
    const [first, ...others] = walked(file);
    expect(first).toBe('cluster 7');
    expect(others).toEqual(FOUND);
    for (const windowSizeBytes of [1, 5, 13]) expect(walked(file, windowSizeBytes)).toEqual(['cluster 7', ...FOUND]);
  });

  it('ends where the file does, wherever that is', () => {
    const file = hex(`1f43b675 ff ${BLOCKS}`);
    for (let length = 0; length < file.length; length++) {
      const found = walked(file.subarray(0, length));
      expect(FOUND.slice(0, found.length)).toEqual(found);
    }
  });

  it('may begin anywhere, and looks for a cluster', () => {
    const file = hex(`1f43b675 ff ${BLOCKS} 1f43b675 ff e7 81 02`);
    const walk = BlockWalk.fromNextCluster(1, file.length);
    expect(walk.step(file, 0)).toBe('cluster');
    expect(walk).toMatchObject({ clusterTicks: 2, clusterAt: 39 });
  });
});
