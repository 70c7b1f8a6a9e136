import test from 'ava';
import { dependencyNames, parsePackages } from '../../src/images/apt.js';
import { parseOsRelease, parseTargets, repositoryFor } from '../../src/images/apt-sources.js';

const known = parseTargets(
  [
    'http://mirror.example/debian/\tbookworm\tmain\t/usr/share/keyrings/a.gpg',
    'http://mirror.example/debian/\tbookworm-updates\tmain\t',
    'http://security.example/debian-security/\tbookworm-security\tmain\t',
    'http://vendor.example/node/\tnodistro\tmain\t',
    'http://mirror.example/debian/\tbookworm\tcontrib\t',
    '',
  ].join('\n'),
);

test('a suite the host has is read from where the host reads it', (t) => {
  t.is(
    repositoryFor('bookworm-security', known, 'bookworm')?.uri,
    'http://security.example/debian-security/',
  );
  t.is(repositoryFor('bookworm', known, 'bookworm')?.signedBy, '/usr/share/keyrings/a.gpg');
});

test('any other suite is read from the host’s mirror of the same archive, never from a vendor', (t) => {
  t.is(repositoryFor('trixie-backports', known, 'bookworm')?.uri, 'http://mirror.example/debian/');
  t.is(repositoryFor('trixie-security', known, 'bookworm')?.uri, 'http://security.example/debian-security/');
  const vendorOnly = known.filter((one) => one.suite === 'nodistro');
  t.is(repositoryFor('trixie-backports', vendorOnly, 'bookworm'), undefined);
});

test('os-release is read with and without quotes', (t) => {
  const fields = parseOsRelease(
    'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nID=debian\nVERSION_CODENAME=bookworm\n',
  );
  t.is(fields['ID'], 'debian');
  t.is(fields['PRETTY_NAME'], 'Debian GNU/Linux 12 (bookworm)');
});

test('what apt-cache shows becomes packages, one per paragraph', (t) => {
  const text =
    'Package: a\nVersion: 1:2-3\nPre-Depends: p (>= 1)\nDepends: q, r (= 2) | s\nSHA256: ab\nDescription: x\n Version: 9\n\nPackage: b\nVersion: 4\nSHA256: cd\n';
  t.deepEqual(parsePackages(text), [
    { name: 'a', version: '1:2-3', sha256: 'ab', depends: 'p (>= 1), q, r (= 2) | s' },
    { name: 'b', version: '4', sha256: 'cd', depends: '' },
  ]);
});

test('of alternatives the first is depended on', (t) => {
  t.deepEqual(dependencyNames('libc6 (>= 2.34), dracut | initramfs-tools, libstdc++6:any'), [
    'libc6',
    'dracut',
    'libstdc++6',
  ]);
  t.deepEqual(dependencyNames(''), []);
});
