import type { Guest, StreamServer } from '../stream-server.js';

/** A server that is ill for a while. */
export interface Patient {
  readonly server: StreamServer;
  fail(): unknown;
  recover(): unknown;
}

/** What servers do that are ill, each in its way. */
export const ILLNESSES = {
  /** It is killed, and nobody listens there. */
  'dead port': (server) => ({
    server,
    fail: () => server.kill(),
    recover: () => server.listen(),
  }),
  /** It resets whoever publishes to it. */
  resets: (server) => ({
    server,
    fail() {
      server.onStart = (guest) => setImmediate(() => guest.reset());
      newestGuest(server).reset();
    },
    recover() {
      server.onStart = () => {};
    },
  }),
  /** It takes nothing, and closes nothing. */
  stuck: (server) => ({
    server,
    fail() {
      server.onStart = ({ socket }) => void socket.pause();
      newestGuest(server).socket.pause();
    },
    recover() {
      server.onStart = () => {};
      for (const { socket } of server.guests) socket.resume();
    },
  }),
} as const satisfies Record<string, (server: StreamServer) => Patient>;

export function newestGuest({ guests }: StreamServer): Guest {
  const guest = guests.at(-1);
  if (guest === undefined) throw new Error('nobody has come');
  return guest;
}
