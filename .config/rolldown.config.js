import { defineConfig } from 'rolldown';

/** What `string-width` makes as soon as it is loaded, and here only when it is called for. */
const ON_DEMAND = {
  'new Intl.Segmenter()': '{ segment: (text) => (segmenter.made ??= new Intl.Segmenter()).segment(text) }',
  '/^\\p{RGI_Emoji}$/v':
    "{ test: (text) => (rgiEmojiRegex.made ??= new RegExp('^\\\\p{RGI_Emoji}$', 'v')).test(text) }",
};

/**
 * ora measures text for terminals. What that needs for scripts and emoji takes 50 ms of each start to make, several
 * times over, and is of use only for text that is not ASCII.
 */
const textMeasuresOnDemand = {
  name: 'text-measures-on-demand',
  transform(code, id) {
    if (!id.endsWith('/string-width/index.js')) {
      return null;
    }
    const changed = Object.entries(ON_DEMAND).reduce((text, [now, later]) => text.replace(now, () => later), code);
    return { code: changed, map: null };
  },
};

/**
 * What so many of the commands and of the other parts that are loaded on demand share is one file. Each file costs a start
 * as much as 13 kB of code: too many small ones are as slow as large ones with what is not used.
 */
const COMMON = { name: 'common', minShareCount: 4 };

// One bundle for both faces of the package, split so that a command loads only what it uses. What the comments say stands in
// the types, and here would have to be read at each start.
export default defineConfig({
  input: { index: 'src/index.ts', cli: 'src/cli/main.ts' },
  platform: 'node',
  plugins: [textMeasuresOnDemand],
  resolve: { extensionAlias: { '.js': ['.ts', '.js'] } },
  output: {
    dir: 'dist',
    format: 'esm',
    chunkFileNames: 'chunks/[name]-[hash].js',
    codeSplitting: { groups: [COMMON] },
    comments: { legal: true, annotation: true, jsdoc: false },
    sourcemap: false,
  },
});
