import { describe, expect, it } from "vitest";
import { linkOf, newSecret, readLink } from "@/features/chats/model/invite";

const LINK = {
  chat: "c0000000-0000-4000-8000-000000000000",
  invite: "10000000-0000-4000-8000-000000000000",
  secret: "ab".repeat(16),
};

describe("invite links", () => {
  it("come back from their own text", () => {
    const text = linkOf(LINK, "https://chat.example.org");
    expect(readLink(new URL(text).hash)).toEqual(LINK);
    expect(new URL(text).pathname).toBe("/join");
  });

  it("are nothing when anything is missing or odd", () => {
    const whole = new URL(linkOf(LINK, "https://chat.example.org")).hash;
    for (const text of ["", "#", whole.slice(0, -1), `${whole}0`, whole.toUpperCase(), "#a.b.c"]) {
      expect(readLink(text)).toBeNull();
    }
  });

  it("have secrets of 128 bits that differ", () => {
    const secrets = new Set(Array.from({ length: 50 }, newSecret));
    expect(secrets.size).toBe(50);
    for (const secret of secrets) expect(secret).toMatch(/^[0-9a-f]{32}$/);
  });
});
