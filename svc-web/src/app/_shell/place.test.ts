import { describe, expect, it } from "vitest";
import { inSettings, placeOf, whoOf } from "@/app/_shell/place";

const PERSON = "bbbbbbbb-0000-4000-8000-000000000001";
const at = (path: string): URL => new URL(path, "https://nexync.test");

describe("a place", () => {
  it.each([
    ["/settings/profile", "profile"],
    ["/settings/privacy/", "privacy"],
    ["/settings/notifications", "notifications"],
    ["/settings/security", "security"],
    ["/settings/data", "data"],
    ["/settings/account", "account"],
    ["/settings/bots", "bots"],
    ["/settings", "settings"],
    ["/admin", "admin"],
    ["/admin/invitations", "admin"],
    ["/admin/reports", "admin"],
    ["/admin/log/", "admin"],
  ])("%s is a page of the settings", (path, kind) => {
    const place = placeOf(at(path));
    expect(place.kind).toBe(kind);
    expect(inSettings(place)).toBe(true);
  });

  it.each(["/", "/people", `/c/${PERSON}`, "/settings/other", "/admin/other"])(
    "%s is none",
    (path) => {
      expect(inSettings(placeOf(at(path)))).toBe(false);
    },
  );

  it("has a person over it, whatever it is, when the address names one", () => {
    expect(whoOf(at(`/people?who=${PERSON}`))).toBe(PERSON);
    expect(whoOf(at(`/c/${PERSON}?m=3&who=${PERSON}`))).toBe(PERSON);
    expect(whoOf(at("/people?who=../me"))).toBe(null);
    expect(whoOf(at("/people"))).toBe(null);
    expect(whoOf(null)).toBe(null);
  });
});
