// SPDX-License-Identifier: GPL-2.0-only
/* Memory of a machine inside this one: handed to a device by vfio, or to a virtual CPU by KVM. */
#include "take.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <linux/vfio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

/* vfio [ro] path=/dev/vfio/GROUP: the area as DMA memory of a device, at bus address 0x100000. */
TAKER(vfio)
{
	const char *path = request_option(take->request, "path");
	struct vfio_iommu_type1_dma_map map = {
		.argsz = sizeof(map),
		.flags = VFIO_DMA_MAP_FLAG_READ | (wants(take, "ro") ? 0 : VFIO_DMA_MAP_FLAG_WRITE),
		.vaddr = (uintptr_t)take->at,
		.iova = 0x100000,
		.size = take->count,
	};
	int container = open("/dev/vfio/vfio", O_RDWR | O_CLOEXEC);
	int group = path == NULL ? -1 : open(path, O_RDWR | O_CLOEXEC);
	long result = 0;

	if (container < 0 || group < 0)
		result = lacking(take, "open");
	else if (ioctl(group, VFIO_GROUP_SET_CONTAINER, &container) != 0)
		result = lacking(take, "VFIO_GROUP_SET_CONTAINER");
	else if (ioctl(container, VFIO_SET_IOMMU, VFIO_TYPE1v2_IOMMU) != 0)
		result = lacking(take, "VFIO_SET_IOMMU");
	else if (ioctl(container, VFIO_IOMMU_MAP_DMA, &map) != 0)
		result = refused(take, "VFIO_IOMMU_MAP_DMA");
	if (group >= 0)
		close(group);
	if (container >= 0)
		close(container);
	return result;
}

#define START 0x1000 /* where the area is for the CPU, and where it begins */

/* A CPU in real mode whose first instruction lies in the area. */
static long run_cpu(struct take *take, int machine, int cpu, size_t size)
{
	struct kvm_userspace_memory_region region = {
		.guest_phys_addr = START,
		.memory_size = take->count,
		.userspace_addr = (uintptr_t)take->at,
	};
	struct kvm_run *run = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, cpu, 0);
	struct kvm_regs registers = { .rip = START, .rflags = 2 };
	struct kvm_sregs special;
	long result;

	if (run == MAP_FAILED)
		return lacking(take, "mmap");
	if (ioctl(machine, KVM_SET_USER_MEMORY_REGION, &region) != 0) {
		result = refused(take, "KVM_SET_USER_MEMORY_REGION");
	} else if (ioctl(cpu, KVM_GET_SREGS, &special) != 0) {
		result = lacking(take, "KVM_GET_SREGS");
	} else {
		special.cs.base = 0;
		special.cs.selector = 0;
		if (ioctl(cpu, KVM_SET_SREGS, &special) != 0 || ioctl(cpu, KVM_SET_REGS, &registers) != 0)
			result = lacking(take, "KVM_SET_REGS");
		else
			result = ioctl(cpu, KVM_RUN, 0) == 0 ? (long)run->exit_reason : refused(take, "KVM_RUN");
	}
	munmap(run, size);
	return result;
}

/* kvm: the reason why the CPU stopped, or how it was refused its memory. */
TAKER(kvm)
{
	int kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	int machine = kvm < 0 ? -1 : ioctl(kvm, KVM_CREATE_VM, 0);
	int cpu = machine < 0 ? -1 : ioctl(machine, KVM_CREATE_VCPU, 0);
	long size = cpu < 0 ? -1 : ioctl(kvm, KVM_GET_VCPU_MMAP_SIZE, 0);
	long result = size < 0 ? lacking(take, "a machine") : run_cpu(take, machine, cpu, (size_t)size);

	if (cpu >= 0)
		close(cpu);
	if (machine >= 0)
		close(machine);
	if (kvm >= 0)
		close(kvm);
	return result;
}
