import { expect, it } from 'vitest';
import { MetadataNews } from '../../src/flow/metadata-news.js';
import { audio, metadata } from './tags.js';

it('leaves out metadata that says what was said already', () => {
  const news = new MetadataNews();
  const [first, sound, other] = [metadata(0, 1), audio(10), metadata(20, 2)];
  expect(news.of([first, sound])).toEqual([first, sound]);
  expect(news.of([metadata(15, 1), other])).toEqual([other]);
  expect(news.of([first])).toEqual([first]);
});

it('passes on metadata that is too large to be remembered', () => {
  const news = new MetadataNews();
  const { kind, timestampMs, body } = metadata(0);
  const large = { kind, timestampMs, body: Uint8Array.from([...body, ...new Uint8Array(2 * 1024 * 1024)]) };
  expect(news.of([large])).toEqual([large]);
  expect(news.of([large])).toEqual([large]);
});
