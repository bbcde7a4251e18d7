import { describe, expect, it } from 'vitest';
import { AbortBranch } from '../../src/net/abort-branch.js';
import { tiesOf } from '../support/signal-ties.js';

describe('AbortBranch', () => {
  it('aborts with its parent, for the same reason', () => {
    const parent = new AbortController();
    const branch = new AbortBranch(parent.signal);
    expect(branch.signal.aborted).toBe(false);
    parent.abort('enough');
    expect(branch.signal.reason).toBe('enough');
    expect(tiesOf(parent.signal)).toBe(0);
  });

  it('is aborted from the beginning when its parent is', () => {
    expect(new AbortBranch(AbortSignal.abort('before')).signal.reason).toBe('before');
  });

  it('aborts by itself, and leaves its parent alone', () => {
    const parent = new AbortController();
    const branch = new AbortBranch(parent.signal);
    branch.abort('mine');
    parent.abort('later');
    expect(branch.signal.reason).toBe('mine');
  });

  it('is forgotten by its parent when it is released', () => {
    const parent = new AbortController();
    const branches = Array.from({ length: 100 }, () => new AbortBranch(parent.signal));
    expect(tiesOf(parent.signal)).toBe(100);
    for (const branch of branches) branch.release();
    expect(tiesOf(parent.signal)).toBe(0);
    parent.abort();
    expect(branches.some(({ signal }) => signal.aborted)).toBe(false);
  });
});
