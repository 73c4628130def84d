// Knives, board, pan, apron.
import { box, dark, disc, light, many, oval, path } from "./canvas.mjs";

const HILT = "M436 560h92c8 70-14 130-2 262a44 44 0 0 1-88 0c10-130-10-190-2-262Z";

function handle(c, wood) {
  return [
    path(HILT, { fill: c.fade([light(wood, 0.18), wood, dark(wood, 0.25)], [0, 0, 1, 0]) }),
    box(430, 540, [104, 34, 6], { fill: c.fade(["#f2f4f5", "#9aa3a8"], [0, 0, 1, 0]) }),
    many(3, (n) => disc(482, 626 + n * 76, 9, { fill: "#d9c39a" })),
  ];
}

export function chefKnife(c, { wood }) {
  const blade = "M532 96V548H424C404 400 420 220 532 96Z";
  c.lay(
    42,
    [blade, HILT],
    path(blade, { fill: c.fade(["#fbfcfc", "#d5dce0", "#b3bdc3"], [0, 0, 1, 0]) }),
    path("M532 96C420 220 404 400 424 548h26C436 400 446 250 532 96Z", { fill: "#ffffff", opacity: 0.75 }),
    path("M522 160V540", { stroke: "#8f9aa0", width: 5, opacity: 0.5 }),
    ...handle(c, wood),
  );
}

export function breadKnife(c, { wood }) {
  const teeth = many(15, () => "q-16-14 0-28");
  const blade = `M440 548${teeth}C440 110 480 86 528 92V548Z`;
  c.lay(
    42,
    [blade, HILT],
    path(blade, { fill: c.fade(["#fbfcfc", "#d5dce0", "#b3bdc3"], [0, 0, 1, 0]) }),
    path("M462 540V150", { stroke: "#ffffff", width: 10, opacity: 0.8 }),
    path("M516 130V540", { stroke: "#8f9aa0", width: 5, opacity: 0.5 }),
    ...handle(c, wood),
  );
}

export function board(c, { wood }) {
  const outline =
    "M300 250h110c24 0 24-30 24-60v-70a46 46 0 0 1 92 0v70c0 30 0 60 24 60h110a46 46 0 0 1 46 46v490a46 46 0 0 1-46 46H300a46 46 0 0 1-46-46V296a46 46 0 0 1 46-46Z";
  const grain = [
    "M330 262c-20 180 30 340-6 560",
    "M410 262c30 160-30 330 6 560",
    "M470 200c20 200-16 420 10 620",
    "M560 262c-30 200 30 380-10 560",
    "M640 262c18 200-26 360 4 560",
  ];
  c.lay(
    -16,
    [outline],
    path(outline, { fill: c.fade([light(wood, 0.08), wood]) }),
    ...grain.map((line) => path(line, { stroke: dark(wood, 0.32), width: 7, opacity: 0.4 })),
    path("M300 262h360a34 34 0 0 1 34 34", { stroke: light(wood, 0.35), width: 7, opacity: 0.7 }),
    disc(480, 128, 20, { fill: c.wall }),
  );
  c.add(disc(448, 600, 92, { fill: "#e8b93c" }), disc(448, 600, 78, { fill: "#fbeaa8" }));
  c.add(many(8, (n) => path("M448 600 426 540a64 64 0 0 1 44 0Z", { fill: "#f3cf5a", turn: `rotate(${n * 45} 448 600)` })));
  c.add(path("M618 700C600 620 610 540 664 460", { stroke: "#4d6b3f", width: 8 }));
  c.add(
    many(7, (n) =>
      oval(618 + n * 5.5, 660 - n * 30, [40, 10], {
        fill: n % 2 ? "#6d9455" : "#54793f",
        turn: `rotate(${n % 2 ? 24 : 148} ${618 + n * 5.5} ${660 - n * 30})`,
      }),
    ),
  );
}

export function pan(c, { iron }) {
  const handleLine = "M610 584 812 812a40 40 0 0 1-56 56L540 650Z";
  const rim = "M150 420a280 280 0 1 1 560 0a280 280 0 1 1-560 0Z";
  c.lay(
    0,
    [handleLine, rim],
    path(handleLine, { fill: c.fade([light(iron, 0.12), dark(iron, 0.2)], [0, 1, 1, 0]) }),
    oval(786, 842, [26, 13], { fill: c.wall, turn: "rotate(45 786 842)" }),
    path("M128 420l40-40v80ZM732 420l-40-40v80Z", { fill: iron }),
    path(rim, { fill: c.fade([light(iron, 0.2), dark(iron, 0.25)], [0, 0, 1, 1]) }),
    disc(430, 420, 246, { fill: c.fade([dark(iron, 0.3), light(iron, 0.06)], [0, 0, 1, 1]) }),
    path("M232 330a220 220 0 0 1 130-116", { stroke: "#ffffff", width: 10, opacity: 0.22 }),
    path("M330 400c-20-80 60-120 120-90s110 0 120 80-40 80-60 130-110 30-140-10-30-60-40-110Z", { fill: "#fdfaf2" }),
    disc(444, 408, 58, { fill: c.ball("#f2b134") }),
    oval(424, 386, [17, 12], { fill: "#ffffff", opacity: 0.7 }),
  );
}

export function apron(c, { linen, strap }) {
  const outline = "M360 270h240c6 90 40 150 100 180l24 350c2 24-10 36-34 36H270c-24 0-36-12-34-36l24-350c60-30 94-90 100-180Z";
  c.add(path("M378 280C350 60 610 60 582 280", { stroke: strap, width: 22 }));
  c.lay(
    0,
    [outline],
    path("M262 458C180 470 150 520 160 610M698 458c82 12 112 62 102 152", { stroke: strap, width: 20 }),
    path(outline, { fill: c.fade([light(linen, 0.16), linen, dark(linen, 0.16)], [0, 0, 1, 0.3]) }),
    path("M360 300h240", { stroke: dark(linen, 0.25), width: 5, dash: "14 12", opacity: 0.7 }),
    path("M340 560h280v150a34 34 0 0 1-34 34H374a34 34 0 0 1-34-34Z", { fill: light(linen, 0.1), stroke: dark(linen, 0.22), width: 5 }),
    path("M480 562v180", { stroke: dark(linen, 0.22), width: 5 }),
    path("M352 590h116M492 590h116", { stroke: dark(linen, 0.25), width: 4, dash: "12 10", opacity: 0.7 }),
    path("M300 520c-10 90-20 190-20 280M664 520c8 80 14 180 16 280", { stroke: dark(linen, 0.25), width: 6, opacity: 0.35 }),
    disc(378, 288, 12, { fill: "#c79a4a" }),
    disc(582, 288, 12, { fill: "#c79a4a" }),
  );
}
