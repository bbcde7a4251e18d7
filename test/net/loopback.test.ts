import { describe, expect, it } from 'vitest';
import { isLoopback } from '../../src/net/loopback.js';

describe('isLoopback', () => {
  it('knows what only this machine reaches', () => {
    expect(['127.0.0.1', '127.1.2.3', '::1', 'localhost', '::ffff:127.0.0.1'].every(isLoopback)).toBe(true);
    expect(['', '0.0.0.0', '::', '192.168.0.1', 'localhost.example'].some(isLoopback)).toBe(false);
  });
});
