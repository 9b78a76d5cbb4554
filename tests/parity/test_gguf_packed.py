"""Every family computes the same packed: rows that the converter moved, matrices that it turned, parts it fused."""

from __future__ import annotations

from pathlib import Path

import gguf
import pytest

from loadstone.frameworks.torch.quantized.ggml_experts import PackedExperts

from .gguf_writing import ARCHITECTURES, WITH_EXPERTS, write_gguf
from .reference import Store, assert_close
from .test_gguf import PLAINS, WIDE, auto, case_of, outputs, reference_of

STAY_PACKED = {*WITH_EXPERTS} - {"gpt_oss"}  # whose matrices lie the other way in a file


@pytest.mark.parametrize("family", ARCHITECTURES)
def test_a_packed_model_computes_what_the_dequantized_one_does(store: Store, family: str, tmp_path: Path) -> None:
    keys = {*PLAINS[family], *(("n_inner",) if family == "gpt2" else ())}
    widths = {key: width for key, width in WIDE.items() if key in keys}
    case = case_of(family, "wide", **widths)
    path = write_gguf(reference_of(store, case), tmp_path / "x.gguf", gguf.GGMLQuantizationType.Q8_0)
    plain, packed = (auto(case).from_pretrained(path, dequantize=each) for each in (True, False))
    assert any(hasattr(module, "packed_elements") for module in packed.modules())
    assert any(isinstance(each, PackedExperts) for each in packed.modules()) == (
        family in WITH_EXPERTS and family != "gpt_oss"
    )
    assert_close(outputs(packed, case), outputs(plain, case), family)
