import { UsageError } from '../../errors.js';
import { Curtain } from '../curtain.js';
import { PUSH_HELP } from '../help.js';
import { retryWish } from '../options/retrying.js';
import { PUSH_OPTIONS } from '../options/tables.js';
import { messageDisclosure } from '../options/verbosity.js';
import { pushOperands } from '../push-operands.js';
import { refuseVisibleKey, type StreamTarget, streamTarget } from '../stream-target.js';
import { readTlsOptions } from '../tls-files.js';
import type { MetadataPair } from '../values/metadata-pair.js';
import { defineCommand } from './command.js';

const STANDARD_INPUT = '-';

export const pushCommand = defineCommand({
  name: 'push',
  options: PUSH_OPTIONS,
  maxOperands: Number.POSITIVE_INFINITY,
  help: PUSH_HELP,
  endsBySignal: false,
  async prepare(resolved, operands, world) {
    const { settings } = resolved;
    const { inputs, url: urlText } = pushOperands(operands);
    refuseSharedStdin(inputs, settings);
    refuseVisibleKey(resolved);
    const target = urlText === undefined ? undefined : await streamTarget(urlText, resolved, world);
    const tls = await readTlsOptions(settings);
    const fromWorld = (input: string) => (input === STANDARD_INPUT ? world.stdin : input);
    return {
      curtain: new Curtain(settings['show-keys'], target?.url, inputs),
      start: async (signal) => {
        const push = await world.commands.push();
        const [input = STANDARD_INPUT, ...more] = inputs;
        return push(
          {
            input: more.length === 0 ? fromWorld(input) : inputs.map(fromWorld),
            url: urlText,
            ...(target?.overrides ?? embeddedOverrides(settings)),
            speed: settings.speed,
            plays: settings.loop,
            startMs: settings.start,
            durationMs: settings.duration,
            metadata: metadataOf(settings.metadata),
            data: settings.data === undefined ? undefined : fromWorld(settings.data),
            maxQueueMs: settings.drop && settings.speed !== 0 ? settings['max-queue'] : Number.POSITIVE_INFINITY,
            timeoutMs: settings.timeout,
            stallTimeoutMs: settings['stall-timeout'],
            retry: retryWish(settings),
            tls,
            messages: messageDisclosure(resolved),
          },
          signal,
        );
      },
    };
  },
});

/** @throws {UsageError} when more than one of media, data and key are to come from standard input */
function refuseSharedStdin(
  inputs: readonly string[],
  settings: { key: string | undefined; 'key-file': string | undefined; data: string | undefined },
): void {
  const isKey = settings.key === STANDARD_INPUT || settings['key-file'] === STANDARD_INPUT;
  const users = [
    isKey ? 'the stream key' : '',
    inputs.includes(STANDARD_INPUT) ? 'the media' : '',
    settings.data === STANDARD_INPUT ? 'the data' : '',
  ].filter((user) => user !== '');
  if (users.length < 2) return;
  throw new UsageError(
    'ERR_USAGE',
    `${users.join(' and ')} cannot ${users.length === 2 ? 'both' : 'all'} come from standard input`,
    {
      advice: isKey ? 'use --key-file FILE or RTMPKIT_KEY for the key' : 'use --data FILE; FILE may be a named pipe',
    },
  );
}

/** `undefined` when nothing is to be changed. Of several of one name the last counts. */
function metadataOf(pairs: readonly MetadataPair[]): Record<string, MetadataPair['value']> | undefined {
  return pairs.length === 0 ? undefined : Object.fromEntries(pairs.map(({ name, value }) => [name, value]));
}

/** A server of our own has no key to keep: what stands in the environment for others does not concern it. */
function embeddedOverrides({
  app,
  name,
}: {
  app: string | undefined;
  name: string | undefined;
}): StreamTarget['overrides'] {
  return { ...(app === undefined ? {} : { app }), ...(name === undefined ? {} : { streamName: name }) };
}
