import { open } from 'node:fs/promises';
import { describeForeignFormat, FORMAT_PROBE_SIZE_BYTES } from '../flv/foreign-format.js';

/** Whether a file that is no FLV is, or may be, media of another kind: judged by its first bytes. */
export async function mayBeMedia(path: string): Promise<boolean> {
  const file = await open(path).catch(() => undefined); // why it cannot be opened is known by now
  if (file === undefined) return false;
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(FORMAT_PROBE_SIZE_BYTES), 0, FORMAT_PROBE_SIZE_BYTES, 0);
    return describeForeignFormat(buffer.subarray(0, bytesRead))?.isMedia ?? true;
  } catch {
    return false; // a directory
  } finally {
    await file.close();
  }
}
