// What is used of the library, named one by one so that nothing else of it goes into the program. It takes some 60 ms to load:
// import this file only when a container is to be read.
import { FLAC, type InputFormat, MPEG_TS, OGG } from 'mediabunny';

export { CustomSource, EncodedPacketSink, Input, Logging, LogLevel } from 'mediabunny';

export const FORMATS: InputFormat[] = [MPEG_TS, OGG, FLAC];
