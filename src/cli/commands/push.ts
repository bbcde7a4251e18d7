import { UsageError } from '../../errors.js';
import { isSourceUrl } from '../../ffmpeg/url-input.js';
import { isRtmpUrl } from '../../rtmp/url.js';
import { Curtain } from '../curtain.js';
import { encodeOptions } from '../encode-options.js';
import { PUSH_HELP } from '../help.js';
import { PUSH_OPTIONS } from '../options/tables.js';
import { messageDisclosure } from '../options/verbosity.js';
import { refuseVisibleKey, type StreamTarget, streamTarget } from '../stream-target.js';
import { readTlsOptions } from '../tls-files.js';
import type { World } from '../world.js';
import { defineCommand, type Prepared } from './command.js';
import { withDeviceTable } from './device-table.js';

export const pushCommand = defineCommand({
  name: 'push',
  options: PUSH_OPTIONS,
  maxOperands: 2,
  help: PUSH_HELP,
  endsBySignal: false,
  async prepare(resolved, [input, urlText], world) {
    const { settings } = resolved;
    if (settings['list-devices']) {
      return listing(settings, world);
    }
    if (input === undefined) {
      throw new UsageError('ERR_USAGE', 'push needs something to send: a file, a URL, screen, camera, test or -', {
        advice: 'rtmpkit push FILE.flv rtmp://host/app/name',
      });
    }
    if (isRtmpUrl(input)) {
      throw new UsageError('ERR_USAGE', 'push takes nothing from RTMP; the input comes first, then the URL', {
        advice: 'rtmpkit push FILE.flv rtmp://host/app/name',
      });
    }
    if (input === '-' && isKeyFromStdin(settings)) {
      throw new UsageError('ERR_USAGE', 'the stream key and the media cannot both come from standard input', {
        advice: 'use --key-file FILE or RTMPKIT_KEY for the key',
      });
    }
    refuseVisibleKey(resolved);
    const target = urlText === undefined ? undefined : await streamTarget(urlText, resolved, world);
    const tls = await readTlsOptions(settings);
    return {
      curtain: new Curtain(settings['show-keys'], target?.url, isSourceUrl(input) ? [] : [input]),
      start: async (signal) => {
        const push = await world.commands.push();
        return push(
          {
            input: input === '-' ? world.stdin : input,
            url: urlText,
            ...(target?.overrides ?? embeddedOverrides(settings)),
            speed: settings.speed,
            plays: settings.loop,
            startMs: settings.start,
            durationMs: settings.duration,
            maxQueueMs: settings.drop && settings.speed !== 0 ? settings['max-queue'] : Number.POSITIVE_INFINITY,
            timeoutMs: settings.timeout,
            stallTimeoutMs: settings['stall-timeout'],
            tls,
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

function isKeyFromStdin(settings: { key: string | undefined; 'key-file': string | undefined }): boolean {
  return settings.key === '-' || settings['key-file'] === '-';
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
