import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { RelayChange } from '../../../src/commands/relay/options.js';
import { run } from '../fake-world.js';

const directory = mkdtempSync(join(tmpdir(), 'rtmpkit-relay-cli-'));
afterAll(() => rmSync(directory, { recursive: true }));

function file(name: string, text: string): string {
  const path = join(directory, name);
  writeFileSync(path, text);
  return path;
}

describe('rtmpkit relay', () => {
  it('gives sources, targets and options to the command', async () => {
    const { relay, exitCode } = await run([
      ...[
        'relay',
        'rtmp://a/b/c',
        'rtmp://d/e/f',
        '--to',
        'rtmp://g/h/i',
        '--to',
        'x,y.flv',
        '--warm',
        '--failback',
        '3s',
      ],
      ...[
        '--delay',
        '10s',
        '--max-memory',
        '1M',
        '--on-demand',
        '--fallback',
        's.flv',
        '--retry',
        '4',
        '--max-queue',
        '1s',
      ],
    ]);
    expect(exitCode).toBe(0);
    expect(relay?.changes).toBeUndefined();
    expect(relay?.relays).toMatchObject([
      {
        name: undefined,
        sources: [
          { url: 'rtmp://a/b/c', name: 'rtmp://a/b/****' },
          { url: 'rtmp://d/e/f', name: 'rtmp://d/e/****' },
        ],
        targets: [
          { kind: 'rtmp', url: 'rtmp://g/h/i', name: 'rtmp://g/h/****' },
          { kind: 'file', path: 'x,y.flv', name: 'x,y.flv' },
        ],
        warm: true,
        failbackMs: 3_000,
        delayMs: 10_000,
        maxDelayBytes: 1024 * 1024,
        onDemand: true,
        fallback: 's.flv',
        retry: { attempts: 4 },
        maxQueueMs: 1_000,
      },
    ]);
  });

  it('tries for ever and goes back after ten seconds when nobody says otherwise', async () => {
    const { relay } = await run(['relay', 'rtmp://a/b/c', '--to', 'rtmp://g/h/i']);
    expect(relay?.relays).toMatchObject([
      { failbackMs: 10_000, warm: false, retry: { attempts: undefined }, delayMs: 0 },
    ]);
  });

  it('fills the lines of a key file into the URLs without a name, in their order', async () => {
    const keys = file('keys.txt', 'one\ntwo\n');
    const to = ['--to', 'rtmp://a/live', '--to', 'rtmp://b/live/named', '--to', 'rtmp://a/live'];
    const { relay } = await run(['relay', 'rtmp://s/a/b', ...to, '--key-file', keys]);
    expect(relay?.relays[0]?.targets).toMatchObject([
      { streamName: 'one', name: 'rtmp://a/live/****' },
      { url: 'rtmp://b/live/named' },
      { streamName: 'two', name: 'rtmp://a/live/**** (2)' },
    ]);
    const short = await run(['relay', 'rtmp://s/a/b', ...to], { environment: { RTMPKIT_KEY: 'only' } });
    expect(short.exitCode).toBe(2);
    expect(short.stderr.text).toMatch(/--to number 3: rtmp:\/\/a\/live does not name a stream/);
  });

  it('lets the command line win over a relay, and a relay over the rest of its file', async () => {
    const config = file(
      'relays.json',
      JSON.stringify({
        failback: '1s',
        delay: '2s',
        relays: [{ sources: 'rtmp://a/b/c', to: 'rtmp://d/e/f', delay: '3s', warm: true, 'max-queue': '5s' }],
      }),
    );
    const { relay } = await run(['relay', '--config', config, '--max-queue', '9s']);
    expect(relay?.relays).toMatchObject([
      { name: 'relay 1', failbackMs: 1_000, delayMs: 3_000, warm: true, maxQueueMs: 9_000 },
    ]);
    const both = await run(['relay', 'rtmp://x/y/z', '--config', config]);
    expect(both).toMatchObject({ exitCode: 2 });
  });

  it('names the place of a bad value in a document, and the line of bad YAML', async () => {
    const config = file('bad.yaml', 'relays:\n  - sources: rtmp://a/b/c\n    to: rtmp://d/e/f\n    delay: soon\n');
    expect((await run(['relay', '--config', config])).stderr.text).toMatch(
      /"delay" in relays\[0\] in .*bad.yaml: expected a duration .*, got "soon"/,
    );
    const broken = file('broken.yml', 'relays:\n  - sources: [rtmp://a/b/secret-key\n');
    const { stderr, exitCode } = await run(['relay', '--config', broken]);
    expect(exitCode).toBe(2);
    expect(stderr.text).toMatch(/broken.yml: not valid YAML \(line \d\)/);
    expect(stderr.text).not.toContain('secret-key');
  });

  it('reads its file again at SIGHUP, and tells what is wrong with it', async () => {
    const config = file('again.yaml', 'relays: [{ sources: rtmp://a/b/c, to: rtmp://d/e/f }]');
    let hangUp = (): void => {};
    const onHangup = (listener: () => void) => {
      hangUp = listener;
      return () => {};
    };
    const { relay } = await run(['relay', '--config', config], { onHangup });
    const changes = relay!.changes![Symbol.asyncIterator]();
    const next = async (text: string): Promise<RelayChange> => {
      writeFileSync(config, text);
      const change = changes.next();
      hangUp();
      return (await change).value;
    };
    expect(await next('relays: [{ sources: rtmp://a/b/c, to: rtmp://d/e/other }]')).toMatchObject({
      relays: [{ targets: [{ url: 'rtmp://d/e/other' }] }],
    });
    expect(await next('relays: 1')).toMatchObject({ error: { message: expect.stringMatching(/expected a list/) } });
  });
});
