import { fork } from 'node:child_process';
import { once } from 'node:events';

/**
 * Runs a module in a process of its own. That one and all that it starts are a group, which ends as a whole: when the module
 * is through, when it fails, and when the signal is aborted. Nothing of a bench is worth a farewell.
 *
 * @param {string} script
 * @param {readonly string[]} args
 * @param {AbortSignal} signal
 * @returns the last message that the module sent
 * @throws {Error} when it fails or sends none; `AbortError` when the signal is aborted
 */
export async function inOwnGroup(script, args, signal) {
  const child = fork(script, args, { detached: true, signal, killSignal: 'SIGKILL' });
  let results;
  child.on('message', (message) => {
    results = message;
  });
  try {
    const [code, by] = await once(child, 'exit');
    if (code !== 0 || results === undefined) throw new Error(`it ended with ${code ?? by}`);
    return results;
  } finally {
    endGroup(child.pid);
  }
}

/** For the module itself: nobody waits for it any more when whoever started it is gone. */
export function endWithParent() {
  process.once('disconnect', () => endGroup(process.pid));
}

function endGroup(pid) {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if (error.code !== 'ESRCH') throw error; // as it should be: nobody of the group is left
  }
}
