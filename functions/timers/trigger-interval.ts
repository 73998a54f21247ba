// How often triggers and schedules are looked at: parts of a minute, in seconds. Each look is an execution that is paid for.
export const triggerIntervals = ["5", "10", "15", "20", "30", "60"] as const;
export type TriggerInterval = (typeof triggerIntervals)[number];
export const usualTriggerInterval: TriggerInterval = "15";
