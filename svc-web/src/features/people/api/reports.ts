import { useMutation, type UseMutationResult } from "@tanstack/react-query";
import { endpoints, type ReportBody, type ReportDone } from "@/shared/contracts/generated";
import { call } from "@/shared/lib/rest";

/** Tells those who run the installation. */
export function useReport(): UseMutationResult<ReportDone, Error, ReportBody> {
  return useMutation({
    networkMode: "always",
    mutationFn: (body) => call(endpoints.report, { body }),
  });
}
