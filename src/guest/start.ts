import { mkdir, readFile, rename } from 'node:fs/promises';
import path from 'node:path';
import { hasCode, LastrefError, messageOf } from '../kit/errors.js';
import { bootGuest } from './boot.js';
import { wakeClone } from './clone.js';
import { discardTemplate, evictTemplates } from './evict.js';
import type { RunningGuest } from './guest.js';
import type { BootSpec } from './machine.js';
import { strike, strikesAgainst } from './strikes.js';
import { findTemplate, makeTemplate, placeTemplate, type Template, type TemplateSpec } from './template.js';

/** `make`: a clone, and its template is made if need be. `use`: a clone where a template is there. `cold`: never. */
export type TemplateUse = 'make' | 'use' | 'cold';

export interface StartSpec extends TemplateSpec {
  readonly templates: TemplateUse;
}

/**
 * Starts a guest in the fastest way that is as good as a boot: as a clone of a template, or cold. A template that
 * cannot be made, or whose clone does not wake, costs time and nothing else: the guest boots cold then, and its
 * `origin` says why. A kernel that does not boot is its own error, as with `bootGuest`.
 */
export async function startGuest(spec: StartSpec): Promise<RunningGuest> {
  if (spec.templates === 'cold') return bootGuest(spec);
  if ((spec.append ?? []).length > 0)
    return bootCold(spec, 'it has words of its own on the kernel command line');
  if (spec.shape.hotplug === 'pciehp')
    return bootCold(
      spec,
      'a port that serves hotplug takes 5 s to take a device, and lockdep complains of it',
    );
  const template = await templateFor(spec);
  if (typeof template === 'string') return bootCold(spec, template);
  return template === undefined ? bootGuest(spec) : wakeOrBoot(spec, template);
}

/** The template to clone; undefined when none is wanted; a sentence when there cannot be one. */
async function templateFor(spec: StartSpec): Promise<Template | string | undefined> {
  const place = await placeTemplate(spec);
  const refused = await strikesAgainst(place.key);
  if (refused !== undefined) return refused;
  const found = await findTemplate(place);
  if (found !== undefined || spec.templates === 'use') return found;
  const directory = path.join(spec.directory, 'template');
  try {
    const made = await makeTemplate({ ...forTemplate(spec), directory }, place);
    spec.record('qmp', 'template-made', { template: place.key });
    await evictTemplates();
    return made;
  } catch (error) {
    spec.signal?.throwIfAborted();
    if (!(error instanceof LastrefError)) throw error;
    if (error.blame === 'kernel' || error.exitCode === 125) {
      await adoptEvidence(spec, directory);
      throw error;
    }
    const why = `its template could not be made: ${error.message}`;
    if (error.blame !== 'host') await strike(place.key, why, { final: true });
    return why;
  }
}

/** The template's boot is nobody's scenario: its console is judged with it, and once. */
function forTemplate({ onConsole: _, ...spec }: StartSpec): TemplateSpec {
  return { ...spec, scratch: path.join(spec.scratch, 'template') };
}

/** A kernel that does not boot for the template does not boot for the scenario: the evidence is the scenario's. */
async function adoptEvidence(spec: StartSpec, directory: string): Promise<void> {
  await moveEvidence(directory, spec.directory);
  const console = await readFile(path.join(spec.directory, 'console.log')).catch((error: unknown) => {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  });
  if (console !== undefined) spec.onConsole?.(console);
}

const evidenceNames = ['console.log', 'qemu.argv', 'qemu.log', 'qmp.jsonl', 'trace.log'];

async function moveEvidence(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true });
  for (const name of evidenceNames) {
    await rename(path.join(from, name), path.join(to, name)).catch((error: unknown) => {
      if (!hasCode(error, 'ENOENT')) throw error;
    });
  }
}

/** What one clone may print before it answers and still be handed on, in bytes. */
const heldBackBytes = 4 * 1024 * 1024;

async function wakeOrBoot(spec: StartSpec, template: Template): Promise<RunningGuest> {
  // What a clone prints that never answers is not the console of the guest that takes its place.
  const heldBack: Buffer[] = [];
  let answered = false;
  let bytes = 0;
  const onConsole = (chunk: Buffer): void => {
    bytes += chunk.length;
    if (answered) spec.onConsole?.(chunk);
    else if (bytes <= heldBackBytes) heldBack.push(Buffer.from(chunk));
  };
  try {
    const guest = await wakeClone({ ...spec, onConsole }, template);
    answered = true;
    for (const chunk of heldBack) spec.onConsole?.(chunk);
    return guest;
  } catch (error) {
    spec.signal?.throwIfAborted();
    const why = `the clone of its template did not wake: ${messageOf(error)}`;
    await moveEvidence(spec.directory, path.join(spec.directory, 'failed-clone'));
    await discardTemplate(template);
    await strike(template.key, why);
    return bootCold(spec, why);
  }
}

/** A real boot where a clone was wanted. */
async function bootCold(spec: BootSpec, why: string): Promise<RunningGuest> {
  spec.record('qmp', 'cold-boot', { why });
  return bootGuest(spec, { start: { kind: 'cold' }, why });
}
