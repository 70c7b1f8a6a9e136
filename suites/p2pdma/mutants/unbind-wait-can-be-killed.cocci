// describe: killing the process that unbinds ends its wait for pages that are still in use
// breaks: unbind-waits-for-pins
// accepts: guest-survives
// invariant: unbind returns only after the last transfer of anybody, whatever becomes of who asked for it
// seen by: p2pdma/unbind-waits-though-its-caller-is-killed
// files: mm/memremap.c
@@
identifier pgmap;
@@
- wait_for_completion(&pgmap->done);
+ if (wait_for_completion_killable(&pgmap->done))
+ 	pr_debug("killed\n");
