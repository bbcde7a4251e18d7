import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MediaTag } from '../../src/media/tag.js';
import { ChromiumPage, hasChromium } from '../support/chromium.js';
import { CliRuns } from '../support/cli.js';
import { Publication } from '../support/publication.js';
import { syntheticStream } from '../support/streams.js';

const HOSTILE =
  '</script><script>window.hacked = true</script><img src="http://127.0.0.1:9/x" onerror="window.hacked = true">';
const KEY = 'hush-hush-hush';
const PLOTS = ['Bitrate', 'Frame sizes', 'GOP lengths', 'Arrival jitter', 'A/V skew'];

const SCREENS = [
  { name: 'a desk in the light', width: 1_100, height: 900, isDark: false },
  { name: 'a desk in the dark', width: 1_100, height: 900, isDark: true },
  { name: 'a phone in the light', width: 390, height: 844, isDark: false },
  { name: 'a phone in the dark', width: 390, height: 844, isDark: true },
];

/** In the page: of each canvas how many pixels are drawn, and how many of them in colours, which only curves have. */
const COUNT_PIXELS = `[...document.querySelectorAll('canvas')].map((canvas) => {
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  let drawn = 0;
  let coloured = 0;
  for (let i = 0; i < data.length; i += 4) {
    if (data[i + 3] === 0) continue;
    drawn++;
    const values = [data[i], data[i + 1], data[i + 2]];
    if (Math.max(...values) - Math.min(...values) > 60) coloured++;
  }
  return { drawn, coloured };
})`;

const STREAM: readonly MediaTag[] = syntheticStream({
  video: 'h264',
  audio: 'aac',
  durationMs: 6_000,
  metadata: { title: HOSTILE, [HOSTILE]: KEY },
});

describe.skipIf(!hasChromium())('the page of a report in Chromium', () => {
  const runs = new CliRuns();
  const path = runs.file('out.html');
  let browser: ChromiumPage;

  beforeAll(async () => {
    const server = await runs.serve();
    const url = `${server.url}/live/${KEY}`;
    await Publication.inRealTime(runs, url, STREAM);
    const probe = runs.start(['probe', url, '--report', path]);
    expect(await probe.exit(), probe.said).toBe(0);
    browser = await ChromiumPage.open();
  });

  afterAll(async () => {
    await browser?.close();
    await runs.stopAll();
  });

  it.each(SCREENS)('is drawn on $name', async (screen) => {
    await browser.show(path, screen);
    const titles = await browser.evaluate(
      `[...document.querySelectorAll('figure h2')].map((title) => title.textContent)`,
    );
    expect(titles).toEqual(PLOTS);
    const canvases = (await browser.evaluate(COUNT_PIXELS)) as { drawn: number; coloured: number }[];
    expect(canvases).toHaveLength(PLOTS.length);
    for (const { drawn, coloured } of canvases) {
      expect(drawn).toBeGreaterThan(1_000);
      expect(coloured).toBeGreaterThan(50);
    }
    expect(await browser.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(screen.width);
    const ground = await browser.evaluate('getComputedStyle(document.body).backgroundColor');
    expect(ground).toBe(screen.isDark ? 'rgb(20, 23, 26)' : 'rgb(255, 255, 255)');
    expect(browser.complaints).toEqual([]);
  });

  it('is drawn anew when the light or the width changes while it is open', async () => {
    const picture = `document.querySelector('canvas').toDataURL()`;
    const width = `Math.max(...[...document.querySelectorAll('canvas')].map((canvas) => canvas.clientWidth))`;
    const [desk, darkDesk, , darkPhone] = SCREENS;
    await browser.show(path, desk!);
    const light = await browser.evaluate(picture);
    await browser.put(darkDesk!);
    expect(await browser.evaluate(picture)).not.toBe(light);
    expect(await browser.evaluate(width)).toBeGreaterThan(800);
    await browser.put(darkPhone!);
    expect(await browser.evaluate(width)).toBeLessThan(390);
    const canvases = (await browser.evaluate(COUNT_PIXELS)) as { drawn: number; coloured: number }[];
    expect(canvases.every(({ coloured }) => coloured > 50)).toBe(true);
    expect(browser.complaints).toEqual([]);
  });

  it('asks nobody for anything, runs nothing that others wrote, and holds no key', async () => {
    await browser.show(path, SCREENS[0]!);
    expect(
      browser.requests.every((url) => url.startsWith('file:') || url === 'data:,'),
      `${browser.requests}`,
    ).toBe(true);
    expect(await browser.evaluate('window.hacked')).toBeUndefined();
    expect(await browser.evaluate('document.images.length')).toBe(0);
    expect(await browser.evaluate('document.body.textContent')).toContain(HOSTILE);
    expect(await readFile(path, 'utf8')).not.toContain(KEY);
  });

  it('would not run a script that came into it all the same', async () => {
    await browser.show(path, SCREENS[0]!);
    await browser.evaluate(`{
      const script = document.createElement('script');
      script.textContent = 'window.hacked = true';
      document.body.append(script);
    }`);
    expect(await browser.evaluate('window.hacked')).toBeUndefined();
    expect(browser.complaints.join()).toMatch(/Content Security Policy/);
  });
});
