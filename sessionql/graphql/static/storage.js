// Where things are kept in the browser.

// A browser that blocks site data throws at the mere mention of its storage; the page then forgets on reload.
function area(name) {
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

const lasting = area("localStorage");
export const fleeting = area("sessionStorage");

// GraphiQL keeps everything for good by default. Operations, variables and history may hold passwords and
// tokens, so only how the page looks outlives the browser tab.
const LASTING_KEYS = /^graphiql:(theme|visiblePlugin|\w+Flex)$/;
const areaOf = (key) => (LASTING_KEYS.test(key) ? lasting : fleeting);
const isGraphiql = (key) => key.startsWith("graphiql:");
const used = new Set([lasting, fleeting].flatMap((each) => Object.keys(each)).filter(isGraphiql));

export const graphiqlStorage = {
  getItem: (key) => areaOf(key).getItem(key),
  setItem: (key, value) => {
    used.add(key);
    areaOf(key).setItem(key, value);
  },
  removeItem: (key) => areaOf(key).removeItem(key),
  clear: () => used.forEach((key) => areaOf(key).removeItem(key)),
  get length() {
    return used.size;
  },
};
