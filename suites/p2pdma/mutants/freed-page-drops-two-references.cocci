// describe: a device page that becomes free drops a second reference on its pagemap besides the one that its driver drops
// breaks: unbind-finishes, guest-survives
// invariant: a page holds its pagemap once
// seen by: p2pdma/pool-after-unmap
// files: mm/memremap.c
@@
expression C, folio, p;
@@
free_zone_device_folio(...)
{
	<...
	if (C)
		folio_set_count(folio, 1);
-	else
-		put_dev_pagemap(p);
+	put_dev_pagemap(p);
	...>
}
