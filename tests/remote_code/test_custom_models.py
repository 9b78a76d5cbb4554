"""Models whose code comes with the checkpoint, written against ``transformers``, load unchanged and equal it."""

from __future__ import annotations

import copy
import json
import pickle
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from forks import Forks
from remote_code import repositories
from safetensors.torch import load_file, save_file

import loadstone
from loadstone import AutoConfig, AutoModel, AutoModelForCausalLM
from loadstone.core.tensors import DType
from loadstone.errors import ArgumentError, CustomCodeError, MissingTensors, UnknownModelType

IDS = torch.tensor([[5, 9, 17, 33, 4, 8]])


def reference_class(folder: Path, name: str, module: str) -> Any:
    """The same class run by the real library, as it runs such code."""
    from transformers.dynamic_module_utils import get_class_from_dynamic_module

    return get_class_from_dynamic_module(f"{module}.{name}", str(folder))


@pytest.fixture(scope="module", autouse=True)
def modules_of_the_real_library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Where it copies code to; it puts that folder on ``sys.path`` for good, so there is one for all tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("transformers.dynamic_module_utils.HF_MODULES_CACHE", str(tmp_path_factory.mktemp("modules")))
        yield


@pytest.fixture
def decoder(tmp_path: Path) -> Path:
    """A decoder's folder, its weights made by the real library."""
    folder = repositories.write(tmp_path / "decoder", repositories.DECODER)
    values = {"model_type": "tiny_decoder", "auto_map": repositories.DECODER_AUTO_MAP, "vocab_size": 61}
    (folder / "config.json").write_text(json.dumps(values))
    torch.manual_seed(0)
    model = reference(folder)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.normal_(std=0.3)
    state = {name: tensor for name, tensor in model.state_dict().items() if name != "lm_head.weight"}
    save_file(state, folder / "model.safetensors")
    return folder


def reference(folder: Path) -> Any:
    cls = reference_class(folder, "TinyForCausalLM", "modeling_tiny")
    values = json.loads((folder / "config.json").read_text())
    del values["auto_map"]
    cls._tied_weights_keys = {"lm_head.weight": "transformer.embed.weight"}  # as its fifth version wants it
    config = cls.config_class(**values)
    model = cls(config)
    stored = folder / "model.safetensors"
    if stored.is_file():
        model.load_state_dict(load_file(stored), strict=False)
        model.tie_weights()
    return model.eval()


def test_a_decoder_with_its_own_attention_equals_the_real_library(decoder: Path) -> None:
    model = AutoModelForCausalLM.from_pretrained(decoder, trust_remote_code=True)
    expected = reference(decoder)
    mask = torch.tensor([[0, 0, 1, 1, 1, 1]])
    with torch.no_grad():
        assert torch.allclose(model(IDS).logits, expected(IDS).logits, atol=1e-5)
        got = model(IDS, attention_mask=mask).logits[:, 2:]
        assert torch.allclose(got, expected(IDS, attention_mask=mask).logits[:, 2:], atol=1e-5)
    assert model.lm_head.weight is model.transformer.embed.weight
    assert model.config.n_layer == 2 and type(model.config).__name__ == "TinyConfig"
    assert not model.load_report.initialized


@pytest.mark.parametrize("allowed", [None, False])
def test_generate_uses_the_models_own_cache_and_inputs(decoder: Path, allowed: bool | None) -> None:
    model = AutoModelForCausalLM.from_pretrained(decoder, trust_remote_code=True, allow_transformers=allowed)
    model.generation_config.eos_token_id = None
    read: list[int] = []
    model.transformer.embed.register_forward_hook(lambda module, given, out: read.append(given[0].shape[1]))
    cached = model.generate(IDS, max_new_tokens=8)
    assert read == [6, *[1] * 7]
    plain = IDS
    with torch.no_grad():
        for _ in range(8):
            following = model(plain).logits[:, -1].argmax(dim=-1)
            plain = torch.cat((plain, following[:, None]), dim=1)
    assert torch.equal(cached, plain)
    assert torch.equal(model.generate(IDS, max_new_tokens=8, use_cache=False), plain)
    if allowed is False:
        never = model.generate(IDS, max_new_tokens=8, suppress_tokens=plain[0, -3:].tolist(), num_beams=2, top_k=0)
        seen = model.generate(IDS, max_new_tokens=3, logits_processor=lambda ids, scores: -scores, do_sample=True)
        assert not torch.isin(never[0, IDS.shape[1] :], plain[0, -3:]).any() and seen.shape[1] == IDS.shape[1] + 3


def test_the_bare_class_takes_the_same_weights_without_the_prefix(decoder: Path) -> None:
    whole = AutoModelForCausalLM.from_pretrained(decoder, trust_remote_code=True)
    bare = AutoModel.from_pretrained(decoder, trust_remote_code=True)
    assert type(bare).__name__ == "TinyModel"
    assert torch.equal(bare(IDS).last_hidden_state, whole.transformer(IDS).last_hidden_state)


def test_what_a_class_computes_while_it_is_made_is_there_and_nothing_else_has_memory(decoder: Path) -> None:
    model = AutoModelForCausalLM.from_pretrained(decoder, trust_remote_code=True, allow_transformers=False)
    attention = model.transformer.layers[0].attention
    assert attention.slopes.tolist() == [0.5, 0.25, 0.125, 0.0625]
    from loadstone.frameworks.torch.adapter import skeleton

    made = skeleton(type(model), model.config, (), {}, DType.FLOAT32)
    assert all(parameter.is_meta for parameter in made.parameters())
    assert not made.transformer.layers[0].attention.slopes.is_meta


def test_a_saved_buffer_that_the_checkpoint_lacks_keeps_what_the_class_computed(decoder: Path) -> None:
    state = {k: v for k, v in load_file(decoder / "model.safetensors").items() if not k.endswith("scale")}
    save_file(state, decoder / "model.safetensors")
    model = AutoModelForCausalLM.from_pretrained(decoder, trust_remote_code=True)
    assert model.transformer.layers[1].attention.scale.item() == 1.0
    assert str(model.load_report.sources["transformer.layers.1.attention.scale"]) == "computed by the model"


def test_a_missing_weight_is_an_error_and_a_missing_head_is_new(decoder: Path) -> None:
    state = load_file(decoder / "model.safetensors")
    config = json.loads((decoder / "config.json").read_text()) | {"tie_word_embeddings": False}
    (decoder / "config.json").write_text(json.dumps(config))
    model = AutoModelForCausalLM.from_pretrained(decoder, trust_remote_code=True)
    assert list(model.load_report.initialized) == ["lm_head.weight"]
    assert 0.01 < model.lm_head.weight.std() < 0.03  # by the class's own _init_weights
    del state["transformer.layers.0.up.weight"]
    save_file(state, decoder / "model.safetensors")
    with pytest.raises(MissingTensors, match=r"transformer\.layers\.0\.up\.weight"):
        AutoModelForCausalLM.from_pretrained(decoder, trust_remote_code=True)


def test_a_saved_model_takes_its_code_along_and_loads_elsewhere(forks: Forks, decoder: Path, tmp_path: Path) -> None:
    model = AutoModelForCausalLM.from_pretrained(decoder, trust_remote_code=True)
    model.save_pretrained(tmp_path / "saved")
    assert sorted(path.name for path in (tmp_path / "saved").glob("*.py")) == sorted(repositories.DECODER)
    saved = json.loads((tmp_path / "saved" / "config.json").read_text())
    assert saved["auto_map"] == repositories.DECODER_AUTO_MAP
    elsewhere = (tmp_path / "saved").rename(tmp_path / "elsewhere")
    script = (
        "import sys, torch\nfrom loadstone import AutoModelForCausalLM\n"
        "how = {'trust_remote_code': True, 'allow_transformers': False}\n"
        "model = AutoModelForCausalLM.from_pretrained(sys.argv[1], **how)\n"
        "print(model(torch.tensor([[5, 9, 17]])).logits.sum().item())\n"
        "assert 'transformers' not in sys.modules"
    )
    done = forks.run(script, elsewhere)
    assert done.returncode == 0, done.stderr
    assert float(done.stdout) == pytest.approx(model(IDS[:, :3]).logits.sum().item(), abs=1e-3)
    # And the real library reads it too.
    again = reference(elsewhere)
    assert torch.allclose(again(IDS).logits, model(IDS).logits, atol=1e-5)


@pytest.mark.parametrize("allowed", [None, False])
def test_an_encoder_that_derives_from_a_familys_class(tmp_path: Path, allowed: bool | None) -> None:
    folder = repositories.write(tmp_path / "encoder", repositories.ENCODER)
    import transformers

    cls = reference_class(folder, "ScaledBert", "modeling_scaled")
    torch.manual_seed(0)
    expected = cls(cls.config_class(**repositories.BERT_SIZES, extra_size=7)).eval()
    save_file(expected.state_dict(), folder / "model.safetensors")
    values = {"model_type": "scaled-bert", "auto_map": repositories.ENCODER_AUTO_MAP, "extra_size": 7}
    (folder / "config.json").write_text(json.dumps(values | repositories.BERT_SIZES))
    how = {"trust_remote_code": True, "allow_transformers": allowed}
    library = loadstone if allowed is False else transformers
    model = AutoModel.from_pretrained(folder, **how)
    assert isinstance(model, library.BertModel) and isinstance(model.config, library.BertConfig)
    with torch.no_grad():
        for mask in (None, torch.tensor([[1, 1, 1, 1, 0, 0]])):
            got, wanted = model(IDS, attention_mask=mask), expected(IDS, attention_mask=mask)
            assert torch.allclose(got.pooler_output, wanted.pooler_output, atol=1e-5)
    model.save_pretrained(tmp_path / "saved")
    again = AutoModel.from_pretrained(tmp_path / "saved", **how)
    assert type(again) is type(model) and again.config.extra_size == 7


def test_a_custom_model_is_placed_trained_copied_and_compiled_like_any_other(decoder: Path, tmp_path: Path) -> None:
    model = AutoModelForCausalLM.from_pretrained(decoder, trust_remote_code=True, torch_dtype="auto", device_map="auto")
    assert model.hf_device_map == {"": "cpu"} and model.dtype == torch.float32
    places = {"transformer.embed": "cpu", "lm_head": "cpu", "transformer.layers": "disk", "transformer.norm": "disk"}
    how = {"trust_remote_code": True, "torch_dtype": "auto"}
    on_disk = AutoModelForCausalLM.from_pretrained(decoder, device_map=places, **how)
    assert torch.equal(on_disk(IDS).logits, model(IDS).logits)
    half = AutoModelForCausalLM.from_pretrained(decoder, trust_remote_code=True, torch_dtype=torch.bfloat16)
    assert half(IDS).logits.dtype == torch.bfloat16
    assert torch.equal(copy.deepcopy(model)(IDS).logits, model(IDS).logits)
    assert torch.equal(pickle.loads(pickle.dumps(model))(IDS).logits, model(IDS).logits)
    model.train()
    model.gradient_checkpointing_enable()
    model(IDS, labels=IDS).loss.backward()
    assert model.transformer.embed.weight.grad.abs().sum() > 0


@pytest.mark.long
def test_a_custom_model_compiles(decoder: Path) -> None:
    model = AutoModelForCausalLM.from_pretrained(decoder, trust_remote_code=True)
    with torch.no_grad():
        expected = model(IDS).logits
        assert torch.allclose(torch.compile(model, backend="aot_eager")(IDS).logits, expected, atol=1e-5)


def test_from_config_gives_random_weights_by_the_classs_own_scheme(decoder: Path) -> None:
    config = AutoConfig.from_pretrained(decoder, trust_remote_code=True, num_hidden_layers=1)
    assert config.num_hidden_layers == 1
    model = AutoModelForCausalLM.from_config(config, trust_remote_code=True)
    assert len(model.transformer.layers) == 1
    assert model.transformer.layers[0].up.bias.abs().sum() == 0
    assert model.lm_head.weight is model.transformer.embed.weight


def test_config_keys_are_set_anew_by_keyword_and_a_state_dict_can_be_given(decoder: Path) -> None:
    state = load_file(decoder / "model.safetensors")
    model = AutoModelForCausalLM.from_pretrained(
        decoder, trust_remote_code=True, state_dict=state, hidden_act="relu", output_loading_info=False
    )
    assert model.config.hidden_act == "relu"


def test_an_auto_class_that_the_code_does_not_serve_is_named(decoder: Path) -> None:
    with pytest.raises(UnknownModelType, match=r"no class for AutoModelForMaskedLM.*AutoModelForCausalLM"):
        loadstone.AutoModelForMaskedLM.from_pretrained(decoder, trust_remote_code=True)
    with pytest.raises(UnknownModelType, match="no class for AutoModelForImageClassification"):
        loadstone.AutoModelForImageClassification.from_pretrained(decoder, trust_remote_code=True)
    with pytest.raises(UnknownModelType, match="has no head for image-classification"):
        loadstone.AutoModelForImageClassification.from_config(loadstone.BertConfig(**repositories.BERT_SIZES))


# Classes of one's own, registered


class OwnConfig(loadstone.PretrainedConfig):
    model_type = "own-kind"

    def __init__(self, width: int = 3, **kwargs: Any) -> None:
        self.width = width
        super().__init__(**kwargs)


class OwnModel(loadstone.PreTrainedModel):
    config_class = OwnConfig

    def __init__(self, config: OwnConfig) -> None:
        super().__init__(config)
        self.linear = torch.nn.Linear(config.width, config.width)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.linear(x)


@pytest.fixture
def registered() -> Any:
    from loadstone.architectures import user_classes as tables

    AutoConfig.register("own-kind", OwnConfig)
    AutoModel.register(OwnConfig, OwnModel)
    yield
    tables.OWN._configs.clear()
    tables.OWN._models.clear()


@pytest.mark.usefixtures("registered")
def test_a_registered_class_is_found_without_any_trust(tmp_path: Path) -> None:
    model = OwnModel(OwnConfig(width=5))
    model.save_pretrained(tmp_path)
    again = AutoModel.from_pretrained(tmp_path)
    assert type(again) is OwnModel and again.config.width == 5
    assert torch.equal(again(torch.ones(1, 5)), model(torch.ones(1, 5)))
    assert type(AutoConfig.for_model("own-kind", width=2)) is OwnConfig
    assert type(AutoModel.from_config(OwnConfig())) is OwnModel
    assert not list(tmp_path.glob("*.py"))


@pytest.mark.usefixtures("registered")
def test_registering_twice_or_wrongly_is_an_error() -> None:
    with pytest.raises(ArgumentError, match="exist_ok"):
        AutoConfig.register("own-kind", OwnConfig)
    AutoConfig.register("own-kind", OwnConfig, exist_ok=True)
    with pytest.raises(ArgumentError, match="exist_ok"):
        AutoModel.register(OwnConfig, OwnModel)
    with pytest.raises(ArgumentError, match="must be the same"):
        AutoConfig.register("other", OwnConfig)
    with pytest.raises(ArgumentError, match="must be the same"):
        AutoModel.register(loadstone.BertConfig, OwnModel)
    with pytest.raises(ArgumentError, match="PretrainedConfig"):
        AutoConfig.register("other", dict)  # type: ignore[arg-type]

    class Llama(loadstone.LlamaConfig):
        pass

    with pytest.raises(ArgumentError, match="exist_ok"):
        AutoConfig.register("llama", Llama)


def test_a_class_registered_for_saving_brings_its_module(forks: Forks, tmp_path: Path) -> None:
    package = repositories.write(
        tmp_path / "mine",
        {
            "configuration_mine.py": "from loadstone import PretrainedConfig\n\n\nclass MineConfig(PretrainedConfig):\n"
            '    model_type = "mine"\n',
            "modeling_mine.py": "import torch\nfrom loadstone import PreTrainedModel\n"
            "from .configuration_mine import MineConfig\n\n\nclass Mine(PreTrainedModel):\n"
            "    config_class = MineConfig\n\n    def __init__(self, config):\n        super().__init__(config)\n"
            "        self.table = torch.nn.Embedding(3, 2)\n\n    def forward(self, ids):\n"
            "        return self.table(ids)\n",
            "__init__.py": "",
        },
    )
    script = (
        "from mine.modeling_mine import Mine, MineConfig\n"
        "MineConfig.register_for_auto_class()\nMine.register_for_auto_class('AutoModel')\n"
        "Mine(MineConfig()).save_pretrained('saved')\n"
    )
    done = forks.run(script, cwd=package.parent)
    assert done.returncode == 0, done.stderr
    saved = tmp_path / "saved"
    assert sorted(path.name for path in saved.glob("*.py")) == ["configuration_mine.py", "modeling_mine.py"]
    model = AutoModel.from_pretrained(saved, trust_remote_code=True)
    assert model(torch.tensor([1])).shape == (1, 2)
    assert json.loads((saved / "config.json").read_text())["auto_map"] == {
        "AutoConfig": "configuration_mine.MineConfig",
        "AutoModel": "modeling_mine.Mine",
    }


def test_a_class_without_a_file_cannot_be_saved_with_its_code(tmp_path: Path) -> None:
    namespace: dict[str, Any] = {"__name__": "__main__"}
    exec("import loadstone\nclass C(loadstone.PretrainedConfig):\n    model_type = 'c'\n", namespace)
    cls = namespace["C"]
    cls.__module__ = "nowhere"
    cls.register_for_auto_class()
    with pytest.raises(ArgumentError, match="interactive session"):
        cls().save_pretrained(tmp_path)


def test_flax_and_tensorflow_say_that_custom_code_is_pytorchs(tmp_path: Path) -> None:
    files = repositories.minimal(auto_map={"FlaxAutoModel": "modeling_one.One", "AutoConfig": "modeling_one.OneConfig"})
    folder = repositories.write(tmp_path, files)
    with pytest.raises(CustomCodeError, match="PyTorch's only"):
        loadstone.FlaxAutoModel.from_pretrained(folder, trust_remote_code=True)


def test_ties_in_a_circle_are_one_parameter_and_no_hang() -> None:
    class Circle(OwnModel):
        _tied_weights_keys = {"one.weight": "two.weight", "two.weight": "one.weight"}  # noqa: RUF012

        def __init__(self, config: OwnConfig) -> None:
            super().__init__(config)
            self.one, self.two = torch.nn.Linear(3, 3), torch.nn.Linear(3, 3)
            self.post_init()

    model = Circle(OwnConfig())
    assert model.one.weight is model.two.weight
    state = {"linear.weight": torch.ones(3, 3), "linear.bias": torch.ones(3), "one.weight": torch.full((3, 3), 5.0)}
    state |= {"one.bias": torch.ones(3), "two.bias": torch.ones(3)}
    loaded = Circle.from_pretrained(None, config=OwnConfig(), state_dict=state)
    assert loaded.two.weight is loaded.one.weight and loaded.one.weight[0, 0] == 5.0
