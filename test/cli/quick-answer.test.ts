import { describe, expect, it } from 'vitest';
import { COMMANDS } from '../../src/cli/commands/all.js';
import { quickAnswer } from '../../src/cli/quick-answer.js';
import { run } from './fake-world.js';

const questions = [
  ['--version'],
  ['--help'],
  ['-h'],
  ...COMMANDS.flatMap(({ name }) => [
    [name, '--help'],
    [name, '-h'],
  ]),
];

describe('the quick answer', () => {
  it.each(questions)('to %s %s is that of the program', async (...argv) => {
    expect(await run(argv)).toMatchObject({ exitCode: 0, stdout: { text: quickAnswer(argv) }, stderr: { text: '' } });
  });

  it.each([
    [],
    ['push'],
    ['help'],
    ['toString', '--help'],
    ['--help', 'push'],
    ['push', '--version'],
    ['push', 'a.flv', '--help'],
    ['--json', '--version'],
  ])('leaves %s %s to the program', (...argv) => {
    expect(quickAnswer(argv)).toBeUndefined();
  });
});
