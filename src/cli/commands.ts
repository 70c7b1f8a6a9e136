import { type ParseArgsConfig, parseArgs } from 'node:util';
import { LastrefError } from '../kit/errors.js';
import { didYouMean } from '../kit/nearest.js';

export interface Command {
  readonly name: string;
  readonly synopsis: string;
  readonly describe: string;
  run(argv: readonly string[]): Promise<number>;
}

type Options = NonNullable<ParseArgsConfig['options']>;

/** Reads the words of one command; what it does not know is a sentence and exit 2. */
function read<const T extends Options>(
  argv: readonly string[],
  options: T,
  { positionals = true }: { readonly positionals?: boolean } = {},
) {
  try {
    return parseArgs({ args: [...argv], options, allowPositionals: positionals, strict: true });
  } catch (error) {
    throw usageError(error, Object.keys(options));
  }
}

/** node:util's TypeErrors of parseArgs, in our words. */
function usageError(error: unknown, options: readonly string[]): unknown {
  const isParsing = String((error as { code?: unknown }).code).startsWith('ERR_PARSE_ARGS_');
  if (!(error instanceof TypeError) || !isParsing) return error;
  const unknown = /^Unknown option '([^']*)'/.exec(error.message)?.[1];
  const sentence =
    unknown === undefined
      ? (error.message.split('. ')[0] ?? '')
      : `there is no option ${unknown}${didYouMean(
          unknown,
          options.map((name) => `--${name}`),
        )}`;
  return new LastrefError(sentence, { blame: 'user', hint: 'lastref --help', cause: error });
}

function positive(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new LastrefError(`--${name} takes a whole number from 1, not "${text}"`, { blame: 'user' });
}

/** Which of the chosen scenarios stay, and what chance is made from. */
function narrowing(values: {
  readonly tag?: string[] | undefined;
  readonly sample?: string | undefined;
  readonly seed?: string | undefined;
}) {
  return {
    tags: values.tag ?? [],
    sample: positive('sample', values.sample),
    seed: positive('seed', values.seed),
  };
}

function accelerator(text: string | undefined): 'auto' | 'kvm' | 'tcg' | undefined {
  if (text === undefined || text === 'auto' || text === 'kvm' || text === 'tcg') return text;
  throw new LastrefError(`--accel is auto, kvm or tcg, not "${text}"`, { blame: 'user' });
}

const runOptions = {
  kernel: { type: 'string', short: 'k' },
  mutant: { type: 'string', short: 'm' },
  stretch: { type: 'string' },
  accel: { type: 'string' },
  jobs: { type: 'string', short: 'j' },
  cold: { type: 'boolean' },
  runs: { type: 'string' },
  shape: { type: 'string' },
  name: { type: 'string' },
  json: { type: 'boolean' },
  tag: { type: 'string', short: 't', multiple: true },
  sample: { type: 'string' },
  seed: { type: 'string' },
} as const satisfies Options;

/** Commands, in the order `--help` shows them. Each is imported when it is called: the others cost nothing. */
export const commands: readonly Command[] = [
  {
    name: 'run',
    synopsis:
      'run [SCENARIO|SUITE…] [--tag T|!T]… [--sample CELLS] [--seed N] [--kernel K] [--mutant M|--stretch S] [--decode] [--dump] [--jobs N] [--cold] [--accel auto|kvm|tcg] [--runs DIR]',
    describe: 'put scenarios to a kernel and judge; without names, every suite that questions the kernel',
    run: async (argv) => {
      const { values, positionals } = read(argv, {
        ...runOptions,
        decode: { type: 'boolean' },
        dump: { type: 'boolean' },
      });
      const { runCommand } = await import('./run.js');
      return runCommand({
        words: positionals,
        ...narrowing(values),
        kernel: values.kernel,
        mutant: values.mutant,
        stretch: values.stretch,
        decode: values.decode,
        dump: values.dump,
        runs: values.runs,
        accelerator: accelerator(values.accel),
        jobs: positive('jobs', values.jobs),
        cold: values.cold === true,
      });
    },
  },
  {
    name: 'mutants',
    synopsis:
      'mutants [NAME|FILE|DIRECTORY…] [--kernel K] [--resume] [--json] [--jobs N] [--accel A] [--runs DIR]',
    describe: 'seed one bug after the other into a kernel and say which scenario sees it, or that none does',
    run: async (argv) => {
      const { kernel, jobs, runs, json, accel } = runOptions;
      const own = { kernel, jobs, runs, json, accel, resume: { type: 'boolean' } } as const;
      const { values, positionals } = read(argv, own);
      return (await import('./mutants-command.js')).mutantsCommand({
        words: positionals,
        kernel: values.kernel,
        runs: values.runs,
        json: values.json,
        resume: values.resume,
        accelerator: accelerator(values.accel),
        jobs: positive('jobs', values.jobs),
      });
    },
  },
  {
    name: 'coverage',
    synopsis: 'coverage [RUN…] [--json] [--runs DIR]',
    describe:
      'which lines and branches of the kernel runs reached together (`run --kernel linux-6.12-coverage` counts them)',
    run: async (argv) => {
      const { values, positionals } = read(argv, { json: runOptions.json, runs: runOptions.runs });
      return (await import('./coverage.js')).coverageCommand(positionals, values);
    },
  },
  {
    name: 'docs',
    synopsis: 'docs [RUN|MUTANTS-RUN…] [--runs DIR]',
    describe: 'take results into docs/data and make docs/promises.md from what is there',
    run: async (argv) => {
      const { values, positionals } = read(argv, { runs: runOptions.runs });
      return (await import('./docs.js')).docsCommand(positionals, values);
    },
  },
  {
    name: 'list',
    synopsis: 'list [SCENARIO|SUITE…] [--tag T|!T]… [--sample CELLS] [--seed N] [--json]',
    describe: 'suites with their scenarios, shapes, kernels and mutants; with names, what `run` would choose',
    run: async (argv) => {
      const { json, tag, sample, seed } = runOptions;
      const { values, positionals } = read(argv, { json, tag, sample, seed });
      const chosen = { words: positionals, ...narrowing(values) };
      return (await import('./list.js')).listCommand(values.json === true, chosen);
    },
  },
  {
    name: 'kernel',
    synopsis: 'kernel build [NAME|TREE|BZIMAGE|git:PATH#REF] [--mutant M] [--debug [--types]] [--json]',
    describe:
      'build a kernel, or find it in the cache, and say where it is; --debug: its variant with debug info, --types: for `crash` too',
    run: async (argv) => {
      const { values, positionals } = read(argv, {
        mutant: runOptions.mutant,
        json: runOptions.json,
        debug: { type: 'boolean' },
        types: { type: 'boolean' },
      });
      return (await import('./build.js')).kernelCommand(positionals, values);
    },
  },
  {
    name: 'rootfs',
    synopsis: 'rootfs build [NAME] [--json]',
    describe: 'build the initramfs that guests boot, or find it in the cache',
    run: async (argv) => {
      const { values, positionals } = read(argv, { json: runOptions.json });
      return (await import('./build.js')).rootfsCommand(positionals, values.json === true);
    },
  },
  {
    name: 'shell',
    synopsis: 'shell [--shape S] [--kernel K] [--mutant M] [--accel A] [-- COMMAND…]',
    describe: 'boot a shape and get a shell in it; ^D ends it',
    run: async (argv) => {
      const { values, positionals } = read(argv, runOptions);
      return (await import('./shell.js')).shellCommand({
        shape: values.shape ?? 'cmb-switch',
        kernel: values.kernel,
        mutant: values.mutant,
        accelerator: accelerator(values.accel),
        command: positionals,
      });
    },
  },
  {
    name: 'console',
    synopsis: 'console FILE… [--json] [--vmlinux F [--source DIR] | --kernel K [--mutant M]]',
    describe:
      'judge saved console logs from anywhere; `-` is standard input, .gz is read as it is; with a vmlinux, or the kernel’s name (its debug variant is built when it is not there), to file and line',
    run: async (argv) => {
      const { values, positionals } = read(argv, {
        json: runOptions.json,
        vmlinux: { type: 'string' },
        source: { type: 'string' },
        kernel: runOptions.kernel,
        mutant: runOptions.mutant,
      });
      if (positionals.length === 0)
        throw new LastrefError('console needs at least one FILE, or `-`', { blame: 'user' });
      return (await import('./console.js')).consoleCommand(positionals, {
        ...values,
        json: values.json === true,
      });
    },
  },
  {
    name: 'bundle',
    synopsis: 'bundle RUN [SCENARIO] [--output FILE] [--runs DIR]',
    describe: 'pack a run (or `latest`), or one scenario of it, into one archive; same run, same bytes',
    run: async (argv) => {
      const { values, positionals } = read(argv, {
        output: { type: 'string', short: 'o' },
        runs: runOptions.runs,
      });
      return (await import('./bundle.js')).bundleCommand(positionals, values);
    },
  },
  {
    name: 'doctor',
    synopsis: 'doctor',
    describe: 'what the host lacks, which accelerator and why, with the command that mends it',
    run: async (argv) => {
      read(argv, {}, { positionals: false });
      return (await import('./doctor-command.js')).doctorCommand();
    },
  },
  {
    name: 'clean',
    synopsis: 'clean [--older-than 7d] [--keep-size 20G] [--dry-run] [--runs DIR]',
    describe: 'remove caches and runs by age or size; nothing that is in use',
    run: async (argv) => {
      const { values } = read(
        argv,
        {
          'older-than': { type: 'string' },
          'keep-size': { type: 'string' },
          'dry-run': { type: 'boolean' },
          runs: runOptions.runs,
        },
        { positionals: false },
      );
      return (await import('./clean.js')).cleanCommand(values);
    },
  },
];

/** What `lastref NAME --help` says. */
export function usageOf({ synopsis, describe }: Command): string {
  return `lastref ${synopsis}\n    ${describe}\n`;
}

export function usage(): string {
  const lines = commands.map(({ synopsis, describe }) => `  lastref ${synopsis}\n      ${describe}`);
  return [
    'lastref: does device memory mapped into userspace survive the device going away?',
    '',
    ...lines,
    '',
    'Exit codes: 0 pass, 1 the kernel broke a promise, 2 usage, 69 error or miss (no verdict), 125 kernel not built or booted, 130 interrupted.',
    '',
  ].join('\n');
}
