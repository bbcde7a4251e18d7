// What is used of the library, named one by one so that nothing else of it goes into the program. It takes some 60 ms to load:
// import this file only when a container is to be read.
import { FLAC, type InputFormat, MP4, MPEG_TS, OGG, QTFF } from 'mediabunny';

export { CustomSource, EncodedPacketSink, Input, Logging, LogLevel } from 'mediabunny';

export const FORMATS: InputFormat[] = [MP4, QTFF, MPEG_TS, OGG, FLAC];
