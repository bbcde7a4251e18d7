import { type OpenStream, sendMedia } from './desk.js';
import { keyframe, tagWith } from './media.js';
import { ANSWER_MS } from './talk.js';

/** Waits until a picture has come through to the player. */
export async function comesThrough(
  publisher: OpenStream,
  player: OpenStream,
  seed: number,
  timestampMs: number,
): Promise<boolean> {
  const body = keyframe(seed);
  sendMedia(publisher, 'video', body, timestampMs);
  const tag = await player.talk.within(ANSWER_MS, () => tagWith(player.talk, body));
  return tag !== undefined;
}
