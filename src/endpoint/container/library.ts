// What is used of the library, named one by one so that nothing else of it goes into the program. It takes some 60 ms to load:
// import this file only when a container is to be read.
export {
  ADTS,
  CustomSource,
  EncodedPacketSink,
  FLAC,
  Input,
  Logging,
  LogLevel,
  MATROSKA,
  MP3,
  MP4,
  MPEG_TS,
  OGG,
  QTFF,
  WEBM,
} from 'mediabunny';
