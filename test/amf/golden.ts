import type { AmfValue } from '../../src/amf/value.js';
import type { ErrorCode } from '../../src/errors.js';

/** Bytes and the values that they mean, from the specifications, protocol.md or captured peers. */
export interface GoldenValues {
  readonly name: string;
  /** Section of the specification, or of protocol.md with `§`. */
  readonly spec: string;
  readonly wire: string;
  readonly values: readonly AmfValue[];
  /** Set where a writer is free to say the same in other bytes, and ours does. */
  readonly readOnly?: true;
  /** The lengths to which the bytes can be cut so that they still are legal, with fewer values or members. */
  readonly legalCuts?: readonly number[];
}

export interface GoldenError {
  readonly name: string;
  readonly spec: string;
  readonly wire: string;
  readonly code: ErrorCode;
  readonly message: RegExp;
}

/** Bytes of hexadecimal text; white space does not count. */
export function hex(text: string): Uint8Array {
  const digits = text.replaceAll(/\s/g, '');
  if (!/^([0-9a-f]{2})*$/.test(digits)) {
    throw new Error(`not hexadecimal: ${text}`);
  }
  return Uint8Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

export function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(' ');
}

/** `count` times the same bytes. */
export function repeatHex(text: string, count: number): string {
  return `${text} `.repeat(count);
}
