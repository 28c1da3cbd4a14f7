// Icons as SVG paths in a 24 x 24 view box.
import { svg } from "./dom.js";

const PATHS = {
  DESKTOP: ["M4.5 5.5h15a1 1 0 0 1 1 1v8.5h-17V6.5a1 1 0 0 1 1-1Z", "M2 18.5h20", "M3.5 15v2.2M20.5 15v2.2"],
  PHONE: [
    "M8 2.5h8A1.5 1.5 0 0 1 17.5 4v16a1.5 1.5 0 0 1-1.5 1.5H8A1.5 1.5 0 0 1 6.5 20V4A1.5 1.5 0 0 1 8 2.5Z",
    "M11 18.5h2",
  ],
  TABLET: [
    "M6 3.5h12A1.5 1.5 0 0 1 19.5 5v14a1.5 1.5 0 0 1-1.5 1.5H6A1.5 1.5 0 0 1 4.5 19V5A1.5 1.5 0 0 1 6 3.5Z",
    "M11 17.5h2",
  ],
  PROGRAM: [
    "M4 4.5h16a1 1 0 0 1 1 1v13a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1v-13a1 1 0 0 1 1-1Z",
    "m7 9.5 3 2.75L7 15",
    "M12.5 15.5H17",
  ],
  BOT: [
    "M6 8.5h12a2 2 0 0 1 2 2V17a2 2 0 0 1-2 2H6a2 2 0 0 1-2-2v-6.5a2 2 0 0 1 2-2Z",
    "M12 8.5V5M9.5 12.5v2M14.5 12.5v2",
    "M12 3.5v.5",
  ],
  UNKNOWN: [
    "M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18Z",
    "M9.6 9.4a2.5 2.5 0 1 1 3.6 2.4c-.8.4-1.2 1-1.2 1.9",
    "M12 16.6v.1",
  ],
  pen: ["M4.5 19.5 5.5 15 16 4.5l3.5 3.5L9 18.5l-4.5 1Z", "m13.5 7 3.5 3.5"],
  shield: ["M12 3 5 5.5V11c0 4.5 2.8 8 7 9.8 4.2-1.8 7-5.3 7-9.8V5.5L12 3Z", "m9 11.8 2.2 2.2 4-4.2"],
  cloud: ["M7.5 18.5a4 4 0 0 1-.6-7.95A5.5 5.5 0 0 1 17.4 11 3.8 3.8 0 0 1 17 18.5", "m4 4 16 16.5"],
  exit: ["M14 4.5H6.5v15H14", "M11 12h9.5", "m17 8.5 3.5 3.5-3.5 3.5"],
};

/** An icon. It is hidden from screen readers, because a text beside it has the same meaning. */
export function icon(name) {
  const paths = (PATHS[name] ?? PATHS.UNKNOWN).map((d) => svg("path", { d }));
  return svg("svg", { viewBox: "0 0 24 24", "aria-hidden": "true", class: "icon" }, ...paths);
}
