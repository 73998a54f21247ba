// Every timer of the app.
import type { TimerTrigger } from "../lib/register.ts";
import { reconcile } from "./reconcile.ts";

export const timerTriggers: readonly TimerTrigger[] = [
  { name: "reconcile", schedule: "0 */5 * * * *", runOnStartup: true, handle: reconcile },
];
