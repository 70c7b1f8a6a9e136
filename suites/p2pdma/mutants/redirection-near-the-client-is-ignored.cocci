// describe: only the provider's half of the path is searched for ports that redirect
// breaks: refusals-are-exact
// invariant: with ACS redirection on the path the host bridge decides
// seen by: p2pdma/
// files: drivers/pci/p2pdma.c
@@
identifier bb, a;
expression buf, n;
@@
  if (a == bb)
  	break;
  if (
-     pci_bridge_has_acs_redir(bb)
+     0
     ) { ... }
