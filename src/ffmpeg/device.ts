import { UsageError } from '../errors.js';

/** What makes media on this machine. `name` is the system's own; `undefined`: the first or usual one. */
export type Device =
  | { readonly kind: 'camera' | 'mic'; readonly name: string | undefined }
  | { readonly kind: 'screen'; readonly number: number | undefined }
  /** A moving picture with a clock, and a tone. */
  | { readonly kind: 'test' };

/** One thing to look at and one to listen to, at most. */
export interface Capture {
  /** As it was written. */
  readonly label: string;
  readonly picture: Device | undefined;
  readonly sound: Device | undefined;
}

const PICTURE = /^(?:(camera)(?::(.+))?|screen(?::(.*))?)$/s;
const SOUND = /^mic(?::(.+))?$/s;

/**
 * `test`, `camera[:NAME]`, `screen[:N]`, `mic[:NAME]`, and a picture with a sound: `screen+mic`. A file of such a name is
 * meant by `./camera`.
 *
 * @returns `undefined` when it is none of them
 * @throws {UsageError} for a screen that is no number
 */
export function parseCapture(text: string): Capture | undefined {
  if (text === 'test') return { label: text, picture: { kind: 'test' }, sound: { kind: 'test' } };
  const sound = parseSound(text);
  if (sound !== undefined) return { label: text, picture: undefined, sound };
  const [, pictureText = text, soundText = ''] = /^(.*)\+(mic(?::.*)?)$/s.exec(text) ?? [];
  const picture = parsePicture(pictureText);
  return picture === undefined ? undefined : { label: text, picture, sound: parseSound(soundText) };
}

/** Whether a text means a device, though perhaps one that cannot be. */
export function isCapture(text: string): boolean {
  return text === 'test' || SOUND.test(text) || PICTURE.test(text.replace(/\+mic(?::.*)?$/s, ''));
}

function parseSound(text: string): Device | undefined {
  const match = SOUND.exec(text);
  return match === null ? undefined : { kind: 'mic', name: match[1] };
}

function parsePicture(text: string): Device | undefined {
  const match = PICTURE.exec(text);
  if (match === null) return undefined;
  const [, camera, name, number] = match;
  if (camera !== undefined) return { kind: 'camera', name };
  if (number === undefined) return { kind: 'screen', number: undefined };
  if (!/^\d{1,3}$/.test(number)) {
    throw new UsageError('ERR_USAGE', `screen:${number} is no screen; screens have numbers, such as screen:1`, {
      stage: 'options',
      advice: 'rtmpkit push --list-devices shows what there is',
    });
  }
  return { kind: 'screen', number: Number(number) };
}
