import type { RtmpLinkOptions } from '../../src/endpoint/rtmp-link.js';
import type { Stage } from '../../src/errors.js';
import type { MediaTag } from '../../src/media/tag.js';
import { parseRtmpUrl } from '../../src/rtmp/url.js';

/** What a link needs to know, with patience for what a test does at once. */
export function linkOptions(port: number, given: Partial<RtmpLinkOptions> = {}): RtmpLinkOptions {
  return {
    url: parseRtmpUrl(`rtmp://127.0.0.1:${port}/live/key`),
    timeoutMs: 10_000,
    stallTimeoutMs: 10_000,
    tls: {},
    signal: new AbortController().signal,
    onStage: () => {},
    ...given,
  };
}

/** Options that note the stages. */
export function watchedOptions(
  port: number,
  given: Partial<RtmpLinkOptions> = {},
): { options: RtmpLinkOptions; stages: Stage[] } {
  const stages: Stage[] = [];
  return { options: linkOptions(port, { onStage: (stage) => stages.push(stage), ...given }), stages };
}

/** AAC frames, one every ten milliseconds. */
export function audioTags(count: number, sizeBytes = 100): MediaTag[] {
  return Array.from({ length: count }, (_, i) => {
    const body = new Uint8Array(sizeBytes).fill(i);
    body.set([0xaf, 1]);
    return { kind: 'audio', timestampMs: i * 10, body };
  });
}
