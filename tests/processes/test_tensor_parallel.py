"""A model on a mesh gives what it gives in one process, whatever its family, and holds its share of the weights."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from checkpoint.test_gguf_open import write
from parity.cases import DECODERS, ENCODERS, PLAIN
from parity.modal_families import families
from processes import tensor_parallel as programs
from processes.pool import ranks

import loadstone
from loadstone.errors import ArgumentError, InvalidMesh

TOLERANCE = 1e-5
WITHOUT_DROPOUT: dict[str, dict[str, Any]] = {
    "gpt2": dict(resid_pdrop=0.0, embd_pdrop=0.0, attn_pdrop=0.0),
    "opt": dict(dropout=0.0, attention_dropout=0.0),
}
QUICK = ("llama", "gpt2", "mixtral", "phi3", "olmo2")
TP2: dict[str, Any] = {"distributed_config": {"tp_size": 2}}


def made(family: str, folder: Path, **changes: Any) -> Path:
    """A tiny checkpoint with a vocabulary that two does not divide."""
    plain = PLAIN[family] if family in PLAIN else dict(families()[family].plain)
    return programs.saved(family, plain | WITHOUT_DROPOUT.get(family, {}) | changes, folder)


def check(found: list[programs.Facts], share: float) -> None:
    """Every rank gives what one process gives, from at most so much of the parameters."""
    for each in found:
        assert each.logits < TOLERANCE and each.gradients < TOLERANCE and each.attentions < TOLERANCE
        assert each.texts_alike and each.values_alike
        assert each.share <= share
        assert each.read <= share * sum(one.read for one in found) * len(found)


@pytest.mark.parametrize(
    "family", [pytest.param(each, marks=() if each in QUICK else pytest.mark.long) for each in DECODERS]
)
def test_a_decoder_on_two_ranks(tmp_path: Path, family: str) -> None:
    found = ranks(2).run(programs.facts, made(family, tmp_path), TP2)
    check(found, 0.6)


@pytest.mark.parametrize("family", [pytest.param(each, marks=pytest.mark.long) for each in DECODERS])
def test_a_decoder_trains_on_two_ranks(tmp_path: Path, family: str) -> None:
    folder = made(family, tmp_path)
    for found in ranks(2).run(programs.train, folder, (1, 2)):
        assert found.gradients < TOLERANCE


@pytest.mark.parametrize("sizes", [(1, 2), (2, 1)], ids=str)
def test_a_step_of_training_is_that_of_one_process(tmp_path: Path, sizes: tuple[int, int]) -> None:
    folder = made("mixtral", tmp_path)
    assert [each.gradients < TOLERANCE for each in ranks(2).run(programs.train, folder, sizes)] == [True, True]


@pytest.mark.parametrize(
    "family", ["phi3", *(pytest.param(each, marks=pytest.mark.long) for each in ("llama", "gpt2", "mixtral", "olmo2"))]
)
def test_both_axes_at_once(tmp_path: Path, family: str) -> None:
    found = ranks(4).run(programs.train, made(family, tmp_path), (2, 2))
    check(found, 0.35)
    assert max(each.gradients for each in found) > 0


@pytest.mark.parametrize(
    ("family", "changes"),
    [
        ("llama", dict(num_key_value_heads=2)),
        pytest.param("llama", dict(num_key_value_heads=1, attention_bias=True), marks=pytest.mark.long),
        pytest.param("olmo2", dict(num_key_value_heads=2), marks=pytest.mark.long),
        pytest.param("phi3", dict(num_key_value_heads=2), marks=pytest.mark.long),
        pytest.param("gemma3_text", dict(num_key_value_heads=1), marks=pytest.mark.long),
        pytest.param("qwen3_moe", dict(num_key_value_heads=2), marks=pytest.mark.long),
        pytest.param("qwen2", dict(num_key_value_heads=2, tie_word_embeddings=True), marks=pytest.mark.long),
        # Gains of norms that differ from head to head.
        pytest.param("cohere", dict(num_key_value_heads=1, use_qk_norm=True), marks=pytest.mark.long),
        pytest.param("cohere", dict(num_key_value_heads=2, use_qk_norm=True), marks=pytest.mark.long),
        pytest.param("stablelm", dict(num_key_value_heads=4, qk_layernorm=True), marks=pytest.mark.long),
    ],
)
def test_fewer_heads_of_keys_than_ranks(tmp_path: Path, family: str, changes: dict[str, Any]) -> None:
    check(ranks(4).run(programs.train, made(family, tmp_path, **changes), (1, 4)), 0.4)


def test_weights_in_half_precision_and_a_tie(tmp_path: Path) -> None:
    folder = made("llama", tmp_path, tie_word_embeddings=True)
    for found in ranks(2).run(programs.facts, folder, TP2 | {"torch_dtype": "bfloat16"}):
        assert found.logits < 0.02 and found.values_alike and found.share < 0.6


@pytest.mark.long
@pytest.mark.parametrize(
    "changes",
    [
        dict(new_decoder_architecture=True, num_kv_heads=2),
        dict(alibi=True, multi_query=False, parallel_attn=False, bias=True),
    ],
    ids=["groups", "a bias for all heads"],
)
def test_falcons_other_shapes_on_two_ranks(tmp_path: Path, changes: dict[str, Any]) -> None:
    folder = programs.saved("falcon", dict(families()["falcon"].plain) | changes, tmp_path)
    check(ranks(2).run(programs.facts, folder, TP2), 0.6)


@pytest.mark.long
@pytest.mark.parametrize("sizes", [(1, 2), (2, 1)], ids=["tensor", "blocks"])
@pytest.mark.parametrize("family", sorted(families()))
def test_every_other_family(family: str, sizes: tuple[int, int]) -> None:
    outcomes = ranks(2).outcomes(programs.modal, family, sizes)
    if family in ("convnext", "convnextv2", "mobilenet_v2", "resnet", "segformer") and sizes[1] == 2:
        assert all(isinstance(each.error, InvalidMesh) for each in outcomes)
        return
    for each in outcomes:
        assert each.error is None, each.trace
        outputs, gradients, _ = each.value
        assert outputs < TOLERANCE and gradients < 5 * TOLERANCE


SEQ2SEQ: dict[str, Any] = dict(vocab_size=99, d_model=16, d_kv=4, d_ff=22, num_layers=2, num_heads=4)
WHISPER: dict[str, Any] = dict(
    vocab_size=99,
    d_model=16,
    encoder_layers=2,
    decoder_layers=2,
    encoder_attention_heads=4,
    decoder_attention_heads=4,
    encoder_ffn_dim=22,
    decoder_ffn_dim=22,
    num_mel_bins=16,
    max_source_positions=10,
    max_target_positions=20,
    pad_token_id=0,
    bos_token_id=1,
    eos_token_id=2,
    decoder_start_token_id=1,
)


@pytest.mark.parametrize(
    ("family", "auto", "config"),
    [
        ("bert", "AutoModelForMaskedLM", PLAIN["bert"]),
        *(
            pytest.param(each, "AutoModelForMaskedLM", PLAIN[each], marks=pytest.mark.long)
            for each in ENCODERS
            if each != "bert"
        ),
        pytest.param("bert", "AutoModelForTokenClassification", PLAIN["bert"], marks=pytest.mark.long),
        pytest.param("llama", "AutoModelForSequenceClassification", PLAIN["llama"], marks=pytest.mark.long),
        pytest.param("t5", "AutoModelForSeq2SeqLM", SEQ2SEQ, marks=pytest.mark.long),
        pytest.param(
            "t5", "AutoModelForSeq2SeqLM", SEQ2SEQ | {"feed_forward_proj": "gated-gelu"}, marks=pytest.mark.long
        ),
        pytest.param("whisper", "AutoModelForSpeechSeq2Seq", WHISPER, marks=pytest.mark.long),
        pytest.param(
            "mamba",
            "AutoModelForCausalLM",
            dict(vocab_size=99, hidden_size=16, num_hidden_layers=2, state_size=4),
            marks=pytest.mark.long,
        ),
        ("phi3", "AutoModelForCausalLM", PLAIN["phi3"] | {"intermediate_size": 45}),
        pytest.param("gpt2", "AutoModelForCausalLM", PLAIN["gpt2"] | {"n_inner": 45}, marks=pytest.mark.long),
        pytest.param(
            "mixtral", "AutoModelForCausalLM", PLAIN["mixtral"] | {"num_local_experts": 3}, marks=pytest.mark.long
        ),
        pytest.param("gemma2", "AutoModelForCausalLM", PLAIN["gemma2"] | {"vocab_size": 97}, marks=pytest.mark.long),
    ],
)
def test_heads_of_other_kinds_and_uneven_widths(family: str, auto: str, config: dict[str, Any]) -> None:
    for outputs, gradients, cut in ranks(2).run(programs.plain, family, auto, config, (1, 2)):
        assert outputs < TOLERANCE and gradients < 5 * TOLERANCE and cut > 0


def test_experts_of_a_rank_may_get_no_token(tmp_path: Path) -> None:
    assert max(ranks(2).run(programs.one_token, made("mixtral", tmp_path, num_experts_per_tok=1))) < TOLERANCE


@pytest.mark.parametrize("keywords", [TP2, {"distributed_config": {"fsdp_size": 2}}], ids=["tensor", "blocks"])
def test_a_quantized_file_is_dequantized_by_each_rank(tmp_path: Path, keywords: dict[str, Any]) -> None:
    write(tmp_path / "model.gguf")
    assert max(ranks(2).run(programs.dequantized, tmp_path / "model.gguf", keywords)) < TOLERANCE


def test_other_axes_of_a_mesh_are_replicas(tmp_path: Path) -> None:
    for logits, rank in ranks(4).run(programs.replicas, made("llama", tmp_path)):
        assert logits < TOLERANCE and "(tp 2)" in rank


@pytest.mark.parametrize("keywords", [TP2, {"distributed_config": {"fsdp_size": 2}}], ids=["tensor", "blocks"])
def test_an_encoder_decoder_answers(tmp_path: Path, keywords: dict[str, Any]) -> None:
    folder = programs.saved("t5", SEQ2SEQ, tmp_path, "AutoModelForSeq2SeqLM")
    assert ranks(2).run(programs.answers, folder, keywords) == [[True] * 4] * 2


def test_scalars_get_the_mean_of_all_gradients_under_fsdp(tmp_path: Path) -> None:
    known = families()["chinese_clip"]
    folder = programs.saved("chinese_clip", known.plain, tmp_path, "AutoModel")
    for found in ranks(2).run(programs.scalars, folder):
        assert found == pytest.approx((1.5,), rel=1e-4)  # the mean of 1 and 2


def test_a_new_head_is_the_same_on_all_ranks(tmp_path: Path) -> None:
    assert ranks(2).run(programs.new_head, made("llama", tmp_path)) == [(True, True)] * 2


def test_layers_that_are_computed_again(tmp_path: Path) -> None:
    assert max(ranks(2).run(programs.checkpointed, made("llama", tmp_path))) < TOLERANCE


@pytest.mark.long
def test_a_model_is_compiled_leaf_by_leaf(tmp_path: Path) -> None:
    folder = made("mixtral", tmp_path, num_hidden_layers=1)
    for logits, gradients, said in ranks(2).run(programs.compiled, folder):
        assert logits < TOLERANCE and gradients < TOLERANCE and "Leave compile out" in said


def test_an_object_may_say_what_is_asked(tmp_path: Path) -> None:
    found = ranks(2).run(programs.of_an_object, made("llama", tmp_path))
    assert [each.partition(":")[0] for each in found] == [f"rank {rank} of 2 (tp 2)" for rank in (0, 1)]


def test_heads_that_do_not_divide_are_listed_by_plan_and_by_every_rank(tmp_path: Path) -> None:
    folder = made("llama", tmp_path, num_attention_heads=3, num_key_value_heads=3, hidden_size=24)
    errors = [each.error for each in ranks(2).outcomes(programs.refused, folder, TP2)]
    with pytest.raises(InvalidMesh) as planned:
        loadstone.plan(folder, head="causal-lm", mesh={"tp": 2})
    slots = [f"model.layers.{layer}.self_attn.{name}_proj.weight" for layer in (0, 1) for name in "qkvo"]
    for error in (*errors, planned.value):
        assert isinstance(error, InvalidMesh)
        assert sorted(fault.where for fault in error.faults) == sorted(slots)
        assert {fault.found for fault in error.faults} == {"3 heads"} and "nothing" not in str(error)
        assert "Take another number of ranks than 2" in str(error)


def test_fewer_experts_than_ranks_are_refused(tmp_path: Path) -> None:
    folder = made("mixtral", tmp_path, num_local_experts=1, num_experts_per_tok=1)
    for each in ranks(2).outcomes(programs.refused, folder, TP2):
        assert isinstance(each.error, InvalidMesh)
        assert {(fault.found, fault.where.rpartition(".")[2]) for fault in each.error.faults} == {
            ("1 experts", "gate_up_proj"),
            ("1 experts", "down_proj"),
        }


@pytest.mark.parametrize(
    ("keywords", "said"),
    [
        (TP2 | {"device_map": "cpu"}, "device_map="),
        (TP2 | {"lazy": True}, "lazy=True"),
        (TP2 | {"dequantize": False}, "dequantize=False"),
        (TP2 | {"state_dict": {}}, "state_dict="),
        (TP2 | {"quantization_config": {"load_in_8bit": True}}, "quantization_config="),
        ({"tp_plan": {"lm_head": "colwise"}}, "expected 'auto'"),
        ({"distributed_config": {"tp_sise": 2}}, "Did you mean 'tp_size'?"),
        ({"distributed_config": {"tp_size": 2, "pp_size": 2}}, "pp_size=2"),
        ({"distributed_config": {"tp_size": 0}}, "tp_size=0"),
        ({"distributed_config": {"tp_size": True}}, "tp_size=True"),
        ({"distributed_config": {}}, "neither tp_size nor fsdp_size"),
        ({"distributed_config": {"tp_size": 4}}, "do not make 2"),
        ({"distributed_config": {"tp_size": 2}, "device_mesh": 2}, "Give one of device_mesh and distributed_config"),
        ({"distributed_config": 2}, "a int"),
        ({"device_mesh": 2}, "expected a torch.distributed.DeviceMesh"),
    ],
    ids=str,
)
def test_what_cannot_be_asked_for_is_said(tmp_path: Path, keywords: dict[str, Any], said: str) -> None:
    folder = made("llama", tmp_path)
    for each in ranks(2).outcomes(programs.refused, folder, keywords):
        assert isinstance(each.error, ArgumentError) and said in str(each.error), each.trace


def test_axes_without_a_meaning_are_refused(tmp_path: Path) -> None:
    for each in ranks(2).outcomes(programs.refused_mesh, made("llama", tmp_path), ("a", "b")):
        assert isinstance(each.error, ArgumentError) and "('fsdp', 'tp')" in str(each.error)


def test_without_a_process_group_the_error_names_torchrun(tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match="torchrun"):
        loadstone.AutoModelForCausalLM.from_pretrained(made("llama", tmp_path), tp_plan="auto")


def test_what_a_mesh_cannot_do_is_an_error(tmp_path: Path) -> None:
    folder = made("llama", tmp_path)
    for each in ranks(2).outcomes(programs.resize, folder):
        assert isinstance(each.error, ArgumentError) and "keeps its size, 99" in str(each.error)
    for each in ranks(2).outcomes(programs.with_adapter, folder):
        assert isinstance(each.error, ArgumentError) and "an adapter of their own" in str(each.error), each.trace
    for each in ranks(2).outcomes(programs.beyond_the_vocabulary, folder):
        assert isinstance(each.error, ArgumentError) and "500" in str(each.error), each.trace
    for each in ranks(4).outcomes(programs.called_apart, folder):
        assert isinstance(each.error, ArgumentError) and "Call the model" in str(each.error)
