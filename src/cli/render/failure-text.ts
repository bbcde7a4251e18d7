import type { Failure } from '../failure.js';
import { STAGE_NAME } from './describe.js';
import { printable } from './printable.js';

const LONGEST_LINE = 300;

/** At most three lines: what failed and where, what the peer said, what to try. */
export function failureText(program: string, failure: Failure): string[] {
  const { stage, message, peerWords, advice } = failure;
  const where = stage === undefined || stage === 'options' ? '' : ` failed (${STAGE_NAME[stage]})`;
  const lines = [`${program}${where}: ${message}`];
  if (peerWords !== undefined && peerWords !== '') {
    lines.push(`${stage === 'ffmpeg' ? 'FFmpeg' : 'the other side'} said: ${peerWords}`);
  }
  if (advice !== undefined) {
    lines.push(`hint: ${advice}`);
  }
  return lines.map((line, index) => shortened((index === 0 ? '' : '  ') + printable(line)));
}

/** What happened mostly stands at the end of a line, behind the name of what it happened to. */
function shortened(line: string): string {
  if (line.length <= LONGEST_LINE) return line;
  const half = (LONGEST_LINE - '...'.length) >> 1;
  return `${line.slice(0, half)}...${line.slice(-half)}`;
}
