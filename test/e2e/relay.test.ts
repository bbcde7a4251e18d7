import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { CliRuns, type CliServer, type JsonEvent } from '../support/cli.js';
import { readTags, receptionOf } from '../support/reception.js';

const FILM = fileURLToPath(new URL('../../fixtures/testcard.flv', import.meta.url));
const runs = new CliRuns();
afterAll(() => runs.stopAll());

/** A server that forgets a stream at once when its publisher is gone. */
const serve = (...args: string[]): Promise<CliServer> => runs.serve('--grace', '0', '--show-keys', ...args);

async function publish(url: string): Promise<ReturnType<CliRuns['start']>> {
  const push = runs.start(['push', '--json', '--loop', FILM, url]);
  await push.event('started');
  return push;
}

const ofTarget = (name: string) => (event: JsonEvent) => event['target'] === name;

describe.concurrent('rtmpkit relay', () => {
  it('relays from one server to another and into a file, and ends well when it is stopped', async () => {
    const [from, to] = [await serve(), await serve()];
    await publish(`${from.url}/live/a`);
    const copy = runs.file('copy.flv');
    const relay = runs.start([
      'relay',
      '--json',
      `${from.url}/live/a`,
      '--to',
      `${to.url}/live/secret1234`,
      '--to',
      copy,
    ]);
    const pulled = runs.file('pulled.flv');
    await to.run.event('started', ({ role, url }) => role === 'publisher' && `${url}`.endsWith('secret1234'));
    const pull = runs.start(['pull', '--json', `${to.url}/live/secret1234`, pulled]);
    await pull.event('stats', ({ positionMs }) => Number(positionMs) > 1_500);
    relay.kill('SIGTERM');
    expect(await relay.exit()).toBe(0);
    expect(await pull.exit()).toBe(0);
    const film = await readTags(FILM);
    expect(receptionOf('video', [...film, ...film], await readTags(pulled))).toMatchObject({
      startsWithKeyframe: true,
    });
    expect(receptionOf('video', [...film, ...film], await readTags(copy))).toMatchObject({ startsWithKeyframe: true });
    expect(relay.events.at(-1)).toMatchObject({ event: 'ended', role: 'relay', reason: 'stopped', final: true });
    expect(relay.stdout.toString()).not.toContain('secret1234');
    expect(relay.stderr).toBe('');
    expect(relay.events.find(({ event }) => event === 'stats')).toMatchObject({
      sources: [{ state: 'running', onAir: true }],
      targets: [
        { target: `${to.url}/live/****`, state: 'running' },
        { target: copy, state: 'running' },
      ],
    });
  });

  it('goes to the spare when the main server is killed, and the player of its target notices nothing', async () => {
    const [main, spare, to] = [await serve(), await serve(), await serve()];
    await publish(`${main.url}/live/a`);
    await publish(`${spare.url}/live/a`);
    const relay = runs.start([
      ...['relay', '--json', `${main.url}/live/a`, `${spare.url}/live/a`, '--warm', '--to', `${to.url}/live/out`],
    ]);
    await to.run.event('started', ({ role }) => role === 'publisher');
    await relay.event('stats', ({ sources }) =>
      (sources as { state: string }[]).every(({ state }) => state === 'running'),
    );
    const pulled = runs.file('spared.flv');
    const pull = runs.start(['pull', '--json', `${to.url}/live/out`, pulled]);
    await pull.event('stats', ({ positionMs }) => Number(positionMs) > 1_000);
    main.run.kill('SIGKILL');
    const switched = await relay.event('switched', ({ inputNumber }) => inputNumber === 2);
    expect(switched).toMatchObject({ reason: 'lost', inputCount: 2 });
    await pull.event('stats', ({ positionMs }) => Number(positionMs) > 4_000);
    pull.kill('SIGINT');
    expect(await pull.exit()).toBe(130);
    const tags = await readTags(pulled);
    for (const kind of ['audio', 'video'] as const) {
      const times = tags.filter((tag) => tag.kind === kind).map(({ timestampMs }) => timestampMs);
      expect(times).toEqual(times.toSorted((one, other) => one - other));
    }
    expect(to.run.events.filter(({ event, role }) => event === 'started' && role === 'publisher')).toHaveLength(1);
  });

  it('reads its relays from a YAML file, keys from files and the environment, and again at SIGHUP', async () => {
    const [from, to] = [await serve(), await serve()];
    await publish(`${from.url}/live/a`);
    const [keyFile, config] = [runs.file('key.txt'), runs.file('relays.yaml')];
    await writeFile(keyFile, 'first-secret\n');
    const first = `
failback: 2s
relays:
  - name: one
    sources: ${from.url}/live/a
    to:
      - { url: "${to.url}/live", key-file: ${keyFile} }
  - name: two
    sources: [ "${from.url}/live/a" ]
    to: [ { url: "${to.url}/live", key-env: SECOND_KEY, name: second } ]
    warm: true
`;
    await writeFile(config, first);
    const relay = runs.start(['relay', '--json', '--config', config], { env: { SECOND_KEY: 'second-secret' } });
    const published = (name: string) =>
      to.run.event('started', ({ role, url }) => role === 'publisher' && `${url}`.endsWith(name));
    await Promise.all([published('first-secret'), published('second-secret')]);

    await writeFile(config, `${first}  - { name: three, sources: "${from.url}/live/a", to: "${to.url}/live/third" }\n`);
    relay.kill('SIGHUP');
    await published('third');
    await relay.event('started', ({ relays }) => relays === 3);
    await writeFile(config, 'relays:\n  - to: [');
    relay.kill('SIGHUP');
    expect(await relay.event('warning')).toMatchObject({ code: 'WARN_RELOAD_FAILED' });
    relay.kill('SIGINT');
    expect(await relay.exit()).toBe(0);
    expect(to.run.events.filter(({ event, role }) => event === 'started' && role === 'publisher')).toHaveLength(3);
    expect(relay.stdout.toString()).not.toMatch(/first-secret|second-secret/);
    expect(relay.events.find(ofTarget('second'))).toMatchObject({ relay: 'two' });
  });

  it('shows the fallback while nothing else is alive, and the source as soon as it is there', async () => {
    const [from, to] = [await serve(), await serve()];
    const relay = runs.start([
      ...['relay', '--json', `${from.url}/live/a`, '--fallback', FILM, '--to', `${to.url}/live/out`],
      ...['--retry-delay', '100ms', '--retry-max-delay', '200ms'],
    ]);
    await relay.event('switched', ({ inputNumber }) => inputNumber === 2);
    await publish(`${from.url}/live/a`);
    expect(await relay.event('switched', ({ inputNumber }) => inputNumber === 1)).toMatchObject({ reason: 'better' });
  });

  it('tells people what happens, and nothing secret', async () => {
    const [from, to] = [await serve(), await serve()];
    await publish(`${from.url}/live/a`);
    const relay = runs.start(['relay', `${from.url}/live/a`, '--to', `${to.url}/live/secret1234`]);
    await relay.says(/publishing rtmp:.*\/live\/\*\*\*\*/);
    await relay.says(/on air: rtmp:.*\/live\/\*\*\*\*/);
    relay.kill('SIGTERM');
    expect(await relay.exit()).toBe(0);
    expect(relay.stderr).toMatch(/relayed .*: stopped\n$/);
    expect(relay.stderr).not.toContain('secret1234');
    expect(relay.stdout.toString()).toBe('');
  });

  it('fails with the code of its first source when that cannot be helped', async () => {
    const to = await serve();
    const relay = runs.start(['relay', '--retry', '0', `${to.url}/live/nothing`, '--to', `${to.url}/live/out`]);
    expect(await relay.exit()).toBe(7);
    expect(relay.stderr).toMatch(/rtmpkit relay failed \(play\): /);
  });
});

describe.concurrent('what rtmpkit relay does not take', () => {
  const refused: readonly [name: string, args: string[], words: RegExp][] = [
    ['no source', ['--to', 'rtmp://h/a/b'], /relay needs a source/],
    ['no target', ['rtmp://h/a/b'], /relay needs a target/],
    ['a file as source', [FILM, '--to', 'rtmp://h/a/b'], /source 1: .* no rtmp URL/],
    ['a target without a name', ['rtmp://h/a/b', '--to', 'rtmp://h/a'], /--to number 1: .* does not name a stream/],
    ['another scheme', ['rtmp://h/a/b', '--to', 'http://h/a'], /--to number 1: .* neither/],
    ['a file that is there', ['rtmp://127.0.0.1:1/a/b', '--to', FILM], /already there/],
    ['no fallback', ['rtmp://127.0.0.1:1/a/b', '--to', 'x.flv', '--fallback', '/nowhere.flv'], /no such file/],
  ];

  it.each(refused)('%s', async (_name, args, words) => {
    const relay = runs.start(['relay', ...args], { cwd: runs.file('..').replace(/\.\.$/, '') });
    expect([2, 7]).toContain(await relay.exit());
    expect(relay.stderr).toMatch(words);
    expect(relay.stderr.trim().split('\n').length).toBeLessThanOrEqual(3);
  });
});
