// Making elements. Whatever comes from elsewhere becomes text, never markup: nothing here takes HTML.
const SVG = "http://www.w3.org/2000/svg";

/** An element with properties (`on…` are listeners, the rest attributes; false and null leave one out) and children. */
export function el(tag, properties = {}, ...children) {
  return dress(document.createElement(tag), properties, children);
}

/** The same for drawings. */
export function svg(tag, properties = {}, ...children) {
  return dress(document.createElementNS(SVG, tag), properties, children);
}

/** Show the text, unless it is shown already: what a screen reader reads is not disturbed. */
export function show(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** Have the parent hold exactly these children, moving as few as possible and keeping the focus where it is. */
export function arrange(parent, children) {
  const focused = parent.getRootNode().activeElement;
  const wanted = new Set(children);
  for (const child of [...parent.children]) if (!wanted.has(child)) child.remove();
  children.forEach((child, index) => {
    if (parent.children[index] !== child) parent.insertBefore(child, parent.children[index] ?? null);
  });
  if (focused?.isConnected && parent.getRootNode().activeElement !== focused) focused.focus({ preventScroll: true });
}

function dress(element, properties, children) {
  for (const [name, value] of Object.entries(properties)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value !== null && value !== undefined && value !== false)
      element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}
