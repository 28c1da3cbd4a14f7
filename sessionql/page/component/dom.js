// Creates and updates DOM elements. Strings become text nodes, never markup: no function here accepts HTML.
const SVG_NAMESPACE = "http://www.w3.org/2000/svg";

/**
 * Create an element with properties and children. A property `on…` is an event listener, any other an attribute; false,
 * null and undefined leave an attribute out.
 */
export function el(tag, properties = {}, ...children) {
  return fill(document.createElement(tag), properties, children);
}

/** Create an SVG element, like `el`. */
export function svg(tag, properties = {}, ...children) {
  return fill(document.createElementNS(SVG_NAMESPACE, tag), properties, children);
}

/** Set the text of an element. An unchanged text is not written again, so screen readers do not repeat it. */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** Replace the children of `parent`: move as few as possible, and keep the focus. */
export function setChildren(parent, children) {
  const focused = parent.getRootNode().activeElement;
  const wanted = new Set(children);
  for (const child of [...parent.children]) if (!wanted.has(child)) child.remove();
  children.forEach((child, index) => {
    if (parent.children[index] !== child) parent.insertBefore(child, parent.children[index] ?? null);
  });
  if (focused?.isConnected && parent.getRootNode().activeElement !== focused) focused.focus({ preventScroll: true });
}

function fill(element, properties, children) {
  for (const [name, value] of Object.entries(properties)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value !== null && value !== undefined && value !== false)
      element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}
