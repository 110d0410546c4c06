import { createHmac } from "node:crypto";
import type { Locator } from "playwright-core";

const STEP_MS = 30_000;
const BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** RFC 6238 as an authenticator app does it. */
function codeAt(secret: string, step: number): string {
  const bits = Array.from(secret, (one) => BASE32.indexOf(one).toString(2).padStart(5, "0")).join(
    "",
  );
  const key = Buffer.from(bits.match(/.{8}/g)?.map((byte) => Number.parseInt(byte, 2)) ?? []);
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const mac = createHmac("sha1", key).update(counter).digest();
  const at = (mac.at(-1) ?? 0) & 15;
  return String((mac.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

/**
 * Enters the code that an app shows now, and sends it. A code is good for its 30 seconds, once: what comes too late, or
 * was used, is followed by the next one, as people do it. Returns when `done` is there.
 */
export async function enterCode(
  secret: string,
  field: Locator,
  send: Locator | null,
  done: Locator,
): Promise<void> {
  let tried = 0;
  const page = field.page();
  const until = Date.now() + 3 * STEP_MS;
  while (Date.now() < until) {
    const step = Math.floor(Date.now() / STEP_MS);
    if (step > tried && (await field.isVisible())) {
      tried = step;
      await field.fill(codeAt(secret, step));
      await send?.click({ timeout: 5_000 }).catch(() => undefined);
    }
    if (await done.isVisible()) return;
    await page.waitForTimeout(200);
  }
  throw new Error("no code was taken");
}
