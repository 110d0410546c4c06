import { chromium, type Browser } from "playwright-core";

/** The system's Chromium, without anything that talks to the outside. */
export function launch(): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env["NEXYNC_CHROMIUM"] ?? "/usr/bin/chromium",
    args: [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}
