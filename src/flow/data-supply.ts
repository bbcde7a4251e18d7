/** A data message that somebody else adds to a stream. */
export interface TimedData {
  /** Media time from the first frame on; `undefined`: as soon as possible. */
  readonly atMs: number | undefined;
  /** AMF0: the name of the event, then its value. */
  readonly body: Uint8Array;
}

/** Where such messages come from. */
export interface DataSupply {
  /**
   * The stream begins.
   *
   * @param onUrgent called whenever something has come that is to be sent at once
   */
  begin(onUrgent: () => void): void;
  /** Something is there to be sent at once. */
  readonly isUrgent: boolean;
  /**
   * Takes what is due at this time or was before, and what has no time, in the order of their times. May wait for a file, never
   * for a person or a program.
   *
   * @param positionMs media time from the first frame on
   */
  take(positionMs: number): Promise<readonly TimedData[]>;
  /** Nothing more is wanted. */
  close(): void;
}
