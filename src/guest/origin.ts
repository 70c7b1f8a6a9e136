/** How a guest came to be: booted for real, or woken as a copy of a template. */
export type GuestOrigin =
  | {
      readonly kind: 'cold';
      /** Why it is no clone where a clone was wanted. */
      readonly why?: string;
    }
  | {
      readonly kind: 'clone';
      /** Key of the template. */
      readonly template: string;
      /** What the template's boot printed: evidence that every clone shares. */
      readonly bootLog: string;
      /** Names of the probes that it woke with. */
      readonly onBoard: readonly string[];
      /** What the verdict on that was, as `judgeBoot` of its maker gave it. */
      readonly judgedBoot: unknown;
    };
