import type { RunRecord } from '../artifacts/record.js';
import { htmlReport } from './html.js';
import { junitReport } from './junit.js';
import { kcidbReport } from './kcidb.js';
import { ktapReport } from './ktap.js';

export interface Report {
  /** Its file in the run directory. */
  readonly file: string;
  readonly describe: string;
  readonly render: (record: RunRecord) => string;
}

/** Every view of a finished run. A new one is a file with a pure function, and a row here. */
export const reports: readonly Report[] = [
  { file: 'junit.xml', describe: 'JUnit XML, for CI systems', render: junitReport },
  { file: 'results.ktap', describe: 'KTAP, as kernel tests print it', render: ktapReport },
  { file: 'kcidb.json', describe: 'KCIDB I/O data, schema 5.3', render: kcidbReport },
  { file: 'report.html', describe: 'one self-contained page for people', render: htmlReport },
];
