// What all drawings share: a square canvas with its background, colours, gradients, shadows and shapes. Light comes from the upper left.
// Units are pixels of the picture, 960 × 960; things stand on y = FLOOR or lie around the middle.

export const SIZE = 960;
export const FLOOR = 770;

/** Backgrounds: wall, what is lighter behind the thing, floor. */
const TINTS = {
  sand: ["#ecdfc9", "#f6eee0", "#e0d0b4"],
  sage: ["#d3dfcf", "#e6eee2", "#c1d0bc"],
  sky: ["#cfdfe8", "#e4eef3", "#bbcfda"],
  rose: ["#efd8d0", "#f8e9e3", "#e2c4ba"],
  lilac: ["#dcd8e8", "#ece9f3", "#c9c4da"],
  stone: ["#dddcd7", "#ecebe7", "#cbc9c2"],
};

const channels = (colour) => [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));

/** `part` (0 to 1) of the way from one colour (#rrggbb) to another. */
export function mix(one, other, part) {
  const there = channels(other);
  const mixed = channels(one).map((value, index) => Math.round(value + (there[index] - value) * part));
  return `#${mixed.map((value) => value.toString(16).padStart(2, "0")).join("")}`;
}

export const light = (colour, part) => mix(colour, "#ffffff", part);
export const dark = (colour, part) => mix(colour, "#1c1a24", part);

const NAMES = { width: "stroke-width", dash: "stroke-dasharray", turn: "transform" };

function attributes(paint) {
  const named = Object.entries(paint).map(([name, value]) => `${NAMES[name] ?? name}="${value}"`);
  if (paint.stroke && !paint.fill) named.push('fill="none"');
  if (paint.stroke) named.push('stroke-linecap="round" stroke-linejoin="round"');
  return named.join(" ");
}

export const path = (d, paint) => `<path d="${d}" ${attributes(paint)}/>`;
export const oval = (cx, cy, [rx, ry], paint) => `<ellipse cx="${cx}" cy="${cy}" rx="${rx}" ry="${ry}" ${attributes(paint)}/>`;
export const disc = (cx, cy, r, paint) => oval(cx, cy, [r, r], paint);
export const box = (x, y, [width, height, r = 0], paint) =>
  `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="${r}" ${attributes(paint)}/>`;
/** Turns what is drawn: "rotate(20 480 480)" and the like. */
export const turned = (transform, ...shapes) => `<g transform="${transform}">${shapes.join("")}</g>`;
/** A leaf from (x, y) on, `length` long and `width` wide, towards `angle` (degrees, 0 = right, 90 = down). */
export const leaf = (x, y, [length, width], angle, paint) =>
  path(
    `M0 0C${length * 0.3} ${-width} ${length * 0.75} ${-width * 0.8} ${length} 0C${length * 0.75} ${width * 0.8} ${length * 0.3} ${width} 0 0Z`,
    {
      ...paint,
      turn: `translate(${x} ${y}) rotate(${angle})`,
    },
  );
/** `count` shapes, by their index. */
export const many = (count, shape) => Array.from({ length: count }, (_, index) => shape(index)).join("");

/**
 * A body that is the same on both sides of `cx`: from the first point down through curves `[c1x, c1y, c2x, c2y, x, y]` or lines `[x, y]`,
 * all x as distances from `cx`; the bottom is a curve that is `sag` deep, the top one too.
 */
export function body(cx, [first, ...points], sag = 0) {
  const last = points.at(-1).slice(-2);
  const back = [first, ...points];
  const right = points.map((point) => segment(cx, point, 1)).join("");
  const left = points
    .map((point, index) => reversed(cx, point, back[index]))
    .reverse()
    .join("");
  const bottom = arc(cx - last[0], last[1], last[0], sag);
  const top = arc(cx + first[0], first[1], first[0], sag ? sag * Math.min(1, first[0] / last[0]) : 0);
  return `M${cx + first[0]} ${first[1]}${right}${bottom}${left}${top}Z`;
}

const arc = (x, y, r, sag) => (sag ? `A${r} ${sag} 0 0 1 ${x} ${y}` : `L${x} ${y}`);

function segment(cx, point, side) {
  const places = point.map((value, index) => (index % 2 ? value : cx + side * value));
  return `${point.length === 2 ? "L" : "C"}${places.join(" ")}`;
}

function reversed(cx, point, before) {
  const [x, y] = before.slice(-2);
  if (point.length === 2) return segment(cx, [x, y], -1);
  return segment(cx, [point[2], point[3], point[0], point[1], x, y], -1);
}

/** A picture in the making. */
export class Canvas {
  #defs = [];
  #shapes = [];

  constructor(tint, scene) {
    const [wall, glow, floor] = TINTS[tint];
    const behind = {
      stands: () => [
        path(`M190 ${FLOOR - 60}V410a290 290 0 0 1 580 0V${FLOOR - 60}Z`, { fill: glow }),
        box(0, FLOOR - 60, [SIZE, SIZE], { fill: this.fade([light(floor, 0.12), floor]) }),
      ],
      lies: () => [disc(480, 480, 370, { fill: glow })],
    };
    this.floor = floor;
    this.wall = wall;
    this.add(box(0, 0, [SIZE, SIZE], { fill: wall }), ...behind[scene]());
  }

  add(...shapes) {
    this.#shapes.push(...shapes);
  }

  #define(xml) {
    const id = `d${this.#defs.length}`;
    this.#defs.push(xml.replace(">", ` id="${id}">`));
    return `url(#${id})`;
  }

  /** A gradient from colour to colour; `line` is [x1, y1, x2, y2] in parts of the shape, from top to bottom unless said. A colour may be [colour, offset]. */
  fade(colours, line = [0, 0, 0, 1]) {
    const stops = colours.map((stop, index) => {
      const [colour, offset] = Array.isArray(stop) ? stop : [stop, index / (colours.length - 1)];
      return `<stop offset="${offset}" stop-color="${colour}"/>`;
    });
    const [x1, y1, x2, y2] = line;
    return this.#define(`<linearGradient x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}">${stops.join("")}</linearGradient>`);
  }

  /** A round body seen from the side: light at its left, darker at its right edge. */
  round(colour, strength = 1) {
    const stops = [
      [dark(colour, 0.08 * strength), 0],
      [light(colour, 0.22 * strength), 0.22],
      [colour, 0.55],
      [dark(colour, 0.22 * strength), 1],
    ];
    return this.fade(stops, [0, 0, 1, 0]);
  }

  /** A ball, or what is lit like one. */
  ball(colour, strength = 1) {
    const [bright, deep] = [light(colour, 0.3 * strength), dark(colour, 0.3 * strength)];
    return this.#define(
      `<radialGradient cx="0.35" cy="0.3" r="0.8"><stop offset="0" stop-color="${bright}"/><stop offset="0.5" stop-color="${colour}"/><stop offset="1" stop-color="${deep}"/></radialGradient>`,
    );
  }

  /** What is within `shape` of the others. */
  within(shape, ...others) {
    return `<g clip-path="${this.#define(`<clipPath>${shape}</clipPath>`)}">${others.join("")}</g>`;
  }

  /** The soft shadow on the floor under a thing, longer to the right. */
  shade(cx, cy, [rx, ry], opacity = 0.3) {
    const soft = this.#define(
      '<radialGradient><stop offset="0" stop-color="#2b2220" stop-opacity="1"/><stop offset="0.6" stop-color="#2b2220" stop-opacity="0.55"/><stop offset="1" stop-color="#2b2220" stop-opacity="0"/></radialGradient>',
    );
    this.add(oval(cx + rx * 0.12, cy, [rx * 1.25, ry * 1.25], { fill: soft, opacity }));
  }

  /** Adds what lies or hangs, turned by `degrees`: the shadow of its outlines (paths), a little to the lower right, then its shapes. */
  lay(degrees, outlines, ...shapes) {
    const turn = `rotate(${degrees} 480 480)`;
    const shadow = outlines.map((outline) => path(outline, { fill: "#2b2220" })).join("");
    for (const away of [7, 15]) {
      this.add(`<g transform="translate(${away} ${away * 1.4})" opacity="0.1">${turned(turn, shadow)}</g>`);
    }
    this.add(turned(turn, ...shapes));
  }

  /** The SVG of what is in the square of `size` at (x, y), the whole unless said. */
  svg([x, y, size] = [0, 0, SIZE]) {
    const head = `<svg xmlns="http://www.w3.org/2000/svg" width="${SIZE}" height="${SIZE}" viewBox="${x} ${y} ${size} ${size}">`;
    return `${head}<defs>${this.#defs.join("")}</defs>${this.#shapes.join("")}</svg>`;
  }
}
