import { Users } from "lucide-react";
import type { CSSProperties, ReactNode } from "react";
import styles from "@/shared/ui/Avatar.module.css";

type AvatarProps = {
  id: string;
  name: string;
  size?: 20 | 28 | 36 | 44 | 72;
  group?: boolean;
};

/**
 * Initials on a colour from the id's hash. Lightness and chroma are fixed, so that white on it has a
 * contrast of at least 4.5 at every hue.
 */
export function Avatar({ id, name, size = 44, group = false }: AvatarProps): ReactNode {
  const style = { "--hue": hue(id), "--size": `${size}px` } as CSSProperties;
  return (
    <span className={styles["avatar"]} style={style} aria-hidden="true" data-group={group}>
      {group && size >= 36 ? <Users size={size * 0.46} strokeWidth={1.75} /> : initials(name)}
    </span>
  );
}

function hue(id: string): number {
  let hash = 2166136261;
  for (const character of id) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 16777619);
  return ((hash >>> 0) % 24) * 15;
}

function initials(name: string): string {
  const words = name.split(/[\s._-]+/).filter((word) => word !== "");
  const letters = words.slice(0, 2).map((word) => String.fromCodePoint(word.codePointAt(0) ?? 63));
  return letters.join("").toUpperCase() || "?";
}
