// What the process's exit code means, the same for every command. `job wait`, and what follows a job, answer the job's own.
export const exitCodes = {
  ok: 0,
  /** The operation, or the job, failed. */
  failed: 1,
  usage: 2,
  notFound: 3,
  /** Waiting took too long. */
  timeout: 4,
  /** It cannot run at all, for example for want of quota. */
  cannotRun: 5,
  /** Not signed in, or not allowed. */
  forbidden: 6,
  bug: 70,
  interrupted: 130,
} as const;
