import { describe, expect, it } from "vitest";
import { Changes } from "@/shared/lib/changes";

describe("Changes", () => {
  it("reads again when something changed while an answer was on its way", async () => {
    const changes = new Changes();
    let truth = "asked";
    const waiting: (() => void)[] = [];
    const read = async (): Promise<string> => {
      const seen = truth;
      await new Promise<void>((answer) => waiting.push(answer));
      return seen;
    };
    const slow = changes.latest(read);
    truth = "none";
    changes.happened();
    const quick = changes.latest(read);
    waiting[1]?.();
    expect(await quick).toBe("none");
    waiting[0]?.();
    await Promise.resolve();
    await Promise.resolve();
    waiting[2]?.();
    expect(await slow).toBe("none");
  });

  it("gives up reading what never stands still", async () => {
    const changes = new Changes();
    let reads = 0;
    const answer = await changes.latest(() => {
      changes.happened();
      reads += 1;
      return Promise.resolve(reads);
    });
    expect(answer).toBe(5);
  });
});
