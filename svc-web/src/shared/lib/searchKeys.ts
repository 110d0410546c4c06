import { useEffect, type RefObject } from "react";

const FIELD = '[role="searchbox"]';
const FOUND = "a[data-hit], a[data-chat]";

function writes(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest("input, textarea, select") !== null;
}

/** ⌘K, Ctrl+K and `/` bring one to the search field in `root`. */
export function useSearchKey(root: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    const pressed = (event: KeyboardEvent): void => {
      const command = (event.metaKey || event.ctrlKey) && event.key.toLowerCase() === "k";
      const slash = event.key === "/" && !event.metaKey && !event.ctrlKey && !writes(event.target);
      const field = root.current?.querySelector<HTMLInputElement>(FIELD);
      // Behind a dialog the field is no place to go.
      const behind = document.querySelector('[role="dialog"], [role="alertdialog"]') !== null;
      if (!(command || slash) || !field || behind || event.defaultPrevented) return;
      event.preventDefault();
      field.focus();
      field.select();
    };
    window.addEventListener("keydown", pressed);
    return () => window.removeEventListener("keydown", pressed);
  }, [root]);
}

/** Arrow keys lead from the field through what was found and back; Enter in the field opens the first. */
export function useFoundKeys(root: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    const element = root.current;
    if (element === null) return;
    const pressed = (event: KeyboardEvent): void => {
      const field = element.querySelector<HTMLInputElement>(FIELD);
      // What is still of other words is led to by no key.
      const found = [...element.querySelectorAll<HTMLElement>(FOUND)].filter(
        (one) => one.closest('[aria-busy="true"]') === null,
      );
      const at = found.findIndex((one) => one === document.activeElement);
      const inField = field !== null && field === document.activeElement;
      if ((!inField && at < 0) || event.isComposing) return;
      if (event.key === "ArrowDown") found[at + 1]?.focus();
      else if (event.key === "ArrowUp" && at >= 0) (found[at - 1] ?? field)?.focus();
      else if (event.key === "Enter" && inField && field.value.trim() !== "") found[0]?.click();
      else return;
      event.preventDefault();
    };
    element.addEventListener("keydown", pressed);
    return () => element.removeEventListener("keydown", pressed);
  }, [root]);
}
