import { describe, expect, it } from "vitest";
import { readsFromRight } from "@/shared/lib/direction";

describe("the direction of a text", () => {
  it.each(["مرحبا Ben", "- שלום", "12: العنوان", "👍 תודה", "> **اقتباس**"])(
    "of %s is from right to left",
    (text) => {
      expect(readsFromRight(text)).toBe(true);
    },
  );

  it.each(["Ok: العنوان", "hello", "Привет", "", "👍 12:30", "你好 שלום"])(
    "of %s is from left to right",
    (text) => {
      expect(readsFromRight(text)).toBe(false);
    },
  );
});
