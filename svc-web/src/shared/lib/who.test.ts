import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { navigate } from "@/shared/lib/location";
import { closePerson, showPerson } from "@/shared/lib/who";

/** Entries of a history, one of them shown; going takes until `arrive`. */
class Page extends EventTarget {
  entries: { url: string; state: unknown }[];
  at = 0;
  going = 0;

  constructor(path: string) {
    super();
    this.entries = [{ url: path, state: null }];
  }

  get location(): URL {
    return new URL(this.entries[this.at]?.url ?? "", "https://nexync.test");
  }

  get history(): object {
    return {
      state: this.entries[this.at]?.state,
      pushState: (state: unknown, _: string, url: string) => {
        this.entries = [...this.entries.slice(0, this.at + 1), { url, state }];
        this.at += 1;
      },
      replaceState: (state: unknown, _: string, url: string) => {
        this.entries[this.at] = { url, state };
      },
      go: (steps: number) => {
        this.going += steps;
      },
    };
  }

  arrive(): void {
    this.at += this.going;
    this.going = 0;
    this.dispatchEvent(new Event("popstate"));
  }
}

let page: Page;
const paths = (): string[] => page.entries.slice(0, page.at + 1).map((one) => one.url);
const open = (path: string): void => {
  page = new Page(path);
  vi.stubGlobal("window", page);
};

beforeEach(() => open("/"));
afterEach(() => vi.unstubAllGlobals());

describe("a person’s page over a place", () => {
  it("is an entry of the history that closing leaves", () => {
    navigate("/people");
    showPerson("mara");
    expect(paths()).toEqual(["/", "/people", "/people?who=mara"]);
    closePerson();
    page.arrive();
    expect(paths()).toEqual(["/", "/people"]);
  });

  it("is left at once with those that were opened from it", () => {
    navigate("/people");
    for (const person of ["mara", "jonas", "aiko"]) showPerson(person);
    closePerson();
    page.arrive();
    expect(paths()).toEqual(["/", "/people"]);
  });

  it("is closed once, however often it is asked to before it is", () => {
    navigate("/people");
    showPerson("mara");
    closePerson();
    closePerson();
    page.arrive();
    expect(paths()).toEqual(["/", "/people"]);
    closePerson();
    expect(page.going).toBe(0);
  });

  it("gives way to the place below when its address was opened", () => {
    open("/people?who=mara");
    closePerson();
    expect(paths()).toEqual(["/people"]);
  });

  it("can be closed after going on from it and back", () => {
    showPerson("mara");
    navigate("/c/1");
    page.going = -1;
    page.arrive();
    closePerson();
    page.arrive();
    expect(paths()).toEqual(["/"]);
  });
});
