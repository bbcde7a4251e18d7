import { ProtocolError } from '../errors.js';
import { type StreamAddress, streamAddress } from '../rtmp/session/stream-address.js';

/** Longest app, stream name or flashVer: they are kept as long as the client stays. A token in a name may be long. */
const MAX_NAME_CHARACTERS = 4096;
/** Of a flashVer, in reports. */
const MAX_SHOWN_CHARACTERS = 100;

/** What a client said of itself and of its streams in `connect`. */
export class Introduction {
  readonly app: string;
  readonly #flashVer: string;

  private constructor(app: string, flashVer: string) {
    this.app = app;
    this.#flashVer = flashVer;
  }

  /**
   * @param app as sent
   * @param flashVer as sent
   * @returns `undefined` for names that are longer than any that are meant seriously
   */
  static of(app: string, flashVer: string): Introduction | undefined {
    const isTooLong = app.length > MAX_NAME_CHARACTERS || flashVer.length > MAX_NAME_CHARACTERS;
    return isTooLong ? undefined : new Introduction(app, flashVer);
  }

  /** What the client says that it is, for reports. */
  get software(): string {
    return this.#flashVer.slice(0, MAX_SHOWN_CHARACTERS);
  }

  /** @throws {ProtocolError} for a name that is longer than any that is meant seriously: this ends the connection */
  address(streamName: string): StreamAddress {
    if (streamName.length > MAX_NAME_CHARACTERS) {
      throw new ProtocolError('ERR_LIMIT', `the name of the stream has more than ${MAX_NAME_CHARACTERS} characters`);
    }
    return streamAddress(this.app, streamName, this.#flashVer);
  }
}
