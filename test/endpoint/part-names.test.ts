import { afterAll, describe, expect, it } from 'vitest';
import { existingPart, partNames } from '../../src/endpoint/part-names.js';
import { TestDirectory } from './flv-test-files.js';

const directory = new TestDirectory();
afterAll(() => directory.remove());

describe('partNames', () => {
  it.each([
    ['out.flv', 1, 'out-001.flv'],
    ['./out.flv', 2, './out-002.flv'],
    ['dir/out.mp4', 1_000, 'dir/out-1000.mp4'],
    ['dir.d/out', 1, 'dir.d/out-001'],
    ['out%d.flv', 7, 'out7.flv'],
    ['out_%02d_x.flv', 7, 'out_07_x.flv'],
    ['50%.flv', 1, '50%-001.flv'],
  ])('names the parts of %s', (path, number, expected) => {
    expect(partNames(path).path(number)).toBe(expected);
  });

  it('knows its parts again', () => {
    const { matches } = partNames('dir/out.flv');
    expect(['out-001.flv', 'out-999.flv', 'out-1000.flv'].every(matches)).toBe(true);
    expect(['out.flv', 'out-1.flv', 'out-0001.flv', 'out-001.mp4', 'out-.flv', 'x-001.flv'].some(matches)).toBe(false);
  });
});

describe('existingPart', () => {
  it('finds the first of the parts that are there', async () => {
    expect(await existingPart(partNames(directory.file('a.flv')))).toBeUndefined();
    directory.file('a-003.flv', new Uint8Array(1));
    const second = directory.file('a-002.flv', new Uint8Array(1));
    expect(await existingPart(partNames(directory.file('a.flv')))).toBe(second);
    expect(await existingPart(partNames(directory.file('nowhere/a.flv')))).toBeUndefined();
  });
});
