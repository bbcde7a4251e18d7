import { type AmfObject, type AmfValue, isAmfObject } from '../../../amf/value.js';

// Arguments are what some peer thought right: each reader here gives what can be used, or `undefined`.

export function textOf(value: AmfValue): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** Finite numbers only, because they become times and ids. */
export function numberOf(value: AmfValue): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

/** Flash also says true and false with numbers. */
export function booleanOf(value: AmfValue): boolean | undefined {
  return typeof value === 'number' ? value !== 0 : typeof value === 'boolean' ? value : undefined;
}

export function objectOf(value: AmfValue): AmfObject | undefined {
  return isAmfObject(value) ? value : undefined;
}
