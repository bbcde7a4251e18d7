import { encodeAmf0 } from '../amf/amf0-writer.js';
import { amfFromJson } from '../amf/json.js';
import { RtmpkitError } from '../errors.js';
import type { TimedData } from '../flow/data-supply.js';

/** Servers keep names in fixed buffers; nobody needs longer ones. */
const MAX_NAME_LENGTH = 255;

/** What a line of data says, or why it says nothing. */
export type DataLine = { readonly data: TimedData } | { readonly fault: string };

/**
 * Reads `{"at": ms, "name": "onChat", "value": …}`. `at` counts from the first frame of the stream; without it the data are to
 * be sent at once. Without `value` the message is the name alone. Other members are passed over.
 */
export function parseDataLine(text: string): DataLine {
  const members = objectIn(text);
  if (members === undefined)
    return { fault: 'it is no JSON object, such as {"at": 1000, "name": "onChat", "value": "hello"}' };
  const { at, name, value } = members;
  if (typeof name !== 'string' || name === '' || name.length > MAX_NAME_LENGTH) {
    return { fault: `"name" has to be a text of 1 to ${MAX_NAME_LENGTH} characters` };
  }
  if (at !== undefined && !(typeof at === 'number' && Number.isFinite(at) && at >= 0)) {
    return { fault: '"at" has to be a number of milliseconds from 0 on' };
  }
  try {
    const body = value === undefined ? encodeAmf0(name) : encodeAmf0(name, amfFromJson(value));
    return { data: { atMs: at === undefined ? undefined : Math.round(at), body } };
  } catch (error) {
    if (error instanceof RtmpkitError) return { fault: error.message };
    throw error;
  }
}

function objectIn(text: string): { at?: unknown; name?: unknown; value?: unknown } | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined; // the line is told to be wrong
  }
}
