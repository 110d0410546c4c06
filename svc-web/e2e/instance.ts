import { execFile } from "node:child_process";
import { resolve } from "node:path";
import { promisify } from "node:util";

const ROOT = process.env["NEXYNC_ROOT"] ?? resolve(import.meta.dirname, "../..");

/** Restarts programs of the instance under test one after another, gracefully, as a rollout would. */
export async function restart(...names: string[]): Promise<void> {
  const python = resolve(ROOT, ".venv/bin/python");
  for (const name of names) {
    await promisify(execFile)(python, ["-m", "nexync_dev", "restart", name], {
      cwd: ROOT,
      timeout: 90_000,
    });
  }
}
