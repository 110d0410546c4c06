import { useSyncExternalStore } from "react";
import type { UploadList } from "@/features/conversation/api/uploads";
import type { Uploads } from "@/features/conversation/model/uploads";

/** The files of the list, as they come along. */
export function useUploads(list: UploadList): Uploads {
  return useSyncExternalStore(list.subscribe, list.current, list.current);
}

/** Says that some were too many. */
export function useLeftOut(list: UploadList): string | null {
  return useSyncExternalStore(list.subscribe, list.leftOut, list.leftOut);
}
