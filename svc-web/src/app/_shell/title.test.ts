import { describe, expect, it } from "vitest";
import { placeOf } from "@/app/_shell/place";
import { tabTitle } from "@/app/_shell/title";

const CHAT = "/c/aaaaaaaa-0000-4000-8000-000000000001";
const at = (path: string) => placeOf(new URL(path, "https://nexync.test"));

describe("the title of the tab", () => {
  it("is the open chat's name, behind the number of unread messages", () => {
    expect(tabTitle(at(CHAT), "Ann", 0)).toBe("Ann – Nexync");
    expect(tabTitle(at(`${CHAT}?m=7`), "Ann", 3)).toBe("(3) Ann – Nexync");
  });

  it("is the client's name until the chat's is known, and beside the list", () => {
    expect(tabTitle(at(CHAT), null, 0)).toBe("Nexync");
    expect(tabTitle(at("/"), null, 2)).toBe("(2) Nexync");
  });

  it.each([
    ["/people", "People – Nexync"],
    ["/settings/security", "Security – Nexync"],
    ["/admin/log", "Administration – Nexync"],
    ["/login", "Log in – Nexync"],
  ])("of %s says %s", (path, title) => {
    expect(tabTitle(at(path), null, 0)).toBe(title);
  });
});
