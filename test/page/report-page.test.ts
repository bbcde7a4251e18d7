import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EMPTY_REPORT, UNKNOWN_SERVER } from '../../src/analysis/empty-report.js';
import { StreamCourse } from '../../src/analysis/stream-course.js';
import type { Browser } from '../../src/page/draw-plots.js';
import { PLOT_SCRIPT } from '../../src/page/draw-plots.js';
import type { Plot } from '../../src/page/plot.js';
import { type ReportPageContent, reportPage } from '../../src/page/report-page.js';
import type { ProbeReport } from '../../src/report.js';
import { analysed, healthyStream } from '../analysis/streams.js';
import { syntheticStream } from '../support/streams.js';

const HOSTILE = `</script><script>alert(1)</script><img src=x onerror="alert(2)">' "\u202e`;
const library = { script: 'var uPlot = 1;', styles: '.uplot {}', licence: 'The MIT License */ alert(3)' };

const { durationMs: _, ...media } = analysed(healthyStream());
const course = new StreamCourse();
course.see(healthyStream());
const history = course.history();

function pageOf(report: Partial<ProbeReport> = {}, content: Partial<ReportPageContent> = {}): string {
  return reportPage({
    report: { ...EMPTY_REPORT, ...media, ok: true, url: 'rtmp://host/live/****', ...report },
    history,
    madeAt: new Date('2024-05-06T14:03:22Z'),
    plotLibrary: library,
    ...content,
  });
}

function scriptsIn(page: string): string[] {
  return [...page.matchAll(/<script>(.*?)<\/script>/gs)].map(([, script = '']) => script);
}

function plotsIn(page: string): Plot[] {
  const [, json = ''] = /<script type="application\/json" id="plots">(.*?)<\/script>/s.exec(page) ?? [];
  return JSON.parse(json) as Plot[];
}

describe('the page of a report', () => {
  it('says what the stream is like and that all is well', () => {
    const page = pageOf();
    expect(page).toMatch(/^<!DOCTYPE html>/);
    expect(page).toContain('<title>rtmp://host/live/****</title>');
    expect(page).toContain('Nothing irregular');
    expect(page).toContain('h264 64x64');
    expect(page).toContain('2024-05-06 14:03 UTC');
    expect(page).toContain('prefers-color-scheme: dark');
    expect(page).toContain('name="viewport"');
  });

  it('has plots of all that has a course', () => {
    const plots = plotsIn(pageOf());
    expect(plots.map(({ title }) => title)).toEqual(['Bitrate', 'Frame sizes', 'GOP lengths', 'A/V skew']);
    for (const { curves, columns } of plots) {
      expect(columns).toHaveLength(curves.length + 1);
      expect(new Set(columns.map(({ length }) => length)).size).toBe(1);
      expect(columns[0]![0]).toBe(0);
    }
    expect(plots[1]!.curves.map(({ label }) => label)).toEqual(['other frames', 'keyframes']);
    expect(pageOf()).toContain('A file has no times of arrival.');
  });

  it('says that points stand for several frames', () => {
    const course = new StreamCourse();
    course.see(syntheticStream({ video: 'h264', durationMs: 200_000, keyframeBytes: 30, frameBytes: 10 }));
    expect(pageOf({}, { history: course.history() })).toContain(
      'One mark for up to 8 other frames: the largest of them.',
    );
  });

  it('is a page also when nothing came', () => {
    const page = pageOf(
      { ...EMPTY_REPORT, url: 'rtmp://host/live/****' },
      {
        history: new StreamCourse().history(),
        failure: { message: 'nothing listens', peerWords: 'no <b>', advice: 'look for it' },
      },
    );
    expect(plotsIn(page)).toEqual([]);
    expect(page).toContain('The probe failed');
    expect(page).toContain('The server said: no &lt;b&gt;');
    expect(page).toContain('look for it');
    expect(page).toContain('No frames came.');
  });

  it('shows warnings with their advice, and expectations', () => {
    const page = pageOf({
      warnings: [{ code: 'WARN_X', message: 'it leaps', advice: 'mend it' }],
      expectations: [{ expression: 'video.fps>=30', met: false, actual: 25 }],
    });
    expect(page).toContain('1 expectation not met, 1 warning');
    expect(page).toMatch(/it leaps.*mend it.*WARN_X/s);
    expect(page).toContain('not met: <code>video.fps&gt;=30</code>');
  });

  it('lets nothing that others wrote become a part of the page', () => {
    const page = pageOf({
      url: HOSTILE,
      server: { ...UNKNOWN_SERVER, software: HOSTILE, fmsVer: HOSTILE, address: HOSTILE, port: 1 },
      stages: [{ stage: 'play', ok: false, ms: 1, words: HOSTILE }],
      metadata: { [HOSTILE]: HOSTILE, list: [HOSTILE] },
      data: { messages: 1, names: [HOSTILE] },
      warnings: [{ code: HOSTILE, message: HOSTILE, advice: HOSTILE }],
      expectations: [{ expression: HOSTILE, met: false, actual: HOSTILE }],
    });
    expect(page).not.toContain('<img');
    expect(page).not.toContain('\u202e');
    expect(page.match(/<script/g)).toHaveLength(3);
    expect(page.match(/alert\(1\)/g)!.length).toBeGreaterThan(8);
  });

  it('has no other elements, whatever stands in the metadata', () => {
    const tagsOf = (metadata: Readonly<Record<string, string>>): number =>
      pageOf({ metadata }).match(/<[a-z!/]/gi)?.length ?? 0;
    const tagsWithout = tagsOf({});
    const metadata = fc.dictionary(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }));
    fc.assert(
      fc.property(metadata, (members) => {
        expect(tagsOf(members)).toBe(tagsWithout + tableTags(members));
      }),
      { numRuns: 20, seed: 1 },
    );
  });

  it('lets only its own scripts run, and nothing be fetched', () => {
    const page = pageOf();
    const scripts = scriptsIn(page);
    expect(scripts).toHaveLength(2);
    const [, policy = ''] = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(page) ?? [];
    const plain = policy.replaceAll('&#39;', "'");
    expect(plain).toContain("default-src 'none'");
    for (const script of scripts) {
      expect(plain).toContain(`'sha256-${createHash('sha256').update(script).digest('base64')}'`);
    }
    expect(page.match(/(?:src|href)="(?!data:,")/g)).toBeNull();
  });

  it('carries the licence of the plot library, which cannot end its comment', () => {
    const [script = ''] = scriptsIn(pageOf());
    expect(script).toContain('The MIT License * / alert(3)');
    expect(() => pageOf({}, { plotLibrary: { ...library, script: '"</script>"' } })).toThrow(RangeError);
  });
});

/** A table with a heading around it, and a row of two cells for each member. */
function tableTags(metadata: Readonly<Record<string, string>>): number {
  const shown = Object.values(metadata).filter((value) => value !== '').length;
  return shown === 0 ? 0 : 6 + 6 * shown;
}

describe('drawing', () => {
  it('uses nothing from outside itself', () => {
    const drawn: unknown[] = [];
    const browser = fakeBrowser(drawn);
    draw(browser);
    expect(drawn).toHaveLength(4);
    expect(drawn[0]).toMatchObject({ width: 300, axes: [{}, { label: 'kbit/s' }] });
  });
});

/** As in the page: only the text of the script is there. */
function draw(browser: Browser): void {
  new Function('window', PLOT_SCRIPT)(browser);
}

interface DrawnOptions {
  readonly scales: {
    readonly y: { readonly range: (plot: undefined, least: number | null, most: number | null) => number[] };
  };
  readonly axes: readonly { readonly values?: (plot: undefined, ticks: readonly number[]) => string[] }[];
}

it('names times as clocks do, and keeps 0 in sight', () => {
  const drawn: DrawnOptions[] = [];
  draw(fakeBrowser(drawn));
  const [bitrate, , , skew] = drawn;
  expect(bitrate!.axes[0]!.values!(undefined, [0, 0.25, 59, 60, 3_725])).toEqual([
    '0 s',
    '0.25 s',
    '59 s',
    '1:00',
    '1:02:05',
  ]);
  expect(bitrate!.scales.y.range(undefined, 900, 1_000)[0]).toBe(0);
  expect(bitrate!.scales.y.range(undefined, null, null)).toEqual([0, 1]);
  expect(skew!.scales.y.range(undefined, 1, 2)).toEqual([-20, 20]);
});

function fakeBrowser(drawn: unknown[]): Browser {
  class UPlot {
    static readonly paths = { bars: () => 'bars', stepped: () => 'stepped' };
    constructor(options: object) {
      drawn.push(options);
    }
    setSize(): void {}
    destroy(): void {}
  }
  const json = JSON.stringify(plotsIn(pageOf()));
  return {
    document: {
      documentElement: {},
      getElementById: (id) => ({ clientWidth: 300, textContent: id === 'plots' ? json : '' }),
    },
    uPlot: UPlot as never,
    ResizeObserver: class {
      observe(): void {}
    },
    getComputedStyle: () => ({ getPropertyValue: () => ' #123456 ' }),
    matchMedia: () => ({ addEventListener: () => {} }),
  };
}
