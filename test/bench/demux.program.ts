import { RecycledMemory } from '../../src/bytes/recycled-memory.js';
import { ContainerFileSource } from '../../src/endpoint/container/container-file-source.js';

// Makes tags of a file as push does, gives them back at once, and tells how much memory that took at most, in KiB.
const [path = ''] = process.argv.slice(2);
const memory = new RecycledMemory();
for await (const tags of await ContainerFileSource.open(path, { memory })) {
  for (const { body } of tags) memory.release(body.buffer);
}
process.stderr.write(`${process.resourceUsage().maxRSS}\n`);
