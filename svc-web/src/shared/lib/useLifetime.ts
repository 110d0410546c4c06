import { useEffect, useState } from "react";

/**
 * Something with an end (a socket, a driver) for as long as the view is there and `begin` is the same.
 * It begins in an effect, because beginning twice without an end would leave one behind.
 */
export function useLifetime<T>(begin: () => readonly [T, () => void]): T | null {
  const [value, setValue] = useState<T | null>(null);
  useEffect(() => {
    const [made, end] = begin();
    // The value exists only from here on, so there is no earlier render that could have had it.
    // eslint-disable-next-line react-hooks/set-state-in-effect
    setValue(() => made);
    return end;
  }, [begin]);
  return value;
}
