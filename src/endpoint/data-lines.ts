import { readAmf0Values } from '../amf/amf0-reader.js';
import { amfToJson, type JsonValue } from '../amf/to-json.js';
import { RtmpkitError } from '../errors.js';
import type { MediaTag } from '../media/tag.js';
import { isFrame, isMetadata } from '../media/tag-info.js';

/** One data message of a stream, as `push --data` takes it. */
export interface DataLine {
  /** Milliseconds since the first frame. */
  readonly at: number;
  readonly name: string;
  /** Left out when the message is the name alone. */
  readonly value?: JsonValue;
  /** What stands behind the value: hardly any message has more than one. */
  readonly more?: readonly JsonValue[];
}

/**
 * The data messages of a stream as lines of JSON, but for `onMetaData`, which describes the stream. What cannot be read or said
 * goes to `onUnreadable`.
 */
export class DataLines {
  readonly #onUnreadable: (tag: MediaTag) => void;
  #firstMs: number | undefined;

  constructor(onUnreadable: (tag: MediaTag) => void) {
    this.#onUnreadable = onUnreadable;
  }

  /** Those among the next tags; empty when there are none. */
  of(tags: readonly MediaTag[]): string {
    let lines = '';
    for (const tag of tags) {
      if (isFrame(tag)) this.#firstMs ??= tag.timestampMs;
      if (tag.kind !== 'data' || isMetadata(tag)) continue;
      const line = lineOf(tag, Math.max(0, tag.timestampMs - (this.#firstMs ?? tag.timestampMs)));
      if (line === undefined) {
        this.#onUnreadable(tag);
      } else {
        lines += `${JSON.stringify(line)}\n`;
      }
    }
    return lines;
  }
}

function lineOf({ body }: MediaTag, at: number): DataLine | undefined {
  try {
    const [name, ...values] = readAmf0Values(body);
    if (typeof name !== 'string') return undefined;
    const [value, ...more] = values.map((one) => amfToJson(one));
    if (value === undefined) return { at, name };
    return more.length === 0 ? { at, name, value } : { at, name, value, more };
  } catch (error) {
    if (error instanceof RtmpkitError) return undefined;
    throw error;
  }
}
