import { said as message } from "@/shared/lib/said";
import { describe, expect, it } from "vitest";
import type { Event } from "@/shared/contracts/generated";
import { groupSentence } from "@/shared/lib/happenings";

const said = (event: Event, by = "ann"): string | null =>
  groupSentence(event, by, by === "me" ? "You" : by, (person) =>
    person === "me" ? "you" : person,
  );

describe("what happened to a group", () => {
  it("says who did what to whom", () => {
    const added = { tag: "member.added" as const, role: "member" as const, history: false };
    expect(said({ ...added, person: "me", invite: null })).toBe("ann added you");
    expect(said({ ...added, person: "bo", invite: "link" }, "bo")).toBe("bo joined by a link");
    expect(said({ tag: "member.role_changed", person: "bo", role: "admin" }, "me")).toBe(
      "You made bo an admin",
    );
    expect(said({ tag: "chat.blocked", hidden: true }, "me")).toBe("You blocked this person");
    expect(said({ tag: "chat.dismissed" })).toBe("ann ended this group");
    const ended = groupSentence({ tag: "chat.dismissed" }, "ann", "ann", (one) => one, false);
    expect(ended).toBe("This account was deleted");
    expect(said({ tag: "chat.tagline_changed", tagline: "" })).toMatch(/removed/);
  });

  it("says who is admin after the last one left", () => {
    const left: Event = { tag: "member.removed", person: "ann", promoted: "me" };
    expect(said(left)).toBe("ann left. The group’s admin is now you");
    expect(said({ ...left, promoted: null })).toBe("ann left");
  });

  it("says who pinned a message", () => {
    expect(said({ tag: "message.pinned", target: 2, hidden: false }, "me")).toBe(
      "You pinned a message",
    );
    expect(said({ tag: "message.unpinned", target: 2, hidden: false })).toBe(
      "ann unpinned a message",
    );
  });

  it("says nothing about messages", () => {
    expect(said(message("hi"))).toBeNull();
  });
});
