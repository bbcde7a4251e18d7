// The public face of the library. What is not named here may change without notice.

// The engine
export { readAmf0Values } from './amf/amf0-reader.js';
export { encodeAmf0 } from './amf/amf0-writer.js';
export { readAmf3Values } from './amf/amf3-reader.js';
export { encodeAmf3 } from './amf/amf3-writer.js';
export type { AmfLimits } from './amf/limits.js';
export type { JsonValue } from './amf/to-json.js';
export * from './amf/value.js';
export { type MediaReport, StreamAnalysis } from './analysis/stream-analysis.js';
export type { TakeMemory } from './bytes/memory.js';
export { RecycledMemory } from './bytes/recycled-memory.js';
export type { ColourDescription, SampleAspectRatio } from './codec/video-usability.js';
// The use cases. Each gives events, and begins when these are asked for. Whoever leaves the loop ends it, and waits until
// all is closed.
export { devices } from './commands/devices.js';
export type {
  ConnectionOptions,
  DevicesOptions,
  PageCover,
  ProbeOptions,
  PullDestination,
  PullOptions,
  PushInputName,
  PushOptions,
  PushTarget,
  ReportingOptions,
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
export type { RetryWish } from './commands/retry-policy.js';
export { serve } from './commands/serve.js';
// FLV
export {
  ContainerFileSource,
  type ContainerSourceOptions,
} from './endpoint/container/container-file-source.js';
export type { DataLine } from './endpoint/data-lines.js';
export { FileSink } from './endpoint/file-sink.js';
export type { FileSummary, FileWriter } from './endpoint/file-writer.js';
export { FlvFileSource, type FlvSourceOptions } from './endpoint/flv-file-source.js';
export { type FlvFileOptions, FlvFileWriter } from './endpoint/flv-file-writer.js';
export { type RepairOptions, type RepairProgress, type RepairSummary, repairFlv } from './endpoint/flv-repair.js';
export { FlvStreamSink } from './endpoint/flv-stream-sink.js';
export { FlvStreamSource, type FlvStreamSourceOptions } from './endpoint/flv-stream-source.js';
export type { PublisherBackup, PublisherServer, PublisherSupplyOptions } from './endpoint/publisher-supply.js';
// The broadcast, and what connects it
export { ReconnectingPlayer, type ReconnectingPlayerOptions } from './endpoint/reconnecting-player.js';
export { ReconnectingPublisher, type ReconnectingPublisherOptions } from './endpoint/reconnecting-publisher.js';
export { createRecording, type RecordingFileOptions } from './endpoint/recording-formats.js';
export type { RedialOptions, Retry } from './endpoint/redial.js';
export type { RepairTargetOptions } from './endpoint/repair-target.js';
export type { RtmpLinkOptions } from './endpoint/rtmp-link.js';
export type { LinkNews, RtmpLink, RtmpLinkListener, RtmpPeer } from './endpoint/rtmp-opening.js';
export { type PlayEnd, RtmpPlayer, type RtmpPlayerOptions } from './endpoint/rtmp-player.js';
export { type PublisherPlace, RtmpPublisher } from './endpoint/rtmp-publisher.js';
export { type StreamEnd, StreamSink, type StreamSinkOptions } from './endpoint/stream-sink.js';
export type { TagSource } from './endpoint/tag-source.js';
export * from './errors.js';
export type * from './events.js';
export type { AudioCodecChoice, EncodeOptions, PictureSize, VideoCodecChoice } from './ffmpeg/encoding.js';
export { Broadcast, type BroadcastOptions, type BroadcastStats } from './flow/broadcast.js';
export type { Burst } from './flow/burst.js';
export type { Clock } from './flow/clock.js';
export { feed } from './flow/feed.js';
export { Meter, type MeterReading } from './flow/meter.js';
export { type PaceOptions, pace } from './flow/pace.js';
export type { RetryPolicy, RetryWait } from './flow/retry.js';
export type { LostMedia, Sink, SubscribeOptions, Subscription } from './flow/sink.js';
export type { TagCounts } from './flow/tag-counts.js';
export { encodeFlvHeader, type FlvHeader } from './flv/header.js';
export type { FlvDamage, FlvItem, FlvNotice } from './flv/item.js';
export { toMediaTag } from './flv/media-tag.js';
export { type FlvPosition, FlvReader } from './flv/reader.js';
export type { FlvFileSummary } from './flv/recording.js';
export type { FlvTag } from './flv/tag.js';
export { flvTagFormat } from './flv/tag-format.js';
export type * from './history.js';
// Media
export { type AudioCodec, type AudioPacketType, type AudioTagHeader, parseAudioTag } from './media/audio-tag.js';
export type { PayloadPlace, TagTrack } from './media/enhanced-header.js';
export { type MetadataProperties, metadataTag, readMetadata } from './media/metadata.js';
export {
  type AudioDescription,
  type AudioDetails,
  type Chroma,
  describeAudio,
  describeVideo,
  type VideoDescription,
  type VideoDetails,
} from './media/stream-description.js';
export type { MediaTag } from './media/tag.js';
export type { TagFormat } from './media/tag-format.js';
export { isKeyframe, isMetadata, isSequenceHeader } from './media/tag-info.js';
export type { LeftOut, TrackNotice } from './media/track/notice.js';
export {
  parseVideoTag,
  type VideoCodec,
  type VideoCommandHeader,
  type VideoFrameType,
  type VideoPacketHeader,
  type VideoPacketType,
  type VideoTagHeader,
} from './media/video-tag.js';
export type { CloseReason } from './net/pump.js';
export type { TlsOptions } from './net/tls-options.js';
export type * from './report.js';
export type { ChunkLimits } from './rtmp/chunk/limits.js';
export type { RtmpMessage } from './rtmp/chunk/message.js';
export { ChunkReader } from './rtmp/chunk/reader.js';
export { type RtmpTagFormatOptions, rtmpTagFormat } from './rtmp/chunk/tag-format.js';
export { ChunkWriter } from './rtmp/chunk/writer.js';
export type { PublishType } from './rtmp/message/commands/publish.js';
export { ClientSession, type ClientSessionOptions, type PlayOptions } from './rtmp/session/client.js';
export type { ClientRole, ConnectOptions } from './rtmp/session/client-connect.js';
export type * from './rtmp/session/events.js';
export type { SessionLimits } from './rtmp/session/limits.js';
export { ServerSession, type ServerSessionOptions } from './rtmp/session/server.js';
export type { Session } from './rtmp/session/session.js';
export { type Status, StatusCode } from './rtmp/session/status.js';
export { parseRtmpUrl, type RtmpScheme, type RtmpUrl, type RtmpUrlOverrides } from './rtmp/url.js';
export type { MessageDisclosure } from './rtmp/watch/message-watch.js';
export type { ListenAddress } from './server/rtmp-server.js';
