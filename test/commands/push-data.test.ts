import { execFileSync } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { PassThrough } from 'node:stream';
import { afterAll, describe, expect, it } from 'vitest';
import { readAmf0Values } from '../../src/amf/amf0-reader.js';
import { openDataSupply } from '../../src/commands/push-data.js';
import type { CommandEvent } from '../../src/events.js';
import type { DataSupply, TimedData } from '../../src/flow/data-supply.js';
import { TestDirectory } from '../endpoint/flv-test-files.js';

const directory = new TestDirectory();
afterAll(() => directory.remove());

function line(at: number | undefined, name: string): string {
  return `${JSON.stringify({ ...(at === undefined ? {} : { at }), name, value: at ?? null })}\n`;
}

function namesIn(data: readonly TimedData[]): unknown[] {
  return data.map(({ body }) => readAmf0Values(body)[0]);
}

interface Opened {
  readonly supply: DataSupply;
  readonly warnings: string[];
  /** Resolves at the next call for something urgent. */
  urgent(): Promise<void>;
}

async function open(data: Parameters<typeof openDataSupply>[0]): Promise<Opened> {
  const warnings: string[] = [];
  const report = (event: CommandEvent): void => {
    if (event.event === 'warning') warnings.push(`${event.code} ${event.message}`);
  };
  const supply = await openDataSupply(data, report);
  let wake = (): void => {};
  supply.begin(() => wake());
  const urgent = () =>
    new Promise<void>((resolve) => {
      wake = resolve;
      if (supply.isUrgent) resolve();
    });
  return { supply, warnings, urgent };
}

describe('data of a file', () => {
  it('is there when its time has come, however fast that is, and is read no farther', async () => {
    const path = directory.file('chat.jsonl', Buffer.from([0, 40, 40, 1000].map((at) => line(at, `at${at}`)).join('')));
    const { supply, warnings } = await open(path);
    expect(namesIn(await supply.take(0))).toEqual(['at0']);
    expect(namesIn(await supply.take(30))).toEqual([]);
    expect(namesIn(await supply.take(500))).toEqual(['at40', 'at40']);
    expect(namesIn(await supply.take(2000))).toEqual(['at1000']);
    expect(namesIn(await supply.take(9000))).toEqual([]);
    supply.close();
    expect(warnings).toEqual([]);
    await expect.poll(() => directory.openFiles).toEqual([]);
  });

  it('may be far larger than what is kept of it', async () => {
    const count = 50_000;
    const text = Array.from({ length: count }, (_, i) => line(i, `n${i}`)).join('');
    const { supply } = await open(directory.file('large.jsonl', Buffer.from(text)));
    let taken = 0;
    for (let ms = 999; ms < count; ms += 1_000) {
      const data = await supply.take(ms);
      expect(data.length).toBeLessThanOrEqual(2_000);
      taken += data.length;
    }
    expect(taken).toBe(count);
    supply.close();
  });

  it('may have lines that are of no use, which are told with their numbers, but not without end', async () => {
    const bad = 'nonsense\n'.repeat(1_000);
    const text = `\uFEFF${line(0, 'first')}\n{"at": 1}\n${bad}${line(5, 'last')}`;
    const path = directory.file('bad.jsonl', Buffer.from(text));
    const { supply, warnings } = await open(path);
    expect(namesIn(await supply.take(10))).toEqual(['first', 'last']);
    supply.close();
    expect(warnings[0]).toBe(
      `WARN_DATA_LINE ${path} line 3 is left out: "name" has to be a text of 1 to 255 characters`,
    );
    expect(warnings[1]).toMatch(/line 4 is left out: it is no JSON object/);
    expect(warnings.length).toBeLessThanOrEqual(11);
    expect(warnings.at(-1)).toMatch(/^WARN_DATA_LINE 991 more, the last: .* line 1003 /);
  });

  it.each([
    ['missing.jsonl', 'ERR_FILE_NOT_FOUND'],
    ['missing/chat.jsonl', 'ERR_FILE_NOT_FOUND'],
  ])('has to be there: %s', async (name, code) => {
    await expect(openDataSupply(`${directory.path}/${name}`, () => {})).rejects.toMatchObject({ code });
  });
});

describe('data that is written meanwhile', () => {
  it('is urgent when it has no time or is late, and waits otherwise', async () => {
    const input = new PassThrough();
    const { supply, urgent } = await open(input);
    expect(namesIn(await supply.take(1000))).toEqual([]);
    input.write(line(undefined, 'now'));
    await urgent();
    expect(namesIn(await supply.take(1000))).toEqual(['now']);
    input.write(line(5000, 'later') + line(500, 'late'));
    await urgent();
    expect(namesIn(await supply.take(1000))).toEqual(['late']);
    expect(supply.isUrgent).toBe(false);
    expect(namesIn(await supply.take(5000))).toEqual(['later']);
    input.end('{"name": "unfinished"}');
    await urgent();
    expect(namesIn(await supply.take(5000))).toEqual(['unfinished']);
    supply.close();
    expect(input.destroyed).toBe(true);
  });

  it('waits in the pipe when too much of it waits here', async () => {
    const input = new PassThrough();
    const { supply } = await open(input);
    for (let i = 0; i < 30_000; i++) input.write(line(i, `n${i}`));
    await expect.poll(() => input.isPaused()).toBe(true);
    expect(input.readableLength + input.writableLength).toBeGreaterThan(0);
    let taken = 0;
    await expect
      .poll(async () => {
        taken += (await supply.take(30_000)).length;
        return taken;
      })
      .toBe(30_000);
    supply.close();
  });

  it('may break off, which is told', async () => {
    const input = new PassThrough();
    const { supply, warnings } = await open(input);
    input.destroy(new Error('EIO'));
    await expect.poll(() => warnings).toEqual(['WARN_DATA_INPUT the input stream: no more data can be read (EIO)']);
    expect(await supply.take(1)).toEqual([]);
    supply.close();
  });

  it.skipIf(process.platform === 'win32')('may come through a named pipe, for which nothing waits', async () => {
    const path = `${directory.path}/chat.fifo`;
    execFileSync('sh', ['-c', 'mkfifo "$0"', path]);
    const { supply, urgent } = await open(path);
    expect(await supply.take(0)).toEqual([]);
    const writer = createWriteStream(path);
    writer.write(line(undefined, 'hello'));
    await urgent();
    expect(namesIn(await supply.take(0))).toEqual(['hello']);
    writer.end();
    supply.close();
  });
});
