import { open } from 'node:fs/promises';
import { MediaError } from '../../errors.js';
import { containerKindOf } from './container-kind.js';
import type { ContainerReader } from './container-reader.js';
import type { OpenedFile } from './opened-file.js';

/**
 * Opens a file with the reader for its container, which is loaded only then.
 *
 * @throws {MediaError} `ERR_MEDIA_UNSUPPORTED` when it is no container; errors of the file system as they are
 */
export async function openContainer(path: string): Promise<ContainerReader> {
  const handle = await open(path);
  try {
    const kind = await containerKindOf(handle);
    if (kind === undefined) {
      throw new MediaError('ERR_MEDIA_UNSUPPORTED', 'this is no container that can be read here', { stage: 'file' });
    }
    return await readerOf({ kind, sizeBytes: (await handle.stat()).size, handle });
  } catch (error) {
    await handle.close();
    throw error;
  }
}

async function readerOf(file: OpenedFile): Promise<ContainerReader> {
  switch (file.kind) {
    case 'mp4': {
      const { Mp4Container } = await import('./mp4-container.js');
      return Mp4Container.open(file);
    }
    case 'matroska': {
      const { MatroskaContainer } = await import('./matroska-container.js');
      return MatroskaContainer.open(file);
    }
    case 'mpeg-audio': {
      const { MpegAudioContainer } = await import('./mpeg-audio-container.js');
      return MpegAudioContainer.open(file);
    }
    case 'mpeg-ts':
    case 'ogg':
    case 'flac': {
      const { LibraryContainer } = await import('./library-container.js');
      return LibraryContainer.open(file);
    }
  }
}
