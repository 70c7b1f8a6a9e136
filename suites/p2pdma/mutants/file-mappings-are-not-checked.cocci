// describe: GUP looks at the pages of a file mapping before it asks whether they may be pinned for long
// breaks: refusals-are-exact
// invariant: registering device memory as a buffer is refused with EFAULT
// seen by: gup-deny/registered-memory
// files: mm/gup.c
@@
identifier vma, gup_flags;
@@
  writable_file_mapping_allowed(...)
  {
+ return true;
  ...
  }
