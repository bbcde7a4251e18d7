import type { Curve, Plot, PlotUnit } from './plot.js';

/** What of a browser the drawing needs. */
export interface Browser {
  readonly document: {
    readonly documentElement: unknown;
    getElementById(id: string): PlotElement | null;
  };
  readonly uPlot: UPlotClass;
  readonly ResizeObserver: new (onResize: () => void) => { observe(element: PlotElement): void };
  getComputedStyle(element: unknown): { getPropertyValue(name: string): string };
  matchMedia(query: string): { addEventListener(type: 'change', listener: () => void): void };
}

interface PlotElement {
  readonly clientWidth: number;
  readonly textContent: string | null;
}

interface UPlotClass {
  new (options: object, columns: Plot['columns'], element: PlotElement): UPlot;
  readonly paths: Readonly<Record<'bars' | 'stepped', (options: object) => unknown>>;
}

interface UPlot {
  setSize(size: { readonly width: number; readonly height: number }): void;
  destroy(): void;
}

/** What the plots of a page have in common. */
interface Look {
  readonly colour: (name: string) => string;
  readonly paths: UPlotClass['paths'];
}

// These functions are carried by the page as text and run in a browser, so they use nothing but one another.

/** Draws the plots of a page, and again when its colours change. */
function drawPlots(browser: Browser): void {
  const { document, uPlot: UPlot } = browser;
  const plots: readonly Plot[] = JSON.parse(document.getElementById('plots')?.textContent ?? '[]');
  const drawn: { readonly element: PlotElement; readonly plot: UPlot }[] = [];
  const colour = (name: string): string =>
    browser.getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
  const look = { colour, paths: UPlot.paths };

  const draw = (): void => {
    for (const { plot } of drawn.splice(0)) plot.destroy();
    for (const [i, plot] of plots.entries()) {
      const element = document.getElementById(`plot-${i}`);
      if (element === null) continue;
      const options = { ...plotSize(element), ...plotOptions(plot, look) };
      drawn.push({ element, plot: new UPlot(options, plot.columns, element) });
    }
  };
  const resize = (): void => {
    for (const { element, plot } of drawn) plot.setSize(plotSize(element));
  };

  draw();
  browser.matchMedia('(prefers-color-scheme: dark)').addEventListener('change', draw);
  const observer = new browser.ResizeObserver(resize);
  const [first] = drawn;
  if (first !== undefined) observer.observe(first.element);
}

function plotSize({ clientWidth }: PlotElement): { readonly width: number; readonly height: number } {
  return { width: clientWidth, height: 230 };
}

/** What uPlot is to make of a plot. */
function plotOptions(plot: Plot, look: Look): object {
  const lines = {
    stroke: look.colour('quiet'),
    grid: { stroke: look.colour('line'), width: 1 },
    ticks: { stroke: look.colour('line') },
  };
  return {
    scales: {
      x: { time: false },
      y: { range: (_: unknown, least: number | null, most: number | null) => valueRange(plot.range, least, most) },
    },
    axes: [
      { ...lines, values: (_: unknown, ticks: readonly number[]) => ticks.map(clockTime) },
      { ...lines, size: 56, label: plot.unit, labelSize: 18 },
    ],
    series: [
      { label: 'time', value: (_: unknown, at: number | null) => (at === null ? '–' : clockTime(at)) },
      ...plot.curves.map((curve) => ({
        label: curve.label,
        value: (_: unknown, value: number | null) => amount(value, plot.unit),
        ...curveShape(curve, look),
      })),
    ],
  };
}

function curveShape({ shape, colour: name }: Curve, { colour, paths }: Look): object {
  const stroke = colour(name);
  const points = { show: false };
  switch (shape) {
    case 'line':
      return { stroke, width: 1.5, points, spanGaps: true };
    case 'steps':
      return { stroke, width: 1.5, fill: `${stroke}22`, paths: paths.stepped({ align: 1 }), points, spanGaps: true };
    case 'bars':
      return { stroke, fill: stroke, width: 0, paths: paths.bars({ size: [0.7, 12, 1] }), points };
    case 'points':
      return { stroke, paths: () => null, points: { show: true, size: 7, fill: stroke, stroke } };
  }
}

function valueRange(range: Plot['range'], least: number | null, most: number | null): [number, number] {
  const reach = Math.max(Math.abs(least ?? 0), Math.abs(most ?? 0)) * 1.1 || 1;
  return range === 'from zero' ? [0, reach] : [-Math.max(reach, 20), Math.max(reach, 20)];
}

function clockTime(seconds: number): string {
  const rest = seconds % 60;
  if (seconds < 60) return `${Number(seconds.toFixed(2))} s`;
  const two = (value: number): string => String(value).padStart(2, '0');
  const minutes = Math.floor(seconds / 60);
  const clock = minutes < 60 ? `${minutes}` : `${Math.floor(minutes / 60)}:${two(minutes % 60)}`;
  return `${clock}:${two(Math.floor(rest))}`;
}

function amount(value: number | null, unit: PlotUnit): string {
  return value === null || value === undefined ? '–' : `${Number(value.toFixed(1))} ${unit}`;
}

const CARRIED = [plotSize, plotOptions, curveShape, valueRange, clockTime, amount, drawPlots];

/** The script of a page that draws its plots. What the functions are called after bundling is what they call one another. */
export const PLOT_SCRIPT = `${CARRIED.join('\n')}\n${drawPlots.name}(window);`;
