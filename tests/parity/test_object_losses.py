"""The loss of object detectors: how many objects pictures show, gradients in three frameworks, and labels that are
none."""

from __future__ import annotations

import sys
from typing import Any

import pytest
import torch
import transformers

import loadstone
from loadstone.errors import ArgumentError, FrameworkNotInstalled

from .frameworks import SIDES
from .modal import FRAMEWORKS, Made
from .modal_families.vit import numbers
from .modal_families.yolos import PARITY, shown

PIXELS = numbers(2, 3, 8, 12)
Pictures = list[dict[str, Any]]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return Made(PARITY.main, transformers.YolosConfig(**PARITY.plain), tmp_path_factory.mktemp("yolos"))


@pytest.mark.parametrize("counts", [[0, 0], [1, 4], [7, 3]], ids=str)
def test_pictures_may_show_any_number_of_objects(made: Made, counts: list[int]) -> None:
    given = {"pixel_values": PIXELS, "labels": shown(counts, 3)}
    made.check(given, "loss", "loss_dict")
    gradients = [SIDES[each].gradients(made.of(each), given) for each in FRAMEWORKS]
    for other in gradients[1:]:
        assert other.keys() == gradients[0].keys()
        for name, value in other.items():
            torch.testing.assert_close(value, gradients[0][name], atol=1e-4, rtol=1e-3)


def test_what_is_found_may_be_no_number(made: Made) -> None:
    """As where training diverges: the loss is not one either, and nothing fails."""
    pixels, labels = PIXELS.clone(), shown([2, 1], 3)
    pixels[1] = torch.inf
    for framework in FRAMEWORKS:
        assert SIDES[framework].call(made.of(framework), pixel_values=pixels, labels=labels).loss.isnan()


def test_sizes_that_a_graph_does_not_know_serve_too(made: Made) -> None:
    import tensorflow as tf

    model = made.of("tensorflow")
    picture = {"class_labels": tf.TensorSpec([None], tf.int64), "boxes": tf.TensorSpec([None, 4], tf.float32)}
    signature = [tf.TensorSpec([None, 3, 8, 12], tf.float32), [picture, picture]]
    compiled = tf.function(lambda pixels, labels: model(pixels, labels=labels).loss, input_signature=signature)
    for counts in ([0, 2], [3, 1]):
        labels = shown(counts, 3)
        expected = made.expected({"pixel_values": PIXELS, "labels": labels}).loss
        found = compiled(tf.constant(PIXELS.numpy()), SIDES["tensorflow"].to(labels))
        assert abs(float(found) - float(expected)) < 1e-4


def test_traced_labels_serve_too_and_a_class_that_there_is_not_makes_no_number(made: Made) -> None:
    from flax import nnx

    model, labels = made.of("flax"), shown([2, 3], 3)
    compiled = nnx.jit(lambda model, labels: model(PIXELS.numpy(), labels=labels).loss)
    expected = made.expected({"pixel_values": PIXELS, "labels": labels}).loss
    assert abs(float(compiled(model, SIDES["flax"].to(labels))) - float(expected)) < 1e-4
    for wrong in (-3, 7):
        labels[1]["class_labels"][0] = wrong
        assert str(compiled(model, SIDES["flax"].to(labels))) == "nan"


def picture(classes: Any = (0,), boxes: Any = ((0.5, 0.5, 0.2, 0.2),), **more: Any) -> dict[str, Any]:
    return {"class_labels": torch.tensor(classes), "boxes": torch.tensor(boxes), **more}


@pytest.mark.parametrize(
    ("labels", "said"),
    [
        (torch.zeros(2), "expected a list with a dict for each picture"),
        ([], r"labels is \[\], expected"),
        ([picture(), torch.zeros(1)], r"labels\[1\] is a .*, expected a list with a dict for each picture"),
        ([picture()], r"labels has 1 dicts, expected 2: one for each picture"),
        ([picture(), {"boxes": torch.zeros(0, 4)}], r"labels\[1\] has no class_labels"),
        ([{"class_labels": torch.zeros(0)}] * 2, r"labels\[0\] has no boxes"),
        (
            [picture(), picture((0.0,))],
            r"labels\[1\]\['class_labels'\] is .*float32 of shape \(1,\), expected integers",
        ),
        ([picture(((0,),))] * 2, r"labels\[0\]\['class_labels'\] is .*int64 of shape \(1, 1\)"),
        (
            [picture(boxes=((1, 1, 1, 1),))] * 2,
            r"labels\[0\]\['boxes'\] is .*int64 of shape \(1, 4\), expected floating",
        ),
        ([picture(boxes=((0.1, 0.2, 0.3),))] * 2, r"labels\[0\]\['boxes'\] is .* of shape \(1, 3\)"),
        ([picture((0, 1)), picture()], r"labels\[0\] has 2 class_labels and 1 boxes"),
        ([picture(), picture((3,))], r"labels\[1\]\['class_labels'\] has 3, expected 0 to 2"),
        ([picture((-100,)), picture()], r"labels\[0\]\['class_labels'\] has -100, expected 0 to 2"),
        ([picture(boxes=((0.5, 0.5, -0.25, 0.5),))] * 2, r"labels\[0\]\['boxes'\] has \[0.5, 0.5, -0.25, 0.5\]"),
        ([picture(boxes=((0.5, 0.5, 0.5, torch.nan),))] * 2, r"labels\[0\]\['boxes'\] has .*nan"),
    ],
)
@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_labels_that_are_none_are_named(made: Made, framework: str, labels: Any, said: str) -> None:
    if framework == "flax" and isinstance(labels, list):  # which takes 64 bits of integers for 32, and says so
        said = said.replace("int64", "int(64|32)")
    with pytest.raises(ArgumentError, match=said):
        SIDES[framework].call(made.of(framework), pixel_values=PIXELS, labels=labels)


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"auxiliary_loss": True}, "config.auxiliary_loss is True"),
        ({"class_cost": 0, "bbox_cost": 0, "giou_cost": 0}, "are all 0"),
    ],
)
def test_a_config_without_a_loss_is_for_finding_alone(keys: dict[str, Any], said: str) -> None:
    theirs = transformers.YolosForObjectDetection(transformers.YolosConfig(**PARITY.plain, **keys))
    with pytest.raises((TypeError, ValueError)):
        theirs(PIXELS, labels=[picture()] * 2)
    model = loadstone.YolosForObjectDetection(loadstone.YolosConfig(**PARITY.plain, **keys))
    assert model(PIXELS).loss is None
    with pytest.raises(ArgumentError, match=said):
        model(PIXELS, labels=[picture()] * 2)


def test_without_scipy_objects_are_found_and_the_loss_says_what_it_needs(
    made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "scipy", None)
    for framework in FRAMEWORKS:
        model = made.of(framework)
        assert SIDES[framework].call(model, pixel_values=PIXELS).pred_boxes.shape == (2, 5, 4)
        with pytest.raises(FrameworkNotInstalled, match=r"pip install 'loadstone\[detection\]'"):
            SIDES[framework].call(model, pixel_values=PIXELS, labels=[picture()] * 2)
