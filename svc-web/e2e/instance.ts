import { execFile } from "node:child_process";
import { resolve } from "node:path";
import { promisify } from "node:util";

const ROOT = process.env["NEXYNC_ROOT"] ?? resolve(import.meta.dirname, "../..");

async function control(verb: "kill" | "start" | "restart", name: string): Promise<void> {
  const python = resolve(ROOT, ".venv/bin/python");
  await promisify(execFile)(python, ["-m", "nexync_dev", verb, name], {
    cwd: ROOT,
    timeout: 90_000,
  });
}

/** Restarts programs of the instance under test one after another, gracefully, as a rollout would. */
export async function restart(...names: string[]): Promise<void> {
  for (const name of names) await control("restart", name);
}

/** Ends a program by SIGKILL, and keeps it away until `start`. */
export const kill = (name: string): Promise<void> => control("kill", name);

export const start = (name: string): Promise<void> => control("start", name);
