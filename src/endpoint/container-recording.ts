import { MatroskaRecording } from '../matroska/recording.js';
import type { Container } from '../media/track/container.js';
import { Mp4Recording } from '../mp4/recording.js';

export { ContainerFileWriter } from './container-file-writer.js';

/** An empty container of this format. */
export function containerOf(format: 'mp4' | 'matroska' | 'webm'): Container {
  return format === 'mp4' ? new Mp4Recording() : new MatroskaRecording(format);
}
