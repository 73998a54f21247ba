// Whether letters alone are shortcuts: who speaks to their computer turns them off (WCAG 2.2, 2.1.4). Kept in this browser.
const key = "openbatchai-letter-keys";

export const areLetterKeysOn = (): boolean => localStorage.getItem(key) !== "off";

export function keepLetterKeys(areOn: boolean): void {
  localStorage.setItem(key, areOn ? "on" : "off");
}
