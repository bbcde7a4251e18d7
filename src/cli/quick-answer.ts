import { MAIN_HELP, PROBE_HELP, PULL_HELP, PUSH_HELP, RELAY_HELP, SERVE_HELP } from './help.js';
import { version } from './version.js';

const HELP_OF: ReadonlyMap<string | undefined, string> = new Map([
  [undefined, MAIN_HELP],
  ['push', PUSH_HELP],
  ['pull', PULL_HELP],
  ['probe', PROBE_HELP],
  ['relay', RELAY_HELP],
  ['serve', SERVE_HELP],
]);

/** The answer to `--version`, `--help` and `COMMAND --help`, just these words: it takes no parser, and so next to no time. */
export function quickAnswer(argv: readonly string[]): string | undefined {
  const question = argv.at(-1);
  const command = argv.length > 1 ? argv[0] : undefined;
  if (argv.length > 2) {
    return undefined;
  }
  if (question === '--help' || question === '-h') {
    return HELP_OF.get(command);
  }
  return question === '--version' && command === undefined ? `${version()}\n` : undefined;
}
