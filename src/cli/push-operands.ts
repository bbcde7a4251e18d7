import { UsageError } from '../errors.js';
import { isRtmpUrl } from '../rtmp/url.js';

const ADVICE = { advice: 'rtmpkit push FILE.flv rtmp://host/app/name' };

export interface PushOperands {
  readonly inputs: readonly string[];
  readonly url: string | undefined;
}

/**
 * Tells inputs and target apart: the target is the last operand, if it is a URL behind an input. Any URL: one of another
 * protocol than RTMP gets its own error, and not that there is no such file.
 *
 * @throws {UsageError} when there is no input, or a URL of RTMP among them
 */
export function pushOperands(operands: readonly string[]): PushOperands {
  const last = operands.at(-1);
  const hasTarget = last !== undefined && operands.length > 1 && isAnyUrl(last);
  const inputs = hasTarget ? operands.slice(0, -1) : operands;
  if (inputs.length === 0) {
    throw new UsageError('ERR_USAGE', 'push needs a file to send, or - for standard input', ADVICE);
  }
  if (inputs.some(isRtmpUrl)) {
    throw new UsageError('ERR_USAGE', 'push sends a file; the file comes first, then the URL', ADVICE);
  }
  if (inputs.filter((input) => input === '-').length > 1) {
    throw new UsageError('ERR_USAGE', 'standard input (-) can be sent only once');
  }
  return { inputs, url: hasTarget ? last : undefined };
}

function isAnyUrl(text: string): boolean {
  return isRtmpUrl(text) || /^[a-z][a-z\d+.-]*:\/\//i.test(text);
}
