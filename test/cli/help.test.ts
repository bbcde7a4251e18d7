import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { COMMANDS } from '../../src/cli/commands/all.js';
import { EXIT_OF_KIND } from '../../src/cli/exit-codes.js';
import { MAIN_HELP, RELAY_HELP } from '../../src/cli/help.js';
import { RELAY_OPTIONS } from '../../src/cli/options/tables.js';
import { relayEntries } from '../../src/cli/relay/document.js';
import { run } from './fake-world.js';

const COLUMNS = 80;
const ROWS = 30;

const screens = [{ name: 'rtmpkit', help: MAIN_HELP }, ...COMMANDS];

describe.each(screens)('help of $name', ({ help }) => {
  const lines = help.trimEnd().split('\n');

  it('fits on a screen, or has a heading for each part of it', () => {
    const parts = help.trimEnd().split('\n\n');
    const longest = parts.length < 6 ? lines.length : Math.max(...parts.map((part) => part.split('\n').length));
    expect(longest).toBeLessThanOrEqual(parts.length < 6 ? ROWS : ROWS / 2);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(COLUMNS);
  });

  it('begins with examples', () => {
    expect(lines[0]).toBe('Examples:');
    expect(lines[1]).toMatch(/^ {2}rtmpkit /);
  });

  it('lists the exit codes', () => {
    for (const { code, name } of Object.values(EXIT_OF_KIND)) {
      expect(help).toMatch(new RegExp(`\\b${code} +${name}\\b`));
    }
    expect(help).toMatch(/129, 130, 143 +interrupted/);
  });
});

describe.each(COMMANDS)('options of $name', ({ help, options }) => {
  const shown = new Set([...help.matchAll(/--([a-z-]+)/g)].map(([, name]) => name));

  it('are all in the help', () => {
    const missing = Object.keys(options).filter((name) => !shown.has(name) && !shown.has(`no-${name}`));
    expect(missing).toEqual([]);
  });

  it('are all that is in the help', () => {
    const unknown = [...shown].filter(
      (name) => options[name ?? ''] === undefined && options[name?.replace('no-', '') ?? ''] === undefined,
    );
    expect(unknown).toEqual([]);
  });
});

it('shows a file of relays that is one', () => {
  const [shown = ''] = /^ {2}relays:\n(?: {4}.*\n)+/m.exec(RELAY_HELP) ?? [];
  const [relay] = relayEntries(parse(shown), 'help', RELAY_OPTIONS) ?? [];
  expect(relay?.sources).toHaveLength(2);
  expect(relay?.targets).toMatchObject([{ text: 'copy.flv' }, { name: 'b', key: { file: 'b.txt' } }]);
  expect(relay?.layer.size).toBe(1);
});

describe('asking for help', () => {
  it('goes to standard output and succeeds', async () => {
    for (const argv of [['--help'], ['-h'], ['help']]) {
      expect(await run(argv)).toMatchObject({ exitCode: 0, stdout: { text: MAIN_HELP }, stderr: { text: '' } });
    }
    const [push] = COMMANDS;
    expect(await run(['push', '--help'])).toMatchObject({ exitCode: 0, stdout: { text: push?.help } });
    expect(await run(['help', 'push'])).toMatchObject({ exitCode: 0, stdout: { text: push?.help } });
  });

  it('is the answer to no command at all, as an error', async () => {
    expect(await run([])).toMatchObject({ exitCode: 2, stdout: { text: '' }, stderr: { text: MAIN_HELP } });
  });
});
