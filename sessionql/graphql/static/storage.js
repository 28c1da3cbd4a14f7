// Storage of the browser for GraphiQL and for the session.

// Browsers that block site data throw an error when storage is accessed. Then a reload loses everything.
function openStorage(name) {
  try {
    window[name].getItem("");
    return window[name];
  } catch {
    const items = new Map();
    return {
      getItem: (key) => items.get(key) ?? null,
      setItem: (key, value) => void items.set(key, value),
      removeItem: (key) => void items.delete(key),
    };
  }
}

export const permanentStorage = openStorage("localStorage");
export const tabStorage = openStorage("sessionStorage");

// By default GraphiQL stores everything permanently. Operations, variables and history may contain passwords and tokens,
// so only settings of the layout are stored longer than the browser tab exists.
const PERMANENT_KEYS = /^graphiql:(theme|visiblePlugin|\w+Flex)$/;
const storageOf = (key) => (PERMANENT_KEYS.test(key) ? permanentStorage : tabStorage);
const isGraphiql = (key) => key.startsWith("graphiql:");
const usedKeys = new Set([permanentStorage, tabStorage].flatMap((each) => Object.keys(each)).filter(isGraphiql));

export const graphiqlStorage = {
  getItem: (key) => storageOf(key).getItem(key),
  setItem: (key, value) => {
    usedKeys.add(key);
    storageOf(key).setItem(key, value);
  },
  removeItem: (key) => storageOf(key).removeItem(key),
  clear: () => usedKeys.forEach((key) => storageOf(key).removeItem(key)),
  get length() {
    return usedKeys.size;
  },
};
