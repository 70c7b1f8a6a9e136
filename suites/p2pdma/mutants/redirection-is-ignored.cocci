// describe: ports that redirect peer-to-peer traffic upstream are taken for ports that do not
// breaks: refusals-are-exact
// invariant: with ACS redirection on the path the host bridge decides
// seen by: topology/acs-redirect-takes-effect-with-the-next-bind
// files: drivers/pci/p2pdma.c
@@
expression E;
@@
  if (
-     E & (PCI_ACS_RR | PCI_ACS_CR | PCI_ACS_EC)
+     0
     )
  return 1;
