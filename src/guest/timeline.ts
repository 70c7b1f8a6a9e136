/** Where evidence of what happens goes: one call per event, in order. Written to events.jsonl by the suite. */
export type Recorder = (
  source: 'scenario' | 'console' | 'kmsg' | 'probe' | 'qmp' | 'ssh',
  event: string,
  fields?: Readonly<Record<string, unknown>>,
) => void;
