import { expect } from 'vitest';
import type { OutputFile } from '../../src/endpoint/output-file.js';

/** A disk in memory: takes `capacityBytes`, at most `stepBytes` at once. */
export class FakeFile implements OutputFile {
  bytes = Buffer.alloc(0);
  isClosed = false;
  writes = 0;
  capacityBytes = Number.POSITIVE_INFINITY;
  stepBytes = Number.POSITIVE_INFINITY;
  errorCode = 'ENOSPC';
  /** Resolved when writing may go on. */
  gate: Promise<void> = Promise.resolve();

  async writev(buffers: readonly Uint8Array[], position: number): Promise<{ bytesWritten: number }> {
    expect(this.isClosed).toBe(false);
    this.writes++;
    await this.gate;
    const wanted = Buffer.concat(buffers).subarray(0, this.stepBytes);
    const taken = wanted.subarray(0, Math.max(0, this.capacityBytes - position));
    if (taken.length === 0) {
      throw Object.assign(new Error(`${this.errorCode}: write`), { code: this.errorCode, syscall: 'write' });
    }
    const grown = Buffer.alloc(Math.max(this.bytes.length, position + taken.length));
    grown.set(this.bytes);
    grown.set(taken, position);
    this.bytes = grown;
    return { bytesWritten: taken.length };
  }

  async truncate(sizeBytes: number): Promise<void> {
    this.bytes = this.bytes.subarray(0, sizeBytes);
  }

  async close(): Promise<void> {
    expect(this.isClosed).toBe(false);
    this.isClosed = true;
  }
}
