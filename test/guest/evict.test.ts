import test from 'ava';
import { chooseEvictions } from '../../src/guest/evict.js';

const hour = 3_600_000;
const now = 1_000 * 24 * hour;
const aged = (folder: string, hoursAgo: number, bytes = 100) => ({
  folder,
  usedAt: now - hoursAgo * hour,
  bytes,
});

test('templates that nobody cloned for two weeks go, and the others stay while they fit', (t) => {
  t.deepEqual(chooseEvictions([aged('old', 15 * 24), aged('new', 13 * 24)], now, 1000), ['old']);
  t.deepEqual(chooseEvictions([], now), []);
});

test('where they do not fit, the longest unused go first, and no more than must', (t) => {
  const templates = [aged('b', 2), aged('a', 3), aged('c', 1)];
  t.deepEqual(chooseEvictions(templates, now, 200), ['a']);
  t.deepEqual(chooseEvictions(templates, now, 199), ['a', 'b']);
});

test('what was cloned just now stays whatever its size: somebody may be starting from it', (t) => {
  t.deepEqual(chooseEvictions([aged('fresh', 0.1), aged('older', 1)], now, 0), ['older']);
});
