import { readAmf0Values } from '../amf/amf0-reader.js';
import { amfToJson, type JsonValue } from '../amf/to-json.js';
import { RtmpkitError } from '../errors.js';
import type { MediaTag } from '../media/tag.js';
import { isMetadata } from '../media/tag-info.js';

/** One data message of a stream, as `push --data` takes it. */
export interface DataLine {
  /** The message's time in the stream. */
  readonly at: number;
  readonly name: string;
  readonly value: JsonValue;
  /** What stands behind the value: hardly any message has more than one. */
  readonly more?: readonly JsonValue[];
}

/**
 * The data messages among these tags as lines of JSON, but for `onMetaData`, which describes the stream. What cannot be read or
 * said goes to `onUnreadable`.
 */
export function dataLines(tags: readonly MediaTag[], onUnreadable: (tag: MediaTag) => void): string {
  let lines = '';
  for (const tag of tags) {
    if (tag.kind !== 'data' || isMetadata(tag)) continue;
    const line = lineOf(tag);
    if (line === undefined) {
      onUnreadable(tag);
    } else {
      lines += `${JSON.stringify(line)}\n`;
    }
  }
  return lines;
}

function lineOf({ timestampMs, body }: MediaTag): DataLine | undefined {
  try {
    const [name, value, ...more] = readAmf0Values(body);
    if (typeof name !== 'string') return undefined;
    const line = { at: timestampMs, name, value: amfToJson(value) };
    return more.length === 0 ? line : { ...line, more: more.map((one) => amfToJson(one)) };
  } catch (error) {
    if (error instanceof RtmpkitError) return undefined;
    throw error;
  }
}
