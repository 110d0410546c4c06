import { mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, it } from "vitest";
import { barriers } from "./barriers";
import { launch } from "./browser";
import { NOW, type Pretence } from "./pretence";
import { pretend } from "./pretend";
import { serve } from "./static";

const OUT = fileURLToPath(new URL("../out", import.meta.url));
const PICTURES =
  process.env["NEXYNC_PICTURES"] ?? fileURLToPath(new URL(".output", import.meta.url));

const WIDTHS = { wide: { width: 1440, height: 900 }, narrow: { width: 390, height: 844 } };

const LOOKS = ["light", "dark"] as const;
const SIZES = ["wide", "narrow"] as const;
/** `barriers`: no pictures, but each page is searched for what keeps somebody out, in two of the four ways. */
const FOR_BARRIERS = process.env["NEXYNC_SHOTS"] === "barriers";

export type Shot = {
  name: string;
  path: string;
  how: Pretence;
  /** What is done on the page before the picture. */
  then?: (page: Page) => Promise<void>;
};

/**
 * A picture of each in both looks and widths, as `<name>-<width>-<look>.png`; an error of the page fails it. With
 * `NEXYNC_SHOTS=barriers` no picture, and a barrier fails it.
 */
export function pictures(shots: readonly Shot[]): void {
  let browser: Browser;
  let page: string;
  let close: () => void;

  beforeAll(async () => {
    mkdirSync(PICTURES, { recursive: true });
    browser = await launch();
    ({ page, close } = await serve(OUT));
  });
  afterAll(async () => {
    await browser.close();
    close();
  });

  describe.each(LOOKS)("%s", (colorScheme) => {
    const sizes = FOR_BARRIERS ? ([colorScheme === "light" ? "wide" : "narrow"] as const) : SIZES;
    describe.each(sizes)("%s", (width) => {
      it.each(shots)("$name", async (shot) => {
        const context = await browser.newContext({
          viewport: WIDTHS[width],
          colorScheme,
          locale: "en-GB",
          deviceScaleFactor: 1,
          hasTouch: width === "narrow",
          isMobile: width === "narrow",
        });
        await context.clock.install({ time: NOW });
        await pretend(context, shot.how);
        const view = await context.newPage();
        const problems: string[] = [];
        view.on("pageerror", (error) => problems.push(error.message));
        await view.goto(page + shot.path);
        await view.waitForLoadState("networkidle");
        await view.clock.runFor(500);
        await shot.then?.(view);
        await view.clock.runFor(500);
        if (FOR_BARRIERS) {
          await view.clock.resume();
          problems.push(...(await barriers(view)));
        } else {
          await view.screenshot({
            path: `${PICTURES}/${shot.name}-${width}-${colorScheme}.png`,
            // What fades in is seen when it is there.
            animations: "disabled",
          });
        }
        await context.close();
        if (problems.length > 0) throw new Error(problems.join("\n"));
      });
    });
  });
}
