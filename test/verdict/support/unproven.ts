/** Classes of the rules for which no golden console exists, and why no guest that we boot prints one. */
export const unproven: Readonly<Record<string, string>> = {
  'KFENCE-MEMORY-CORRUPTION': 'KFENCE samples what KASAN, which these kernels have, checks always',
  'KFENCE-INVALID-FREE': 'as above',
  'KFENCE-USE-AFTER-FREE-READ': 'as above',
  'KFENCE-USE-AFTER-FREE-WRITE': 'as above',
  'KFENCE-READ': 'as above',
  'KFENCE-WRITE': 'as above',
  'KMSAN-UNINIT-VALUE': 'KMSAN needs Clang and a kernel of its own: it excludes KASAN',
  'KMSAN-USE-AFTER-FREE-READ': 'as above',
  'KMSAN-INFO-LEAK': 'as above',
  'KMSAN-UNKNOWN': 'as above',
  'KCSAN-ASSERT': 'KCSAN needs a kernel of its own: it excludes KASAN',
  'KCSAN-DATARACE': 'as above',
  'KASAN-UNKNOWN': 'only for reports of a kind that no kernel has yet, or that are cut',
  'KASAN-NULL-POINTER-DEREFERENCE-READ': 'the same check as the write, which has one',
  CFI: 'kCFI needs Clang, IBT a CPU with CET, which QEMU does not emulate',
  DEVICE: 'QEMU’s NVMe device never completes a command that was not sent',
  FILESYSTEM: 'XFS words what it finds on a disk that was damaged on purpose otherwise',
  EMULATOR: 'a fault of the emulator that comes when it likes',
  REBOOT: 'guests run with -no-reboot: the machine ends instead',
  SYZ_FAILURE: 'words of a fuzzer, not of a kernel',
};

/** What only one series lacks. */
export const unprovenIn: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  '6.12': {},
  '7.3': {},
};
