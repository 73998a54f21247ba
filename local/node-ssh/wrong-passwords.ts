// Passwords are not to be found by trying: an account that heard too many wrong ones takes none for a while, from nobody; its keys are taken
// all the time.
import type { Clock } from "../clock.ts";

const mostWrongPasswords = 10;
const memoryMs = 60_000;

export interface WrongPasswords {
  isClosed(account: string): boolean;
  count(account: string): void;
}

export function wrongPasswords(clock: Clock): WrongPasswords {
  const times = new Map<string, number[]>();
  const recent = (account: string) => (times.get(account) ?? []).filter((at) => at > clock.now() - memoryMs);
  return {
    isClosed: (account) => recent(account).length >= mostWrongPasswords,
    count: (account) => void times.set(account, [...recent(account), clock.now()]),
  };
}
