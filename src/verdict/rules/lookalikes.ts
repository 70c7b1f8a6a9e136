// Lines that read like reports and are none: none of the tables may start on them. Each row with its origin.
export const lookalikes: readonly RegExp[] = [
  /INFO: lockdep is turned off/, // lockdep.c: print_kernel_ident
  /INFO: (?:Expedited s|S)tall ended (?:before|during)/, // rcu/tree_stall.h, tree_exp.h
  /suppressed full report due to a stuck CSD-lock/, // rcu/tree_stall.h
  /messages suppressed$|callbacks suppressed/, // rate limits
  /(?:Speculative Return Stack Overflow|RETBleed|ITS|Spectre V2|MDS|TAA|SRBDS|MMIO Stale Data|GDS|Register File Data Sampling|TSA|VMSCAPE|Retbleed|SRSO|BHI|L1TF|Meltdown).{0,40}WARNING: /, // cpu/bugs.c
  /WARNING: Spectre v2 mitigation leaves CPU vulnerable/, // cpu/bugs.c
  /WARNING: kernel not compiled with|WARNING: See https?:\/\//, // cpu/bugs.c
  /WARNING: .{0,80}(?:mitigation|data leaks possible)/, // cpu/bugs.c, whatever stands before it
  /WARNING: Domain '.*' has too many ACLs/, // security/tomoyo/util.c
  /'bootconfig' found on the (?:kernel )?command line/, // init/main.c
  /WARNING: polling idle and HT enabled/, // x86 process.c
  /mtrr_cleanup: WARNING|WARNING: BIOS bug/, // mtrr/cleanup.c
  /WARNING: Flushing system-wide workqueues/, // workqueue.c
  /fbcon: Driver|WARNING: fbcon/, // fbcon.c
  /[tT]he mand mount option (?:has been|is being) deprecated/, // fs/namespace.c
  /XFS \([^)]*\): WARNING/, // xfs_message.c
  /BTRFS \w+ \([^)]*\): /,
  /EXT4-fs(?: \([^)]*\))?: /i, // ext4/super.c: __ext4_msg
  /WARNING: Unsupported flag value/, // a program's, of its own libraries
  /wireless extensions/, // net/wireless
  /(?:pktgen|tomoyo|sisfb|TOMOYO): ?WARNING/i,
  /WARNING: \/etc\/ssh\/moduli|WARNING: \/(?:etc|usr|var|home|tmp|proc|sys)\//, // programs
  /WARNING: workqueue cpumask/, // workqueue.c on early boot
  /BUG: in callback at|verifier BUG|BUG: no syscalls/, // the BPF verifier's log, fuzzers
  /\[Firmware (?:Bug|Warn|Info)\]/, // include/linux/printk.h: FW_BUG
  /kasan: bad access detected/, // legacy context line of mm/kasan
  /INFO: NMI handler|took too long/, // nmi.c, perf
  /Unknown parameter|unrecognized mount option|Unrecognized mount option/, // text of a mount option
  /^(?:qemu-system-\S+|virtiofsd|systemd(?:-\w+)?(?:\[\d+\])?|sshd(?:\[\d+\])?): /, // other programs
  /^\S+\[\d+\]: (?!.*\+0x)/, // a daemon's line, name[pid]:
  /^(?:traps: )?\S+\[\d+\]:? (?:general protection fault|segfault at|trap )/, // user faults
  /Command line: |Kernel command line: /, // what the user asked for
  /^\[U\] /, // tty echo
  /^(?:not )?ok \d+ |^# /, // KTAP
  /WARNING: (?:this|The|the) [a-z ]+(?:deprecated|will be removed|experimental)/,
  /FAULT_INJECTION: forcing/, // deliberate
  /(?:WARNING|warning): `[^']*' uses /i, // kernel/capability.c: warn_deprecated_v2, behind a tty in capitals
  /ODEBUG: Out of memory/, // lib/debugobjects.c: coverage, see losses
];
