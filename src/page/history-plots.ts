import type { BitrateHistory, SampleHistory, StreamHistory } from '../history.js';
import { span } from '../text/quantities.js';
import { type Curve, type CurveValue, type CurveValues, type Plot, sharedColumns } from './plot.js';

const BYTES_PER_KB = 1_000;

/** A place for a plot: without a plot, it says why there is none. */
export type PlotPlace = { readonly title: string } & (
  | { readonly plot: Plot }
  | { readonly plot: undefined; readonly missing: string }
);

/** What is shown of the course of a stream, from top to bottom. */
export function historyPlots(history: StreamHistory): PlotPlace[] {
  return [bitratePlot(history), framePlot(history), gopPlot(history), arrivalPlot(history), skewPlot(history)];
}

function bitratePlot({ videoBitrate, audioBitrate, durationMs }: StreamHistory): PlotPlace {
  const stepMs = Math.max(videoBitrate.stepMs, audioBitrate.stepMs);
  return placeOf(
    {
      title: 'Bitrate',
      description: 'Bitrate of video and audio over time',
      note: `Mean of every ${span(stepMs)} of media.`,
      unit: 'kbit/s',
      range: 'from zero',
    },
    [
      { curve: { label: 'video', colour: 'blue', shape: 'steps' }, values: stepsOf(videoBitrate) },
      { curve: { label: 'audio', colour: 'orange', shape: 'steps' }, values: stepsOf(audioBitrate) },
    ],
    { durationMs, missing: 'No frames came.' },
  );
}

function framePlot({ keyframeBytes, otherFrameBytes, durationMs }: StreamHistory): PlotPlace {
  return placeOf(
    {
      title: 'Frame sizes',
      description: 'Sizes of video frames over time, with keyframes marked',
      note: frameNote(keyframeBytes, otherFrameBytes),
      unit: 'kB',
      range: 'from zero',
    },
    [
      { curve: { label: 'other frames', colour: 'grey', shape: 'bars' }, values: largest(otherFrameBytes, toKb) },
      { curve: { label: 'keyframes', colour: 'blue', shape: 'points' }, values: largest(keyframeBytes, toKb) },
    ],
    { durationMs, missing: 'No video frames came.' },
  );
}

function gopPlot({ gopMs, durationMs }: StreamHistory): PlotPlace {
  return placeOf(
    {
      title: 'GOP lengths',
      description: 'Time from keyframe to keyframe over time',
      note: `From each keyframe to the next. ${markNote('GOP', gopMs)}`,
      unit: 'ms',
      range: 'from zero',
    },
    [{ curve: { label: 'GOP length', colour: 'blue', shape: 'steps' }, values: lengths(gopMs) }],
    { durationMs, missing: 'Not two keyframes came.' },
  );
}

function arrivalPlot({ delayMs, jitterMs, durationMs }: StreamHistory): PlotPlace {
  if (delayMs === null || jitterMs === null) return { title: 'Arrival jitter', plot: undefined, missing: NO_ARRIVALS };
  return placeOf(
    {
      title: 'Arrival jitter',
      description: 'Delay of frames, and its change from frame to frame, over time',
      note: `Delay is by how much a frame came later than the quickest one. ${markNote('frame', delayMs)} Of jitter, a mark shows the mean. The burst at the beginning is left out.`,
      unit: 'ms',
      range: 'from zero',
    },
    [
      { curve: { label: 'delay', colour: 'blue', shape: 'line' }, values: largest(delayMs) },
      { curve: { label: 'jitter', colour: 'orange', shape: 'line' }, values: means(jitterMs) },
    ],
    { durationMs, missing: 'No frames came.' },
  );
}

function skewPlot({ skewMs, durationMs }: StreamHistory): PlotPlace {
  return placeOf(
    {
      title: 'A/V skew',
      description: 'Video time minus audio time of what comes together, over time',
      note: `Above 0 video is ahead of the audio that it comes with. ${meanNote(skewMs)}`,
      unit: 'ms',
      range: 'around zero',
    },
    [{ curve: { label: 'skew', colour: 'blue', shape: 'line' }, values: means(skewMs) }],
    { durationMs, missing: 'Video and audio did not both come.' },
  );
}

const NO_ARRIVALS = 'A file has no times of arrival.';

function placeOf(
  plot: Omit<Plot, 'curves' | 'columns'>,
  curves: readonly CurveValues[],
  { durationMs, missing }: { readonly durationMs: number; readonly missing: string },
): PlotPlace {
  const { title } = plot;
  const shown = curves.filter(({ values }) => values.length > 0);
  if (shown.length === 0) return { title, plot: undefined, missing };
  return {
    title,
    plot: { ...plot, curves: shown.map(({ curve }): Curve => curve), columns: sharedColumns(shown, durationMs) },
  };
}

/** A step lasts until the next time: the last one has an end, too. */
function stepsOf({ stepMs, kbps }: BitrateHistory): CurveValue[] {
  const steps = kbps.map((value, i) => ({ atMs: i * stepMs, value }));
  const last = steps.at(-1);
  return last === undefined ? [] : [...steps, { atMs: kbps.length * stepMs, value: last.value }];
}

/** As steps, each from a keyframe to the next. */
function lengths({ points }: SampleHistory): CurveValue[] {
  const steps = points.map(({ atMs, max }) => ({ atMs, value: max }));
  const last = steps.at(-1);
  return last === undefined ? [] : [...steps, { atMs: last.atMs + last.value, value: last.value }];
}

function largest({ points }: SampleHistory, scale = (value: number): number => value): CurveValue[] {
  return points.map(({ atMs, max }) => ({ atMs, value: scale(max) }));
}

function means({ points }: SampleHistory): CurveValue[] {
  return points.map(({ atMs, mean }) => ({ atMs, value: mean }));
}

function toKb(sizeBytes: number): number {
  return sizeBytes / BYTES_PER_KB;
}

/** What is left out is said. */
function markNote(name: string, { samplesPerPoint }: SampleHistory): string {
  return samplesPerPoint === 1
    ? `One mark for each ${name}.`
    : `One mark for up to ${samplesPerPoint} ${name}s: the largest of them.`;
}

function frameNote(keyframes: SampleHistory, others: SampleHistory): string {
  return Math.max(keyframes.samplesPerPoint, others.samplesPerPoint) === 1
    ? markNote('frame', others)
    : `${markNote('keyframe', keyframes)} ${markNote('other frame', others)}`;
}

function meanNote({ samplesPerPoint }: SampleHistory): string {
  return samplesPerPoint === 1
    ? 'One mark for each frame.'
    : `One mark for up to ${samplesPerPoint} frames: their mean.`;
}
