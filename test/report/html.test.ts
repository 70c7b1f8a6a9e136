import test from 'ava';
import { htmlReport } from '../../src/report/html.js';
import { reports } from '../../src/report/registry.js';
import { sampleRecord } from './support/sample-record.js';

const page = htmlReport(sampleRecord());

test('the page needs nothing from anywhere and forbids it too', (t) => {
  t.notRegex(page, /(src|href)="(https?:)?\/\//);
  t.notRegex(page, /<(script|img|iframe|link|object)\b/);
  t.true(page.includes("default-src 'none'"));
});

test('what the guest printed is text, never markup', (t) => {
  t.true(page.includes('&lt;/pre&gt;&lt;script&gt;alert(1)&lt;/script&gt;'));
  t.notRegex(page, /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/);
});

test('every scenario has its outcome, and the failing one stands open with reasons, splat and timeline', (t) => {
  const row = (name: string): string => page.split('<tr id="').find((text) => text.startsWith(name)) ?? '';
  for (const outcome of ['PASS', 'FAIL', 'ERROR', 'MISS', 'SKIP']) {
    t.true(row(`p2pdma/${outcome.toLowerCase()}`).includes(`<b class="outcome ${outcome}">${outcome}</b>`));
  }
  const failed = row('p2pdma/fail');
  t.true(failed.includes('<details open>'));
  t.true(failed.includes('<pre class="splat">BUG: KASAN: '));
  t.true(failed.includes('Timeline (2 events)'));
  t.true(failed.includes('<td class="number">2.000</td>'));
  t.false(row('p2pdma/pass').includes('<details open>'));
});

test('a link to evidence stays in the run directory', (t) => {
  t.true(page.includes('href="./scenarios/p2pdma/fail/a%20b%3F.log"'));
});

test('a timeline of a million events is cut, and the page says so', (t) => {
  const record = sampleRecord();
  const events = Array.from({ length: 5000 }, (_, t) => ({ t, source: 'kmsg' as const, event: 'line' }));
  const long = htmlReport({ ...record, timelines: { 'p2pdma/fail': events } });
  t.true(long.includes('4000 more in events.jsonl'));
});

test('every report of the registry renders the same run, into a file of its own', (t) => {
  t.is(new Set(reports.map(({ file }) => file)).size, reports.length);
  for (const { file, render } of reports) t.true(render(sampleRecord()).includes('p2pdma'), file);
});
