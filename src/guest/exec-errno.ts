/** What musl and glibc call the errors that a write to configfs or sysfs can end with. */
const sentences: readonly (readonly [RegExp, string])[] = [
  [/No such device or address/, 'ENXIO'],
  [/No such device/, 'ENODEV'],
  [/Invalid argument/, 'EINVAL'],
  [/(?:Resource|Device or resource) busy/, 'EBUSY'],
  [/Input\/output error|I\/O error/, 'EIO'],
  [/No such file or directory/, 'ENOENT'],
  [/Permission denied/, 'EACCES'],
  [/Operation not permitted/, 'EPERM'],
  [/Inappropriate ioctl for device|Not a tty/, 'ENOTTY'],
];

/** The errno behind a program's complaint; the complaint itself when it is none that we know. */
export function errnoOf(complaint: string): string {
  return sentences.find(([sentence]) => sentence.test(complaint))?.[1] ?? complaint.trim().slice(0, 100);
}
