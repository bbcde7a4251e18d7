import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readAmf0Values } from '../../src/amf/amf0-reader.js';
import type { AmfObject } from '../../src/amf/value.js';
import { Burst } from '../../src/flow/burst.js';
import type { FlvItem } from '../../src/flv/item.js';
import { FlvReader } from '../../src/flv/reader.js';
import type { FlvTag } from '../../src/flv/tag.js';
import type { MediaTag } from '../../src/media/tag.js';
import { isKeyframe } from '../../src/media/tag-info.js';
import type { BuiltTag } from '../support/flv-builder.js';

/** A directory of a test's own; `remove` when it is over. */
export class TestDirectory {
  readonly path = mkdtempSync(join(tmpdir(), 'rtmpkit-flv-'));

  file(name: string, bytes?: Uint8Array): string {
    const path = join(this.path, name);
    if (bytes !== undefined) writeFileSync(path, bytes);
    return path;
  }

  /** Files in it that this process has open; none on systems that do not tell. */
  get openFiles(): string[] {
    if (!existsSync('/proc/self/fd')) return [];
    return readdirSync('/proc/self/fd')
      .map((fd) => linkTarget(`/proc/self/fd/${fd}`))
      .filter((target) => target.startsWith(this.path));
  }

  remove(): void {
    rmSync(this.path, { recursive: true });
  }
}

function linkTarget(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return ''; // the one that listed the directory
  }
}

export function mediaTag({ typeId, timestampMs, body }: BuiltTag): MediaTag {
  return { kind: typeId === 9 ? 'video' : typeId === 8 ? 'audio' : 'data', timestampMs, body };
}

/** Bursts as a broadcast makes them: each keyframe opens one. */
export function bursts(tags: readonly MediaTag[]): Burst[] {
  const runs: MediaTag[][] = [];
  for (const tag of tags) {
    if (runs.length === 0 || isKeyframe(tag)) runs.push([]);
    runs.at(-1)!.push(tag);
  }
  return runs.map((run) => new Burst(run, [], isKeyframe(run[0]!)));
}

/** What a file holds, in a form that is easy to compare. */
export function contents(bytes: Uint8Array): { items: FlvItem[]; tags: MediaTag[]; metadata: AmfObject | undefined } {
  const reader = new FlvReader();
  const items = [...reader.receive(bytes), ...reader.end()];
  const flvTags = items.filter((item): item is FlvTag => item.type === 'tag');
  const tags = flvTags.map(mediaTag);
  const [first] = flvTags;
  const metadata = first?.typeId === 18 ? (readAmf0Values(first.body)[1] as AmfObject) : undefined;
  return { items, tags, metadata };
}

export function contentsOf(path: string): ReturnType<typeof contents> {
  return contents(readFileSync(path));
}

/** Each tag in a few characters: what two long lists can be compared by, quickly. */
export function fingerprints(tags: readonly MediaTag[]): string[] {
  return tags.map(({ kind, timestampMs, body }) => {
    return `${kind} ${timestampMs} ${body.length} ${createHash('md5').update(body).digest('hex')}`;
  });
}
