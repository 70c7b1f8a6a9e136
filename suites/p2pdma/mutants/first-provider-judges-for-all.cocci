// describe: whether a transfer with memory of two providers may go is judged by the first provider alone
// breaks: refusals-are-exact
// accepts: data-arrives
// invariant: every page of a transfer is judged by its own provider
// seen by: p2pdma-io/two-providers-one-out-of-reach
// files: drivers/pci/p2pdma.c
@ before @
identifier state, part;
@@
pci_p2pdma_map_segment(struct pci_p2pdma_map_state *state, ..., struct scatterlist *part)
{
...
- if (state->pgmap != sg_page(part)->pgmap)
+ if (!state->pgmap)
  { ... }
...
}

@ since depends on !before @
identifier state;
expression provider;
@@
__pci_p2pdma_update_state(struct pci_p2pdma_map_state *state, ...)
{
...
- if (state->mem == provider)
+ if (state->mem)
  	return;
...
}
