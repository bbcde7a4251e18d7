/** The looks of the page, for the screen of a desk and of a hand, light and dark, and for paper. */
export const STYLES = `
:root {
  color-scheme: light dark;
  --ground: #ffffff; --card: #f5f6f8; --text: #1c2024; --quiet: #5c6670; --line: #dfe3e8;
  --blue: #1666c5; --orange: #b85c00; --grey: #8a94a0; --good: #1a7f37; --bad: #c62828; --warning: #8a5a00;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #14171a; --card: #1f2428; --text: #e6e9ec; --quiet: #9aa5b0; --line: #333a41;
    --blue: #63a9ff; --orange: #ffa04d; --grey: #78838e; --good: #4cc26d; --bad: #ff7b72; --warning: #e3b341;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; padding: 1.25rem 1rem 3rem; max-width: 60rem; background: var(--ground); color: var(--text);
  font: 16px/1.5 system-ui, sans-serif; overflow-wrap: anywhere;
}
h1 { font-size: 1.35rem; margin: 0; }
h2 { font-size: 1.1rem; margin: 2rem 0 0.5rem; }
p { margin: 0.25rem 0; }
.quiet, figcaption, dt { color: var(--quiet); }
.quiet, figcaption { font-size: 0.875rem; }
.verdict { margin: 0.75rem 0; font-weight: 600; }
.good { color: var(--good); } .bad { color: var(--bad); } .warning { color: var(--warning); }
dl { display: grid; grid-template-columns: repeat(auto-fill, minmax(10rem, 1fr)); gap: 0.5rem; margin: 1rem 0 0; }
dl div { background: var(--card); border-radius: 0.5rem; padding: 0.6rem 0.75rem; }
dt { font-size: 0.8rem; } dd { margin: 0; font-weight: 600; }
ul { list-style: none; margin: 0; padding: 0; }
li { border-left: 3px solid var(--line); padding: 0.25rem 0 0.25rem 0.75rem; margin: 0.5rem 0; }
li.warning { border-color: var(--warning); color: inherit; } li.bad { border-color: var(--bad); color: inherit; }
li.good { border-color: var(--good); color: inherit; }
code { font: 0.85em ui-monospace, monospace; color: var(--quiet); }
table.facts { border-collapse: collapse; table-layout: fixed; width: 100%; font-size: 0.9rem; }
.facts th, .facts td { text-align: left; vertical-align: top; padding: 0.35rem 0.75rem 0.35rem 0; border-top: 1px solid var(--line); }
.facts th { font-weight: 400; color: var(--quiet); width: 9.5rem; }
.facts td.number { text-align: right; white-space: nowrap; width: 5.5rem; }
figure { margin: 0 0 1.5rem; }
.plot { width: 100%; min-height: 230px; }
.missing { min-height: 0; padding: 0.75rem; background: var(--card); border-radius: 0.5rem; color: var(--quiet); }
.u-legend { font-size: 0.8rem; text-align: left; }
.u-legend .u-value { min-width: 5rem; display: inline-block; }
footer { margin-top: 2.5rem; color: var(--quiet); font-size: 0.8rem; }
@media print { body { max-width: none; } figure { break-inside: avoid; } }
`;
