import test from 'ava';
import { judge } from '../../src/verdict/judge.js';
import { parseKmsg } from '../../src/verdict/kmsg.js';
import { tellOrigins } from '../../src/verdict/origin.js';
import { judgeText, kasan, log, onlySplat, oops612, warning612 } from './support/logs.js';

/** As /dev/kmsg gives the lines of `log`, from a writer of this facility. */
const records = (lines: readonly string[], facility: number): string =>
  lines.map((line, i) => `${facility * 8 + 4},${i},${12_000_000 + i * 1000},-;${line}\n`).join('');

const raw = (lines: readonly string[], priority: number): string =>
  lines.map((line, i) => `<${priority}>[   12.${String(i).padStart(6, '0')}] ${line}\n`).join('');

test('a console does not tell who wrote a report', (t) => {
  t.like(onlySplat(log(warning612)), { origin: 'unknown', noise: null });
});

test('a log with priorities does: facility 0 is the kernel, another one a program', (t) => {
  t.like(onlySplat(raw(warning612, 4)), { origin: 'kernel', noise: null });
  const fake = onlySplat(raw(warning612, 12));
  t.is(fake.origin, 'userspace');
  t.regex(fake.noise ?? '', /userspace/);
});

test('so do the records of /dev/kmsg', (t) => {
  const { splats } = judgeText(log(warning612, 'T77'));
  const [real] = tellOrigins(splats, parseKmsg(records(warning612, 0)));
  t.like(real, { origin: 'kernel', noise: null });
  const [fake] = tellOrigins(splats, parseKmsg(records(warning612, 1)));
  t.is(fake?.origin, 'userspace');
  t.deepEqual(
    judge({ console: { splats: fake === undefined ? [] : [fake], lost: [] }, guest: 'off-asked', asks: [] })
      .outcome,
    'PASS',
  );
});

test('a program that repeats the words of the kernel at another time hides nothing', (t) => {
  const { splats } = judgeText(log(warning612, 'T77'));
  const later = records(warning612, 1).replaceAll(',120', ',990');
  t.like(tellOrigins(splats, parseKmsg(later))[0], { origin: 'unknown', noise: null });
  const both = records(warning612, 0) + records(warning612, 1);
  t.like(tellOrigins(splats, parseKmsg(both))[0], { origin: 'kernel', noise: null });
});

test('what a program wrote takes no report of the kernel into its aftermath', (t) => {
  const { splats } = judgeText(raw(kasan(), 12) + raw(oops612, 4).replaceAll('[   12.', '[   13.'));
  t.deepEqual(
    splats.map(({ origin, fatal }) => [origin, fatal]),
    [
      ['userspace', false],
      ['kernel', true],
    ],
  );
});

test('a forged report that seems to have led to another one stays on the record', (t) => {
  const { splats } = judgeText(log(kasan(), 'T311') + log(oops612, 'T311'));
  t.true((splats[0]?.aftermath.length ?? 0) > 0);
  t.like(tellOrigins(splats, parseKmsg(records(kasan(), 1)))[0], { origin: 'userspace', noise: null });
});

test('a death that no record has is not explained by what came before it', (t) => {
  const [splat] = judgeText(log(oops612, 'T77')).splats;
  const others = parseKmsg('6,0,1000,-;Linux version\n6,1,99000000,-;lastref: end\n');
  const [told] = tellOrigins([{ ...(splat ?? t.fail()), noise: 'N4: left behind' } as never], others);
  t.like(told, { fatal: true, origin: 'unrecorded', noise: null });
});

test('a report that no record has, although they reach that far, is the kernel’s or of a program at the console: both are said', (t) => {
  const others = parseKmsg('6,0,1000,-;Linux version\n6,1,99000000,-;lastref: end\n');
  const [stamped] = tellOrigins(judgeText(log(warning612, 'T77')).splats, others);
  t.like(stamped, { origin: 'unrecorded', noise: null });
  const [bare] = tellOrigins(judgeText(`${warning612.join('\n')}\n`).splats, others);
  t.like(bare, { origin: 'unrecorded', noise: null });
  const seen = {
    console: { splats: [stamped ?? t.fail()], lost: [] },
    guest: 'off-asked',
    asks: [],
  } as const;
  t.like(judge(seen as never), { outcome: 'FAIL' });
  t.regex(judge(seen as never).headline, /unless a program wrote that to the console/);
});

test('a report that is older or younger than all records is of nobody knows whom', (t) => {
  const { splats } = judgeText(log(warning612, 'T77'));
  for (const microseconds of [11_000_000, 99_000_000]) {
    const others = parseKmsg(`6,0,${microseconds},-;x\n6,1,${microseconds + 1},-;y\n`);
    t.is(tellOrigins(splats, others)[0]?.origin, 'unknown');
  }
  t.is(tellOrigins(splats, [])[0]?.origin, 'unknown');
});
