import type { CommandEvent, DevicesEvent } from '../../events.js';
import { printable } from '../render/printable.js';
import type { OutputStream } from '../world.js';

/** The devices as a table on standard output, where results go; other events are passed on. */
export async function* withDeviceTable(
  events: AsyncIterable<CommandEvent>,
  output: OutputStream,
): AsyncGenerator<CommandEvent, void> {
  for await (const event of events) {
    if (event.event === 'devices') {
      output.write(deviceTable(event));
    } else {
      yield event;
    }
  }
}

/** What to give to `push` comes first. */
function deviceTable({ devices }: DevicesEvent): string {
  if (devices.length === 0) {
    return 'no cameras, screens or microphones; rtmpkit push test needs none\n';
  }
  const rows = [['INPUT', 'KIND', 'NAME'], ...devices.map(({ input, kind, name }) => [quoted(input), kind, name])];
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) => `${printable(row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')).trimEnd()}\n`)
    .join('');
}

/** As it has to stand on a command line. */
function quoted(input: string): string {
  return /^[\w:./@+-]+$/.test(input) ? input : `"${input}"`;
}
