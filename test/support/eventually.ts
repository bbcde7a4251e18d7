import { setTimeout as delay } from 'node:timers/promises';

const POLL_MS = 5;
const TIMEOUT_MS = 45_000;

/** Resolves when it is so, of things that tell nobody. `expect.poll` is lost where tests run at the same time. */
export async function eventually(what: string, isSo: () => boolean): Promise<void> {
  const deadline = Date.now() + TIMEOUT_MS;
  while (!isSo()) {
    if (Date.now() > deadline) throw new Error(`it does not come about that ${what}`);
    await delay(POLL_MS);
  }
}
