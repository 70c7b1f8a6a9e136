/**
 * A QEMU for tests: it speaks QMP on descriptor 3, writes the console file its argv names, and answers as the
 * guest on the SSH port it claims to forward. What it does is scripted in `fake.json` beside the console file.
 */
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, Socket } from 'node:net';
import path from 'node:path';
import { createInterface } from 'node:readline';
import ssh2, { type AuthContext, type Connection, type ServerChannel } from 'ssh2';
import type { FakeAnswer, FakeDeed, FakeScript } from './fake-script.js';

const argv = process.argv.slice(2);
const after = (word: string, holding = ''): string =>
  argv.find((one, index) => argv[index - 1] === word && one.includes(holding)) ?? '';

if (argv[0] === '--version') {
  process.stdout.write('QEMU emulator version 7.2.99 (Fake)\n');
  process.exit(0);
}

const consoleFile = after('-chardev', 'id=console')
  .replace(/^.*path=/, '')
  .replaceAll(',,', ',');
const folder = path.dirname(consoleFile);
const isClone = argv.includes('-incoming');
const told = JSON.parse(readFileSync(path.join(folder, 'fake.json'), 'utf8')) as FakeScript;
const script: FakeScript = isClone ? { ...told, ...told.asClone } : told;
const keyOf = (text: string): string | undefined => /(?:lastref\.key=|ssh-ed25519 )(\S+)/.exec(text)?.[1];
const userKey = keyOf(after('-append')) ?? keyOf(after('-fw_cfg')) ?? '';
const memory = after('-object', 'memory-backend-file');
// Memory that is shared with its file is in it; a private copy is not.
if (memory.endsWith('share=on')) {
  const file = /mem-path=(.*),share=on$/.exec(memory)?.[1]?.replaceAll(',,', ',') ?? '';
  writeFileSync(file, 'the memory of the template\n');
}
writeFileSync(path.join(folder, 'fake.pid'), String(process.pid));
process.stderr.write(`fake: started with ${argv.length} words\n`);

const qmp = new Socket({ fd: 3 });
qmp.on('error', () => process.exit(1));
qmp.on('close', () => process.exit(0)); // whoever started us is gone
const say = (message: unknown): boolean => qmp.write(`${JSON.stringify(message)}\n`);

function befall(deed: FakeDeed | undefined): void {
  if (deed === undefined) return;
  if (deed.console !== undefined) appendFileSync(consoleFile, deed.console);
  for (const event of deed.events ?? []) say({ ...event, timestamp: { seconds: 1, microseconds: 2 } });
  if (deed.qmp !== undefined) qmp.write(`${deed.qmp}\n`);
  if (deed.exits === undefined) return;
  process.stderr.write('fake: the last words of QEMU\n');
  const status = deed.exits;
  qmp.end(() => process.exit(status)); // what was written goes out first
}

befall(script.atStart);
if (script.atStart?.exits === undefined) {
  const port = script.sshIsMute === true ? await listenMute() : await listenSsh(script);
  if (script.greets !== false) say({ QMP: { version: { qemu: { major: 7 } }, capabilities: [] } });
  createInterface({ input: qmp }).on('line', (line) => obey(JSON.parse(line), port));
}

interface Command {
  readonly execute: string;
  readonly arguments?: Readonly<Record<string, string>>;
  readonly id: number;
}

function obey({ execute, arguments: args, id }: Command, port: number): void {
  const line = args?.['command-line'] ?? '';
  const reply = script.replies?.[execute];
  if (reply === null) return;
  if (reply !== undefined) say({ ...reply, id });
  else if (execute === 'query-status') say({ return: { status: 'running' }, id });
  else if (execute === 'query-migrate') say({ return: { status: 'completed' }, id });
  else if (line === 'info usernet') say({ return: usernet(port), id });
  else if (execute === 'human-monitor-command') say({ return: printed(line), id });
  else say({ return: {}, id });
  if (execute === 'qmp_capabilities') {
    if (script.sshIsMute !== true && !isClone) befall({ console: '[    1.000000] lastref: guest up\n' });
    befall(isClone ? undefined : script.atBoot);
  }
  if (reply === undefined && execute === 'migrate') writeFileSync('state', 'the state of the devices\n');
  if (execute === 'device_del') {
    const { id: device = '' } = args ?? {};
    befall({ events: [{ event: 'DEVICE_DELETED', data: { device } }] });
  }
  if (execute === 'cont') befall(script.atWake);
  if (execute === 'quit') {
    const asked = { event: 'SHUTDOWN', data: { guest: false, reason: 'host-qmp-quit' } };
    befall({ events: [asked], exits: 0 });
  }
}

function printed(line: string): string {
  return Object.entries(script.monitor ?? {}).find(([start]) => line.startsWith(start))?.[1] ?? '';
}

function usernet(port: number): string {
  return `Hub -1 (net):\r\n  TCP[HOST_FORWARD]  12       127.0.0.1 ${port}       10.0.2.15    22     0     0\r\n`;
}

async function listenMute(): Promise<number> {
  const server = createServer((socket) => socket.on('error', () => socket.destroy()));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

async function listenSsh({ hostKey }: FakeScript): Promise<number> {
  const server = new ssh2.Server({ hostKeys: [hostKey] }, serve);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  return (server.address() as AddressInfo).port;
}

/** As the guest's own server: root, with the key on the kernel command line, and nobody else. */
function admit(asked: AuthContext): void {
  if (asked.method !== 'publickey') asked.reject(['publickey']);
  else if (asked.username === 'root' && asked.key.data.toString('base64') === userKey) asked.accept();
  else asked.reject();
}

function serve(client: Connection): void {
  client.on('error', () => client.end());
  client.on('authentication', admit);
  client.on('session', (accept) => {
    const session = accept();
    session.on('pty', (yes) => yes?.());
    session.on('exec', (yes, no, { command }) => {
      const refusal = (script.answers ?? []).find((one) => one.refused && command.startsWith(one.starts));
      if (refusal !== undefined && isLeft(refusal)) no();
      else answer(yes(), command);
    });
    session.on('shell', (yes) => answer(yes(), 'shell'));
  });
}

/** What a command is given on its standard input is kept in `stdin-N`, in the order of the commands. */
let commands = 0;

const given = new Map<FakeAnswer, number>();

/** Counts an answer, and says whether it may be given once more. */
function isLeft(one: FakeAnswer): boolean {
  const count = (given.get(one) ?? 0) + 1;
  given.set(one, count);
  return one.times === undefined || count <= one.times;
}

function answer(channel: ServerChannel, command: string): void {
  const file = path.join(folder, `stdin-${++commands}`);
  appendFileSync(path.join(folder, 'commands'), `${command}\n`);
  const reply: FakeAnswer = (script.answers ?? []).find(
    (one) => one.refused !== true && command.startsWith(one.starts) && isLeft(one),
  ) ?? {
    starts: '',
  };
  channel.on('data', (chunk: Buffer) => appendFileSync(file, chunk));
  if (reply.hangs === true) {
    befall(reply.deed);
    return;
  }
  const end = (): void => {
    if (reply.stdout !== undefined) channel.write(reply.stdout);
    if (reply.prints !== undefined) channel.write(readFileSync(path.join(folder, reply.prints)));
    if (reply.stderr !== undefined) channel.stderr.write(reply.stderr);
    channel.exit(reply.code ?? 0);
    channel.end();
    befall(reply.deed);
  };
  if (reply.atOnce === true) end();
  else channel.on('end', end);
  if (!existsSync(file)) channel.resume();
}
