// describe: a signal for the process that unbinds ends its wait for pages that are still in use
// breaks: unbind-waits-for-pins
// accepts: guest-survives
// invariant: unbind returns only after the last transfer of anybody, whatever becomes of who asked for it
// seen by: p2pdma/unbind-waits-for-write
// files: mm/memremap.c
@@
identifier pgmap;
@@
- wait_for_completion(&pgmap->done);
+ if (wait_for_completion_interruptible(&pgmap->done))
+ 	pr_debug("interrupted\n");
