// What the process's exit code means, the same for every command.
export const exitCodes = {
  ok: 0,
  failed: 1,
  usage: 2,
  notFound: 3,
  timeout: 4,
  bug: 70,
  interrupted: 130,
} as const;
