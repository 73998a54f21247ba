// Pictures for whoever builds the pages; nothing is written unless PORTAL_SCREENSHOTS names a folder.
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "playwright-core";

const folder = process.env["PORTAL_SCREENSHOTS"];

export async function shoot(page: Page, name: string, options: { fullPage?: boolean } = {}): Promise<void> {
  if (folder === undefined) return;
  await mkdir(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`), ...options });
}
