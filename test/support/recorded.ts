import type { MediaTag } from '../../src/media/tag.js';
import type { CliServer } from './cli.js';
import { readFlvFile } from './flv-file.js';

/** What a server that records has recorded of a stream, once that is over. */
export async function recorded(server: CliServer, name: string): Promise<readonly MediaTag[]> {
  const { output } = await server.run.event(
    'ended',
    (event) => event['role'] === 'recorder' && String(event['output']).includes(`/${name}-2`),
  );
  return (await readFlvFile(String(output))).tags;
}
