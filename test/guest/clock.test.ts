import test from 'ava';
import { clockFault } from '../../src/guest/clock.js';

const boot = (pit: number, hpet: number, beside = 'HPET'): string =>
  [
    '[    0.000000][    T0] tsc: Fast TSC calibration failed',
    `[    0.048000][    T0] tsc: PIT calibration deviates from ${beside}: ${pit} ${hpet}`,
    '[    0.048000][    T0] tsc: Using PIT calibration value',
  ].join('\n');

test('a clock that was counted against a PIT nobody served is told, and by how much it is wrong', (t) => {
  t.regex(clockFault(boot(248_055, 2_596_226)) ?? '', /wrong, by a factor of 10\.5 \(PIT against HPET\)/);
  t.regex(
    clockFault(boot(5_200_000, 2_600_000, 'PMTIMER')) ?? '',
    /by a factor of 2\.0 \(PIT against PMTIMER\)/,
  );
});

test('a clock that is a little off, or never in doubt, is believed', (t) => {
  t.is(clockFault(boot(2_300_000, 2_596_226)), null);
  t.is(clockFault('[    0.000000][    T0] tsc: Fast TSC calibration using PIT\n'), null);
  t.is(clockFault(''), null);
});
