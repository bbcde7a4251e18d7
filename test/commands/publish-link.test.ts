import { expect, it } from 'vitest';
import { PublishLink } from '../../src/commands/probe/publish-link.js';
import { tiesOf } from '../support/signal-ties.js';

it('PublishLink lets go of its signal when it ends, opened or not', () => {
  const { signal } = new AbortController();
  const link = new PublishLink(signal);
  expect(tiesOf(signal)).toBe(1);
  link.end();
  expect(tiesOf(signal)).toBe(0);
});
