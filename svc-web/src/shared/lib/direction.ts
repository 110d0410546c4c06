const LETTER = /\p{L}/u;
const FROM_RIGHT =
  /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Nko}\p{Script=Syriac}\p{Script=Thaana}]/u;

/** Whether a text is read from right to left: its first letter decides, as with `dir="auto"`. */
export function readsFromRight(text: string): boolean {
  const first = LETTER.exec(text)?.[0];
  return first !== undefined && FROM_RIGHT.test(first);
}
