import { Check, File as FileIcon, RotateCw, X } from "lucide-react";
import { useState, type ReactNode } from "react";
import { useLeftOut, useUploads } from "@/features/conversation/api/useUploads";
import type { UploadList } from "@/features/conversation/api/uploads";
import { progress, stateWords, type Upload } from "@/features/conversation/model/uploads";
import { Describe } from "@/features/conversation/ui/Describe";
import styles from "@/features/conversation/ui/UploadStrip.module.css";
import { altOf } from "@/shared/lib/files";

/** The files of the next message: what they are, how far they are, and a way to take each away again. */
export function UploadStrip({ list }: { list: UploadList }): ReactNode {
  const uploads = useUploads(list);
  const leftOut = useLeftOut(list);
  const [described, setDescribed] = useState<string | null>(null);
  const image = uploads.find((one) => one.key === described);
  if (uploads.length === 0) return null;
  return (
    <div className={styles["frame"]}>
      {leftOut === null ? null : (
        <p className={styles["leftOut"]} role="alert">
          {leftOut}
        </p>
      )}
      <ul className={styles["strip"]} aria-label="Files of this message">
        {uploads.map((one) => (
          <li key={one.key} className={styles["item"]} data-status={one.status.kind}>
            <Face upload={one} address={list.preview(one.key)} />
            <span className={styles["words"]}>
              <span className={styles["name"]} title={one.name} dir="auto">
                {one.name}
              </span>
              <span
                className={styles["state"]}
                role={one.status.kind === "failed" ? "alert" : undefined}
              >
                {stateWords(one)}
              </span>
              {one.image && one.settled !== true && one.status.kind !== "failed" ? (
                <button
                  type="button"
                  className={styles["describe"]}
                  aria-label={
                    one.alt === null
                      ? `Describe ${one.name}`
                      : `Described. Change the description of ${one.name}`
                  }
                  onClick={() => setDescribed(one.key)}
                >
                  {one.alt === null ? (
                    "Describe"
                  ) : (
                    <>
                      <Check size={14} strokeWidth={2} aria-hidden="true" />
                      Described
                    </>
                  )}
                </button>
              ) : null}
            </span>
            {one.status.kind === "failed" && one.status.again ? (
              <button
                type="button"
                className={styles["button"]}
                aria-label={`Try ${one.name} again`}
                onClick={() => list.again(one.key)}
              >
                <RotateCw size={16} strokeWidth={1.75} />
              </button>
            ) : null}
            <button
              type="button"
              className={styles["button"]}
              aria-label={`Remove ${one.name}`}
              onClick={() => list.remove(one.key)}
            >
              <X size={16} strokeWidth={1.75} />
            </button>
            {one.status.kind === "sending" || one.status.kind === "waiting" ? (
              <progress
                className={styles["bar"]}
                aria-label={`${one.name} on its way`}
                max={1}
                value={progress(one)}
              />
            ) : null}
          </li>
        ))}
      </ul>
      {image === undefined ? null : (
        <Describe
          name={image.name}
          alt={image.alt}
          address={list.preview(image.key)}
          onSay={(alt) => {
            list.describe(image.key, alt);
            setDescribed(null);
          }}
          onClose={() => setDescribed(null)}
        />
      )}
    </div>
  );
}

function Face({ upload, address }: { upload: Upload; address: string | null }): ReactNode {
  const [broken, setBroken] = useState(false);
  // Of one that came back after a reload this device has no more than that.
  const src = address ?? (upload.blur === null ? null : `data:image/webp;base64,${upload.blur}`);
  if (src === null || broken) {
    return (
      <span className={styles["face"]}>
        <FileIcon size={20} strokeWidth={1.75} aria-hidden="true" />
      </span>
    );
  }
  return (
    <img className={styles["face"]} src={src} alt={altOf(upload)} onError={() => setBroken(true)} />
  );
}
