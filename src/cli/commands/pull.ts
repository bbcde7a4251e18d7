import type { PullDestination, PullOptions } from '../../commands/options.js';
import { UsageError } from '../../errors.js';
import { Curtain } from '../curtain.js';
import { PULL_HELP } from '../help.js';
import { readLinkOptions } from '../link-options.js';
import type { Settings } from '../options/option.js';
import { PULL_OPTIONS } from '../options/tables.js';
import { messageDisclosure } from '../options/verbosity.js';
import { refuseVisibleSecrets, streamTarget } from '../stream-target.js';
import { isUrl } from '../url-text.js';
import type { OutputStream } from '../world.js';
import { defineCommand } from './command.js';

export const pullCommand = defineCommand({
  name: 'pull',
  options: PULL_OPTIONS,
  maxOperands: Number.POSITIVE_INFINITY,
  help: PULL_HELP,
  endsBySignal: false,
  async prepare(resolved, [source, ...names], world) {
    const { settings } = resolved;
    if (source === undefined) {
      throw new UsageError('ERR_USAGE', 'pull needs the URL of a stream, or a file to repair', {
        advice: 'rtmpkit pull rtmp://host/app/name out.flv',
      });
    }
    refuseUrls(names);
    checkTogether(names, settings, world.stdout);
    refuseVisibleSecrets(resolved);
    const target = isUrl(source) ? await streamTarget(source, resolved, world) : undefined;
    const link = await readLinkOptions(settings);
    const outputs = destinations(names, settings, world.stdout);
    return {
      curtain: new Curtain(settings['show-keys'], target?.url, openTexts(names, settings)),
      start: async (signal) => {
        if (outputs.length > 1 && !settings.json) {
          world.interruption.leaveOutputToCommand();
        }
        const pull = await world.commands.pull();
        return pull(
          {
            source,
            ...target?.overrides,
            outputs,
            overwrite: settings.overwrite,
            append: settings.append,
            ...extent(settings),
            ffmpegPath: settings.ffmpeg,
            ...link,
            messages: messageDisclosure(resolved),
          },
          signal,
        );
      },
    };
  },
});

type PullSettings = Settings<typeof PULL_OPTIONS>;

/** Everything that is wanted of the stream; nothing at all is a file with a name made for it. */
function destinations(names: readonly string[], settings: PullSettings, stdout: OutputStream): PullDestination[] {
  const { play, pipe, snapshot, json, 'data-out': dataOut } = settings;
  return [
    ...names.map((name) => (name === '-' ? stdout : name)),
    ...(play ? [{ kind: 'window' } as const] : []),
    ...pipe.map((command) => ({ kind: 'command', command, stdout: json ? 'stderr' : 'inherit' }) as const),
    ...snapshot.map((path) => ({ kind: 'picture', path }) as const),
    ...dataOut.map((target) => ({ kind: 'data', target: target === '-' ? stdout : target }) as const),
  ];
}

/** How much of the stream is wanted, and in how many pieces. */
function extent(settings: PullSettings): Partial<PullOptions> & Pick<PullOptions, 'durationMs'> {
  return {
    startMs: settings.start,
    durationMs: settings.duration,
    maxSizeBytes: settings['max-size'],
    segmentMs: settings.segment,
    splitOnChange: settings['split-on-change'],
    only: settings['video-only'] ? 'video' : settings['audio-only'] ? 'audio' : undefined,
    bufferMs: settings.buffer,
  };
}

/** What the person wrote without a secret in mind. */
function openTexts(names: readonly string[], { pipe, snapshot, 'data-out': dataOut }: PullSettings): string[] {
  return [...names, ...pipe, ...snapshot, ...dataOut].filter((text) => text !== '-');
}

function refuseUrls(names: readonly string[]): void {
  if (!names.some(isUrl)) return;
  throw new UsageError('ERR_USAGE', 'pull writes into files, and an output is a URL', {
    advice: 'rtmpkit relay URL --to URL sends a stream on to a server, rtmpkit push FILE URL a file',
  });
}

function checkTogether(names: readonly string[], settings: PullSettings, stdout: OutputStream): void {
  const media = names.filter((name) => name === '-').length;
  const data = settings['data-out'].filter((name) => name === '-').length;
  if (media + data > 1) {
    const who = media === 1 && data === 1 ? 'the output - and --data-out -' : 'two outputs';
    throw new UsageError('ERR_USAGE', `${who} both want standard output`, { advice: 'name a file for one of them' });
  }
  if (media + data > 0 && settings.json) {
    throw new UsageError(
      'ERR_USAGE',
      `--json and ${media > 0 ? 'the output -' : '--data-out -'} both want standard output`,
      {
        advice: 'name a file, or leave --json out',
      },
    );
  }
  if (media > 0 && stdout.isTTY === true) {
    throw new UsageError('ERR_USAGE', 'media does not go to a terminal', {
      advice: 'name a file, or pipe it: rtmpkit pull URL - | ffplay -',
    });
  }
  if (settings['video-only'] && settings['audio-only']) {
    throw new UsageError('ERR_USAGE', '--video-only and --audio-only together leave nothing');
  }
}
