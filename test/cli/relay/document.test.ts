import { describe, expect, it } from 'vitest';
import { RELAY_ENTRY_OPTIONS } from '../../../src/cli/options/tables.js';
import { relayEntries } from '../../../src/cli/relay/document.js';

const read = (document: unknown) => relayEntries(document, 'relay.yaml', RELAY_ENTRY_OPTIONS);

describe('a list of relays', () => {
  it('has names, sources, targets, and options of each', () => {
    const entries = read({
      relays: [
        { sources: 'rtmp://a/b/c', to: ['rtmp://d/e/f', { file: 'x.flv', name: 'copy' }] },
        {
          name: 'second',
          sources: [{ url: 'rtmp://a/b', 'key-file': 'key.txt' }],
          to: { url: 'rtmp://d/e', 'key-env': 'KEY' },
          failback: '5s',
          warm: true,
        },
      ],
      timeout: '3s',
    });
    expect(entries).toMatchObject([
      {
        name: 'relay 1',
        sources: [{ text: 'rtmp://a/b/c', label: 'relays[0].sources in relay.yaml' }],
        targets: [
          { text: 'rtmp://d/e/f', label: 'relays[0].to[0] in relay.yaml' },
          { text: 'x.flv', name: 'copy' },
        ],
      },
      {
        name: 'second',
        sources: [{ text: 'rtmp://a/b', key: { file: 'key.txt' } }],
        targets: [{ text: 'rtmp://d/e', key: { variable: 'KEY' } }],
      },
    ]);
    expect([...(entries?.[1]?.layer.keys() ?? [])]).toEqual(['failback', 'warm']);
  });

  it('is not in every document', () => {
    expect(read({ timeout: '3s' })).toBeUndefined();
    expect(read(undefined)).toBeUndefined();
    expect(read('relays')).toBeUndefined();
  });

  const secret = 'rtmp://host/app/secret-key';
  const bad: readonly [name: string, relays: unknown, words: string][] = [
    ['no list', 'x', 'relays in relay.yaml: expected a list of relays, got a text'],
    ['an empty list', [], 'relays in relay.yaml: expected a list of relays, got an empty list'],
    [
      'a relay that is a text',
      [secret],
      'relays[0] in relay.yaml: expected an object with "sources" and "to", got a text',
    ],
    [
      'no sources',
      [{ to: secret }],
      'relays[0].sources in relay.yaml: expected an RTMP URL, or a list of them, got nothing',
    ],
    [
      'no target',
      [{ sources: secret, to: [] }],
      'relays[0].to in relay.yaml: expected an RTMP URL or a file name, or a list of them, got an empty list',
    ],
    [
      'a number as target',
      [{ sources: secret, to: [1] }],
      'relays[0].to[0] in relay.yaml: expected an RTMP URL or a file name, as text or as an object with "url", got 1',
    ],
    [
      'an unknown option',
      [{ sources: secret, to: secret, fallbak: 'x' }],
      'relays[0] in relay.yaml: unknown entry "fallbak"',
    ],
    [
      'an unknown entry of a target',
      [{ sources: secret, to: { uri: secret } }],
      'relays[0].to in relay.yaml: unknown entry "uri"',
    ],
    [
      'a target without a place',
      [{ sources: secret, to: { name: 'x' } }],
      'relays[0].to in relay.yaml: expected either "url" or "file"',
    ],
    [
      'two keys',
      [{ sources: secret, to: { url: secret, 'key-file': 'a', 'key-env': 'b' } }],
      'relays[0].to in relay.yaml: expected either "key-file" or "key-env", got both',
    ],
    [
      'two of a name',
      [1, 2].map(() => ({ name: 'n', sources: secret, to: secret })),
      'relays in relay.yaml: two relays have the name "n"',
    ],
  ];

  it.each(bad)('is refused with its place: %s', (_name, relays, words) => {
    expect(() => read({ relays })).toThrow(expect.objectContaining({ code: 'ERR_USAGE', message: words }));
    expect(() => read({ relays })).not.toThrow(/secret-key/);
  });
});
