import { RotateCw, X } from "lucide-react";
import type { ReactNode } from "react";
import { useUploads } from "@/features/conversation/api/useUploads";
import { useOutbox } from "@/features/conversation/api/provider";
import type { UploadList } from "@/features/conversation/api/uploads";
import { progress, stateWords, type Upload } from "@/features/conversation/model/uploads";
import { FileCard } from "@/features/conversation/ui/FileCard";
import { Frame, Images } from "@/features/conversation/ui/Frame";
import files from "@/features/conversation/ui/MessageFiles.module.css";
import styles from "@/features/conversation/ui/Packing.module.css";
import { Ring } from "@/features/conversation/ui/Ring";
import { altOf } from "@/shared/lib/files";

/** The files of an own message that waits for them: where they will be, and how far they are. */
export function Packing({ id }: { id: string }): ReactNode {
  const list = useOutbox().filesOf(id);
  return list === null ? null : <Packed list={list} />;
}

function Packed({ list }: { list: UploadList }): ReactNode {
  const uploads = useUploads(list);
  const images = uploads.filter((one) => one.image);
  const others = uploads.filter((one) => !one.image);
  return (
    <div className={files["files"]}>
      {images.length === 0 ? null : (
        <Images count={images.length}>
          {images.map((one) => (
            <Frame key={one.key} look={one}>
              <Tile one={one} list={list} />
            </Frame>
          ))}
        </Images>
      )}
      {others.length === 0 ? null : (
        <ul className={files["list"]} aria-label="Files on their way">
          {others.map((one) => (
            <li key={one.key}>
              <FileCard
                name={one.name}
                size={one.size}
                words={stateWords(one)}
                failed={one.status.kind === "failed"}
              >
                <Controls one={one} list={list} />
              </FileCard>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

function Tile({ one, list }: { one: Upload; list: UploadList }): ReactNode {
  const address = list.preview(one.key);
  return (
    <>
      {address === null ? null : (
        <span className={files["picture"]} data-state="there">
          <img src={address} alt={altOf(one)} draggable={false} />
        </span>
      )}
      {one.status.kind === "ready" ? null : (
        <span className={styles["veil"]}>
          <Controls one={one} list={list} />
          {one.status.kind === "sending" ? null : (
            <span className={styles["words"]}>{stateWords(one)}</span>
          )}
        </span>
      )}
    </>
  );
}

function Controls({ one, list }: { one: Upload; list: UploadList }): ReactNode {
  const { kind } = one.status;
  if (kind === "ready") return null;
  return (
    <span className={styles["controls"]}>
      {one.status.kind === "failed" && one.status.again ? (
        <button
          type="button"
          className={styles["button"]}
          aria-label={`Try ${one.name} again`}
          onClick={() => list.again(one.key)}
        >
          <RotateCw size={16} strokeWidth={2} />
        </button>
      ) : null}
      <button
        type="button"
        className={styles["button"]}
        aria-label={`Don’t send ${one.name}`}
        onClick={() => list.remove(one.key)}
      >
        {kind === "failed" ? null : <Ring value={progress(one)} label={`${one.name} on its way`} />}
        <X size={16} strokeWidth={2} />
      </button>
    </span>
  );
}
