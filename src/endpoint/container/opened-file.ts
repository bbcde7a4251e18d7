import type { FileHandle } from 'node:fs/promises';
import type { ContainerKind } from '../../flv/foreign-format.js';

/** A file that begins like a container. */
export interface OpenedFile {
  readonly kind: ContainerKind;
  readonly sizeBytes: number;
  /** Whose reader closes it. */
  readonly handle: FileHandle;
}
