import { ImageOff, RotateCw } from "lucide-react";
import { useState, type ReactNode } from "react";
import { useImage } from "@/features/conversation/api/images";
import { seenHere } from "@/features/conversation/api/seenHere";
import { MANY } from "@/features/conversation/model/fitting";
import { FileCard, SavedCard } from "@/features/conversation/ui/FileCard";
import { Frame, Images } from "@/features/conversation/ui/Frame";
import { Lightbox } from "@/features/conversation/ui/Lightbox";
import styles from "@/features/conversation/ui/MessageFiles.module.css";
import type { Attachment } from "@/shared/contracts/generated";
import { altOf, type Variant } from "@/shared/lib/files";

type MessageFilesProps = {
  chat: string;
  /** Null while the message has no number: then there is nothing to load yet. */
  seq: number | null;
  files: readonly Attachment[];
};

/** The images of a message in the room that they need, and its other files to be saved. */
export function MessageFiles({ chat, seq, files }: MessageFilesProps): ReactNode {
  const [open, setOpen] = useState<number | null>(null);
  const images = files.filter((one) => one.kind === "image");
  const others = files.filter((one) => one.kind === "file");
  return (
    <div className={styles["files"]}>
      {images.length === 0 ? null : (
        <Images count={images.length}>
          {images.map((image, at) => (
            <Frame key={image.id} look={image}>
              {seq === null ? (
                <Coming image={image} />
              ) : (
                <Picture
                  image={image}
                  chat={chat}
                  seq={seq}
                  variant={variantOf(image, images.length)}
                  onOpen={() => setOpen(at)}
                />
              )}
            </Frame>
          ))}
        </Images>
      )}
      {others.length === 0 ? null : (
        <ul className={styles["list"]} aria-label="Files">
          {others.map((file) => (
            <li key={file.id}>
              {seq === null ? (
                <FileCard name={file.name} size={file.size} />
              ) : (
                <SavedCard file={file} of={{ chat, message: seq, file: file.id }} />
              )}
            </li>
          ))}
        </ul>
      )}
      {open === null || seq === null ? null : (
        <Lightbox
          chat={chat}
          seq={seq}
          images={images}
          start={open}
          onClose={() => setOpen(null)}
        />
      )}
    </div>
  );
}

/** Small tiles need little; what moves does so only alone, and not for who asked for stillness. */
function variantOf(image: Attachment, count: number): Variant {
  if (count >= MANY) return "thumb";
  const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  return image.animated && count === 1 && !still ? "original" : "preview";
}

type PictureProps = {
  image: Attachment;
  chat: string;
  seq: number;
  variant: Variant;
  onOpen: () => void;
};

function Picture({ image, chat, seq, variant, onOpen }: PictureProps): ReactNode {
  const loaded = useImage({ chat, message: seq, file: image.id }, variant);
  const { src, state } = loaded;
  if (state === "gone") {
    return (
      <p className={styles["missing"]} title={image.name}>
        <ImageOff size={20} strokeWidth={1.75} aria-hidden="true" />
        Not available
      </p>
    );
  }
  if (state === "away") {
    return (
      <button type="button" className={styles["missing"]} onClick={loaded.again}>
        <RotateCw size={20} strokeWidth={1.75} aria-hidden="true" />
        Load again
      </button>
    );
  }
  return (
    <button
      type="button"
      className={styles["picture"]}
      data-state={state}
      aria-haspopup="dialog"
      onClick={onOpen}
    >
      <img
        src={src}
        alt={altOf(image)}
        decoding="async"
        draggable={false}
        onLoad={loaded.onLoad}
        onError={loaded.onError}
      />
    </button>
  );
}

/** An own image that is on its way is known already. */
function Coming({ image }: { image: Attachment }): ReactNode {
  const address = seenHere(image.id);
  if (address === null) return null;
  return (
    <span className={styles["picture"]} data-state="there">
      <img src={address} alt={altOf(image)} decoding="async" draggable={false} />
    </span>
  );
}
