import type { PushOptions } from '../../commands/options.js';
import { UsageError } from '../../errors.js';
import { isSourceUrl } from '../../ffmpeg/url-input.js';
import { Curtain } from '../curtain.js';
import { encodeOptions } from '../encode-options.js';
import { PUSH_HELP } from '../help.js';
import { readLinkOptions } from '../link-options.js';
import type { Settings } from '../options/option.js';
import { PUSH_OPTIONS } from '../options/tables.js';
import { messageDisclosure } from '../options/verbosity.js';
import { pushOperands } from '../push-operands.js';
import { pushServers } from '../push-servers.js';
import { refuseVisibleSecrets, type TargetOverrides } from '../stream-target.js';
import type { MetadataPair } from '../values/metadata-pair.js';
import type { World } from '../world.js';
import { defineCommand, type Prepared } from './command.js';
import { withDeviceTable } from './device-table.js';

type PushSettings = Settings<typeof PUSH_OPTIONS>;

const STANDARD_INPUT = '-';

export const pushCommand = defineCommand({
  name: 'push',
  options: PUSH_OPTIONS,
  maxOperands: Number.POSITIVE_INFINITY,
  help: PUSH_HELP,
  endsBySignal: false,
  async prepare(resolved, operands, world) {
    const { settings } = resolved;
    if (settings['list-devices']) {
      return listing(settings, world);
    }
    const { inputs, url: urlText } = pushOperands(operands);
    refuseSharedStdin(inputs, settings);
    refuseTypedMedia(inputs, world);
    refuseVisibleSecrets(resolved);
    const { to, backup } = settings;
    const servers = await pushServers({ url: urlText, to, backup }, resolved, world);
    const link = await readLinkOptions(settings);
    const fromWorld = (input: string) => (input === STANDARD_INPUT ? world.stdin : input);
    const curtain = new Curtain(settings['show-keys']);
    curtain.learn(servers?.urls ?? [], openTexts(inputs, settings.data));
    return {
      curtain,
      start: async (signal) => {
        const push = await world.commands.push();
        const [input = STANDARD_INPUT, ...more] = inputs;
        return push(
          {
            input: more.length === 0 ? fromWorld(input) : inputs.map(fromWorld),
            ...(servers?.options ?? { url: undefined, ...embeddedOverrides(settings) }),
            ...course(settings),
            metadata: metadataOf(settings.metadata),
            data: settings.data === undefined ? undefined : fromWorld(settings.data),
            ...link,
            messages: messageDisclosure(resolved),
            encoding: encodeOptions(settings),
            ffmpegPath: settings.ffmpeg,
          },
          signal,
        );
      },
    };
  },
});

/** How much is sent, and when. */
function course(
  settings: PushSettings,
): Pick<PushOptions, 'speed' | 'plays' | 'startMs' | 'durationMs' | 'maxQueueMs'> {
  const { speed, loop: plays, start: startMs, duration: durationMs, drop } = settings;
  const maxQueueMs = drop && speed !== 0 ? settings['max-queue'] : Number.POSITIVE_INFINITY;
  return { speed, plays, startMs, durationMs, maxQueueMs };
}

/** @throws {UsageError} when more than one of media, data, key and password are to come from standard input */
function refuseSharedStdin(inputs: readonly string[], settings: PushSettings): void {
  const isKey = settings.key === STANDARD_INPUT || settings['key-file'] === STANDARD_INPUT;
  const isPassword = settings.password === STANDARD_INPUT || settings['password-file'] === STANDARD_INPUT;
  const users = [
    isKey ? 'the stream key' : '',
    isPassword ? 'the password' : '',
    inputs.includes(STANDARD_INPUT) ? 'the media' : '',
    settings.data === STANDARD_INPUT ? 'the data' : '',
  ].filter((user) => user !== '');
  if (users.length < 2) return;
  throw new UsageError(
    'ERR_USAGE',
    `${users.join(' and ')} cannot ${users.length === 2 ? 'both' : 'all'} come from standard input`,
    {
      advice: isKey
        ? 'use --key-file FILE or RTMPKIT_KEY for the key'
        : isPassword
          ? 'use --password-file FILE or RTMPKIT_PASSWORD for the password'
          : 'use --data FILE; FILE may be a named pipe',
    },
  );
}

/** @throws {UsageError} when media is to come from a keyboard */
function refuseTypedMedia(inputs: readonly string[], world: World): void {
  if (!inputs.includes(STANDARD_INPUT) || world.stdin.isTTY !== true) return;
  throw new UsageError('ERR_USAGE', 'media does not come from a terminal', {
    advice: 'name a file, or pipe it: ffmpeg -i in.mp4 -c copy -f flv - | rtmpkit push - URL',
  });
}

/** File names as messages say them: that of a playlist without its mark. */
function openTexts(inputs: readonly string[], data: string | undefined): string[] {
  const files = inputs.filter((input) => !isSourceUrl(input)).map((input) => input.replace(/^@/, ''));
  return data === undefined ? files : [...files, data];
}

/** `undefined` when nothing is to be changed. Of several of one name the last counts. */
function metadataOf(pairs: readonly MetadataPair[]): Record<string, MetadataPair['value']> | undefined {
  return pairs.length === 0 ? undefined : Object.fromEntries(pairs.map(({ name, value }) => [name, value]));
}

function listing({ json, ffmpeg }: { json: boolean; ffmpeg: string | undefined }, world: World): Prepared {
  return {
    curtain: new Curtain(false),
    start: async (signal) => {
      const devices = await world.commands.devices();
      const events = devices({ ffmpegPath: ffmpeg }, signal);
      return json ? events : withDeviceTable(events, world.stdout);
    },
  };
}

/** A server of our own has no key to keep: what stands in the environment for others does not concern it. */
function embeddedOverrides({ app, name }: { app: string | undefined; name: string | undefined }): TargetOverrides {
  return { ...(app === undefined ? {} : { app }), ...(name === undefined ? {} : { streamName: name }) };
}
