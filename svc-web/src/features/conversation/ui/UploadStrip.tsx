import { File as FileIcon, RotateCw, X } from "lucide-react";
import { useState, type ReactNode } from "react";
import { useLeftOut, useUploads } from "@/features/conversation/api/useUploads";
import type { UploadList } from "@/features/conversation/api/uploads";
import { progress, stateWords, type Upload } from "@/features/conversation/model/uploads";
import styles from "@/features/conversation/ui/UploadStrip.module.css";

/** The files of the next message: what they are, how far they are, and a way to take each away again. */
export function UploadStrip({ list }: { list: UploadList }): ReactNode {
  const uploads = useUploads(list);
  const leftOut = useLeftOut(list);
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
    </div>
  );
}

function Face({ upload, address }: { upload: Upload; address: string | null }): ReactNode {
  const [broken, setBroken] = useState(false);
  if (address === null || broken) {
    return (
      <span className={styles["face"]}>
        <FileIcon size={20} strokeWidth={1.75} aria-hidden="true" />
      </span>
    );
  }
  return (
    <img
      className={styles["face"]}
      src={address}
      alt={`Image: ${upload.name}`}
      onError={() => setBroken(true)}
    />
  );
}
