import { LastrefError } from '../kit/errors.js';

/**
 * Kernel command line of every guest, a word each. The reporters must speak (`ignore_loglevel`, `kasan_multi_shot`:
 * KASAN is silent after its first report otherwise, mm/kasan/report.c), a held request must not be aborted by
 * the NVMe timeout of 30 s, and addresses stay put so that reports compare. On a busy host ten ticks do not come in the time
 * that the kernel gives them to show that there is a timer, and it panics: as under KVM, it is told not to look
 * (arch/x86/kernel/apic/io_apic.c:timer_irq_works). Without `userKey` (a template, which
 * is shared) the guest reads its user's key from QEMU's fw_cfg.
 */
export function commandLine(userKey: string | null, extra: readonly string[] = []): string[] {
  const words = [
    'console=ttyS0',
    'ignore_loglevel',
    'printk.devkmsg=on',
    'log_buf_len=4M',
    'nokaslr',
    'no_timer_check',
    'panic=-1',
    'kasan_multi_shot',
    'page_owner=on',
    'random.trust_cpu=on',
    'nvme_core.io_timeout=3600',
    'nvme_core.admin_timeout=3600',
    ...(userKey === null ? [] : [`lastref.key=${publicKeyBlob(userKey)}`]),
    ...extra,
  ];
  for (const word of words) {
    if (/[\s"\0]/.test(word)) {
      throw new LastrefError(`"${word}" is no single word of a kernel command line`, { blame: 'test' });
    }
  }
  return words;
}

/** The base64 part of an OpenSSH public key line. */
function publicKeyBlob(line: string): string {
  const blob = line.trim().split(/\s+/)[1];
  if (blob === undefined) throw new LastrefError('not an OpenSSH public key', { blame: 'harness' });
  return blob;
}
