import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { type CommandEvent, type EndedEvent, probe, pull, push, serve } from '../src/index.js';

const FILM = fileURLToPath(new URL('../fixtures/testcard.flv', import.meta.url));
const directory = mkdtempSync(join(tmpdir(), 'rtmpkit-library-'));
afterAll(() => rmSync(directory, { recursive: true }));

/** The end of a command. @param onEvent is waited for */
async function endOf(
  events: AsyncIterable<CommandEvent>,
  onEvent: (event: CommandEvent) => unknown = () => {},
): Promise<EndedEvent | undefined> {
  let ended: EndedEvent | undefined;
  for await (const event of events) {
    await onEvent(event);
    if (event.event === 'ended' && event.final) ended = event;
  }
  return ended;
}

function urlOf(event: CommandEvent): string | undefined {
  return event.event === 'started' ? event.listen?.[0]?.url : undefined;
}

describe('a program that says only what it wants', () => {
  it('serves, pushes, pulls and probes', async () => {
    const stop = new AbortController();
    const output = join(directory, 'pulled.flv');
    const ends: (EndedEvent | undefined)[] = [];
    const serving = endOf(serve({ listen: [{ host: '127.0.0.1', port: 0 }] }, stop.signal), async (event) => {
      const url = urlOf(event);
      if (url === undefined) return;
      const film = `${url}/live/film`;
      const pulling = (): Promise<unknown> =>
        endOf(pull({ source: film, outputs: [output], durationMs: undefined, tls: undefined })).then((end) =>
          ends.push(end),
        );
      const pushed = await endOf(
        push({ input: FILM, url: film, durationMs: 1_000 }),
        (event) => event.event === 'started' && pulling(),
      );
      ends.push(pushed, await endOf(push({ input: FILM, url: film, speed: 0 })));
      stop.abort();
    });
    expect(await serving).toMatchObject({ role: 'server', reason: 'stopped' });
    expect(ends).toMatchObject([
      { role: 'player', output },
      { role: 'publisher', reason: 'everything was sent' },
      { role: 'publisher', reason: 'everything was sent' },
    ]);
    const reports: CommandEvent[] = [];
    await endOf(probe({ source: output }), (event) => reports.push(event));
    expect(reports).toMatchObject([{ event: 'report', report: { ok: true } }]);
  });
});
