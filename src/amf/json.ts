import { ProtocolError } from '../errors.js';
import { AMF_LIMITS } from './limits.js';
import type { AmfValue } from './value.js';

/**
 * JSON as AMF0 can say it: objects become objects with their members in order, arrays strict arrays; numbers, strings, booleans and
 * null stay what they are. JSON has no dates; texts that look like dates stay texts.
 *
 * @param value what `JSON.parse` gives
 * @throws {ProtocolError} `ERR_LIMIT` for what is nested deeper than readers of AMF allow
 */
export function amfFromJson(value: unknown): AmfValue {
  return fromJson(value, AMF_LIMITS.maxDepth);
}

function fromJson(value: unknown, depthLeft: number): AmfValue {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' || value === null) {
    return value;
  }
  if (depthLeft <= 1) {
    throw new ProtocolError('ERR_LIMIT', `JSON nested more than ${AMF_LIMITS.maxDepth} deep`);
  }
  if (Array.isArray(value)) {
    return value.map((item: unknown) => fromJson(item, depthLeft - 1));
  }
  const members: [string, unknown][] = typeof value === 'object' ? Object.entries(value) : [];
  return new Map(members.map(([name, member]) => [name, fromJson(member, depthLeft - 1)]));
}
