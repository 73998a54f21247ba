// Light, dark, or what the system has: kept in this browser.
export const themes = ["system", "light", "dark"] as const;
export type Theme = (typeof themes)[number];

const key = "openbatchai-theme";

export function storedTheme(): Theme {
  return themes.find((theme) => theme === localStorage.getItem(key)) ?? "system";
}

export function applyTheme(theme: Theme): void {
  localStorage.setItem(key, theme);
  document.documentElement.dataset["theme"] = theme;
}
