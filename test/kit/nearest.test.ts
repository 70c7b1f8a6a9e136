import test from 'ava';
import { didYouMean, nearest } from '../../src/kit/nearest.js';

const names = ['unbind-waits-for-write', 'unbind-waits-for-read', 'pool-after-exit', 'run', 'list'];

test('a typing error finds the name it was meant to be', (t) => {
  t.is(nearest('unbind-waits-for-wirte', names)[0], 'unbind-waits-for-write');
  t.deepEqual(nearest('rnu', ['run', 'list', 'bundle'], 1), ['run']);
});

test('a part of a name finds every name that holds it', (t) => {
  t.deepEqual(nearest('unbind', names, 2), ['unbind-waits-for-read', 'unbind-waits-for-write']);
});

test('what is like nothing finds nothing', (t) => {
  t.deepEqual(nearest('zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz', names), []);
  t.is(didYouMean('zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz', names), '');
  t.is(didYouMean('x', []), '');
});

test('the suggestion reads as a sentence for one, two and three names', (t) => {
  t.is(didYouMean('lst', ['list']), '; did you mean list?');
  t.is(didYouMean('ab', ['ab1', 'ab2']), '; did you mean ab1 or ab2?');
  t.is(didYouMean('ab', ['ab1', 'ab2', 'ab3', 'ab4']), '; did you mean ab1, ab2 or ab3?');
});
