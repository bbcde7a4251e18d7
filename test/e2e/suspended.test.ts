import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FakeTerminal } from '../cli/fake-terminal.js';
import { CliRuns } from '../support/cli.js';
import { Publication } from '../support/publication.js';
import { Shell } from '../support/shell.js';
import { syntheticStream } from '../support/streams.js';

const CTRL_C = '\x03';
const CTRL_Z = '\x1a';
const LONG = syntheticStream({ video: 'h264', audio: 'aac', durationMs: 60_000, gopMs: 400 });

const runs = new CliRuns();
afterAll(() => runs.stopAll());

let shell: Shell;
beforeEach(async () => {
  shell = new Shell();
  await shell.shows('a prompt', isPrompt);
});
afterEach(() => shell.close());

/** The line at the bottom, with whatever else stands below the first mention of something. */
function below(terminal: FakeTerminal, mark: RegExp): string[] {
  const at = terminal.screen.findLastIndex((line) => mark.test(line));
  return at === -1 ? [] : terminal.screen.slice(at + 1);
}

function isPrompt(terminal: FakeTerminal): boolean {
  return /^[$#]$/.test(terminal.screen.at(-1) ?? '');
}

describe.runIf(Shell.isPossible)('Ctrl-Z', () => {
  it('leaves the shell a whole line and a cursor, and fg brings the line back', async () => {
    shell.type('$RTMPKIT serve --listen 127.0.0.1:0\n');
    const isLive = (line: string | undefined) => /^\S 0 pub/.test(line ?? '');
    await shell.shows('a live line', ({ screen }) => isLive(screen.at(-1)));
    expect(shell.terminal.isCursorVisible).toBe(false);

    shell.type(CTRL_Z);
    await shell.shows('a prompt', isPrompt);
    expect(shell.terminal.isCursorVisible).toBe(true);
    expect(below(shell.terminal, /listening/).filter(isLive)).toHaveLength(1);
    shell.type('jobs\n');
    await shell.shows('the job', (terminal) => below(terminal, /jobs$/).some((line) => /Stopped/.test(line)));
    await shell.shows('a prompt', isPrompt);

    shell.type('fg\n');
    await shell.shows('the line again', (terminal) => below(terminal, /^[$#] fg$/).some(isLive));
    expect(shell.terminal.isCursorVisible).toBe(false);
    shell.type(CTRL_C);
    await shell.shows('the end', ({ screen }) => screen.some((line) => /served for/.test(line)));
    await shell.shows('a prompt', isPrompt);
    expect(shell.terminal.isCursorVisible).toBe(true);
  });

  it('leaves the shell alone while it goes on in the background', async () => {
    shell.type('$RTMPKIT serve --listen 127.0.0.1:0\n');
    await shell.shows('a live line', ({ screen }) => /^\S 0 pub/.test(screen.at(-1) ?? ''));
    shell.type(CTRL_Z);
    await shell.shows('a prompt', isPrompt);
    shell.type('bg\n');
    await shell.shows('that it goes on', (terminal) => below(terminal, /^[$#] bg$/).length > 0);
    shell.type('kill %1; wait\n');
    await shell.shows('the end', ({ screen }) => screen.some((line) => /served for/.test(line)));
    expect(below(shell.terminal, /^[$#] bg$/).filter((line) => /^\S 0 pub/.test(line))).toEqual([]);
    expect(shell.terminal.isCursorVisible).toBe(true);
  });

  it('gives a watched stream back its screen', async () => {
    const server = await runs.serve();
    const url = `${server.url}/live/${runs.streamName()}`;
    await Publication.inRealTime(runs, url, LONG);
    shell.type(`$RTMPKIT probe --watch ${url}\n`);
    await shell.shows('the monitor', ({ isAlternate, screen }) => isAlternate && /live 0:0/.test(screen[0] ?? ''));
    shell.type(CTRL_Z);
    await shell.shows('the shell', (terminal) => !terminal.isAlternate && isPrompt(terminal));
    expect(shell.terminal).toMatchObject({ isCursorVisible: true, wraps: true });
    shell.type('fg\n');
    await shell.shows('the monitor', ({ isAlternate, screen }) => isAlternate && /live 0:/.test(screen[0] ?? ''));
    shell.type('q');
    await shell.shows('the report', (terminal) => !terminal.isAlternate && isPrompt(terminal));
    expect(shell.terminal).toMatchObject({ isCursorVisible: true, wraps: true });
  });

  it('is no pause of the stream that is looked at', async () => {
    const server = await runs.serve();
    const url = `${server.url}/live/${runs.streamName()}`;
    await Publication.inRealTime(runs, url, LONG);
    shell.type(`$RTMPKIT probe --watch ${url}\n`);
    await shell.shows('the monitor', ({ isAlternate, screen }) => isAlternate && /live 0:0[2-9]/.test(screen[0] ?? ''));
    shell.type(CTRL_Z);
    await shell.shows('the shell', (terminal) => !terminal.isAlternate && isPrompt(terminal));
    const stoppedMs = Number(server.run.events.findLast(({ event }) => event === 'stats')?.positionMs);
    await server.run.event('stats', ({ positionMs }) => Number(positionMs) > stoppedMs + 2_500);
    shell.type('fg\n');
    await shell.shows('the monitor', ({ isAlternate, screen }) => isAlternate && /live 0:0[3-9]/.test(screen[0] ?? ''));
    shell.type('q');
    await shell.shows('the report', (terminal) => !terminal.isAlternate && isPrompt(terminal));
    expect(below(shell.terminal, /probe --watch/).join('\n')).not.toMatch(/stood still|fell? behind/);
  });

  it('does not give a key that is typed afterwards to the shell', async () => {
    const file = runs.file('nothing.flv');
    shell.type(`$RTMPKIT push ${file} rtmp://127.0.0.1:1/live --key -\n`);
    await shell.shows('the question', ({ screen }) => screen.at(-1) === 'Stream key:');
    shell.type(CTRL_Z);
    await shell.shows('a prompt', isPrompt);
    shell.type('fg\n');
    await shell.shows('the question again', ({ screen }) => screen.at(-1) === 'Stream key:');
    shell.type('geheim\n');
    await shell.shows('the end', ({ screen }) => screen.some((line) => /failed \(file\)/.test(line)));
    expect(shell.terminal.written).not.toContain('geheim');
  });
});
