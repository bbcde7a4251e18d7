import type { World } from '../world.js';
import { PlainRenderer } from './plain.js';
import type { Renderer } from './renderer.js';
import { styleFor } from './style.js';

/** Talk for people on standard error: a terminal shows what goes on as it goes, anything else gets lines. */
export async function talkFor(
  program: string,
  verbosity: number,
  wantsColor: boolean | undefined,
  { stderr: output, now, environment, isInForeground }: World,
): Promise<Renderer> {
  const style = styleFor(output, environment, wantsColor);
  const options = { output, now, program, verbosity, style };
  if (output.isTTY !== true || environment['TERM'] === 'dumb') {
    return new PlainRenderer(options);
  }
  const { TerminalRenderer } = await import('./terminal.js');
  return new TerminalRenderer({ ...options, isInForeground });
}
