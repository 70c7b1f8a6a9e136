// describe: behind an IOMMU a segment that is reached by bus address overwrites the segment before it
// breaks: data-arrives
// accepts: guest-survives
// invariant: a transfer moves the bytes asked for
// seen by: topology/iommu-has-no-part-in-own-memory
// files: drivers/iommu/dma-iommu.c
@@
identifier f =~ "^__finalise_sg$";
identifier cur, i, s;
@@
f(...)
{
<...
-	if (i > 0)
-		cur = sg_next(cur);
	sg_dma_unmark_bus_address(s);
...>
}
