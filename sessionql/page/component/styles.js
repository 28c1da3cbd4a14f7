// The style sheet. A page changes it by custom properties and `::part()`; see docs/component.md.
const CSS = `
:host {
  color-scheme: light dark;
  --accent: var(--my-sessions-accent, light-dark(#1f5fa8, #8fc1f7));
  --on-accent: var(--my-sessions-on-accent, light-dark(#ffffff, #0d1b2a));
  --text: var(--my-sessions-text, light-dark(#1d2430, #e8ebf0));
  --muted: var(--my-sessions-muted, light-dark(#566072, #a4aebd));
  --card: var(--my-sessions-card, light-dark(#ffffff, #1b212b));
  --tint: var(--my-sessions-tint, light-dark(#eef2f7, #262e3a));
  --line: var(--my-sessions-line, light-dark(#dfe4eb, #323b48));
  --danger: var(--my-sessions-danger, light-dark(#b3261e, #ff9d94));
  --on-danger: var(--my-sessions-on-danger, light-dark(#ffffff, #2b0a07));
  --good: var(--my-sessions-good, light-dark(#1b7a46, #74d69e));
  --warning: var(--my-sessions-warning, light-dark(#8a5300, #f0bf6c));
  --radius: var(--my-sessions-radius, 14px);
  display: block;
  color: var(--text);
  font: 400 1rem/1.5 var(--my-sessions-font, system-ui, sans-serif);
  text-align: start;
  -webkit-text-size-adjust: 100%;
}
:host([hidden]), [hidden] { display: none !important; }
*, ::before, ::after { box-sizing: border-box; }
h2, h3, h4, p, ul { margin: 0; padding: 0; font: inherit; }
ul { list-style: none; }
bdi { overflow-wrap: anywhere; }
.unseen { position: absolute; width: 1px; height: 1px; margin: -1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.icon { width: 1.5rem; height: 1.5rem; flex: none; fill: none; stroke: currentColor; stroke-width: 1.6; stroke-linecap: round; stroke-linejoin: round; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
[tabindex="-1"]:focus-visible { outline: none; }

section { margin-block: 0 2.5rem; }
section:last-of-type { margin-block-end: 0; }
.head { display: flex; align-items: center; justify-content: space-between; gap: 1rem; min-height: 2.5rem; margin-block-end: .5rem; }
.head button { text-align: end; margin-inline-end: -.5rem; }
.title { font-size: 1.0625rem; font-weight: 650; letter-spacing: -.005em; }
.head .title { flex: none; max-width: 100%; }
.count { color: var(--muted); font-weight: 400; margin-inline-start: .375rem; font-variant-numeric: tabular-nums; }
.box { background: var(--card); border: 1px solid var(--line); border-radius: var(--radius); }
.list > * + * { border-block-start: 1px solid var(--line); }

.session { display: grid; grid-template-columns: auto minmax(0, 1fr) auto; gap: .25rem 1rem; align-items: center; padding: 1rem 1.125rem; }
.tile { display: grid; place-items: center; width: 2.75rem; height: 2.75rem; border-radius: 12px; background: var(--tint); color: var(--muted); align-self: start; }
.current .tile { background: color-mix(in srgb, var(--accent) 14%, transparent); color: var(--accent); }
.name { font-weight: 600; line-height: 1.35; }
.facts, .when { color: var(--muted); font-size: .875rem; line-height: 1.45; overflow-wrap: anywhere; }
.facts > * + *::before { content: " · "; white-space: pre; }
.when { display: block; }
.when::first-letter { text-transform: uppercase; }
.when.now { color: var(--good); font-weight: 550; }
.when.now::before { content: ""; display: inline-block; width: .5rem; height: .5rem; margin-inline-end: .4375rem; border-radius: 50%; background: currentColor; vertical-align: .0625rem; }
.actions { display: flex; gap: .25rem; align-items: center; }

button { font: 550 .9375rem/1.25 var(--my-sessions-font, system-ui, sans-serif); color: inherit; min-height: 2.5rem; padding: .5rem .875rem; border: 1px solid transparent; border-radius: 10px; background: none; cursor: pointer; touch-action: manipulation; }
button.plain { border-color: var(--line); background: var(--card); }
button.plain:hover { background: var(--tint); }
button.quiet { color: var(--muted); }
button.quiet:hover { background: var(--tint); color: var(--text); }
button.danger { color: var(--danger); }
button.danger:hover { background: color-mix(in srgb, var(--danger) 9%, transparent); }
button.main { background: var(--accent); color: var(--on-accent); }
button.main.danger { background: var(--danger); color: var(--on-danger); }
button.main:hover { filter: brightness(1.08); }
button.small { display: grid; place-items: center; width: 2.5rem; padding: 0; }
button.small .icon { width: 1.25rem; height: 1.25rem; }
button[aria-disabled="true"] { opacity: .6; cursor: progress; }
.more { display: block; width: 100%; border-radius: 0 0 var(--radius) var(--radius); min-height: 3rem; color: var(--accent); border-block-start: 1px solid var(--line); }
.more:hover { background: var(--tint); }

label { display: block; font-size: .875rem; font-weight: 550; }
input { display: block; width: 100%; margin-block-start: .25rem; padding: .5625rem .75rem; font: 400 1rem/1.5 var(--my-sessions-font, system-ui, sans-serif); color: inherit; background: var(--card); border: 1px solid light-dark(#8590a2, #66748a); border-radius: 10px; }
input:focus-visible { outline-offset: 0; border-color: transparent; }
.hint { margin-block-start: .375rem; color: var(--muted); font-size: .8125rem; font-weight: 400; }
.problem:empty { display: none; }
.problem { color: var(--danger); font-size: .875rem; font-weight: 550; }
.rename { display: grid; gap: .5rem; grid-column: 2 / -1; }
.rename .row { display: flex; gap: .5rem; flex-wrap: wrap; }

.entry { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: 0 1rem; align-items: baseline; padding: .75rem 1.125rem; }
.entry .facts { grid-column: 1 / -1; }
.entry .moment { grid-column: 2; grid-row: 1; white-space: nowrap; }
.moment { color: var(--muted); font-size: .875rem; }
.what { font-weight: 550; overflow-wrap: anywhere; }
.what.notable { color: var(--warning); }
.empty { padding: 1.125rem; color: var(--muted); }
.empty strong { display: block; color: var(--text); font-weight: 600; }
.row-box { display: flex; flex-wrap: wrap; gap: .75rem 1rem; align-items: center; justify-content: space-between; padding: 1rem 1.125rem; }

.connection { display: grid; grid-template-columns: auto minmax(0, 1fr) auto; gap: .25rem 1rem; align-items: center; padding: .875rem 1.125rem; margin-block-end: 1.5rem; border-color: color-mix(in srgb, var(--warning) 45%, var(--line)); }
.connection .icon { color: var(--warning); }
.connection strong { display: block; font-weight: 600; }
.connection p { color: var(--muted); font-size: .875rem; }

.signed-out { padding: 1.5rem; margin-block-end: 1.5rem; display: grid; grid-template-columns: auto minmax(0, 1fr); gap: .25rem 1rem; }
.signed-out .tile { color: var(--accent); }
.signed-out .title { font-size: 1.1875rem; line-height: 1.35; overflow-wrap: anywhere; }
.signed-out p { color: var(--muted); margin-block-start: .25rem; }

.loading { height: 5.125rem; background: linear-gradient(100deg, var(--card) 40%, var(--tint) 50%, var(--card) 60%) 0 0 / 300% 100%; animation: shimmer 1.8s linear infinite; }
@keyframes shimmer { from { background-position: 100% 0; } to { background-position: 0 0; } }

.notification { position: fixed; inset: auto 1rem max(1.25rem, env(safe-area-inset-bottom)); z-index: 1; display: flex; justify-content: center; pointer-events: none; }
.notification p { max-width: 32rem; padding: .75rem 1.125rem; border-radius: 12px; background: light-dark(#1d2430, #e8ebf0); color: light-dark(#ffffff, #161b22); font-size: .9375rem; overflow-wrap: anywhere; box-shadow: 0 8px 28px rgb(0 0 0 / .22); animation: appear .2s ease-out; }
.notification p:empty { display: none; }
@keyframes appear { from { opacity: 0; transform: translateY(.5rem); } }

dialog { width: min(27rem, calc(100vw - 2rem)); max-height: calc(100dvh - 2rem); padding: 1.5rem; color: var(--text); background: var(--card); border: 1px solid var(--line); border-radius: calc(var(--radius) + 4px); box-shadow: 0 24px 64px rgb(0 0 0 / .3); font: 400 1rem/1.5 var(--my-sessions-font, system-ui, sans-serif); }
dialog::backdrop { background: rgb(10 14 20 / .5); }
dialog[open] { animation: appear .18s ease-out; }
dialog .title { font-size: 1.1875rem; line-height: 1.35; overflow-wrap: anywhere; margin-block-end: .375rem; }
dialog form { display: grid; gap: 1rem; margin-block-start: .5rem; }
dialog p { color: var(--muted); }
dialog p.problem:empty { display: none; }
.problem { color: var(--danger); }
dialog .facts { margin-block-start: .125rem; }
dialog .buttons { display: flex; justify-content: flex-end; flex-wrap: wrap; gap: .5rem; margin-block-start: .25rem; }

@media (max-width: 34rem) {
  .session { grid-template-columns: auto minmax(0, 1fr); column-gap: .875rem; padding: 1rem; }
  .session .actions { grid-column: 2; margin-block-start: .5rem; }
  .session .actions button.small { order: 1; }
  .rename { grid-column: 1 / -1; }
  .entry { padding-inline: 1rem; }
  .connection { grid-template-columns: auto minmax(0, 1fr); }
  .connection button { grid-column: 2; justify-self: start; }
  .signed-out { padding: 1.25rem 1rem; }
  dialog .buttons > * { flex: 1 1 auto; }
}
@media (prefers-reduced-motion: reduce) {
  *, ::before, ::after, dialog[open] { animation: none !important; transition: none !important; }
}
@media (forced-colors: active) {
  button { border-color: ButtonBorder; }
}
`;

/** The style sheet as an object: a content security policy without 'unsafe-inline' allows it. */
export function styleSheet() {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(CSS);
  return sheet;
}
