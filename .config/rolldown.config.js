import { defineConfig } from 'rolldown';

// One bundle for both faces of the package, split so that a command loads only what it uses.
export default defineConfig({
  input: { index: 'src/index.ts', cli: 'src/cli/main.ts' },
  platform: 'node',
  resolve: { extensionAlias: { '.js': ['.ts', '.js'] } },
  output: { dir: 'dist', format: 'esm', chunkFileNames: 'chunks/[name]-[hash].js', sourcemap: false },
});
