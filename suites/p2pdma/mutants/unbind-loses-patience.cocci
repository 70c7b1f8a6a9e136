// describe: unbind waits for pages in use, but only for some seconds
// breaks: unbind-waits-for-pins
// accepts: guest-survives
// invariant: unbind returns only after the last transfer of anybody, however long it takes
// seen by: p2pdma/unbind-never-loses-patience
// files: mm/memremap.c
@@
identifier pgmap;
@@
- wait_for_completion(&pgmap->done);
+ wait_for_completion_timeout(&pgmap->done, 15 * HZ);
