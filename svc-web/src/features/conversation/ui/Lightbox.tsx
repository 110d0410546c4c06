import { ChevronLeft, ChevronRight, Download, ImageOff, RotateCw, X } from "lucide-react";
import { Dialog as Primitive } from "radix-ui";
import { useState, type CSSProperties, type ReactNode } from "react";
import { useImage, useSaving } from "@/features/conversation/api/images";
import { blurOf } from "@/features/conversation/ui/Frame";
import styles from "@/features/conversation/ui/Lightbox.module.css";
import type { Attachment } from "@/shared/contracts/generated";
import { altOf, fileAddress, type InMessage } from "@/shared/lib/files";
import { sizeWords } from "@/shared/lib/sizes";
import { Spinner } from "@/shared/ui/Spinner";

type LightboxProps = {
  chat: string;
  seq: number;
  images: readonly Attachment[];
  start: number;
  onClose: () => void;
};

/** An image as large as the page allows. Arrows go on, Escape and a press beside it close. */
export function Lightbox({ chat, seq, images, start, onClose }: LightboxProps): ReactNode {
  const [at, setAt] = useState(start);
  const image = images[at];
  if (image === undefined) return null;
  const of = { chat, message: seq, file: image.id };
  const several = images.length > 1;
  const go = (step: number): void => setAt((at + step + images.length) % images.length);
  return (
    <Primitive.Root open onOpenChange={onClose}>
      <Primitive.Portal>
        <Primitive.Overlay className={styles["scrim"]} />
        <Primitive.Content
          className={styles["box"]}
          aria-describedby={undefined}
          onKeyDown={(event) => {
            if (several && event.key === "ArrowRight") go(1);
            if (several && event.key === "ArrowLeft") go(-1);
          }}
        >
          <header className={styles["head"]}>
            <Primitive.Title className={styles["title"]} dir="auto">
              {image.name}
            </Primitive.Title>
            <span className={styles["size"]} aria-live="polite">
              {several ? `${at + 1} of ${images.length} · ` : ""}
              {sizeWords(image.size)}
            </span>
            <Save key={image.id} of={of} name={image.name} />
            <Primitive.Close className={styles["button"]} aria-label="Close">
              <X size={20} strokeWidth={1.75} />
            </Primitive.Close>
          </header>
          <Stage key={image.id} of={of} image={image} onClose={onClose} />
          {image.alt === null ? null : (
            <p className={styles["caption"]} dir="auto">
              {image.alt}
            </p>
          )}
          {several ? (
            <>
              <button
                type="button"
                className={styles["before"]}
                aria-label="Previous image"
                onClick={() => go(-1)}
              >
                <ChevronLeft size={24} strokeWidth={1.75} />
              </button>
              <button
                type="button"
                className={styles["after"]}
                aria-label="Next image"
                onClick={() => go(1)}
              >
                <ChevronRight size={24} strokeWidth={1.75} />
              </button>
            </>
          ) : null}
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  );
}

function Save({ of, name }: { of: InMessage; name: string }): ReactNode {
  const { busy, words, save } = useSaving(of, name);
  return (
    <>
      {words === null ? null : (
        <span className={styles["problem"]} role="alert">
          Not saved. {words}
        </span>
      )}
      <a
        className={styles["button"]}
        href={fileAddress(of, "original")}
        download={name}
        aria-label={`Save ${name}`}
        aria-busy={busy}
        onClick={(event) => {
          event.preventDefault();
          save();
        }}
      >
        {busy ? <Spinner /> : <Download size={20} strokeWidth={1.75} />}
      </a>
    </>
  );
}

/** The image in its own place: first its placeholder, then what the conversation shows of it, then all of it. */
function Stage({
  of,
  image,
  onClose,
}: {
  of: InMessage;
  image: Attachment;
  onClose: () => void;
}): ReactNode {
  const preview = useImage(of, "preview");
  const whole = useImage(of, "original");
  const style = {
    "--wide": `${image.width ?? 960}px`,
    "--shape": `${(image.width ?? 4) / (image.height ?? 3)}`,
    ...(image.blur === null ? {} : { "--blur": blurOf(image.blur) }),
  } as CSSProperties;
  const failed = whole.state === "gone" || whole.state === "away";
  return (
    // Escape and the button do the same; this is the habit of pressing beside it.
    // eslint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-static-element-interactions
    <div
      className={styles["stage"]}
      onClick={(event) => {
        if (event.target === event.currentTarget) onClose();
      }}
    >
      <div className={styles["image"]} style={style} data-state={whole.state}>
        {failed ? null : (
          <img
            src={preview.src}
            alt=""
            onLoad={preview.onLoad}
            hidden={preview.state !== "there"}
          />
        )}
        {failed ? null : (
          <img
            className={styles["whole"]}
            src={whole.src}
            alt={altOf(image)}
            onLoad={whole.onLoad}
            onError={whole.onError}
          />
        )}
        {whole.state === "gone" ? (
          <p className={styles["missing"]} role="alert">
            <ImageOff size={24} strokeWidth={1.75} aria-hidden="true" />
            This image is not available any more.
          </p>
        ) : null}
        {whole.state === "away" ? (
          <button type="button" className={styles["missing"]} onClick={whole.again}>
            <RotateCw size={24} strokeWidth={1.75} aria-hidden="true" />
            Load again
          </button>
        ) : null}
      </div>
      {whole.state === "coming" ? (
        <span className={styles["coming"]}>
          <Spinner label="Loading the image" />
        </span>
      ) : null}
    </div>
  );
}
