import type { RelayChange } from '../../commands/relay/options.js';
import { UsageError } from '../../errors.js';
import { Curtain } from '../curtain.js';
import { RELAY_HELP } from '../help.js';
import { readConfigFile } from '../options/config-file.js';
import { fileLayer, type Layer, type LayerContent, type Resolved, resolve } from '../options/layers.js';
import { RELAY_ENTRY_OPTIONS, RELAY_OPTIONS } from '../options/tables.js';
import { readTextFile } from '../options/text-file.js';
import { messageDisclosure } from '../options/verbosity.js';
import { type Place, RELAYS, relayEntries } from '../relay/document.js';
import { hangups } from '../relay/hangups.js';
import { keysIn, planRelay, type RelayPlan, type RelayRequest } from '../relay/plan.js';
import { readSecretLine } from '../secret-line.js';
import { refuseVisibleKey } from '../stream-target.js';
import type { World } from '../world.js';
import type { Command } from './command.js';

type Layers = Readonly<Record<Layer, LayerContent>>;

export const relayCommand: Command = {
  name: 'relay',
  options: RELAY_OPTIONS,
  documentSections: [RELAYS],
  maxOperands: Number.POSITIVE_INFINITY,
  help: RELAY_HELP,
  endsBySignal: true,
  async prepare(layers, operands, world, document) {
    const resolved = resolve(RELAY_OPTIONS, layers);
    const { config, 'show-keys': showsKeys } = resolved.settings;
    const requests = await readRequests(layers, operands, world, document);
    const curtain = new Curtain(showsKeys);
    const plans = await planAll(requests, world, curtain);
    const isReloadable = config !== undefined && operands.length === 0;
    return {
      curtain,
      start: async (signal) => {
        const relay = await world.commands.relay();
        return relay(
          {
            relays: plans.map(({ options }) => options),
            changes: isReloadable ? reloads(config, layers, world, curtain, signal) : undefined,
            messages: messageDisclosure(resolved),
          },
          signal,
        );
      },
    };
  },
};

async function readRequests(
  layers: Layers,
  operands: readonly string[],
  world: World,
  document: unknown,
): Promise<RelayRequest[]> {
  const resolved = resolve(RELAY_OPTIONS, layers);
  const { settings } = resolved;
  const entries = relayEntries(document, settings.config ?? '', RELAY_ENTRY_OPTIONS);
  const { to } = settings;
  if (entries === undefined) {
    if (operands.length === 0) throw missing('a source', 'rtmpkit relay rtmp://from/app/name --to rtmp://to/app/name');
    if (to.length === 0) throw missing('a target', 'add --to rtmp://to/app/name, as often as there are targets');
    const sources = operands.map((text, i) => placeOnCommandLine(text, `source ${i + 1}`));
    const targets = to.map((text, i) => placeOnCommandLine(text, `--to number ${i + 1}`));
    return [{ name: undefined, sources, targets, settings, spareKeys: await readKeys(resolved, world) }];
  }
  if (operands.length > 0 || to.length > 0) {
    throw new UsageError('ERR_USAGE', `${settings.config} has a list of relays; give no source or --to besides`);
  }
  return entries.map(({ name, sources, targets, layer }) => ({
    name,
    sources,
    targets,
    settings: resolve(RELAY_OPTIONS, { ...layers, file: new Map([...layers.file, ...layer]) }).settings,
    spareKeys: [],
  }));
}

function placeOnCommandLine(text: string, label: string): Place {
  return { text, label };
}

function missing(what: string, advice: string): UsageError {
  return new UsageError('ERR_USAGE', `relay needs ${what}`, { advice });
}

/** Keys for the URLs without a stream name, in the order of the command line: sources first. */
async function readKeys(resolved: Resolved<typeof RELAY_OPTIONS>, world: World): Promise<string[]> {
  refuseVisibleKey(resolved);
  const { key, 'key-file': keyFile } = resolved.settings;
  if (key === '-' || keyFile === '-') {
    return [await readSecretLine('stream key', world.stdin, world.stderr, world.interruption.signal)];
  }
  if (keyFile !== undefined) return keysIn(await readTextFile(keyFile, 'key file'));
  return key === undefined ? [] : [key];
}

async function planAll(requests: readonly RelayRequest[], world: World, curtain: Curtain): Promise<RelayPlan[]> {
  const plans = await Promise.all(requests.map((request) => planRelay(request, world)));
  curtain.learn(
    plans.flatMap(({ urls }) => urls),
    plans.flatMap(({ openTexts }) => openTexts),
  );
  return plans;
}

/** Reads the file again at each SIGHUP. */
async function* reloads(
  config: string,
  layers: Layers,
  world: World,
  curtain: Curtain,
  signal: AbortSignal,
): AsyncGenerator<RelayChange, void> {
  for await (const _ of hangups(world, signal)) {
    yield await reload(config, layers, world, curtain);
  }
}

async function reload(config: string, layers: Layers, world: World, curtain: Curtain): Promise<RelayChange> {
  try {
    const document = await readConfigFile(config);
    const file = fileLayer(RELAY_OPTIONS, document, config, [RELAYS]);
    const requests = await readRequests({ ...layers, file }, [], world, document);
    const plans = await planAll(requests, world, curtain);
    return { relays: plans.map(({ options }) => options) };
  } catch (error) {
    if (error instanceof UsageError) return { error };
    throw error;
  }
}
