import { describe, expect, it } from 'vitest';
import type { RelayOptions } from '../../../src/commands/relay/options.js';
import { relay } from '../../../src/commands/relay/relay.js';
import { settledRelays } from '../../../src/commands/relay/settled-relays.js';

const ONE: RelayOptions = {
  sources: [{ url: 'rtmp://from/app/name' }],
  targets: [{ kind: 'rtmp', url: 'rtmp://to/app/name' }],
};

describe('settledRelays', () => {
  it('fills in what nobody says', () => {
    expect(settledRelays([{ ...ONE, warm: undefined }], true)).toEqual([
      {
        ...ONE,
        warm: false,
        failbackMs: 10_000,
        delayMs: 0,
        maxDelayBytes: 512 * 1024 * 1024,
        onDemand: false,
        maxQueueMs: 3_000,
        overwrite: false,
        timeoutMs: 10_000,
        stallTimeoutMs: 15_000,
        tls: {},
      },
    ]);
  });

  it('numbers those without a name, where there may be several', () => {
    const names = settledRelays([ONE, { ...ONE, name: 'mine' }, ONE], false).map(({ name }) => name);
    expect(names).toEqual(['relay 1', 'mine', 'relay 3']);
  });

  it.each<[string, readonly RelayOptions[]]>([
    ['relay 2 has no source', [ONE, { ...ONE, sources: [] }]],
    ['relay 1 has no target', [{ ...ONE, targets: [] }]],
    ['two relays have the name "relay 2"', [{ ...ONE, name: 'relay 2' }, ONE]],
  ])('refuses them: %s', (message, relays) => {
    expect(() => settledRelays(relays, false)).toThrow(expect.objectContaining({ code: 'ERR_USAGE', message }));
  });
});

describe('relay', () => {
  it('refuses to run none, when there will be none', async () => {
    const none = relay({ relays: [] })[Symbol.asyncIterator]();
    await expect(none.next()).rejects.toMatchObject({ code: 'ERR_USAGE', message: 'there is no relay to run' });
  });
});
