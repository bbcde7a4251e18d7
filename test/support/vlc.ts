import { chmod, chown, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { PeerOptions } from './peer.js';

/** `nobody`: VLC refuses to run as root. */
const UNPRIVILEGED = { uid: 65534, gid: 65534 };

/** Arguments that let VLC run without a screen, a sound card, a desktop and a person, and end with what it plays. */
export const VLC_ARGUMENTS: readonly string[] = ['--no-dbus', '--aout=dummy', '--play-and-exit'];

/** A directory that VLC may write to, and how to start it there. */
export async function vlcHome(directory: string): Promise<{ path: string; options: PeerOptions }> {
  const path = join(directory, 'vlc');
  await mkdir(path, { recursive: true });
  const env = { HOME: path, XDG_RUNTIME_DIR: path };
  if (process.getuid?.() !== 0) {
    return { path, options: { env } };
  }
  await chmod(directory, 0o755);
  await chown(path, UNPRIVILEGED.uid, UNPRIVILEGED.gid);
  return { path, options: { env, user: UNPRIVILEGED } };
}
