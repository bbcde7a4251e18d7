import { readAmf0Values } from '../amf/amf0-reader.js';
import { isAmfObject } from '../amf/value.js';
import { RtmpkitError } from '../errors.js';

/** What E-RTMP's colorInfo (section 7.4 of the fact sheet) says of the video, as far as it is of use here. */
export interface ColourInfo {
  /** ITU-T H.273. */
  readonly transferCharacteristics: number | undefined;
}

/** `undefined` when this is not colorInfo, or cannot be read. */
export function readColourInfo(payload: Uint8Array): ColourInfo | undefined {
  const [name, info] = valuesOf(payload);
  if (name !== 'colorInfo' || !isAmfObject(info)) return undefined;
  const config = info.get('colorConfig');
  const transfer = isAmfObject(config) ? config.get('transferCharacteristics') : undefined;
  return { transferCharacteristics: typeof transfer === 'number' ? transfer : undefined };
}

function valuesOf(payload: Uint8Array): ReturnType<typeof readAmf0Values> {
  try {
    return readAmf0Values(payload);
  } catch (error) {
    if (error instanceof RtmpkitError) return [];
    throw error;
  }
}
