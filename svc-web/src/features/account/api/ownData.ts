import { useMutation, type UseMutationResult } from "@tanstack/react-query";
import { endpoints, type OwnerProofBody } from "@/shared/contracts/generated";
import { call } from "@/shared/lib/rest";

/**
 * Begins the download of all that is one's own, once after a proof of who sits here. The browser takes it by itself,
 * a piece at a time.
 */
export function useTakeOwnData(): UseMutationResult<void, Error, OwnerProofBody> {
  return useMutation({
    mutationFn: async (body) => {
      await call(endpoints.allowOwnData, { body });
      const link = document.createElement("a");
      link.href = endpoints.exportOwnData.path;
      link.download = "";
      document.body.append(link);
      link.click();
      link.remove();
    },
  });
}
