// describe: only the provider's half of the path is searched for ports that redirect
// breaks: refusals-are-exact
// invariant: with ACS redirection on the path the host bridge decides
// equivalent: no emulated switch has ports with ACS, and a port that two functions share is counted with the provider
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
