import test from 'ava';
import { promises } from '../../src/suite/promises.js';

test('a promise has a short name for the machine and a sentence for people', (t) => {
  for (const [name, sentence] of Object.entries(promises)) {
    t.regex(name, /^[a-z]+(-[a-z]+)+$/);
    t.regex(sentence, /^[a-z].{20,}[^.]$/, name);
  }
});

test('no two promises say the same', (t) => {
  const sentences = Object.values(promises);
  t.is(new Set(sentences).size, sentences.length);
});
