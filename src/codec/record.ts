import { ByteReader } from '../bytes/reader.js';
import { MediaError } from '../errors.js';

/**
 * Reads a record byte by byte. A record that ends too early is damaged media, whatever the cursor calls it.
 *
 * @throws {MediaError} `ERR_MEDIA_DAMAGED`
 */
export function readRecord<T>(name: string, bytes: Uint8Array, read: (reader: ByteReader) => T): T {
  try {
    return read(new ByteReader(bytes, MediaError));
  } catch (error) {
    if (error instanceof MediaError && error.code === 'ERR_TRUNCATED') {
      throw new MediaError('ERR_MEDIA_DAMAGED', `${name} is cut off: ${error.message}`, { cause: error });
    }
    throw error;
  }
}

/** What `read` gives, or `undefined` when the media is damaged there. For parts at the end that are of use, but not needed. */
export function readIfWhole<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof MediaError) return undefined;
    throw error;
  }
}
