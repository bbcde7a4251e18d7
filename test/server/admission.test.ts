import { describe, expect, it } from 'vitest';
import { Admission } from '../../src/server/admission.js';

describe('Admission', () => {
  it('counts all connections, and lets others in for those that go', () => {
    const admission = new Admission({ maxConnections: 2, maxConnectionsPerAddress: Number.POSITIVE_INFINITY });
    expect([admission.admit('a'), admission.admit('b')]).toEqual([undefined, undefined]);
    expect(admission.admit('c')).toBe('the limit of 2 connections is reached');
    expect(admission.total).toBe(2);
    admission.release('a');
    expect(admission.admit('c')).toBeUndefined();
    expect(admission.total).toBe(2);
  });

  it('counts the connections of each address', () => {
    const admission = new Admission({ maxConnections: 10, maxConnectionsPerAddress: 2 });
    expect([admission.admit('a'), admission.admit('a')]).toEqual([undefined, undefined]);
    expect(admission.admit('a')).toBe('the limit of 2 connections per address is reached');
    expect(admission.admit('b')).toBeUndefined();
    admission.release('a');
    expect(admission.admit('a')).toBeUndefined();
    expect(admission.admit('a')).toBeDefined();
  });

  it('does not count who was refused', () => {
    const admission = new Admission({ maxConnections: 1, maxConnectionsPerAddress: 1 });
    admission.admit('a');
    admission.admit('a');
    admission.admit('b');
    admission.release('a');
    expect(admission.total).toBe(0);
    expect(admission.admit('b')).toBeUndefined();
  });
});
