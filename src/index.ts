// The public face of the library: the engine, FLV, the broadcast and the use cases.

export { readAmf0Values } from './amf/amf0-reader.js';
export { encodeAmf0, writeAmf0 } from './amf/amf0-writer.js';
export * from './amf/value.js';
export type { PullOptions, PushOptions, ServeOptions } from './commands/options.js';
export { pull } from './commands/pull.js';
export { push } from './commands/push.js';
export { serve } from './commands/serve.js';
export * from './errors.js';
export type * from './events.js';
