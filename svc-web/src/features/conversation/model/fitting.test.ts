import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { filesHeight, fitted, HIGH, WIDE } from "@/features/conversation/model/fitting";

const image = (width: number, height: number) => ({ kind: "image" as const, width, height });
const FILE = { kind: "file" as const, width: null, height: null };

describe("the room of an image", () => {
  it("has its shape and isn't larger than it", () => {
    expect(fitted(image(3000, 2000))).toEqual({ width: 360, height: 240 });
    expect(fitted(image(1000, 2000))).toEqual({ width: 170, height: 340 });
    expect(fitted(image(200, 100))).toEqual({ width: 200, height: 100 });
  });

  it("is never more than there is, nor too small to press", () => {
    const side = fc.integer({ min: 1, max: 4096 });
    fc.assert(
      fc.property(side, side, (wide, high) => {
        const { width, height } = fitted(image(wide, high));
        expect(width).toBeLessThanOrEqual(WIDE);
        expect(height).toBeLessThanOrEqual(HIGH);
        expect(Math.min(width, height)).toBeGreaterThanOrEqual(72);
      }),
    );
  });
});

describe("the height of what a message carries", () => {
  it("is that of one image, of rows of several, and of files", () => {
    expect(filesHeight([])).toBe(0);
    expect(filesHeight([image(360, 200)])).toBe(204);
    expect(filesHeight([image(1, 1), image(1, 1)])).toBe(160);
    expect(filesHeight(Array.from({ length: 7 }, () => image(9, 9)))).toBe(3 * 116);
    expect(filesHeight([FILE, FILE])).toBe(120);
  });
});
