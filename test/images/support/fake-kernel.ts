import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { KernelSpec } from '../../../src/config/kernel.js';
import { until } from '../../../src/kit/wait.js';
import { scratch } from './scratch.js';

/** Kconfig's part of a kernel in a few lines: ORPHAN needs PARENT, which nobody sets. */
const merge = `#!/bin/sh
obj=$3
shift 3
touch scratch
cat "$@" >"$obj/.config"
rm scratch
`;

const kconfig = `config BASE
	bool "base"
config ORPHAN
	bool "orphan"
	depends on PARENT && !BASE
`;

/** As Kbuild: objects print \`  CC\`, and \`.X.cmd\` is written after X. */
const makefile = `O ?= .
SRC := $(CURDIR)
objects := $(O)/a.o $(O)/b.o
bzImage: $(O)/arch/x86/boot/bzImage
$(O)/%.o: $(SRC)/%.c
	@echo '  CC      $*.o'
	@$(CC) $< $@
	@echo cmd > $(O)/.$*.o.cmd
$(O)/arch/x86/boot/bzImage: $(objects)
	@mkdir -p $(@D) $(O)/include/config
	@cat $^ > $@
	@cat $(O)/.config $^ > $(O)/vmlinux
	@echo '0000000000001000 T _text' > $(O)/System.map
	@echo 1.2.3-fake > $(O)/include/config/kernel.release
allnoconfig:
	@grep -v CONFIG_ORPHAN= $(KCONFIG_ALLCONFIG) > $(O)/.config
.PHONY: bzImage allnoconfig
`;

/** A compiler that copies, counts its runs, refuses \`#error\` and dawdles over b.c while compiled.log.slow exists. */
const compiler = `#!/bin/sh
[ "$1" = --version ] && { echo 'fakecc 1.0'; exit 0; }
echo "$1" >>"$FAKE_COMPILED"
if grep -q '^#error' "$1"; then
	echo "$1:1:2: error: #error says no" >&2
	exit 1
fi
echo begun >"$2"
if [ -e "$FAKE_COMPILED.slow" ] && [ "$(basename "$1")" = b.c ]; then sleep 30; fi
cp "$1" "$2"
`;

/** spatch as far as the tests need it: \`return 0\` becomes \`return 1\`. */
const spatch = `#!/bin/sh
while [ $# -gt 0 ]; do
  case $1 in
  --macro-file | --sp-file) shift ;;
  -o) shift; out=$1 ;;
  -*) ;;
  *) in=$1 ;;
  esac
  shift
done
grep -q 'return 0' "$in" && sed 's/return 0/return 1/' "$in" >"$out"
exit 0
`;

async function program(file: string, text: string): Promise<void> {
  await writeFile(file, text);
  await chmod(file, 0o755);
}

export interface FakeKernel {
  readonly root: string;
  readonly src: string;
  readonly spec: KernelSpec;
  /** Makes the compiler take half a minute over b.c, or its usual instant. */
  dawdle(slow: boolean): Promise<void>;
  /** Resolves when the compiler has been started for `name`. */
  untilCompiling(name: string): Promise<void>;
  /** Sources the compiler was started for since the last call. */
  compiled(): Promise<string[]>;
}

/** A source tree, compiler and tools that build in milliseconds; $PATH and the cache point at them. */
export async function makeFakeKernel(folderName = 'linux'): Promise<FakeKernel> {
  const root = await scratch();
  const src = path.join(root, folderName);
  const bin = path.join(root, 'bin');
  await mkdir(path.join(src, 'scripts/kconfig'), { recursive: true });
  await mkdir(bin);
  await program(path.join(src, 'scripts/kconfig/merge_config.sh'), merge);
  await writeFile(path.join(src, 'Kconfig'), kconfig);
  await writeFile(path.join(src, 'Kbuild'), '');
  await writeFile(path.join(src, 'Makefile'), makefile);
  await writeFile(path.join(src, 'a.c'), 'int a(void)\n{\n\treturn 0;\n}\n');
  await writeFile(path.join(src, 'b.c'), 'int b(void)\n{\n\treturn 2;\n}\n');
  await program(path.join(bin, 'fakecc'), compiler);
  await program(path.join(bin, 'spatch'), spatch);
  for (const name of ['flex', 'bison', 'bc', 'ld']) await program(path.join(bin, name), '#!/bin/sh\n');
  const log = path.join(root, 'compiled.log');
  process.env['PATH'] = `${bin}:${process.env['PATH']}`;
  process.env['FAKE_COMPILED'] = log;
  process.env['XDG_CACHE_HOME'] = path.join(root, 'cache');
  return {
    root,
    src,
    spec: {
      name: 'fake',
      describe: 'a kernel of two files',
      source: { kind: 'tree', path: src },
      fragments: ['kasan'],
      toolchain: { cc: 'fakecc' },
    },
    dawdle: (slow) => (slow ? writeFile(`${log}.slow`, '') : rm(`${log}.slow`)),
    untilCompiling: async (name) => {
      await until({ name: `the compilation of ${name}`, deadlineMs: 60_000, everyMs: 20 }, async () =>
        (await readFile(log, 'utf8')).includes(name) ? true : undefined,
      );
    },
    compiled: async () => {
      const text = await readFile(log, 'utf8').catch(() => '');
      await writeFile(log, '');
      return text
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => path.basename(line))
        .sort();
    },
  };
}
