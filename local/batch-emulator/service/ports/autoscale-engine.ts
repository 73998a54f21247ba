// What the pool controller asks of the autoscale formula language.

/** Counters of a pool at a moment, named like the formula's variables without the dollar sign. */
export type AutoscaleSample = Readonly<Record<string, number>>;

export interface AutoscaleInput {
  readonly formula: string;
  readonly now: number;
  readonly taskSlotsPerNode: number;
  readonly current: {
    readonly targetDedicated: number;
    readonly targetLowPriority: number;
  };
}

export interface AutoscaleOutcome {
  readonly targetDedicated: number;
  readonly targetLowPriority: number;
  readonly deallocation: "requeue" | "terminate" | "taskcompletion" | "retaineddata";
  /** `$TargetDedicatedNodes=3;…` as "Pool - Evaluate Auto Scale" answers it. */
  readonly results: string;
  readonly error?: {
    readonly code: string;
    readonly message: string;
    readonly values?: ReadonlyArray<{ name: string; value: string }>;
  };
}

export interface AutoscaleEngine {
  /** undefined when the formula is well formed; else where and why not. */
  syntaxError(formula: string): { readonly message: string } | undefined;
  /** Remembers one sample of a pool; called every 30 seconds while autoscale is on. */
  record(poolKey: string, at: number, sample: AutoscaleSample): void;
  evaluate(poolKey: string, input: AutoscaleInput): AutoscaleOutcome;
  forget(poolKey: string): void;
}
