import { UserX, Users } from "lucide-react";
import { useState, type CSSProperties, type ReactNode } from "react";
import styles from "@/shared/ui/Avatar.module.css";

type AvatarProps = {
  id: string;
  name: string;
  size?: 20 | 28 | 36 | 44 | 72;
  group?: boolean;
  /** Whose account was deleted: no initials, and no colour. */
  nobody?: boolean;
  /** Where the picture is; null for none. */
  picture?: string | null;
  /** Makes a picture that could not be loaded come a second time; it fails where there is none to be had. */
  onLost?: (() => Promise<void>) | undefined;
};

/**
 * The picture; without one, and until it is there, initials on a colour from the id's hash. Lightness and
 * chroma are fixed, so that white on it has a contrast of at least 4.5 at every hue.
 */
export function Avatar(props: AvatarProps): ReactNode {
  const { id, name, size = 44, group = false, nobody = false, picture = null, onLost } = props;
  const style = { "--hue": hue(id), "--size": `${size}px` } as CSSProperties;
  return (
    <span
      className={styles["avatar"]}
      style={style}
      aria-hidden="true"
      data-group={group}
      data-nobody={nobody}
    >
      {nobody ? (
        <UserX size={size * 0.5} strokeWidth={1.75} />
      ) : group && size >= 36 ? (
        <Users size={size * 0.46} strokeWidth={1.75} />
      ) : (
        initials(name)
      )}
      {picture === null ? null : <Picture key={picture} address={picture} onLost={onLost} />}
    </span>
  );
}

type PictureProps = { address: string; onLost: AvatarProps["onLost"] };

function Picture({ address, onLost }: PictureProps): ReactNode {
  const [turn, setTurn] = useState(0);
  const [gone, setGone] = useState(false);
  const lost = (): void => {
    if (turn > 0 || onLost === undefined) {
      setGone(true);
      return;
    }
    onLost().then(
      () => setTurn(1),
      () => setGone(true),
    );
  };
  if (gone) return null;
  return (
    <img
      key={turn}
      className={styles["picture"]}
      src={address}
      alt=""
      loading="lazy"
      decoding="async"
      draggable={false}
      onError={lost}
    />
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
