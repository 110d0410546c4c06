import { useMutation, type UseMutationResult } from "@tanstack/react-query";
import { endpoints } from "@/shared/contracts/generated";
import { call } from "@/shared/lib/rest";

/**
 * Begins the download of all that is one's own. The browser takes it by itself, a piece at a time, and only with a
 * good log-in: the question before it renews one that has run out.
 */
export function useTakeOwnData(): UseMutationResult<void, Error, void> {
  return useMutation({
    mutationFn: async () => {
      await call(endpoints.session);
      const link = document.createElement("a");
      link.href = endpoints.exportOwnData.path;
      link.download = "";
      document.body.append(link);
      link.click();
      link.remove();
    },
  });
}
