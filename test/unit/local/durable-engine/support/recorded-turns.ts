// An engine whose turns of one orchestrator are written down: what triggers the genuine SDK's replay code, and what that answers.
import { startEngine } from "./running-engine.ts";
import type { RunningEngine } from "./running-engine.ts";
import { sdkInvoker } from "./sdk-app.ts";
import type { SdkApp } from "./sdk-app.ts";

export interface HistoryEvent extends Readonly<Record<string, unknown>> {
  readonly EventType: number;
  readonly EventId: number;
  readonly IsPlayed: boolean;
  readonly Timestamp: string;
}
export interface Turn {
  readonly trigger: Readonly<Record<string, unknown>> & { readonly history: readonly HistoryEvent[] };
  readonly answer: {
    readonly actions: readonly unknown[];
    readonly isDone: boolean;
    readonly output?: unknown;
  };
}

export async function recordedTurns(
  app: SdkApp,
  name: string,
): Promise<RunningEngine & { readonly turns: readonly Turn[] }> {
  const turns: Turn[] = [];
  const inner = sdkInvoker(app);
  const running = await startEngine(app, {
    invoker: {
      ...inner,
      has: (kind, asked) => inner.has(kind, asked),
      async orchestrator(asked, instanceId, trigger) {
        const outcome = await inner.orchestrator(asked, instanceId, trigger);
        if (asked === name && outcome.ok)
          turns.push({
            trigger: JSON.parse(trigger) as Turn["trigger"],
            answer: JSON.parse(JSON.stringify(outcome.value)) as Turn["answer"],
          });
        return outcome;
      },
    },
  });
  return { ...running, turns };
}
