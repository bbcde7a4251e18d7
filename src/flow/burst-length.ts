/** The longest that a tag waits for others, where nobody says otherwise: an encoder's frame or two. */
export const DEFAULT_MAX_BURST_MS = 40;

/** Up to so many subscribers every tag leaves in the turn of the event loop in which it came. */
const FEW_SUBSCRIBERS = 50;
/** From so many on, bursts are as long as they may get. */
const MANY_SUBSCRIBERS = 150;

/**
 * How long a tag waits for others to travel with, in ms; 0 means until the end of the event-loop turn.
 *
 * Nearly all of the cost of sending is the system call, about 10 us, hardly more for 20 KB than for 200 bytes. A stream has
 * some 75 tags a second, so 50 subscribers are 3,750 calls a second at one per tag: cheap, and nobody waits. 1000 would take all of a
 * CPU. So the length grows in step with the crowd, which keeps the calls per second about level, until it reaches `maxBurstMs` at
 * 150. Beyond that the calls grow with the crowd, but 20 a second for each at 40 ms are a quarter of what single tags would cost.
 * Whoever raises `maxBurstMs` asks for fewer calls and gets them from the same number of subscribers on.
 */
export function burstLengthMs(subscribers: number, maxBurstMs: number): number {
  const crowd = (subscribers - FEW_SUBSCRIBERS) / (MANY_SUBSCRIBERS - FEW_SUBSCRIBERS);
  return Math.round(maxBurstMs * Math.min(Math.max(crowd, 0), 1));
}

/**
 * How late a tag may get to whoever is served last, as a multiple of the burst length. What it waits on its way into the server and
 * out of it comes on top: all together stays within one and a half times.
 */
const LATEST = 1.4;
/** Gathering never shrinks below this part of its length: a server that is behind would have ever more to do. */
const SHORTEST = 0.5;

/**
 * How long a burst gathers from its first tag on, in ms, so that its last subscriber has that not much later than the
 * burst length: see `LATEST`. Gathering is not all that a tag waits for: sending to a crowd takes its time, too, and what comes meanwhile
 * is not even read.
 *
 * @param unreadMs how long the first tag may have waited already, while the last burst was sent
 * @param sendingMs how long sending took then, and may take again
 */
export function gatheringMs(lengthMs: number, unreadMs: number, sendingMs: number): number {
  return Math.min(Math.max(LATEST * lengthMs - unreadMs - sendingMs, SHORTEST * lengthMs), lengthMs);
}
