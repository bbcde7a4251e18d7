import { defineConfig } from 'rolldown';

const EMOJI_LITERAL = '/^\\p{RGI_Emoji}$/v';
const EMOJI_ON_DEMAND =
  "{ test: (text) => (rgiEmojiRegex.regex ??= new RegExp('^\\\\p{RGI_Emoji}$', 'v')).test(text) }";

/**
 * Of all that yargs and ora bring, one regular expression for emoji takes 60 ms to compile, twice, at each start. With this it
 * is compiled when a text with emoji is measured, which is never.
 */
const emojiOnDemand = {
  name: 'emoji-on-demand',
  transform(code, id) {
    return id.endsWith('/string-width/index.js')
      ? { code: code.replace(EMOJI_LITERAL, () => EMOJI_ON_DEMAND), map: null }
      : null;
  },
};

// One bundle for both faces of the package, split so that a command loads only what it uses.
export default defineConfig({
  input: { index: 'src/index.ts', cli: 'src/cli/main.ts' },
  platform: 'node',
  plugins: [emojiOnDemand],
  resolve: { extensionAlias: { '.js': ['.ts', '.js'] } },
  output: { dir: 'dist', format: 'esm', chunkFileNames: 'chunks/[name]-[hash].js', sourcemap: false },
});
