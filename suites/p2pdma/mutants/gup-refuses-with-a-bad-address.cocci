// describe: GUP refuses device pages with the errno of a bad address
// breaks: refusals-are-exact
// invariant: GUP without FOLL_PCI_P2PDMA gets EREMOTEIO
// seen by: gup-deny/gup-without-the-flag, gup-deny/pipes-sockets-futexes
// files: mm/gup.c
@@
@@
- return -EREMOTEIO;
+ return -EFAULT;
