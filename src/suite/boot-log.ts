import type { RunPlan } from '../artifacts/result.js';
import type { GuestOrigin } from '../guest/origin.js';
import type { TemplateUse } from '../guest/start.js';
import { ConsoleScanner } from '../verdict/scanner.js';
import type { ConsoleReport } from '../verdict/types.js';
import type { Scenario } from './scenario.js';

/** Judges what a template's boot printed. It is done once: the report is kept with the template. */
export function judgeBoot(console: Buffer, release: string): ConsoleReport {
  const scanner = new ConsoleScanner({ release, expected: [] });
  scanner.push(console);
  const { splats, lost } = scanner.end();
  return { splats, lost };
}

/**
 * A clone's console begins where its template's ended: what the boot did counts for the clone as it would have
 * counted for a guest that booted itself.
 */
export function withBoot(report: ConsoleReport, origin: GuestOrigin | null): ConsoleReport {
  if (origin?.kind !== 'clone') return report;
  const boot = origin.judgedBoot as ConsoleReport;
  return { splats: [...boot.splats, ...report.splats], lost: [...boot.lost, ...report.lost] };
}

/** A template costs a boot and a little more: it is made where another scenario of the run can use it, too. */
export function templatesFor({ options }: Scenario, plan: RunPlan): TemplateUse {
  if (plan.cold || options.cold === true) return 'cold';
  const alike = plan.scenarios.filter(({ shape }) => shape === options.shape).length;
  return alike > 1 ? 'make' : 'use';
}
