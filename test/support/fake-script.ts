/** What a fake QEMU does with one command over SSH. The first answer whose `starts` begins the command is taken. */
export interface FakeAnswer {
  readonly starts: string;
  readonly stdout?: string;
  /** Name of a file beside the console whose text is printed, as it is when the command comes. */
  readonly prints?: string;
  readonly stderr?: string;
  readonly code?: number;
  /** The server does not start it. */
  readonly refused?: true;
  /** The answer comes with the channel, before anybody asks for it. */
  readonly atOnce?: true;
  /** No answer, ever. */
  readonly hangs?: true;
  /** So often; later commands are taken by the next answer that fits, or are as in a healthy guest. */
  readonly times?: number;
  /** What it does to the machine, once the answer is given. */
  readonly deed?: FakeDeed;
}

/** Something that befalls the machine: text on its console, QMP events, its end. */
export interface FakeDeed {
  readonly console?: string;
  readonly events?: readonly { readonly event: string; readonly data?: Readonly<Record<string, unknown>> }[];
  /** A line on the QMP socket as it is. */
  readonly qmp?: string;
  /** QEMU ends with this status. */
  readonly exits?: number;
}

/** A fake QEMU's part, as JSON in `fake.json` beside the console file. What is not told is as in a healthy guest. */
export interface FakeScript {
  /** Host keys the SSH server has: private, OpenSSH format. */
  readonly hostKey: string;
  /** Before the greeting; with `exits` there is none. */
  readonly atStart?: FakeDeed;
  /** Another part for a clone. */
  readonly asClone?: Partial<FakeScript>;
  /** When a clone is let go. */
  readonly atWake?: FakeDeed;
  readonly greets?: false;
  /** As soon as the negotiation is over. */
  readonly atBoot?: FakeDeed;
  /** Listens on the forwarded port and says nothing. */
  readonly sshIsMute?: true;
  /** What human monitor commands print, by their beginning; nothing unless told. */
  readonly monitor?: Readonly<Record<string, string>>;
  /** QMP replies by command, instead of an empty success: `null` for none at all. */
  readonly replies?: Readonly<Record<string, { readonly return?: unknown; readonly error?: unknown } | null>>;
  readonly answers?: readonly FakeAnswer[];
}
