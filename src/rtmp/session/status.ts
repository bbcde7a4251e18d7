/** The information object of `onStatus`, `_error` and connect's `_result` (RTMP 7.2.2). */
export interface Status {
  readonly level: 'status' | 'warning' | 'error';
  /** For example `NetStream.Publish.BadName`. */
  readonly code: string;
  readonly description: string;
}
