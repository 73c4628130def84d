#!/usr/bin/env python3
"""Tests of what the other scripts compute: the slowest tests, the picture and the table of measurements, the last torture run, the
pictures of the demo's goods."""

import importlib.machinery
import importlib.util
import json
import re
import struct
import tomllib
import unittest
import xml.etree.ElementTree as ElementTree
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def load(name):
    loader = importlib.machinery.SourceFileLoader(f"script_{name}", str(Path(__file__).with_name(name)))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(loader.name, loader))
    loader.exec_module(module)
    return module


class SlowestTests(unittest.TestCase):
    def test_every_runner_is_understood(self):
        script = load("test")
        rust, node = script.Part("cargo test"), script.Part("end to end")
        for line in [
            "     Running unittests src/lib.rs (target/debug/deps/kassa_db-0123456789abcdef)\n",
            "test sqlite::tests::it_works ... ok <0.250s>\n",
            "test sqlite::tests::must_panic - should panic ... ok <1.000s>\n",
            "test result: ok. 2 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 1.25s\n",
        ]:
            rust.count(line)
        for line in [
            "# Subtest: a page is counted\n",
            "ok 1 - a page is counted\n",
            "  ---\n",
            "  duration_ms: 2500.25\n",
            "✔ another way to say it (750.25ms)\n",
            " ✓ test/format.test.ts (8 tests) 5ms\n",
            "# pass 2\n",
        ]:
            node.count(line)
        self.assertEqual((rust.passed, node.passed), (2, 2))
        self.assertEqual(
            [(round(taken, 3), part, name) for taken, part, name in script.slowest([rust, node])],
            [
                (2.5, "end to end", "a page is counted"),
                (1.0, "cargo test", "kassa_db: sqlite::tests::must_panic"),
                (0.75, "end to end", "another way to say it"),
                (0.25, "cargo test", "kassa_db: sqlite::tests::it_works"),
                (0.005, "end to end", "test/format.test.ts (8 tests)"),
            ],
        )

    def test_ten_are_enough(self):
        script = load("test")
        part = script.Part("many")
        part.times = [(float(taken), str(taken)) for taken in range(30)]
        self.assertEqual([name for _, _, name in script.slowest([part])], [str(taken) for taken in range(29, 19, -1)])


class History(unittest.TestCase):
    def setUp(self):
        self.script = load("history")
        self.lines = [
            self.run_of("2026-01-01", 12.0, max=80.0),
            self.run_of("2026-01-02", 9.5, min=8.0, max=11.0),
            self.run_of("2026-01-03", 1.0, figure="note", target=None),
        ]

    def run_of(self, day, value, figure="p99 <of> it", target="≤ 10", **more):
        run = {
            "date": f"{day}T00:00:00Z",
            "commit": "abc",
            "machine": "2",
            "part": "b",
            "figure": figure,
            "value": value,
            "unit": "ms",
            "target": target,
            **more,
        }
        return json.dumps({key: it for key, it in run.items() if it is not None})

    def figures(self):
        return self.script.read("\n".join(self.lines))

    def test_the_latest_run_stands_in_the_table(self):
        rows = list(self.script.table(self.figures()))
        self.assertEqual(rows[2:], ["| b | p99 <of> it | 9.5 (8 … 11) ms | ≤ 10 ms | yes, 1 of 2 runs | 2026-01-02 | abc |"])

    def test_a_target_is_met_up_to_its_edge_by_its_direction(self):
        self.lines = [
            self.run_of("2026-01-01", 10.0),
            self.run_of("2026-01-01", 10.0, figure="more", target="≥ 10"),
            self.run_of("2026-01-01", 9.9, figure="less", target="≥ 10"),
        ]
        self.assertEqual([figure.met(figure.runs[0]) for figure in self.figures()], [True, True, False])

    def test_the_picture_is_whole_and_has_every_run(self):
        root = ElementTree.fromstring("\n".join(self.script.draw(self.figures())))
        titles = [title.text for title in root.iter("{http://www.w3.org/2000/svg}title")]
        self.assertEqual(titles[1:], ["2026-01-01, commit abc: 12 ms", "2026-01-02, commit abc: 9.5 ms"])
        for line in root.iter("{http://www.w3.org/2000/svg}line"):
            self.assertTrue(0 <= float(line.get("y1")) <= 400, line.attrib)

    def test_scales_hold_what_they_show(self):
        for values in [[0.83, 0.8], [1.0, 7800.0], [-0.05, 2.0], [0.0, 0.0], [100_000.0, 300_000.0], [5.0]]:
            scale = self.script.Scale(values)
            self.assertTrue(all(0 <= scale.place(value) <= 1 for value in values), values)
            self.assertTrue(1 <= len(scale.ticks) <= 12 and all(-0.001 <= scale.place(tick) <= 1.001 for tick in scale.ticks), scale.ticks)
            self.assertLessEqual(scale.place(min(values)), scale.place(max(values)))

    def test_a_page_keeps_what_is_around_its_table(self):
        begin, end = self.script.BEGIN, self.script.END
        once = self.script.paged(f"head\n{begin}old\n{end}tail\n", ["| a |"])
        self.assertEqual(once, f"head\n{begin}\n| a |\n\n{end}tail\n")
        self.assertEqual(self.script.paged(once, ["| a |"]), once)


class Torture(unittest.TestCase):
    def test_the_last_run_is_told(self):
        run = {"date": "2026-01-01", "commit": "abc", "status": 0, "cores": 2, "system": "Linux", "seconds": 1400, "counted": ["kills: 50"]}
        told = load("torture").told([{**run, "status": 101}, {**run, "note": "Why."}])
        self.assertEqual(
            told,
            "2026-01-01, commit abc, 2 cores, Linux, 1,400 s: **passed**. Of the 2 recorded runs 1 passed.\n\nWhy.\n\n```text\nkills: 50\n```\n",
        )


class Goods(unittest.TestCase):
    """The demo's table of products, and its pictures (scripts/pictures draws them)."""

    FOLDER = ROOT / "crates" / "app" / "demo"

    def setUp(self):
        table = tomllib.loads((self.FOLDER / "goods.toml").read_text())
        self.categories = [name for one in table["categories"] for name in [one["name"], *one.get("children", [])]]
        self.products = table["products"]

    def skus(self, product):
        return [variant["sku"] for variant in product.get("variants", [product])]

    def test_there_are_sixty_told_and_sorted(self):
        skus = [sku for product in self.products for sku in self.skus(product)]
        self.assertEqual((len(self.products), len(set(skus))), (60, len(skus)))
        self.assertEqual(len(set(self.categories)), len(self.categories))
        for product in self.products:
            with self.subTest(product["sku"]):
                self.assertIn(product["category"], self.categories)
                self.assertGreaterEqual(len(re.findall(r"[.;!?:](?: |$)", product["description"])), 2)
                self.assertLess(product["cost"], product["price"])
                self.assertLessEqual(set(product.get("related", [])), {other["sku"] for other in self.products} - {product["sku"]})

    def test_variants_differ_by_their_options(self):
        several = [product for product in self.products if "variants" in product]
        self.assertGreaterEqual(len(several), 12)
        for product in several:
            with self.subTest(product["sku"]):
                options = [tuple(variant["options"]) for variant in product["variants"]]
                self.assertEqual(len(set(options)), len(options))
                self.assertLessEqual(len(product["options"]), 3)
                self.assertEqual({len(values) for values in options}, {len(product["options"])})
                self.assertEqual(self.skus(product)[0], product["sku"])

    def test_every_product_has_its_pictures_and_what_they_show(self):
        for product in self.products:
            with self.subTest(product["sku"]):
                self.assertEqual(product["pictures"][0]["file"], product["sku"])
                for picture in product["pictures"]:
                    self.assertGreater(len(picture["alt"]), 12)
                    self.assertIn(picture.get("variant", product["sku"]), self.skus(product))

    def test_pictures_are_drawn_named_and_small(self):
        drawn = re.findall(r'^  "?([\w-]+)"?: \[', (ROOT / "web" / "pictures" / "list.mjs").read_text(), re.MULTILINE)
        named = [picture["file"] for product in self.products for picture in product["pictures"]]
        files = sorted((self.FOLDER / "pictures").iterdir())
        self.assertEqual(sorted(named), sorted(drawn))
        self.assertEqual(sorted(f"{name}.png" for name in named), [file.name for file in files])
        for file in files:
            head = file.read_bytes()[:26]
            self.assertEqual((head[:8], *struct.unpack(">II", head[16:24]), head[25]), (b"\x89PNG\r\n\x1a\n", 960, 960, 3), file)
            self.assertLessEqual(file.stat().st_size, 25_000, file)
        self.assertLessEqual(sum(file.stat().st_size for file in files), 1_200_000)


if __name__ == "__main__":
    unittest.main()
