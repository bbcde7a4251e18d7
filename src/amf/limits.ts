import type { ByteWriter } from '../bytes/writer.js';
import { type MalformedErrorType, ProtocolError } from '../errors.js';

/** How much one message, or one FLV script tag, may ask of a reader or writer. */
export interface AmfLimits {
  /** How deep values may stand in one another; a value at the top has depth 1. */
  readonly maxDepth: number;
  /** All values of the message together, members and items included, names not. */
  readonly maxValues: number;
}

/** For what comes from the network. */
export const AMF_LIMITS: AmfLimits = { maxDepth: 32, maxValues: 65_536 };

/** For files, whose keyframe index has two values for each keyframe: enough for 36 hours with one each second. */
export const AMF_FILE_LIMITS: AmfLimits = { maxDepth: 32, maxValues: 262_144 };

/** The longest message (RTMP 5.3.1.2.1) or tag body (FLV E.4.1), and so the most that is written at once. */
export const MAX_AMF_SIZE_BYTES = 0xffffff;

/** Counts one message's values against its limits, across all the encodings that it uses. */
export class AmfBudget {
  readonly #ErrorType: MalformedErrorType;
  readonly #limits: AmfLimits;
  #values = 0;
  #depth = 0;

  constructor(limits: AmfLimits, ErrorType: MalformedErrorType) {
    this.#limits = limits;
    this.#ErrorType = ErrorType;
  }

  /** A value begins; `leave` says that it is over. */
  enter(): void {
    this.expect(1);
    this.#values += 1;
    this.#depth += 1;
    if (this.#depth > this.#limits.maxDepth) {
      throw new this.#ErrorType('ERR_LIMIT', `AMF values nested more than ${this.#limits.maxDepth} deep`);
    }
  }

  leave(): void {
    this.#depth -= 1;
  }

  /** `count` more values are announced: better refused now than after the limit is reached. */
  expect(count: number): void {
    if (this.#values + count > this.#limits.maxValues) {
      throw new this.#ErrorType('ERR_LIMIT', `more than ${this.#limits.maxValues} AMF values in one message`);
    }
  }
}

/**
 * Bounds what is written, which matters for values that a peer sent: a part that was referred to many times is one
 * value in memory, but is written again and again where references may not be used.
 */
export class AmfWriteBudget extends AmfBudget {
  readonly #writer: ByteWriter;
  readonly #startOffset: number;

  constructor(writer: ByteWriter) {
    super(AMF_FILE_LIMITS, ProtocolError);
    this.#writer = writer;
    this.#startOffset = writer.length;
  }

  override leave(): void {
    super.leave();
    this.reserve(0);
  }

  /** `sizeBytes` more are about to be written. */
  reserve(sizeBytes: number): void {
    if (this.#writer.length - this.#startOffset + sizeBytes > MAX_AMF_SIZE_BYTES) {
      throw new ProtocolError('ERR_LIMIT', `AMF values need more than ${MAX_AMF_SIZE_BYTES} bytes`);
    }
  }
}
