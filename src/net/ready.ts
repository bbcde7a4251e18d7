import { once } from 'node:events';
import type { Socket } from 'node:net';

/** Resolves at the given event; on failure or abort the socket is destroyed. */
export async function ready(socket: Socket, event: 'connect' | 'secureConnect', signal: AbortSignal): Promise<void> {
  try {
    await once(socket, event, { signal });
  } catch (cause) {
    socket.on('error', () => {}); // a late error of a socket that is given up
    socket.destroy();
    throw cause;
  }
}
