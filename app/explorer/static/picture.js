// A picture of what a part of the page shows, as SVG that stands alone, or as PNG made from it.
// Boxes become rectangles, each line of text one text, and charts are copied with their styles.
const NS = "http://www.w3.org/2000/svg";
const MARGIN = 24;
const CHART = ["fill", "fill-opacity", "stroke", "stroke-width", "stroke-dasharray", "font-size", "font-family", "font-weight", "text-anchor", "paint-order"];

const make = (name, attributes, text) => {
  const node = document.createElementNS(NS, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  if (text) node.textContent = text;
  return node;
};
const visible = (colour) => colour && colour !== "transparent" && !/, 0\)$/.test(colour);

export async function picture(part, kind) {
  const svg = draw(part);
  const text = new XMLSerializer().serializeToString(svg);
  const blob = new Blob([text], { type: "image/svg+xml" });
  return kind === "svg" ? blob : raster(blob, svg);
}

function draw(part) {
  const scrolled = [...part.querySelectorAll(".scroll")].map((box) => [box, box.scrollLeft, box.scrollTop]);
  part.classList.add("whole");
  for (const [box] of scrolled) box.scrollTo(0, 0);
  const frame = part.getBoundingClientRect();
  const width = Math.max(frame.width, part.scrollWidth) + 2 * MARGIN;
  const height = part.scrollHeight + 2 * MARGIN + 40;
  const svg = make("svg", { xmlns: NS, width, height, viewBox: `0 0 ${width} ${height}`, role: "img" });
  const page = getComputedStyle(document.body);
  svg.append(make("title", {}, document.title));
  svg.append(make("rect", { width, height, fill: page.backgroundColor }), hatch(page.color));
  walk(part, svg, MARGIN - frame.left, MARGIN - frame.top);
  const from = [document.querySelector(".counts")?.textContent.trim(), location.href].filter(Boolean);
  svg.append(make("text", { x: MARGIN, y: height - MARGIN, "font-size": 12, "font-family": "sans-serif", fill: page.color }, from.join(" · ")));
  part.classList.remove("whole");
  for (const [box, left, top] of scrolled) box.scrollTo(left, top);
  return svg;
}

function hatch(colour) {
  const pattern = make("pattern", { id: "hatch", width: 7, height: 7, patternUnits: "userSpaceOnUse" });
  pattern.append(make("path", { d: "M0 7L7 0", stroke: colour, "stroke-opacity": 0.2 }));
  return pattern;
}

function walk(element, svg, dx, dy) {
  if (!element.checkVisibility() || element.matches(".unseen, summary")) return;
  const style = getComputedStyle(element);
  if (element instanceof SVGSVGElement) return chart(element, svg, dx, dy);
  box(element, style, svg, dx, dy);
  for (const node of element.childNodes) {
    if (node.nodeType === Node.TEXT_NODE) lines(node, style, svg, dx, dy);
    else if (node.nodeType === Node.ELEMENT_NODE) walk(node, svg, dx, dy);
  }
}

function box(element, style, svg, dx, dy) {
  const at = element.getBoundingClientRect();
  if (!at.width || !at.height) return;
  const place = { x: at.left + dx, y: at.top + dy, width: at.width, height: at.height };
  const hatched = style.backgroundImage.startsWith("repeating");
  if (visible(style.backgroundColor)) {
    svg.append(make("rect", { ...place, fill: style.backgroundColor, rx: parseFloat(style.borderTopLeftRadius) || 0 }));
  }
  if (hatched) svg.append(make("rect", { ...place, fill: "url(#hatch)" }));
  for (const [side, x1, y1, x2, y2] of [
    ["Top", 0, 0, 1, 0], ["Bottom", 0, 1, 1, 1], ["Left", 0, 0, 0, 1], ["Right", 1, 0, 1, 1],
  ]) {
    const wide = parseFloat(style[`border${side}Width`]);
    const colour = style[`border${side}Color`];
    if (!wide || style[`border${side}Style`] === "none" || !visible(colour)) continue;
    svg.append(make("line", {
      x1: place.x + x1 * place.width, y1: place.y + y1 * place.height,
      x2: place.x + x2 * place.width, y2: place.y + y2 * place.height,
      stroke: colour, "stroke-width": wide,
      ...(style[`border${side}Style`] === "dashed" ? { "stroke-dasharray": "4 3" } : {}),
    }));
  }
}

// One text for each line that a node runs over: words that share a line are put together.
function lines(node, style, svg, dx, dy) {
  const range = document.createRange();
  let line = null;
  const put = () => {
    if (line) svg.append(make("text", {
      x: line.left + dx, y: line.bottom + dy - (line.bottom - line.top) * 0.22, fill: style.color,
      "font-size": style.fontSize, "font-family": style.fontFamily, "font-weight": style.fontWeight, "font-style": style.fontStyle,
    }, line.text.trimEnd()));
  };
  for (const found of node.textContent.matchAll(/\S+\s*/g)) {
    range.setStart(node, found.index);
    range.setEnd(node, found.index + found[0].trimEnd().length);
    const at = range.getBoundingClientRect();
    if (!at.width) continue;
    if (line && Math.abs(line.top - at.top) < 2) {
      line.text += found[0].replace(/\s+$/, " ");
    } else {
      put();
      line = { left: at.left, top: at.top, bottom: at.bottom, text: found[0].replace(/\s+$/, " ") };
    }
  }
  put();
}

function chart(original, svg, dx, dy) {
  const at = original.getBoundingClientRect();
  const copy = original.cloneNode(true);
  const styled = original.querySelectorAll("*");
  copy.querySelectorAll("*").forEach((node, i) => {
    const style = getComputedStyle(styled[i]);
    for (const name of CHART) node.setAttribute(name, style.getPropertyValue(name));
    node.removeAttribute("class");
  });
  for (const [key, value] of Object.entries({ x: at.left + dx, y: at.top + dy, width: at.width, height: at.height })) copy.setAttribute(key, value);
  svg.append(copy);
}

function raster(blob, svg) {
  const [width, height] = ["width", "height"].map((name) => Number(svg.getAttribute(name)));
  const sharp = Math.max(0.5, Math.min(2, 8000 / width, 8000 / height));
  const address = URL.createObjectURL(blob);
  return new Promise((done, failed) => {
    const image = new Image();
    image.onload = () => {
      const canvas = document.createElement("canvas");
      canvas.width = width * sharp;
      canvas.height = height * sharp;
      canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
      URL.revokeObjectURL(address);
      canvas.toBlob((png) => (png ? done(png) : failed(new Error("the browser made none"))), "image/png");
    };
    image.onerror = () => failed(new Error("the browser cannot draw it"));
    image.src = address;
  });
}
