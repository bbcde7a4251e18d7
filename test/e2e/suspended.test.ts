import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FakeTerminal } from '../cli/fake-terminal.js';
import { CliRuns, type CliServer, type JsonEvent } from '../support/cli.js';
import { fakeFfmpeg } from '../support/fake-ffmpeg.js';
import { FakePrograms, isRunning, stateOf } from '../support/fake-programs.js';
import { flvBytes } from '../support/flv-file.js';
import { Publication } from '../support/publication.js';
import { Shell } from '../support/shell.js';
import { syntheticStream } from '../support/streams.js';

const CTRL_C = '\x03';
const CTRL_Z = '\x1a';
const LONG = syntheticStream({ video: 'h264', audio: 'aac', durationMs: 60_000, gopMs: 400 });

const runs = new CliRuns();
const programs = new FakePrograms();
afterAll(async () => {
  await runs.stopAll();
  await programs.remove();
});

/** Work of a fake FFmpeg: gives a film little by little. */
const AMBLING = (film: string): string =>
  `const bytes = require('fs').readFileSync(${JSON.stringify(film)}); let at = 0;
   setInterval(() => process.stdout.write(bytes.subarray(at, at += 1_200)), 50);`;

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

/** So much time goes by, as the server tells it. */
function passes({ run }: CliServer, ms: number): Promise<JsonEvent> {
  const sinceMs = Number(run.events.findLast(({ event }) => event === 'stats')?.['positionMs'] ?? 0);
  return run.event('stats', ({ positionMs }) => Number(positionMs) > sinceMs + ms);
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
    await passes(server, 2_500);
    shell.type('fg\n');
    await shell.shows('the monitor', ({ isAlternate, screen }) => isAlternate && /live 0:0[3-9]/.test(screen[0] ?? ''));
    shell.type('q');
    await shell.shows('the report', (terminal) => !terminal.isAlternate && isPrompt(terminal));
    expect(below(shell.terminal, /probe --watch/).join('\n')).not.toMatch(/stood still|fell? behind/);
  });

  it('stops the FFmpeg that makes the stream, too, and takes the pause for no fault of it', async () => {
    const server = await runs.serve();
    const film = runs.file('long.flv');
    await writeFile(film, flvBytes(LONG));
    const ffmpeg = await fakeFfmpeg(
      programs,
      `require('fs').writeFileSync(__dirname + '/pid', ''+process.pid);${AMBLING(film)}`,
    );
    const url = `${server.url}/live/${runs.streamName()}`;
    shell.type(`$RTMPKIT push test ${url} --ffmpeg ${ffmpeg} --stall-timeout 2s\n`);
    const isLive = (line: string | undefined) => /^\S 0:0[1-9]/.test(line ?? '');
    await shell.shows('a live line', ({ screen }) => isLive(screen.at(-1)));
    const pid = Number(await readFile(join(programs.folder, 'pid'), 'utf8'));
    shell.type(CTRL_Z);
    await shell.shows('a prompt', isPrompt);
    await expect.poll(() => stateOf(pid)).toBe('T');
    await passes(server, 3_000);

    shell.type('fg\n');
    await shell.shows('the line again', (terminal) => below(terminal, /^[$#] fg$/).some(isLive));
    const { bitrateKbps } = await passes(server, 2_000);
    expect(bitrateKbps).toBeGreaterThan(0);
    expect(stateOf(pid)).not.toBe('T');
    shell.type(CTRL_C);
    await shell.shows('the end', ({ screen }) => screen.some((line) => /: interrupted/.test(line)));
    await shell.shows('a prompt', isPrompt);
    expect(shell.terminal.screen.join('\n')).not.toContain('gave nothing');
    expect(isRunning(pid)).toBe(false);
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
