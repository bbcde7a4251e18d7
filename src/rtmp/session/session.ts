/**
 * One side of an RTMP connection as a value machine: bytes in, events out, and bytes to send that it holds until they
 * are taken. No sockets, timers or clocks inside; the pump of `net/` moves the bytes.
 */
export interface Session<Event> {
  /**
   * Feeds bytes from the peer, in any split, appends what they mean to `into`, in order, and gives that back. Nothing in it
   * refers to `bytes`.
   *
   * @throws {ProtocolError} the connection is of no more use: take what is in `into`, which came before, send what waits,
   * then close it.
   */
  receive(bytes: Uint8Array, nowMs: number, into?: Event[]): Event[];

  /** Takes the bytes that wait to be sent; `undefined` when there are none. */
  takeOutput(): Uint8Array | undefined;
}
