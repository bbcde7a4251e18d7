import type { MediaTag } from '../../src/media/tag.js';

// Bodies as protocol.md 7 and 8 describe them; `mark` makes each of them recognisable.

export function keyframe(timestampMs: number, mark = 0, extraBytes = 0): MediaTag {
  return { kind: 'video', timestampMs, body: withFill([0x17, 1, 0, 0, 0, mark & 0xff], extraBytes) };
}

export function interFrame(timestampMs: number, mark = 0, extraBytes = 0): MediaTag {
  return { kind: 'video', timestampMs, body: withFill([0x27, 1, 0, 0, 0, mark & 0xff], extraBytes) };
}

/** H.264 of one slice with `nal_ref_idc` 0. */
export function disposableFrame(timestampMs: number, mark = 0): MediaTag {
  return { kind: 'video', timestampMs, body: Uint8Array.of(0x27, 1, 0, 0, 0, 0, 0, 0, 2, 0x01, mark & 0xff) };
}

export function audio(timestampMs: number, mark = 0, extraBytes = 0): MediaTag {
  return { kind: 'audio', timestampMs, body: withFill([0xaf, 1, mark & 0xff], extraBytes) };
}

export function videoHeader(timestampMs: number, version = 0): MediaTag {
  return { kind: 'video', timestampMs, body: Uint8Array.of(0x17, 0, 0, 0, 0, 1, 0x64, 0, 0x1f, version) };
}

export function audioHeader(timestampMs: number, version = 0): MediaTag {
  return { kind: 'audio', timestampMs, body: Uint8Array.of(0xaf, 0, 0x12, 0x10 + version) };
}

/** AMF0: string `onMetaData`, empty ECMA array, with `version` as its announced count. */
export function metadata(timestampMs: number, version = 0): MediaTag {
  const name = new TextEncoder().encode('onMetaData');
  return {
    kind: 'data',
    timestampMs,
    body: Uint8Array.of(2, 0, name.length, ...name, 8, 0, 0, 0, version, 0, 0, 9),
  };
}

function withFill(first: readonly number[], extraBytes: number): Uint8Array {
  const body = new Uint8Array(first.length + extraBytes);
  body.set(first);
  return body;
}
