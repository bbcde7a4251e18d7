import { readAmf0Values } from '../../../src/amf/amf0-reader.js';
import type { RtmpMessage } from '../../../src/rtmp/chunk/message.js';
import { ChunkReader } from '../../../src/rtmp/chunk/reader.js';

const HANDSHAKE_SIZE_BYTES = 1 + 2 * 1536;

/** Reads what a session sends, as the other side would: the handshake, then messages as one line of text each. */
export class OutputReader {
  readonly #reader = new ChunkReader();
  #handshakeBytes = 0;

  /** @param skipHandshake C0, C1 and C2 may come in pieces */
  read(bytes: Uint8Array | undefined): string[] {
    return this.messages(bytes).map(messageLine);
  }

  messages(bytes: Uint8Array | undefined): RtmpMessage[] {
    const messages: RtmpMessage[] = [];
    if (bytes !== undefined) {
      const handshake = Math.min(bytes.length, HANDSHAKE_SIZE_BYTES - this.#handshakeBytes);
      this.#handshakeBytes += handshake;
      this.#reader.read(bytes.subarray(handshake), messages);
    }
    return messages;
  }
}

/** `name(values)`, with `@streamId` unless that is 0. */
export function messageLine({ typeId, streamId, payload }: RtmpMessage): string {
  const at = streamId === 0 ? '' : `@${streamId}`;
  switch (typeId) {
    case 17:
    case 20: {
      const [name, ...values] = readAmf0Values(payload);
      return `${String(name)}${at}(${values.map(text).join(', ')})`;
    }
    case 18:
      return `data${at}(${readAmf0Values(payload).map(text).join(', ')})`;
    case 1:
    case 2:
    case 3:
    case 5:
      return `${NAMES[typeId]}${at}(${u32At(payload, 0)})`;
    case 6:
      return `setPeerBandwidth${at}(${u32At(payload, 0)}, ${payload[4]})`;
    case 4: {
      const values = [];
      for (let offset = 2; offset < payload.length; offset += 4) {
        values.push(u32At(payload, offset));
      }
      return `userControl${at}(${[payload[1], ...values].join(', ')})`;
    }
    default:
      return `type ${typeId}${at}(${payload.length} bytes)`;
  }
}

const NAMES: Readonly<Record<number, string>> = {
  1: 'setChunkSize',
  2: 'abort',
  3: 'acknowledgement',
  5: 'windowAckSize',
};

function u32At(bytes: Uint8Array, offset: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(offset);
}

/** Plain values in the style of JSON; `undefined` as itself. */
function text(value: unknown): string {
  return value === undefined ? 'undefined' : JSON.stringify(plain(value));
}

/** Maps as plain objects, bytes as hex: what tests can write down and compare. */
function plain(value: unknown): unknown {
  if (value instanceof Map) {
    return Object.fromEntries([...value].map(([name, member]) => [name, plain(member)]));
  }
  if (value instanceof Uint8Array) {
    return Buffer.from(value).toString('hex');
  }
  if (Array.isArray(value)) {
    return value.map(plain);
  }
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, plain(member)]));
  }
  return value;
}

/** The events as plain values, neighbouring `tags` made one: how many there are depends on how the input was cut. */
export function plainEvents(events: readonly { readonly type: string }[]): Record<string, unknown>[] {
  const merged: Record<string, unknown>[] = [];
  for (const event of events) {
    const last = merged.at(-1);
    const next = plain(event) as Record<string, unknown>;
    if (next['type'] === 'tags' && last?.['type'] === 'tags' && last['streamId'] === next['streamId']) {
      last['tags'] = [...(last['tags'] as unknown[]), ...(next['tags'] as unknown[])];
    } else {
      merged.push(next);
    }
  }
  return merged;
}

/** `status(code)`: the object of onStatus as our server writes it, whatever the description. */
export function withoutDescription(lines: readonly string[]): string[] {
  return lines.map((line) =>
    line.replace(/\{"level":"(\w+)","code":"([\w.]+)","description":"[^"]*"\}/, (_, level, code) =>
      level === 'status' ? code : `${level} ${code}`,
    ),
  );
}
