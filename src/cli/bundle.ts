import path from 'node:path';
import { bundleRun, verifyBundle } from '../artifacts/bundle.js';
import { findRun, runsRoot } from '../artifacts/layout.js';
import { recoverRun } from '../artifacts/record.js';
import { LastrefError } from '../kit/errors.js';
import { shellWord } from '../kit/shell-word.js';

export interface BundleOptions {
  readonly output?: string | undefined;
  readonly runs?: string | undefined;
}

/** `lastref bundle RUN [SCENARIO]`: one archive that explains itself, verified before it is announced. */
export async function bundleCommand(
  [name, scenario, ...more]: readonly string[],
  options: BundleOptions,
  write: (text: string) => void = (text) => process.stdout.write(text),
): Promise<number> {
  if (name === undefined || more.length > 0) {
    throw new LastrefError('bundle takes a RUN (an id, a path or `latest`) and perhaps one SCENARIO', {
      blame: 'user',
    });
  }
  const directory = await findRun(await runsRoot(options.runs), name);
  await recoverRun(directory);
  const suffix = scenario === undefined ? '' : `-${scenario.replaceAll('/', '-')}`;
  const output = path.resolve(options.output ?? `${directory}${suffix}.tar.gz`);
  const { members, sha256 } = await bundleRun(directory, output, { scenario });
  const problems = await verifyBundle(output);
  if (problems.length > 0) {
    throw new LastrefError(`the bundle is not what was written: ${problems.join('; ')}`, {
      blame: 'host',
      evidence: output,
    });
  }
  write(`${output}\n  ${members.length} files, sha256 ${sha256}\n`);
  write(
    `  unpack and check: tar -xzf ${shellWord(output)} && sha256sum -c MANIFEST.sha256 (in the folder)\n`,
  );
  return 0;
}
