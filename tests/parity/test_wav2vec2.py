"""What only models that read samples have: the loss of alignments, what is hidden while training, two spellings of a
weight; held against PyTorch and transformers."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import transformers
from safetensors.torch import load_file, save_file

import loadstone
from loadstone.architectures.components.sound_heads import Alignment
from loadstone.errors import ArgumentError, InvalidConfig

from .frameworks import SIDES, TORCH
from .modal import Made
from .modal_families.vit import numbers
from .modal_families.wav2vec2 import CODEBOOKS, PLAIN, SAID, SHOWN, SPEAKERS, STABLE

OTHERS = [pytest.param(name, marks=pytest.mark.long) for name in ("flax", "tensorflow")]
SOUND = {"input_values": numbers(3, 90), "attention_mask": SHOWN}
CONFIG: dict[str, Any] = {**PLAIN, **SPEAKERS, **CODEBOOKS}
QUIET = dict.fromkeys(("hidden_dropout", "activation_dropout", "attention_dropout", "final_dropout", "layerdrop"), 0.0)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Made]:
    """A class by its name, made once."""
    found: dict[str, Made] = {}

    def make(name: str) -> Made:
        if name not in found:
            found[name] = Made(name, transformers.Wav2Vec2Config(**CONFIG), tmp_path_factory.mktemp(name))
        return found[name]

    return make


def losses_of(framework: str) -> Callable[[torch.Tensor, torch.Tensor, Alignment], torch.Tensor]:
    """A framework's loss of alignments, from and to PyTorch's tensors."""
    from loadstone.frameworks.flax.losses import ctc as in_flax
    from loadstone.frameworks.tensorflow.losses import ctc as in_tensorflow
    from loadstone.frameworks.torch.modeling.losses import ctc as in_torch

    if framework == "torch":
        return in_torch
    side, loss = SIDES[framework], {"flax": in_flax, "tensorflow": in_tensorflow}[framework]

    def computed(logits: torch.Tensor, labels: torch.Tensor, alignment: Alignment) -> torch.Tensor:
        given = alignment._replace(lengths=side.to(alignment.lengths.int()))
        return torch.from_numpy(np.array(loss(side.to(logits), side.to(labels.int()), given)))

    return computed


@pytest.mark.parametrize("framework", ["torch", "flax", "tensorflow"])
def test_the_loss_of_alignments_is_that_of_transformers(framework: str) -> None:
    loss_of = losses_of(framework)
    logits = 3 * torch.randn(4, 7, 9, generator=torch.Generator().manual_seed(0))
    # A gap, a token twice in a row, nothing at all, more than there are frames for; one row is cut short.
    labels = torch.tensor([[3, -100, 4, 0], [5, 5, 5, 2], [-100] * 4, [1, 1, 1, 1]])
    lengths = torch.tensor([7, 7, 3, 6])
    from transformers.loss.loss_ctc import ForCTCLoss

    for blank, reduction, zero in ((0, "none", False), (0, "mean", True), (8, "sum", True), (0, "mean", False)):
        expected = ForCTCLoss(logits, labels, lengths, blank, reduction, zero)
        found = loss_of(logits, labels, Alignment(lengths, blank, reduction, zero))
        torch.testing.assert_close(found, expected, atol=1e-4, rtol=1e-5)


def test_labels_that_are_no_tokens_are_refused(made: Callable[[str], Made]) -> None:
    model = made("Wav2Vec2ForCTC").of("torch")
    for labels, said in (
        (torch.tensor([[3], [4], [11]]), "labels has 11"),
        (torch.tensor([[3], [-4], [1]]), "labels has -4"),
        (torch.tensor([3, 4, 5]), r"labels has shape \(3,\), expected \(3, 'tokens'\)"),
        (torch.tensor([[3.0], [4.0], [5.0]]), "expected integers"),
    ):
        with pytest.raises(ArgumentError, match=said):
            model(**SOUND, labels=labels)


@pytest.mark.parametrize(
    ("inputs", "said"),
    [
        ({"input_values": torch.zeros(2, 6)}, "samples of at least 10"),
        ({"input_values": torch.zeros(2, 1, 90)}, "expected"),
        ({"input_values": torch.zeros(2, 90, dtype=torch.long)}, "floating-point"),
        ({"input_values": torch.zeros(2, 90), "attention_mask": torch.ones(2, 14)}, r"attention_mask has shape"),
        ({"input_values": torch.zeros(2, 90), "mask_time_indices": torch.ones(2, 3)}, "mask_time_indices has shape"),
    ],
)
def test_sounds_that_do_not_fit_are_refused(made: Callable[[str], Made], inputs: dict[str, Any], said: str) -> None:
    with pytest.raises(ArgumentError, match=said):
        made("Wav2Vec2Model").of("torch")(**inputs)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"conv_kernel": [4]}, "lists of one length"),
        ({"conv_stride": [3, 0]}, "conv_stride"),
        ({"conv_dim": [8, 1 << 40]}, "conv_dim"),
        ({"feat_extract_norm": "batch"}, "feat_extract_norm"),
        ({"ctc_loss_reduction": "max"}, "ctc_loss_reduction"),
        ({"num_conv_pos_embedding_groups": 5}, "num_conv_pos_embedding_groups"),
        ({"tdnn_kernel": [3]}, "tdnn_kernel"),
    ],
)
def test_configs_that_contradict_themselves_are_refused(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(InvalidConfig, match=said):
        loadstone.Wav2Vec2Config(**{**CONFIG, **changes})


def test_classes_that_tell_sounds_apart_need_every_frame() -> None:
    config = loadstone.Wav2Vec2Config(**CONFIG, add_adapter=True)
    for name in ("ForSequenceClassification", "ForAudioFrameClassification", "ForXVector"):
        with pytest.raises(InvalidConfig, match="add_adapter"):
            getattr(loadstone, f"Wav2Vec2{name}")(config)
    with pytest.raises(InvalidConfig, match="vocab_size"):
        loadstone.Wav2Vec2ForCTC(loadstone.Wav2Vec2Config(**{**CONFIG, "vocab_size": None}))


def test_parts_are_kept_from_training_as_scripts_ask(made: Callable[[str], Made]) -> None:
    for name in ("Wav2Vec2ForCTC", "Wav2Vec2Model"):
        model = getattr(loadstone, name).from_pretrained(made(name).folder)
        model.freeze_feature_encoder()
        kept = {name for name, parameter in model.named_parameters() if not parameter.requires_grad}
        assert kept == {name for name, _ in model.named_parameters() if "feature_extractor." in name}
    model = loadstone.Wav2Vec2ForCTC.from_pretrained(made("Wav2Vec2ForCTC").folder)
    model.freeze_base_model()
    trained = [name for name, parameter in model.named_parameters() if parameter.requires_grad]
    assert trained == ["lm_head.weight", "lm_head.bias"]
    with pytest.raises(ArgumentError, match="no convolutions over samples"):
        loadstone.Wav2Vec2BertModel(
            loadstone.Wav2Vec2BertConfig(hidden_size=8, num_hidden_layers=1, num_attention_heads=2, intermediate_size=8)
        ).freeze_feature_encoder()


def test_older_names_of_the_factors_of_a_weight_load_too(made: Callable[[str], Made], tmp_path: Path) -> None:
    each = made("Wav2Vec2ForCTC")
    shutil.copy(each.folder / "config.json", tmp_path)
    stored = load_file(each.folder / "model.safetensors")
    older = {
        name.replace("parametrizations.weight.original0", "weight_g").replace(
            "parametrizations.weight.original1", "weight_v"
        ): value
        for name, value in stored.items()
        if not name.endswith("masked_spec_embed")  # which older files lack
    }
    assert older.keys() != stored.keys()
    save_file(older, tmp_path / "model.safetensors", {"format": "pt"})
    model = loadstone.Wav2Vec2ForCTC.from_pretrained(tmp_path)
    assert [*model.load_report.initialized] == ["wav2vec2.masked_spec_embed"]
    ours = TORCH.call(model.eval(), **SOUND).logits
    torch.testing.assert_close(ours, TORCH.call(each.of("torch"), **SOUND).logits)


def test_spans_are_hidden_while_training_as_transformers_hides_them(made: Callable[[str], Made]) -> None:
    spec = {**QUIET, **dict(mask_time_prob=0.5, mask_time_length=2, mask_feature_prob=0.3, mask_feature_length=2)}
    folder = made("Wav2Vec2Model").folder
    model = loadstone.Wav2Vec2Model.from_pretrained(folder, **spec).train()
    theirs = transformers.Wav2Vec2Model.from_pretrained(folder, **spec).train()
    vector = model.masked_spec_embed.detach()
    heard: list[torch.Tensor] = []
    model.encoder.pos_conv_embed.register_forward_pre_hook(lambda module, args: heard.append(args[0].detach()))
    sound, mask = torch.randn(60, 90), SHOWN.repeat(20, 1)
    shown = theirs._get_feature_vector_attention_mask(14, mask)
    for given, real in ((None, torch.ones(60, 14, dtype=torch.bool)), (mask, shown)):
        shares, wanted = [], []
        for seed in range(10):
            torch.manual_seed(seed)
            model(sound, given)
            shares.append(float((heard.pop() == vector)[real].any(-1).float().mean()))
        np.random.seed(0)
        for _ in range(30):
            with torch.no_grad():
                hidden = theirs._mask_hidden_states(
                    torch.randn(60, 14, 12), attention_mask=real if given is not None else None
                )
            wanted.append(float((hidden == vector)[real].any(-1).float().mean()))
        assert float(np.mean(shares)) == pytest.approx(float(np.mean(wanted)), abs=0.03)


@pytest.mark.parametrize("framework", OTHERS)
def test_others_hide_spans_while_training(made: Callable[[str], Made], framework: str) -> None:
    side = SIDES[framework]
    call = side.compiled if framework == "flax" else side.call
    spec = {**QUIET, "mask_time_length": 2, "mask_time_prob": 0.4}
    model = getattr(loadstone, f"{side.prefix}Wav2Vec2ForCTC").from_pretrained(made("Wav2Vec2ForCTC").folder, **spec)
    plain = call(model, **SOUND).logits
    training: dict[str, Any] = {"training": True}
    if framework == "flax":
        import jax

        training = {"train": True, "dropout_rng": jax.random.key(0)}
    assert (call(model, **SOUND, **training).logits - plain).abs().max() > 1e-3


@pytest.mark.parametrize("framework", OTHERS)
def test_gradients_are_those_of_pytorch(made: Callable[[str], Made], framework: str) -> None:
    inputs = {**SOUND, "labels": SAID}
    expected = TORCH.gradients(made("Wav2Vec2ForCTC").of("torch"), inputs)
    found = SIDES[framework].gradients(made("Wav2Vec2ForCTC").of(framework), inputs)
    for name, gradient in expected.items():
        torch.testing.assert_close(found[name], gradient, atol=1e-3, rtol=1e-3, msg=name)


def test_a_codebooks_entries_are_drawn_while_training_and_have_gradients(made: Callable[[str], Made]) -> None:
    model = made("Wav2Vec2ForPreTraining").of("torch").train()
    hidden = torch.zeros(3, 14, dtype=torch.bool)
    hidden[:, 2:6] = True
    others = torch.randint(0, 42, (3, 14, 4), generator=torch.Generator().manual_seed(0))
    out = model(SOUND["input_values"], mask_time_indices=hidden, sampled_negative_indices=others)
    out.loss.backward()
    assert float(model.quantizer.weight_proj.weight.grad.abs().max()) > 0
    assert 1 <= float(out.codevector_perplexity.detach()) <= 8
    model.eval().zero_grad()
    with pytest.raises(ArgumentError, match="mask_time_indices"):
        model(SOUND["input_values"], sampled_negative_indices=others)


@pytest.mark.long
def test_tensorflow_serves_sounds_of_any_length(made: Callable[[str], Made]) -> None:
    import tensorflow as tf

    model = made("Wav2Vec2ForCTC").of("tensorflow")
    assert model.serving_signature().keys() == {"input_values"}
    expected = TORCH.call(made("Wav2Vec2ForCTC").of("torch"), input_values=SOUND["input_values"]).logits
    served = model.serving({"input_values": tf.constant(SOUND["input_values"].numpy())})
    np.testing.assert_allclose(served["logits"], expected, atol=1e-4)


def test_adapters_of_attention_are_of_models_whose_norms_come_first() -> None:
    with_adapter = loadstone.Wav2Vec2Model(loadstone.Wav2Vec2Config(**{**CONFIG, **STABLE, "adapter_attn_dim": 3}))
    assert any("adapter_layer" in name for name, _ in with_adapter.named_parameters())
    without = loadstone.Wav2Vec2Model(loadstone.Wav2Vec2Config(**{**CONFIG, "adapter_attn_dim": 3}))
    assert not any("adapter_layer" in name for name, _ in without.named_parameters())


def test_weights_of_wavlm_are_each_heads_own(tmp_path: Path) -> None:
    """transformers shows their mean for each head (https://github.com/pytorch/pytorch/issues/32590)."""
    config = transformers.WavLMConfig(**{**PLAIN, **SPEAKERS, "num_buckets": 8, "max_bucket_distance": 10})
    each = Made("WavLMModel", config, tmp_path)
    ours = TORCH.call(each.of("torch"), **SOUND, output_attentions=True).attentions
    theirs = each.expected({**SOUND, "output_attentions": True})["attentions"]
    for found, expected in zip(ours, theirs, strict=True):
        torch.testing.assert_close(found.mean(dim=1), expected[:, 0], atol=1e-5, rtol=1e-4)
        assert not torch.allclose(found[:, 0], found[:, 1], atol=1e-3)
