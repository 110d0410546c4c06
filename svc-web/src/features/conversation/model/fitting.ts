import type { Attachment } from "@/shared/contracts/generated";

/** How large one image is shown at most, CSS pixels. */
export const WIDE = 360;
export const HIGH = 340;
const LEAST = 72;

/** The heights of rows of several images, of a file, and of the gap between them, CSS pixels; as the style has them. */
const ROW = { few: 156, many: 112 };
const FILE = 56;
const GAP = 4;

/** From so many on images stand three in a row and are small. */
export const MANY = 5;

type Sides = Pick<Attachment, "width" | "height">;

/** The room that one image takes, before any of it is loaded. */
export function fitted({ width, height }: Sides): { width: number; height: number } {
  if (width === null || height === null) return { width: 240, height: 180 };
  const scale = Math.min(1, WIDE / width, HIGH / height);
  const fit = (side: number): number => Math.max(LEAST, Math.round(side * scale));
  return { width: fit(width), height: fit(height) };
}

/** How high the files of a message are, for a list that must know before it draws them. */
export function filesHeight(files: readonly (Sides & Pick<Attachment, "kind">)[]): number {
  const images = files.filter((one) => one.kind === "image");
  const [first] = images;
  const blocks: number[] = files.filter((one) => one.kind === "file").map(() => FILE);
  if (first !== undefined && images.length === 1) blocks.push(fitted(first).height);
  if (images.length > 1) {
    const many = images.length >= MANY;
    const count = Math.ceil(images.length / (many ? 3 : 2));
    blocks.push(count * ((many ? ROW.many : ROW.few) + GAP) - GAP);
  }
  return blocks.reduce((sum, one) => sum + one + GAP, 0);
}
