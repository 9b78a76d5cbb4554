"""Maps of memory and timelines: what is drawn of what, and that nothing a file says gets out of its place."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest
from pictures.examples import HOSTILE, decoder, experts, forecast
from timing import takes_about

from loadstone.pictures.markup import fitted, readable, script_data
from loadstone.pictures.squarify import Box, cut
from loadstone.pictures.tree import COLORS, OTHER, Node, grow, seen
from loadstone.pictures.treemap import tiles
from loadstone.planning.weights import Weight
from loadstone.reporting.file_reads import FileReads
from loadstone.transfer.read_log import ReadLog, Span

SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize(
    "sizes", [[5], [3, 3, 3], [6, 6, 4, 3, 2, 2, 1], [100, 1, 1, 1], [7] * 30, list(range(90, 0, -1))]
)
@pytest.mark.parametrize("box", [Box(0, 0, 600, 400), Box(10, 20, 40, 900)])
def test_areas_are_as_the_sizes_and_fill_the_box_without_overlap(sizes: list[int], box: Box) -> None:
    boxes = list(cut(sizes, box))
    share = box.width * box.height / sum(sizes)
    for size, part in zip(sizes, boxes, strict=True):
        assert part.width * part.height == pytest.approx(size * share)
        assert part.x >= box.x - 1e-6 and part.x + part.width <= box.x + box.width + 1e-6
        assert part.y >= box.y - 1e-6 and part.y + part.height <= box.y + box.height + 1e-6
    for index, one in enumerate(boxes):
        for other in boxes[:index]:
            across = min(one.x + one.width, other.x + other.width) - max(one.x, other.x)
            down = min(one.y + one.height, other.y + other.height) - max(one.y, other.y)
            assert across < 1e-6 or down < 1e-6


def test_layers_of_one_size_are_read_in_their_order() -> None:
    boxes = list(cut([9] * 30, Box(0, 0, 900, 500)))
    assert boxes == sorted(boxes, key=lambda box: (box.y, box.x))


def test_the_tree_sums_joins_chains_and_tells_what_parts_are_in_their_blocks() -> None:
    tree = grow((name, str(place), dtype, nbytes) for name, place, dtype, nbytes in decoder(10))
    assert tree.root.nbytes == sum(each.nbytes for each in decoder(10)) and tree.root.tensors == 82
    assert {child.name for child in tree.root.children} == {"model", "lm_head.weight"}
    assert set(tree.legends[0].values) == {"mlp", "self_attn", "embed_tokens", "lm_head", "input_layernorm"}
    assert tree.legends[1].values == ("0", "cpu", "disk") and tree.color_by == 1
    nested = grow([(f"stages.{i}.layers.{j}.attn.q.weight", "cpu", "float32", 4) for i in range(2) for j in range(3)])
    assert nested.legends[0].values == ("attn",) and nested.color_by == 0


def test_a_tree_holds_what_has_bytes_and_a_tensor_may_have_a_modules_name() -> None:
    tree = grow([("a", "cpu", "float32", 4), ("a.b", "cpu", "float32", 8), ("a.c", "cpu", "float32", 0)])
    assert (tree.root.nbytes, tree.root.tensors) == (12, 2)
    assert grow([]).root.nbytes == 0
    lone = grow([("w", "cpu", "float32", 4)]).root
    assert [child.name for child in lone.children] == ["w"]


def test_more_values_than_colors_share_the_last() -> None:
    tree = grow([(f"w{number}", f"d{number}", "float32", 100 - number) for number in range(12)])
    legend = tree.legends[1]
    assert len(legend.values) == COLORS and legend.values[-1] == OTHER
    assert sum(legend.nbytes) == tree.root.nbytes


def test_what_is_too_small_is_merged_with_a_count_and_no_bytes_are_lost() -> None:
    root = grow((name, str(place), dtype, nbytes) for name, place, dtype, nbytes in experts()).root
    shown = seen(root, root.nbytes / 1000)

    def leaves(node: Node) -> Iterator[Node]:
        if not node.children:
            yield node
        for child in node.children:
            yield from leaves(child)

    parts = list(leaves(shown))
    assert len(parts) < 3000
    assert sum(part.nbytes for part in parts) == root.nbytes
    assert sum(part.tensors for part in parts) == root.tensors == len(experts())
    assert any(part.name.endswith("smaller") for part in parts)


def test_hostile_names_stay_text() -> None:
    plan = forecast([Weight(name, "cpu", "float32", 1 << 20) for name in HOSTILE], source=HOSTILE[0])
    picture = ElementTree.fromstring(plan.to_svg())
    assert {element.tag.removeprefix(SVG) for element in picture.iter()} == {
        "svg",
        "style",
        "g",
        "rect",
        "text",
        "title",
    }
    assert not [name for element in picture.iter() for name in element.attrib if name.startswith("on")]
    page = Page()
    page.feed(plan.to_html())
    assert page.opened.count("script") == 2 and "img" not in page.opened and page.handlers == []
    data = json.loads(page.data)
    assert data["root"][1] == len(HOSTILE) << 20
    for text in (plan.to_html(), plan.to_svg(), plan._repr_html_()):
        assert len(text.encode()) < 200_000 and not re.search(r"[\x00\u202e\u2028\ufeff]", text)


class Page(HTMLParser):
    """The elements of a page, and the data in it."""

    def __init__(self) -> None:
        super().__init__()
        self.opened: list[str] = []
        self.handlers: list[str] = []
        self.data = ""
        self._in_data = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.opened.append(tag)
        self.handlers += [name for name, _ in attrs if name.startswith("on")]
        self._in_data = ("type", "application/json") in attrs

    def handle_data(self, data: str) -> None:
        if self._in_data:
            self.data += data
            self._in_data = False


def test_pages_ask_for_nothing_from_elsewhere() -> None:
    plan = forecast(decoder(3))
    for text in (plan.to_html(), plan.to_svg(), plan._repr_html_()):
        assert not re.search(r"(src|href)=\"(?!data:,)|@import|url\(|https?://(?!www\.w3\.org/2000/svg)", text)


def test_the_style_of_a_fragment_reaches_no_further() -> None:
    text = forecast(decoder(3))._repr_html_()
    assert "<script" not in text
    (style,) = re.findall(r"<style>(.*?)</style>", text)
    style = style.replace("@media(prefers-color-scheme:dark){", "")
    for selectors in re.findall(r"([^{}]+)\{", style):
        assert all(each.strip().startswith(".loadstone-picture") for each in selectors.split(",")), selectors


def test_a_plan_of_100000_tensors_is_written_in_about_a_second_and_is_small() -> None:
    plan = forecast(experts())
    assert len(plan.weights) > 100_000
    with takes_about(1):
        page = plan.to_html()
    assert len(page) < 3_000_000
    assert len(plan.to_svg()) < 1_000_000


def test_names_alone_cannot_make_a_page_large() -> None:
    weights = [Weight(f"{number:x>90}.{number:y>90}.w", "cpu", "float32", 1 << 20) for number in range(40_000)]
    assert len(forecast(weights).to_html()) < 3_000_000


def test_cells_and_frames_lie_within_their_parents() -> None:
    root = grow((name, str(place), dtype, nbytes) for name, place, dtype, nbytes in decoder(30)).root
    frames: list[Box] = []
    for tile in tiles(root, Box(0, 0, 1160, 640)):
        del frames[tile.depth :]
        if frames:
            above = frames[-1]
            assert above.x - 0.01 <= tile.box.x and tile.box.x + tile.box.width <= above.x + above.width + 0.01
            assert above.y - 0.01 <= tile.box.y and tile.box.y + tile.box.height <= above.y + above.height + 0.01
        frames.append(tile.box)


@pytest.mark.parametrize("text", ["gate_proj", "MMMMMMMMMMMM", "重み重み重み", "iiii", ""])
def test_a_fitted_text_is_a_beginning_of_it(text: str) -> None:
    for width in range(0, 200, 7):
        found = fitted(text, width, 11)
        assert found == text or found == "" or (found.endswith("…") and text.startswith(found[:-1]))


def test_what_is_shown_is_spelled_out_where_it_would_steer() -> None:
    assert readable("\x1b[31m\u202ea") == "\\x1b[31m\\u202ea"
    assert readable("x" * 500) == "x" * 199 + "…"
    assert json.loads(script_data("</script>")) == "</script>" and "<" not in script_data("</script>")


def test_reads_that_follow_each_other_are_one_span_and_threads_are_told_apart() -> None:
    log = ReadLog()
    for _ in range(100):
        log.note(Path("a"), time.perf_counter(), 10)
    log.note(Path("a"), time.perf_counter(), 5, was_cached=True)
    (read, *rest) = log.spans("a")
    assert (read.was_cached, read.nbytes + sum(span.nbytes for span in rest)) == (False, 1005)
    other = threading.Thread(target=lambda: log.note(Path("a"), time.perf_counter(), 1))
    other.start()
    other.join()
    assert {span.thread for span in log.spans("a")} == {0, 1} and log.spans("b") == ()


def test_a_log_of_very_many_reads_stays_short(monkeypatch: pytest.MonkeyPatch) -> None:
    """An hour of reads that are 50 ms apart."""
    now = iter(range(10**9))
    monkeypatch.setattr(time, "perf_counter", lambda: next(now) * 0.025)
    log = ReadLog()
    for _ in range(72_000):
        log.note(Path("a"), time.perf_counter(), 1)
    assert sum(span.nbytes for span in log.spans("a")) == 72_000
    assert len(log.spans("a")) < 10_000


def test_a_note_costs_next_to_nothing() -> None:
    log = ReadLog()
    with takes_about(0.1):
        for _ in range(20_000):  # of which each read takes fifty times that
            log.note(Path("a"), time.perf_counter(), 1 << 20)


def test_time_in_which_several_threads_read_counts_once() -> None:
    spans = (Span(0, 2, 10, False, 0), Span(1, 3, 10, False, 1), Span(5, 6, 10, True, 0))
    assert FileReads("a", 30, spans).reading_s == 4
