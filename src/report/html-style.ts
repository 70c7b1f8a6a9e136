/** The page's whole appearance. Plain text: nothing of a run gets in here. */
export const stylesheet = `
:root { color-scheme: light dark; --line: #8884; --quiet: light-dark(#666, #999); --paper: light-dark(#f4f4f2, #222); }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 75rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; margin-bottom: 0; }
h2 { font-size: 1.1rem; margin-top: 2rem; }
code, pre, .timeline { font-family: ui-monospace, monospace; font-size: 13px; }
.quiet { color: var(--quiet); font-size: 0.9em; }
.headline { font-weight: 600; }
.outcome { border-radius: 4px; padding: 0 0.45em; color: #fff; font-size: 0.9em; white-space: nowrap; background: #777; }
.FAIL { background: #c62828; } .ERROR { background: #8e24aa; } .MISS { background: #b26a00; }
.PASS, .DONE { background: #2e7d32; } .SKIP { background: #777; }
table { border-collapse: collapse; }
.scenarios { width: 100%; }
td, th { text-align: left; vertical-align: top; padding: 0.3rem 0.6rem; }
.scenarios > tbody > tr { border-top: 1px solid var(--line); }
.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
summary { cursor: pointer; }
pre { background: var(--paper); padding: 0.7rem; overflow-x: auto; max-height: 30rem; white-space: pre-wrap; overflow-wrap: anywhere; }
.splat { border-left: 4px solid #c62828; }
.timeline td { padding: 0 0.6rem; overflow-wrap: anywhere; }
.timeline tr:nth-child(even) { background: var(--paper); }
.facts th { font-weight: normal; color: var(--quiet); white-space: nowrap; }
`;
