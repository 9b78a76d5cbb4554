"""What a class of transformers says of its tokenizers where their files do not: special tokens, inputs, the side of
padding; and the class of each type of model. A table."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

_WITH_SEGMENTS = ("input_ids", "token_type_ids", "attention_mask")
_WITH_SEGMENTS_LAST = ("input_ids", "attention_mask", "token_type_ids")
_PLAIN = ("input_ids", "attention_mask")


class TokenizerFamily(NamedTuple):
    """Tokenizers of one class."""

    special: Mapping[str, str] = MappingProxyType({})
    """Role → token, where no file names one."""
    model_input_names: tuple[str, ...] = _PLAIN
    padding_side: str = "right"


def _roles(**tokens: str) -> Mapping[str, str]:
    return MappingProxyType({f"{role}_token": token for role, token in tokens.items()})


_BERT = _roles(unk="[UNK]", sep="[SEP]", pad="[PAD]", cls="[CLS]", mask="[MASK]")
_DEBERTA = _roles(bos="[CLS]", eos="[SEP]", unk="[UNK]", sep="[SEP]", pad="[PAD]", cls="[CLS]", mask="[MASK]")
_FAIRSEQ = _roles(bos="<s>", eos="</s>", sep="</s>", cls="<s>", unk="<unk>", pad="<pad>", mask="<mask>")
_GPT2 = _roles(unk="<|endoftext|>", bos="<|endoftext|>", eos="<|endoftext|>")

GENERIC = TokenizerFamily()
FAMILIES: Mapping[str, TokenizerFamily] = MappingProxyType(
    {
        "AlbertTokenizer": TokenizerFamily(
            _roles(bos="[CLS]", eos="[SEP]", unk="<unk>", sep="[SEP]", pad="<pad>", cls="[CLS]", mask="[MASK]")
        ),
        "BertTokenizer": TokenizerFamily(_BERT, _WITH_SEGMENTS),
        "CLIPTokenizer": TokenizerFamily(
            _roles(unk="<|endoftext|>", bos="<|startoftext|>", eos="<|endoftext|>", pad="<|endoftext|>")
        ),
        "CamembertTokenizer": TokenizerFamily(_FAIRSEQ),
        "CodeLlamaTokenizer": TokenizerFamily(_roles(unk="<unk>", bos="<s>", eos="</s>"), padding_side="left"),
        "CohereTokenizer": TokenizerFamily(padding_side="left"),
        "DebertaV2Tokenizer": TokenizerFamily(_DEBERTA, _WITH_SEGMENTS_LAST),
        "DistilBertTokenizer": TokenizerFamily(_BERT),
        "GPT2Tokenizer": TokenizerFamily(_GPT2),
        "GPTNeoXTokenizer": TokenizerFamily(
            _roles(unk="<|endoftext|>", bos="<|endoftext|>", eos="<|endoftext|>", pad="<|padding|>")
        ),
        "GemmaTokenizer": TokenizerFamily(
            _roles(unk="<unk>", bos="<bos>", eos="<eos>", pad="<pad>", mask="<mask>"), padding_side="left"
        ),
        "LlamaTokenizer": TokenizerFamily(_roles(unk="<unk>", bos="<s>", eos="</s>"), padding_side="left"),
        "MBartTokenizer": TokenizerFamily(_FAIRSEQ),
        "MPNetTokenizer": TokenizerFamily(
            _roles(bos="<s>", eos="</s>", sep="</s>", cls="<s>", unk="[UNK]", pad="<pad>", mask="<mask>")
        ),
        "NllbTokenizer": TokenizerFamily(_FAIRSEQ),
        "Qwen2Tokenizer": TokenizerFamily(_roles(unk="<|endoftext|>", eos="<|endoftext|>", pad="<|endoftext|>")),
        "RobertaTokenizer": TokenizerFamily(_FAIRSEQ),
        "T5Tokenizer": TokenizerFamily(_roles(eos="</s>", unk="<unk>", pad="<pad>")),
        "WhisperTokenizer": TokenizerFamily(_GPT2),
        "XLMRobertaTokenizer": TokenizerFamily(_FAIRSEQ),
    }
)

_SAME: Mapping[str, str] = MappingProxyType(
    {
        f"{stem}Tokenizer": name
        for name, stems in {
            "BertTokenizer": "ConvBert Electra LayoutLM Lxmert MobileBert SqueezeBert",
            "RobertaTokenizer": "Bart LED Longformer Mvp",
        }.items()
        for stem in stems.split()
    }
)
"""Classes that are others by another name."""
UNNAMED = ("PreTrainedTokenizerFast", "PreTrainedTokenizer", "TokenizersBackend")
"""Classes that say nothing of their tokenizers."""
WITHOUT_VOCABULARY = ("ByT5Tokenizer", "CanineTokenizer", "PerceiverTokenizer")
"""Classes whose tokens are bytes or characters: they have no files."""

_TYPES: Mapping[str, str] = MappingProxyType(
    {
        model_type: name
        for name, types in {
            "AlbertTokenizer": "albert yoso",
            "BertTokenizer": (
                "align bert blip bros chinese_clip convbert distilbert electra ernie flava git layoutlm lxmert "
                "megatron-bert mobilebert nezha nomic_bert qdqbert squeezebert vilt visual_bert"
            ),
            "CLIPTokenizer": "aimv2 clip clipseg groupvit omdet-turbo oneformer owlv2 owlvit xclip",
            "CamembertTokenizer": "camembert",
            "CohereTokenizer": "cohere cohere2",
            "DebertaV2Tokenizer": "deberta-v2",
            "GPT2Tokenizer": "blip-2 codegen gpt2 gpt_neo gptj opt phi starcoder2",
            "GPTNeoXTokenizer": "falcon_mamba gpt_neox mamba mamba2 mpt olmo olmoe rwkv xlstm",
            "GemmaTokenizer": "gemma gemma2 gemma3 gemma3_text gemma3n recurrent_gemma shieldgemma2 t5gemma",
            "LlamaTokenizer": "idefics idefics2",
            "MBart50Tokenizer": "mbart50",
            "MBartTokenizer": "mbart",
            "MPNetTokenizer": "mpnet",
            "NllbTokenizer": "nllb nllb-moe",
            "Qwen2Tokenizer": (
                "qwen2 qwen2_5_vl qwen2_audio qwen2_moe qwen2_vl qwen3 qwen3_moe qwen3_vl qwen3_vl_moe internvl"
            ),
            "RobertaTokenizer": (
                "bart bridgetower clap data2vec-text ibert led lilt longformer mega mvp roberta roberta-prelayernorm"
            ),
            "T5Tokenizer": "mt5 musicgen switch_transformers t5",
            "WhisperTokenizer": "whisper",
            "XLMRobertaTokenizer": "gte jina_embeddings_v3 metaclip_2 trocr xlm-roberta xmod",
        }.items()
        for model_type in types.split()
    }
)
"""Type of model → class, where the tokenizer's files name none."""

_MISNAMED = frozenset(
    (
        *("arctic", "internlm2", "jamba", "llava", "llava_next", "minicpm3", "modernbert", "modernbert-decoder"),
        *("nemotron", "phi3", "phi3_v", "phimoe", "qwen2", "smolvlm", "vipllava"),
    )
)
"""Types whose files on the Hub name a class that is not theirs."""


def class_name_of(stated: object, model_type: object) -> str:
    """The class of a tokenizer: the one that its files state, else the one of the model's type."""
    of_type = _TYPES.get(str(model_type), "PreTrainedTokenizerFast")
    if not isinstance(stated, str) or model_type in _MISNAMED:
        return of_type
    name = stated if stated in UNNAMED else stated.removesuffix("Fast")
    return _SAME.get(name, name)


def family_of(class_name: str) -> TokenizerFamily:
    """What the class says; nothing in particular for one that is not in the table."""
    return FAMILIES.get(class_name, GENERIC)
