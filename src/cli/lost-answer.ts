import { outputError } from '../endpoint/file-errors.js';
import { Curtain } from './curtain.js';
import { failureOf } from './failure.js';
import { failureText } from './render/failure-text.js';
import type { OutputStream } from './world.js';

/** Says why a quick answer could not be written. @returns the exit status */
export function tellLostAnswer(error: unknown, stderr: OutputStream): number {
  const failure = failureOf(outputError(error, 'standard output'), new Curtain(false));
  for (const line of failureText('rtmpkit', failure)) stderr.write(`${line}\n`);
  return failure.exitCode;
}
