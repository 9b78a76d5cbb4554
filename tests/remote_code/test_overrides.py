"""What a class that came with a checkpoint has in place of what its base has: it is called, or refused by name."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from remote_code.repositories import minimal, write
from safetensors.torch import save

import loadstone
from loadstone import AutoModel, AutoModelForCausalLM
from loadstone.errors import CustomCodeError
from loadstone.frameworks.torch.modeling.generation import GenerationMixin

HOW = {"trust_remote_code": True, "allow_transformers": False}
MODEL = """\
import torch
from torch import nn
from transformers import GenerationMixin, PretrainedConfig, PreTrainedModel
from transformers.modeling_outputs import CausalLMOutputWithPast


class AnyConfig(PretrainedConfig):
    model_type = "any"

    def __init__(self, width=4, **kwargs):
        self.width = width
        super().__init__(**kwargs)


class Base(PreTrainedModel):
    config_class = AnyConfig
    base_model_prefix = "body"
{base}


class Body(Base):
    def __init__(self, config):
        super().__init__(config)
        self.table = nn.Embedding(8, 8)
        self.post_init()

    def get_input_embeddings(self):
        return self.table

    def set_input_embeddings(self, value):
        self.table = value


class Model(Base{mixin}):
{members}

    def __init__(self, config):
        super().__init__(config)
        self.body = Body(config)
        self.head = nn.Linear(8, 8, bias=False)
        self.post_init()

    def forward(self, input_ids, past_key_values=None, use_cache=None, **kw):
        total = input_ids.sum(-1) + (0 if past_key_values is None else past_key_values[0][0][:, 0, 0, 0])
        cache = ((total[:, None, None, None],) * 2,) if use_cache else None
        logits = nn.functional.one_hot(total.long() % 8, 8).float()[:, None] + 0 * self.head.weight.sum()
        return CausalLMOutputWithPast(logits=logits, past_key_values=cache)
"""
PREPARES = """
    def prepare_inputs_for_generation(self, input_ids, past_key_values=None, is_first=True, use_cache=None, **kw):
        return {"input_ids": input_ids if is_first else input_ids[:, -1:],
                "past_key_values": past_key_values, "use_cache": use_cache}
"""
UPDATES = """
    def _update_model_kwargs_for_generation(self, outputs, model_kwargs, **kw):
        model_kwargs = super()._update_model_kwargs_for_generation(outputs, model_kwargs, **kw)
        assert model_kwargs["attention_mask"].shape[1] > 2
        return {**model_kwargs, "is_first": False}
"""


@pytest.fixture(params=[None, False], ids=["transformers", "equivalents"])
def how(request: pytest.FixtureRequest) -> dict[str, Any]:
    """With the real library, and without it."""
    return {"trust_remote_code": True, "allow_transformers": request.param}


def loaded(
    folder: Path,
    how: dict[str, Any],
    *,
    members: str = "    pass",
    base: str = "",
    mixin: str = "",
    **config: Any,
) -> Any:
    auto_map = {"AutoConfig": "modeling_any.AnyConfig", "AutoModelForCausalLM": "modeling_any.Model"}
    values = {"model_type": "any", "auto_map": auto_map, "eos_token_id": None, "pad_token_id": 0} | config
    weights = {"body.table.weight": torch.arange(64.0).view(8, 8)}
    if not values.get("tie_word_embeddings", True):
        weights["head.weight"] = torch.ones(8, 8)
    code = MODEL.format(base=base, members=members, mixin=mixin)
    files = {"config.json": json.dumps(values), "model.safetensors": save(weights), "modeling_any.py": code}
    return AutoModelForCausalLM.from_pretrained(write(folder, files), **how)


GETTER = "    def get_output_embeddings(self):\n        return self.head\n"


def test_a_tied_head_is_the_table_that_the_base_model_names(tmp_path: Path, how: dict[str, Any]) -> None:
    model = loaded(tmp_path, how, members=GETTER)
    assert model.head.weight is model.body.table.weight and not model.load_report.initialized
    assert model.get_input_embeddings() is model.body.table
    table = torch.nn.Embedding(8, 8)
    model.set_input_embeddings(table)
    assert model.body.table is table
    assert how["allow_transformers"] is None or model.head.weight is table.weight  # there one calls tie_weights()


@pytest.mark.parametrize(
    "members",
    [
        '    _tied_weights_keys = {"head.weight": "body.table.weight"}',
        r'    _tied_weights_keys = {r"he\w+\.weight": r"body\.table\.weight"}',
        "    def _tie_weights(self):\n        self.head.weight = self.body.table.weight",
        "    def tie_weights(self, *args, **kw):\n        self.head.weight = self.body.table.weight",
    ],
)
def test_ties_in_every_way_to_say_them(tmp_path: Path, how: dict[str, Any], members: str) -> None:
    model = loaded(tmp_path, how, members=members)
    assert model.head.weight is model.body.table.weight and model.head.weight[1, 1] == 9.0


def test_patterns_pair_weights_and_biases_by_their_order() -> None:
    from loadstone.frameworks.torch.transformers_compat.conventions import _matching

    slots = ["a.0.bias", "a.0.weight", "a.1.bias", "a.1.weight", "b.weight"]
    assert _matching(r"a\.1", r"a\.0", slots) == [("a.1.bias", "a.0.bias"), ("a.1.weight", "a.0.weight")]
    assert _matching("b", r"a\.0", slots) == [] == _matching("b", "absent", slots)


def test_a_class_from_before_the_mixin_generates(tmp_path: Path, how: dict[str, Any]) -> None:
    prepares = (
        '    def prepare_inputs_for_generation(self, input_ids, **kw):\n        return {"input_ids": input_ids}\n'
    )
    import transformers

    model = loaded(tmp_path, how, members=prepares)
    mixin = transformers.GenerationMixin if how["allow_transformers"] is None else GenerationMixin
    assert isinstance(model, mixin) and model.generation_config is not None
    assert model.generate(torch.tensor([[1, 2]]), max_new_tokens=3)[0].tolist() == [1, 2, 3, 6, 4]
    assert not hasattr(loaded(tmp_path, how), "generate")


@pytest.mark.parametrize("use_cache", [True, False])
@pytest.mark.parametrize("beams", [1, 2])
def test_what_a_class_hands_from_step_to_step_is_handed_on(
    tmp_path: Path, how: dict[str, Any], use_cache: bool, beams: int
) -> None:
    model = loaded(tmp_path, how, members=PREPARES + UPDATES)
    if not use_cache:
        model.prepare_inputs_for_generation = lambda ids, **kw: {"input_ids": ids}
    out = model.generate(torch.tensor([[1, 2]]), max_new_tokens=3, use_cache=use_cache, num_beams=beams)
    assert out[0].tolist()[:2] == [1, 2] and (beams > 1 or out[0].tolist() == [1, 2, 3, 6, 4])


@pytest.mark.parametrize("hook", ["_get_initial_cache_position", "_prepare_model_inputs", "_sample"])
def test_a_part_of_the_loop_that_is_not_called_here_is_refused_by_name(tmp_path: Path, hook: str) -> None:
    model = loaded(tmp_path, HOW, members=f"{PREPARES}\n    def {hook}(self, *args, **kw):\n        return None\n")
    with pytest.raises(CustomCodeError, match=rf"{hook}.*loadstone\[transformers\]"):
        model.generate(torch.tensor([[1, 2]]), max_new_tokens=3)


OWN_WAY = """
    @classmethod
    def from_pretrained(cls, path, *args, config=None, **kw):
        assert config.width == 5 and "width" not in kw and "trust_remote_code" not in kw, kw
        model = super().from_pretrained(path, *args, config=config, **kw)
        model.seen = sorted(kw)
        return model
"""


def test_the_classs_own_from_pretrained_is_called_with_the_config_that_is_made(
    tmp_path: Path, how: dict[str, Any]
) -> None:
    loaded(tmp_path, how, members=GETTER)
    (tmp_path / "modeling_any.py").write_text(MODEL.format(base=OWN_WAY, members=GETTER, mixin=""))
    model = AutoModelForCausalLM.from_pretrained(tmp_path, width=5, torch_dtype=torch.bfloat16, **how)
    assert model.seen == ["torch_dtype"] and model.dtype == torch.bfloat16
    assert model.load_report.model_class == "Model"


def test_an_error_in_a_models_init_is_one_of_ours_in_every_way_to_make_it(tmp_path: Path, how: dict[str, Any]) -> None:
    files = minimal()
    files["modeling_one.py"] = str(files["modeling_one.py"]).replace(
        "self.number = ", "raise KeyError('boom')\n        x = "
    )
    folder = write(tmp_path, files)
    with pytest.raises(CustomCodeError, match=r"One could not be made.*: KeyError"):
        AutoModel.from_pretrained(folder, **how)
    with pytest.raises(CustomCodeError, match=r"One could not be made.*: KeyError"):
        AutoModel.from_config(loadstone.AutoConfig.from_pretrained(folder, **how), **how)


def test_a_dtype_in_the_config_is_an_object_for_code_and_text_in_the_file(tmp_path: Path, how: dict[str, Any]) -> None:
    files = minimal(torch_dtype="bfloat16")
    files["modeling_one.py"] = str(files["modeling_one.py"]).replace(
        "torch.empty(1)", "torch.empty(1, dtype=config.torch_dtype)"
    )
    model = AutoModel.from_pretrained(write(tmp_path / "one", files), torch_dtype="auto", **how)
    assert model().dtype == torch.bfloat16
    model.save_pretrained(tmp_path / "saved")
    key = "dtype" if how["allow_transformers"] is None else "torch_dtype"
    assert json.loads((tmp_path / "saved" / "config.json").read_text())[key] == "bfloat16"


def test_more_layers_than_tensors_are_for_code_to_explain(tmp_path: Path, how: dict[str, Any]) -> None:
    folder = write(tmp_path, minimal(num_hidden_layers=12))
    assert AutoModel.from_pretrained(folder, **how)().item() == 7.0


FAMILY = """\
from transformers import LlamaConfig, LlamaModel


class BothConfig(LlamaConfig):
    model_type = "both"


class Both(LlamaModel):
    config_class = BothConfig

    def __init__(self, config):
        super().__init__(config)
        {init}

    {member}
"""
SIZES = {"vocab_size": 8, "hidden_size": 8, "intermediate_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2}


@pytest.mark.parametrize(
    ("init", "member", "named"),
    [
        ("self.layers[0].self_attn.is_causal = False", "", r"layers\.0\.self_attn\.is_causal"),
        ("pass", "def _update_causal_mask(self, *args):\n        return None", r"Both\._update_causal_mask"),
    ],
)
def test_what_a_familys_class_does_not_read_is_no_silent_wish(
    tmp_path: Path, init: str, member: str, named: str
) -> None:
    auto_map = {"AutoConfig": "modeling_both.BothConfig", "AutoModel": "modeling_both.Both"}
    weights = loadstone.LlamaModel(loadstone.LlamaConfig(**SIZES)).state_dict()
    files = {
        "config.json": json.dumps({"model_type": "both", "auto_map": auto_map, **SIZES}),
        "model.safetensors": save(weights),
        "modeling_both.py": FAMILY.format(init=init, member=member),
    }
    folder = write(tmp_path, files)
    with pytest.raises(CustomCodeError, match=named):
        AutoModel.from_pretrained(folder, **HOW)
    if member:  # on the real class it is called no more either, and is_causal is read
        with pytest.raises(CustomCodeError, match=rf"{named}.*set is_causal"):
            AutoModel.from_pretrained(folder, trust_remote_code=True)
    calls = f"{member}\n\n    def forward(self, *args, **kw):\n        return self._update_causal_mask()"
    for text in (FAMILY.format(init="self.layers[0].self_attn.is_causal = False", member=member),) + (
        (FAMILY.format(init="pass", member=calls),) if member else ()
    ):
        (folder / "modeling_both.py").write_text(text)
        AutoModel.from_pretrained(folder, trust_remote_code=True)
    (folder / "modeling_both.py").write_text(FAMILY.format(init="pass", member=""))
    AutoModel.from_pretrained(folder, **HOW)
