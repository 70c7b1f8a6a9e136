import { access } from 'node:fs/promises';
import { userInfo } from 'node:os';
import path from 'node:path';
import test from 'ava';
import { formatDuration } from '../../src/kit/duration.js';
import { cacheRoot, home, projectRoot } from '../../src/kit/paths.js';

test('the checkout is where package.json is', async (t) => {
  await t.notThrowsAsync(access(path.join(projectRoot, 'package.json')));
});

test('a user has a home even when nobody says so', (t) => {
  t.is(home({ HOME: '/home/me' }), '/home/me');
  for (const env of [{}, { HOME: '' }]) t.is(home(env), userInfo().homedir);
});

test('caches lie where XDG says, unless it says something relative', (t) => {
  t.is(cacheRoot({ XDG_CACHE_HOME: '/var/my cache', HOME: '/h' }), '/var/my cache/lastref');
  for (const XDG_CACHE_HOME of ['', 'relative', undefined])
    t.is(cacheRoot({ XDG_CACHE_HOME, HOME: '/h' }), '/h/.cache/lastref');
});

test('a time span is read at a glance, and never as 60 of anything', (t) => {
  t.is(formatDuration(0), '0.0 s');
  t.is(formatDuration(12_345), '12.3 s');
  t.is(formatDuration(59_949), '59.9 s');
  t.is(formatDuration(59_950), '1 min 00 s');
  t.is(formatDuration(185_000), '3 min 05 s');
  t.is(formatDuration(3_599_499), '59 min 59 s');
  t.is(formatDuration(3_599_500), '1 h 00 min');
  t.is(formatDuration(7_620_000), '2 h 07 min');
});
