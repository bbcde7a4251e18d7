// The public face of the library. What is not named here may change without notice.

// The engine
export { readAmf0Values } from './amf/amf0-reader.js';
export { encodeAmf0 } from './amf/amf0-writer.js';
export { readAmf3Values } from './amf/amf3-reader.js';
export { encodeAmf3 } from './amf/amf3-writer.js';
export * from './amf/value.js';
export { type MediaReport, StreamAnalysis } from './analysis/stream-analysis.js';
export { RecycledMemory } from './bytes/recycled-memory.js';
// The use cases
export { devices } from './commands/devices.js';
export type {
  DevicesOptions,
  ProbeOptions,
  PullDestination,
  PullOptions,
  PushOptions,
  PushTarget,
  ReportPageOptions,
  ServeOptions,
} from './commands/options.js';
export { probe } from './commands/probe.js';
export { pull } from './commands/pull.js';
export { push } from './commands/push.js';
export type {
  RelayChange,
  RelayOptions,
  RelayPeer,
  RelaysOptions,
  RelayTarget,
} from './commands/relay/options.js';
export { relay } from './commands/relay/relay.js';
export { serve } from './commands/serve.js';
// FLV
export {
  ContainerFileSource,
  type ContainerSourceOptions,
} from './endpoint/container/container-file-source.js';
export type { DataLine } from './endpoint/data-lines.js';
export { FileSink } from './endpoint/file-sink.js';
export type { FileSummary, FileWriter } from './endpoint/file-writer.js';
export { FlvFileSource } from './endpoint/flv-file-source.js';
export { FlvFileWriter } from './endpoint/flv-file-writer.js';
export { type RepairOptions, type RepairSummary, repairFlv } from './endpoint/flv-repair.js';
export { FlvStreamSink } from './endpoint/flv-stream-sink.js';
export { FlvStreamSource } from './endpoint/flv-stream-source.js';
// The broadcast, and what connects it
export { ReconnectingPlayer, type ReconnectingPlayerOptions } from './endpoint/reconnecting-player.js';
export { ReconnectingPublisher, type ReconnectingPublisherOptions } from './endpoint/reconnecting-publisher.js';
export { createRecording, type RecordingFileOptions } from './endpoint/recording-formats.js';
export type { Retry } from './endpoint/redial.js';
export { RtmpPlayer } from './endpoint/rtmp-player.js';
export { RtmpPublisher } from './endpoint/rtmp-publisher.js';
export type { TagSource } from './endpoint/tag-source.js';
export * from './errors.js';
export type * from './events.js';
export type { AudioCodec, EncodeOptions, PictureSize, VideoCodec } from './ffmpeg/encoding.js';
export { Broadcast, type BroadcastOptions } from './flow/broadcast.js';
export type { Burst } from './flow/burst.js';
export { feed } from './flow/feed.js';
export { pace } from './flow/pace.js';
export type { RetryPolicy } from './flow/retry.js';
export type { Sink, SubscribeOptions, Subscription } from './flow/sink.js';
export { encodeFlvHeader } from './flv/header.js';
export type { FlvItem } from './flv/item.js';
export { toMediaTag } from './flv/media-tag.js';
export { FlvReader } from './flv/reader.js';
export { flvTagFormat } from './flv/tag-format.js';
export type * from './history.js';
// Media
export { type AudioTagHeader, parseAudioTag } from './media/audio-tag.js';
export { metadataTag, readMetadata } from './media/metadata.js';
export {
  type AudioDescription,
  describeAudio,
  describeVideo,
  type VideoDescription,
} from './media/stream-description.js';
export type { MediaTag } from './media/tag.js';
export type { TagFormat } from './media/tag-format.js';
export { isKeyframe, isMetadata, isSequenceHeader } from './media/tag-info.js';
export type { LeftOut, TrackNotice } from './media/track/notice.js';
export { parseVideoTag, type VideoTagHeader } from './media/video-tag.js';
export type * from './report.js';
export type { RtmpMessage } from './rtmp/chunk/message.js';
export { ChunkReader } from './rtmp/chunk/reader.js';
export { rtmpTagFormat } from './rtmp/chunk/tag-format.js';
export { ChunkWriter } from './rtmp/chunk/writer.js';
export { ClientSession, type ClientSessionOptions } from './rtmp/session/client.js';
export type * from './rtmp/session/events.js';
export { ServerSession, type ServerSessionOptions } from './rtmp/session/server.js';
export type { Session } from './rtmp/session/session.js';
export { type Status, StatusCode } from './rtmp/session/status.js';
export { parseRtmpUrl, type RtmpUrl } from './rtmp/url.js';
