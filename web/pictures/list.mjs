// Every picture of the demo by its name: what draws it, its background, its colours, and which part of the drawing it shows (x, y, size).
import * as carry from "./carry.mjs";
import * as computers from "./computers.mjs";
import * as cooking from "./cooking.mjs";
import * as desk from "./desk.mjs";
import * as home from "./home.mjs";
import * as kitchen from "./kitchen.mjs";
import * as play from "./play.mjs";

const [STANDS, LIES] = ["stands", "lies"];
const SLATE = { cloth: "#45687f", strap: "#c08a57", metal: "#e0a74e" };
const MUSTARD = { shell: "#e3ab3c", lining: "#5b5f66", zip: "#f1ece0" };
const BLUE_NOTES = { cover: "#35566b", band: "#d9694f" };

const KITCHEN = {
  "stoneware-mug": [kitchen.mug, ["sand", STANDS], { glaze: "#e4d8c3" }],
  "stoneware-mug-sage": [kitchen.mug, ["sand", STANDS], { glaze: "#8faa90" }],
  "stoneware-mug-indigo": [kitchen.mug, ["sand", STANDS], { glaze: "#4a5a86" }],
  "gooseneck-kettle": [kitchen.kettle, ["sky", STANDS], { steel: "#aeb8bf", wood: "#8a5a3a" }],
  "tea-pot": [kitchen.teaPot, ["rose", STANDS], { glaze: "#5f7f95", knob: "#c08a57" }],
  "tea-pot-oat": [kitchen.teaPot, ["rose", STANDS], { glaze: "#dccdb2", knob: "#8a5a3a" }],
  "espresso-cups": [kitchen.espressoCups, ["lilac", STANDS], { glaze: "#f0e8da", other: "#c96f4f" }, [130, 200, 710]],
  "pour-over": [kitchen.dripper, ["sage", STANDS], { glaze: "#eee7da" }],
  "coffee-grinder": [kitchen.grinder, ["stone", STANDS], { steel: "#9aa4aa", wood: "#7d5135" }],
  "glass-jars": [kitchen.glassJars, ["sage", STANDS], {}, [90, 140, 790]],
  "salad-bowl": [kitchen.saladBowl, ["sand", STANDS], { wood: "#b98554" }],
  "chef-knife": [cooking.chefKnife, ["sage", LIES], { wood: "#5a3c2c" }],
  "bread-knife": [cooking.breadKnife, ["rose", LIES], { wood: "#b98554" }],
  "walnut-board": [cooking.board, ["sky", LIES], { wood: "#7a4e31" }],
  "cast-iron-pan": [cooking.pan, ["sand", LIES], { iron: "#3d4145" }],
  "linen-apron": [cooking.apron, ["lilac", LIES], { linen: "#c9b79a", strap: "#8a7558" }],
  "linen-apron-indigo": [cooking.apron, ["lilac", LIES], { linen: "#566690", strap: "#3a4568" }],
};

const DESK = {
  "field-notebook": [desk.notebook, ["rose", LIES], BLUE_NOTES],
  "field-notebook-open": [desk.openNotebook, ["rose", LIES], BLUE_NOTES],
  "field-notebook-rust": [desk.notebook, ["rose", LIES], { cover: "#a8563a", band: "#2f4858" }],
  "brass-pen": [desk.pen, ["sage", LIES], { brass: "#cf9f3f" }],
  "desk-lamp": [desk.deskLamp, ["sand", STANDS], { shade: "#2f7560" }],
  "desk-lamp-detail": [desk.deskLamp, ["sand", STANDS], { shade: "#2f7560" }, [130, 130, 520]],
  "desk-lamp-black": [desk.deskLamp, ["sand", STANDS], { shade: "#3a3d42" }],
  "desk-mat": [desk.deskMat, ["sky", LIES], { felt: "#7d8587" }],
  "desk-mat-forest": [desk.deskMat, ["sky", LIES], { felt: "#4f6f5c" }],
  "pencil-set": [desk.pencils, ["lilac", LIES]],
  "paper-tray": [desk.paperTray, ["sky", STANDS], { wood: "#c29a68" }, [110, 170, 760]],
  "book-ends": [desk.bookEnds, ["sage", STANDS], { steel: "#59636a" }, [90, 130, 800]],
  ruler: [desk.ruler, ["rose", LIES], { steel: "#b3bdc3" }],
  scissors: [desk.scissors, ["stone", LIES], { grip: "#d9694f" }],
  "cable-box": [desk.cableBox, ["stone", STANDS], { shell: "#e9e5dc", wood: "#b98554" }],
};

const HOME = {
  "potted-fern": [home.fern, ["sky", STANDS], { pot: "#c26e48" }],
  "potted-fern-white": [home.fern, ["sky", STANDS], { pot: "#e8e4dc" }],
  "soy-candle": [home.candle, ["rose", STANDS], { wax: "#efdcc4", label: "#f7efe2", sprig: "#5f8060" }],
  "soy-candle-orange": [home.candle, ["rose", STANDS], { wax: "#e3a06a", label: "#fdf1e2", sprig: "#c06a2c" }],
  "soy-candle-sea": [home.candle, ["rose", STANDS], { wax: "#a9c3c9", label: "#f1f5f4", sprig: "#4a7a8a" }],
  "wall-clock": [home.clock, ["sage", LIES], { wood: "#c99e6b" }],
  "wool-blanket": [home.blanket, ["stone", STANDS], { wool: "#d8c9b2", stripe: "#a0523d" }],
  "wool-blanket-forest": [home.blanket, ["stone", STANDS], { wool: "#5f7d69", stripe: "#e6d9bd" }],
  "linen-pillow": [home.pillow, ["lilac", STANDS], { linen: "#e4dac8", piping: "#8c7a5e" }],
  "linen-pillow-clay": [home.pillow, ["lilac", STANDS], { linen: "#c98a6c", piping: "#8a4f38" }],
  doormat: [home.doormat, ["sage", LIES], { coir: "#bf9760" }],
  "watering-can": [home.wateringCan, ["sky", STANDS], { steel: "#6d8b82", brass: "#c79a4a" }],
  "picture-frame": [home.frame, ["sand", STANDS], { wood: "#c29a68" }],
  "picture-frame-walnut": [home.frame, ["sand", STANDS], { wood: "#6b4631" }],
  "floor-lamp": [home.floorLamp, ["sage", STANDS], { shade: "#f0e4cc", metal: "#7a6a4f" }],
  "storage-basket": [home.basket, ["rose", STANDS], { reed: "#c9a268", cloth: "#7f9a94" }],
};

const CARRY = {
  "linen-tote": [carry.tote, ["sand", LIES], { linen: "#e2d3b3", print: "#4f7a58" }],
  "linen-tote-black": [carry.tote, ["sand", LIES], { linen: "#45454b", print: "#e2d3b3" }],
  "everyday-pack": [carry.pack, ["sky", STANDS], SLATE],
  "everyday-pack-detail": [carry.pack, ["sky", STANDS], SLATE, [250, 360, 460]],
  "everyday-pack-charcoal": [carry.pack, ["sky", STANDS], { cloth: "#4a4d52", strap: "#8a8f96", metal: "#c9ced4" }],
  "everyday-pack-rust": [carry.pack, ["sky", STANDS], { cloth: "#a8563a", strap: "#e0c090", metal: "#e0a74e" }],
  "wool-beanie": [carry.beanie, ["rose", STANDS], { wool: "#b6483f", pompom: "#e2cfae" }],
  "wool-beanie-navy": [carry.beanie, ["rose", STANDS], { wool: "#3f4f78", pompom: "#c9b48c" }],
  "wool-beanie-forest": [carry.beanie, ["rose", STANDS], { wool: "#4f6f5c", pompom: "#d9b25a" }],
  "key-loop": [carry.keyLoop, ["sage", LIES], { leather: "#a8643a", metal: "#c79a4a" }],
  "key-loop-black": [carry.keyLoop, ["sage", LIES], { leather: "#45454b", metal: "#c79a4a" }],
  "card-wallet": [carry.wallet, ["lilac", LIES], { leather: "#a8643a", thread: "#e6c9a0" }],
  "card-wallet-black": [carry.wallet, ["lilac", LIES], { leather: "#45454b", thread: "#9a9aa4" }],
  "water-bottle": [carry.bottle, ["sky", STANDS], { steel: "#3f8b84", lid: "#39424a", top: 640 }],
  "water-bottle-clay": [carry.bottle, ["sky", STANDS], { steel: "#c98a6c", lid: "#5a4034", top: 640 }],
  umbrella: [carry.umbrella, ["stone", STANDS], { cloth: "#c8503c", wood: "#8a5a3a" }],
  "umbrella-navy": [carry.umbrella, ["stone", STANDS], { cloth: "#3f4f78", wood: "#8a5a3a" }],
  "rain-jacket": [carry.jacket, ["sky", LIES], MUSTARD],
  "rain-jacket-detail": [carry.jacket, ["sky", LIES], MUSTARD, [270, 60, 420]],
  "rain-jacket-navy": [carry.jacket, ["sky", LIES], { shell: "#465a86", lining: "#c9a25a", zip: "#f1ece0" }],
  "wool-socks": [carry.socks, ["rose", LIES], { wool: "#8d979b", stripe: "#b6483f" }],
  "wool-socks-mustard": [carry.socks, ["rose", LIES], { wool: "#d9a441", stripe: "#4f6f5c" }],
  "travel-pouch": [carry.pouch, ["sand", LIES], { canvas: "#6f7f5c", leather: "#8a5a3a", zip: "#d9b25a" }],
};

const PLAY = {
  "starfall-odyssey": [play.game, ["lilac", STANDS]],
  ps5: [play.tallConsole, ["sky", STANDS]],
  xbox: [play.cubeConsole, ["sage", STANDS]],
  switch: [play.handheld, ["rose", LIES], { left: "#3f9fc0", right: "#e0604c" }],
  "controller-white": [play.controller, ["sky", LIES], { shell: "#eef0f3", trim: "#6b727c", glow: "#5aa9ff" }],
  "controller-black": [play.controller, ["stone", LIES], { shell: "#3f444c", trim: "#2a2e35", glow: "#5aa9ff" }],
  headset: [play.headset, ["lilac", STANDS], { shell: "#3f444c", pad: "#7a828c" }],
  "headset-ivory": [play.headset, ["lilac", STANDS], { shell: "#e9e4d8", pad: "#b9a98c" }],
  "charging-dock": [play.dock, ["stone", STANDS]],
};

const COMPUTERS = {
  laptop: [computers.laptop, ["sand", STANDS], { metal: "#b9c1c7" }],
  monitor: [computers.monitor, ["sky", STANDS]],
  keyboard: [computers.keyboard, ["sage", LIES], { shell: "#d9d4c8", key: "#f7f3ea", accent: "#d98a62" }],
  "keyboard-graphite": [computers.keyboard, ["sage", LIES], { shell: "#4a4f57", key: "#737a84", accent: "#5f9a94" }],
  mouse: [computers.mouse, ["stone", LIES], { shell: "#eceff1", wheel: "#7d868d" }],
  webcam: [computers.webcam, ["rose", STANDS]],
  "usb-hub": [computers.hub, ["sage", LIES], { metal: "#b9c1c7" }],
  "laptop-stand": [computers.laptopStand, ["sand", STANDS], { wood: "#b98554" }],
  "ssd-1tb": [computers.ssd, ["lilac", LIES], { shell: "#4a5d78" }],
  microphone: [computers.microphone, ["rose", STANDS], { metal: "#3d444b" }],
};

export const PICTURES = { ...PLAY, ...COMPUTERS, ...KITCHEN, ...DESK, ...HOME, ...CARRY };
