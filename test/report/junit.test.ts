import test from 'ava';
import { junitReport } from '../../src/report/junit.js';
import { hostile, sampleRecord } from './support/sample-record.js';
import { elementsOf } from './support/well-formed.js';

const xml = junitReport(sampleRecord());
const caseOf = (name: string): string =>
  xml.split('<testcase ').find((text) => text.includes(`name="${name}"`)) ?? '';

test('the document is well formed although the guest printed markup, controls and an end of CDATA', (t) => {
  t.true(elementsOf(xml).includes('testcase'));
  t.false(xml.includes('<script>'));
});

test('the well-formedness check of this file does refuse what it should', (t) => {
  t.throws(() => elementsOf('<a><b></a></b>'));
  t.throws(() => elementsOf('<a>'));
  t.throws(() => elementsOf('<a>x & y</a>'));
  t.throws(() => elementsOf(`<a>${hostile}</a>`));
});

test('FAIL is a failure, ERROR and MISS are errors, SKIP is skipped, the rest just are', (t) => {
  t.regex(caseOf('fail'), /<failure type="unbind-waits" message="broke /);
  t.regex(caseOf('error'), /<error type="ERROR" message="why ERROR">/);
  t.regex(caseOf('miss'), /<error type="MISS" message="why MISS">/);
  t.regex(caseOf('skip'), /<skipped message="why SKIP"\/>/);
  t.notRegex(caseOf('pass') + caseOf('done'), /<(failure|error|skipped)/);
});

test('an area is a suite, and every suite and the whole are counted', (t) => {
  t.regex(xml, /<testsuites name="lastref" tests="6" failures="1" errors="2" skipped="1" time="7\.404">/);
  t.regex(
    xml,
    /<testsuite name="p2pdma" timestamp="2026-01-02T03:04:05Z" tests="5" failures="1" errors="2" skipped="1"/,
  );
  t.regex(xml, /<testsuite name="bench" [^>]*tests="1" failures="0"/);
});

test('a failure carries its splat and where the evidence lies; a pass carries no splat', (t) => {
  t.regex(caseOf('fail'), /<system-out>evidence: scenarios\/p2pdma\/fail\/a b\?\.log\n\nBUG: KASAN: /);
  t.regex(caseOf('pass'), /<system-out>evidence: scenarios\/p2pdma\/pass\/console\.log<\/system-out>/);
});
