/** The bits of `capsEx`, with which both sides of a connection say what they can do (E-RTMP v2, "Enhancing NetConnection connect"). */
export const CapsEx = {
  /** A client: it follows a reconnect request. A server: it may send one. */
  reconnect: 0x01,
  multitrack: 0x02,
  modEx: 0x04,
  nanosecondOffset: 0x08,
} as const;

/** What of media is taken as it comes. */
export const MEDIA_CAPS_EX = CapsEx.multitrack | CapsEx.modEx | CapsEx.nanosecondOffset;
