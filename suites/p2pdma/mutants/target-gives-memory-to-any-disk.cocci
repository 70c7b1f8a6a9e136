// describe: an NVMe target uses peer memory for disks whose driver cannot do peer-to-peer
// breaks: refusals-are-exact
// seen by: topology/nvmet-wants-a-disk-that-can
// files: drivers/nvme/target/core.c
@@
expression disk;
@@
nvmet_p2pmem_ns_enable(...)
{
<...
- if (!blk_queue_pci_p2pdma(disk)) { ... }
...>
}
