import { readFile } from 'node:fs/promises';

/**
 * Commands on namespace `nsid` that QEMU's NVMe controller has taken and not completed, from its trace
 * (hw/nvme/trace-events). A completion names only the command id, which two controllers can use at the same time.
 * The namespace asked for is one whose disk is held, so nothing of it completes: a completion belongs to
 * another namespace's open command of that id wherever there is one.
 */
export function countInFlight(trace: string, nsid: number): number {
  const open = new Map<string, number[]>();
  for (const line of trace.split('\n')) {
    const started = /pci_nvme_(?:read|write) cid (\d+) .*\bnsid (\d+) /.exec(line);
    if (started?.[1] !== undefined) {
      const owners = open.get(started[1]) ?? [];
      owners.push(Number(started[2]));
      open.set(started[1], owners);
      continue;
    }
    const owners = open.get(/pci_nvme_rw_cb cid (\d+) /.exec(line)?.[1] ?? '');
    if (owners === undefined || owners.length === 0) continue;
    const other = owners.findIndex((owner) => owner !== nsid);
    owners.splice(Math.max(other, 0), 1);
  }
  return [...open.values()].flat().filter((owner) => owner === nsid).length;
}

export class NvmeTrace {
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  async inFlight(nsid: number): Promise<number> {
    return countInFlight(await readFile(this.#file, 'latin1'), nsid);
  }
}
