import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type * as axe from "axe-core";
import type { Page } from "playwright-core";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

declare global {
  interface Window {
    axe: typeof axe;
  }
}

/** What on a page keeps somebody out, by WCAG 2.2 AA as far as axe can tell: rule, help and the first places. */
export async function barriers(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  const found = await page.evaluate(
    (values) =>
      window.axe.run({
        runOnly: { type: "tag", values },
        // What is behind an open menu is hidden, and the menu keeps the focus: axe doesn't see that nothing gets there.
        rules: { "aria-hidden-focus": { enabled: false } },
      }),
    STANDARDS,
  );
  return found.violations.map(({ id, help, nodes }) => {
    const places = nodes.slice(0, 3).map((node) => `  ${node.html.slice(0, 200)}`);
    return [`${id}: ${help} (${nodes.length})`, ...places].join("\n");
  });
}
