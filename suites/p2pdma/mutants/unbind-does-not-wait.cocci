// describe: unbind does not wait for pages that are still in use
// breaks: unbind-waits-for-pins
// accepts: guest-survives
// invariant: unbind returns only after the last transfer of anybody
// seen by: p2pdma/unbind-waits-for-write, p2pdma/unbind-waits-for-read
// files: mm/memremap.c
@@
identifier pgmap;
@@
- wait_for_completion(&pgmap->done);
