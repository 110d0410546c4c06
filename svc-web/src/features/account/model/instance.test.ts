import { describe, expect, it } from "vitest";
import { doorOf, tokenOf, type Invited } from "@/features/account/model/instance";

const TOKEN = "a".repeat(43);

describe("the door of the instance", () => {
  it.each<[string, Invited, boolean]>([
    ["open", "none", true],
    ["open", "over", true],
    ["domains", "none", true],
    ["domains", "over", true],
    ["invite", "none", false],
    ["invite", "over", false],
    ["invite", "good", true],
    ["closed", "none", false],
    ["closed", "good", false],
  ])("%s with %s", (registration, invited, form) => {
    const mode = registration as "open" | "domains" | "invite" | "closed";
    expect(doorOf({ registration: mode, domains: [] }, invited).form).toBe(form);
  });

  it("names the domains, unless an invitation makes them pointless", () => {
    const of = (domains: string[], invited: Invited = "none"): string | null =>
      doorOf({ registration: "domains", domains }, invited).addresses;
    expect(of(["a.test"])).toBe("Any address at a.test.");
    expect(of(["a.test", "b.test"])).toBe("Any address at a.test or b.test.");
    expect(of(["a.test", "b.test", "c.test", "d.test"])).toBe(
      "Any address at a.test, b.test, c.test and 1 more.",
    );
    expect(of(["a.test"], "good")).toBe(null);
  });
});

describe("an invitation in the address", () => {
  it("is taken only in its own form", () => {
    expect(tokenOf(`#${TOKEN}`)).toBe(TOKEN);
    expect(tokenOf("")).toBe(null);
    expect(tokenOf("#token")).toBe(null);
    expect(tokenOf(`#${TOKEN}!`)).toBe(null);
  });
});
