import { afterEach, beforeEach } from "vitest";

/** The tests of this `describe` are the steps of one story: after one that failed the rest are skipped. */
export function inSteps(): void {
  let failed = false;
  beforeEach(({ skip }) => {
    skip(failed, "a step before it failed");
  });
  afterEach(({ task }) => {
    failed ||= task.result?.state === "fail";
  });
}
