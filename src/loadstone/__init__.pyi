# Made by tools/make_stubs.py from the registry of families. Do not edit.
import os
from types import ModuleType
from typing import Any

from loadstone.architectures.families.bert import BertConfig as BertConfig
from loadstone.architectures.families.distilbert import DistilBertConfig as DistilBertConfig
from loadstone.architectures.families.electra import ElectraConfig as ElectraConfig
from loadstone.architectures.families.gemma import GemmaConfig as GemmaConfig
from loadstone.architectures.families.gemma2 import Gemma2Config as Gemma2Config
from loadstone.architectures.families.gemma3_text import Gemma3TextConfig as Gemma3TextConfig
from loadstone.architectures.families.gpt2 import GPT2Config as GPT2Config
from loadstone.architectures.families.gpt_neox import GPTNeoXConfig as GPTNeoXConfig
from loadstone.architectures.families.llama import LlamaConfig as LlamaConfig
from loadstone.architectures.families.mistral import MistralConfig as MistralConfig
from loadstone.architectures.families.mixtral import MixtralConfig as MixtralConfig
from loadstone.architectures.families.modernbert import ModernBertConfig as ModernBertConfig
from loadstone.architectures.families.mpnet import MPNetConfig as MPNetConfig
from loadstone.architectures.families.opt import OPTConfig as OPTConfig
from loadstone.architectures.families.phi3 import Phi3Config as Phi3Config
from loadstone.architectures.families.qwen2 import Qwen2Config as Qwen2Config
from loadstone.architectures.families.qwen3 import Qwen3Config as Qwen3Config
from loadstone.architectures.families.qwen3_moe import Qwen3MoeConfig as Qwen3MoeConfig
from loadstone.architectures.families.roberta import RobertaConfig as RobertaConfig
from loadstone.architectures.families.xlm_roberta import XLMRobertaConfig as XLMRobertaConfig
from loadstone.auto import AutoClass
from loadstone.auto_config import AutoConfig as AutoConfig
from loadstone.checkpoint import Checkpoint as Checkpoint
from loadstone.checkpoint import open_checkpoint as open_checkpoint
from loadstone.config import PretrainedConfig as PretrainedConfig
from loadstone.errors import LoadstoneError as LoadstoneError
from loadstone.frameworks.torch.cache import DynamicCache as DynamicCache
from loadstone.frameworks.torch.heads import (
    BareModel,
    CausalLM,
    MaskedLM,
    QuestionAnswering,
    SequenceClassification,
    TokenClassification,
)
from loadstone.frameworks.torch.model import PreTrainedModel as PreTrainedModel
from loadstone.generation_config import GenerationConfig as GenerationConfig
from loadstone.loading_into import load_into as load_into
from loadstone.loading_into import load_sharded_checkpoint as load_sharded_checkpoint
from loadstone.report import LoadReport as LoadReport

__version__: str
errors: ModuleType
modeling_utils: ModuleType

class AutoModel(AutoClass):
    @classmethod
    def from_pretrained(
        cls, pretrained_model_name_or_path: str | os.PathLike[str] | None, *model_args: Any, **kwargs: Any
    ) -> BareModel: ...
    @classmethod
    def from_config(cls, config: PretrainedConfig, **kwargs: Any) -> BareModel: ...

class AutoModelForCausalLM(AutoClass):
    @classmethod
    def from_pretrained(
        cls, pretrained_model_name_or_path: str | os.PathLike[str] | None, *model_args: Any, **kwargs: Any
    ) -> CausalLM: ...
    @classmethod
    def from_config(cls, config: PretrainedConfig, **kwargs: Any) -> CausalLM: ...

class AutoModelForMaskedLM(AutoClass):
    @classmethod
    def from_pretrained(
        cls, pretrained_model_name_or_path: str | os.PathLike[str] | None, *model_args: Any, **kwargs: Any
    ) -> MaskedLM: ...
    @classmethod
    def from_config(cls, config: PretrainedConfig, **kwargs: Any) -> MaskedLM: ...

class AutoModelForQuestionAnswering(AutoClass):
    @classmethod
    def from_pretrained(
        cls, pretrained_model_name_or_path: str | os.PathLike[str] | None, *model_args: Any, **kwargs: Any
    ) -> QuestionAnswering: ...
    @classmethod
    def from_config(cls, config: PretrainedConfig, **kwargs: Any) -> QuestionAnswering: ...

class AutoModelForSequenceClassification(AutoClass):
    @classmethod
    def from_pretrained(
        cls, pretrained_model_name_or_path: str | os.PathLike[str] | None, *model_args: Any, **kwargs: Any
    ) -> SequenceClassification: ...
    @classmethod
    def from_config(cls, config: PretrainedConfig, **kwargs: Any) -> SequenceClassification: ...

class AutoModelForTokenClassification(AutoClass):
    @classmethod
    def from_pretrained(
        cls, pretrained_model_name_or_path: str | os.PathLike[str] | None, *model_args: Any, **kwargs: Any
    ) -> TokenClassification: ...
    @classmethod
    def from_config(cls, config: PretrainedConfig, **kwargs: Any) -> TokenClassification: ...

class BertPreTrainedModel(PreTrainedModel):
    config: BertConfig

class BertModel(BertPreTrainedModel, BareModel):
    config: BertConfig

class BertForMaskedLM(BertPreTrainedModel, MaskedLM):
    config: BertConfig

class BertForSequenceClassification(BertPreTrainedModel, SequenceClassification):
    config: BertConfig

class BertForTokenClassification(BertPreTrainedModel, TokenClassification):
    config: BertConfig

class BertForQuestionAnswering(BertPreTrainedModel, QuestionAnswering):
    config: BertConfig

class BertLMHeadModel(BertPreTrainedModel, CausalLM):
    config: BertConfig

class DistilBertPreTrainedModel(PreTrainedModel):
    config: DistilBertConfig

class DistilBertModel(DistilBertPreTrainedModel, BareModel):
    config: DistilBertConfig

class DistilBertForMaskedLM(DistilBertPreTrainedModel, MaskedLM):
    config: DistilBertConfig

class DistilBertForSequenceClassification(DistilBertPreTrainedModel, SequenceClassification):
    config: DistilBertConfig

class DistilBertForTokenClassification(DistilBertPreTrainedModel, TokenClassification):
    config: DistilBertConfig

class DistilBertForQuestionAnswering(DistilBertPreTrainedModel, QuestionAnswering):
    config: DistilBertConfig

class ElectraPreTrainedModel(PreTrainedModel):
    config: ElectraConfig

class ElectraModel(ElectraPreTrainedModel, BareModel):
    config: ElectraConfig

class ElectraForMaskedLM(ElectraPreTrainedModel, MaskedLM):
    config: ElectraConfig

class ElectraForSequenceClassification(ElectraPreTrainedModel, SequenceClassification):
    config: ElectraConfig

class ElectraForTokenClassification(ElectraPreTrainedModel, TokenClassification):
    config: ElectraConfig

class ElectraForQuestionAnswering(ElectraPreTrainedModel, QuestionAnswering):
    config: ElectraConfig

class ElectraForCausalLM(ElectraPreTrainedModel, CausalLM):
    config: ElectraConfig

class GemmaPreTrainedModel(PreTrainedModel):
    config: GemmaConfig

class GemmaModel(GemmaPreTrainedModel, BareModel):
    config: GemmaConfig

class GemmaForCausalLM(GemmaPreTrainedModel, CausalLM):
    config: GemmaConfig

class GemmaForSequenceClassification(GemmaPreTrainedModel, SequenceClassification):
    config: GemmaConfig

class GemmaForTokenClassification(GemmaPreTrainedModel, TokenClassification):
    config: GemmaConfig

class Gemma2PreTrainedModel(PreTrainedModel):
    config: Gemma2Config

class Gemma2Model(Gemma2PreTrainedModel, BareModel):
    config: Gemma2Config

class Gemma2ForCausalLM(Gemma2PreTrainedModel, CausalLM):
    config: Gemma2Config

class Gemma2ForSequenceClassification(Gemma2PreTrainedModel, SequenceClassification):
    config: Gemma2Config

class Gemma2ForTokenClassification(Gemma2PreTrainedModel, TokenClassification):
    config: Gemma2Config

class Gemma3TextPreTrainedModel(PreTrainedModel):
    config: Gemma3TextConfig

class Gemma3TextModel(Gemma3TextPreTrainedModel, BareModel):
    config: Gemma3TextConfig

class Gemma3ForCausalLM(Gemma3TextPreTrainedModel, CausalLM):
    config: Gemma3TextConfig

class Gemma3TextForSequenceClassification(Gemma3TextPreTrainedModel, SequenceClassification):
    config: Gemma3TextConfig

class GPT2PreTrainedModel(PreTrainedModel):
    config: GPT2Config

class GPT2Model(GPT2PreTrainedModel, BareModel):
    config: GPT2Config

class GPT2LMHeadModel(GPT2PreTrainedModel, CausalLM):
    config: GPT2Config

class GPT2ForSequenceClassification(GPT2PreTrainedModel, SequenceClassification):
    config: GPT2Config

class GPT2ForTokenClassification(GPT2PreTrainedModel, TokenClassification):
    config: GPT2Config

class GPT2ForQuestionAnswering(GPT2PreTrainedModel, QuestionAnswering):
    config: GPT2Config

class GPTNeoXPreTrainedModel(PreTrainedModel):
    config: GPTNeoXConfig

class GPTNeoXModel(GPTNeoXPreTrainedModel, BareModel):
    config: GPTNeoXConfig

class GPTNeoXForCausalLM(GPTNeoXPreTrainedModel, CausalLM):
    config: GPTNeoXConfig

class GPTNeoXForSequenceClassification(GPTNeoXPreTrainedModel, SequenceClassification):
    config: GPTNeoXConfig

class GPTNeoXForTokenClassification(GPTNeoXPreTrainedModel, TokenClassification):
    config: GPTNeoXConfig

class GPTNeoXForQuestionAnswering(GPTNeoXPreTrainedModel, QuestionAnswering):
    config: GPTNeoXConfig

class LlamaPreTrainedModel(PreTrainedModel):
    config: LlamaConfig

class LlamaModel(LlamaPreTrainedModel, BareModel):
    config: LlamaConfig

class LlamaForCausalLM(LlamaPreTrainedModel, CausalLM):
    config: LlamaConfig

class LlamaForSequenceClassification(LlamaPreTrainedModel, SequenceClassification):
    config: LlamaConfig

class LlamaForTokenClassification(LlamaPreTrainedModel, TokenClassification):
    config: LlamaConfig

class LlamaForQuestionAnswering(LlamaPreTrainedModel, QuestionAnswering):
    config: LlamaConfig

class MistralPreTrainedModel(PreTrainedModel):
    config: MistralConfig

class MistralModel(MistralPreTrainedModel, BareModel):
    config: MistralConfig

class MistralForCausalLM(MistralPreTrainedModel, CausalLM):
    config: MistralConfig

class MistralForSequenceClassification(MistralPreTrainedModel, SequenceClassification):
    config: MistralConfig

class MistralForTokenClassification(MistralPreTrainedModel, TokenClassification):
    config: MistralConfig

class MistralForQuestionAnswering(MistralPreTrainedModel, QuestionAnswering):
    config: MistralConfig

class MixtralPreTrainedModel(PreTrainedModel):
    config: MixtralConfig

class MixtralModel(MixtralPreTrainedModel, BareModel):
    config: MixtralConfig

class MixtralForCausalLM(MixtralPreTrainedModel, CausalLM):
    config: MixtralConfig

class MixtralForSequenceClassification(MixtralPreTrainedModel, SequenceClassification):
    config: MixtralConfig

class MixtralForTokenClassification(MixtralPreTrainedModel, TokenClassification):
    config: MixtralConfig

class MixtralForQuestionAnswering(MixtralPreTrainedModel, QuestionAnswering):
    config: MixtralConfig

class ModernBertPreTrainedModel(PreTrainedModel):
    config: ModernBertConfig

class ModernBertModel(ModernBertPreTrainedModel, BareModel):
    config: ModernBertConfig

class ModernBertForMaskedLM(ModernBertPreTrainedModel, MaskedLM):
    config: ModernBertConfig

class ModernBertForSequenceClassification(ModernBertPreTrainedModel, SequenceClassification):
    config: ModernBertConfig

class ModernBertForTokenClassification(ModernBertPreTrainedModel, TokenClassification):
    config: ModernBertConfig

class ModernBertForQuestionAnswering(ModernBertPreTrainedModel, QuestionAnswering):
    config: ModernBertConfig

class MPNetPreTrainedModel(PreTrainedModel):
    config: MPNetConfig

class MPNetModel(MPNetPreTrainedModel, BareModel):
    config: MPNetConfig

class MPNetForMaskedLM(MPNetPreTrainedModel, MaskedLM):
    config: MPNetConfig

class MPNetForSequenceClassification(MPNetPreTrainedModel, SequenceClassification):
    config: MPNetConfig

class MPNetForTokenClassification(MPNetPreTrainedModel, TokenClassification):
    config: MPNetConfig

class MPNetForQuestionAnswering(MPNetPreTrainedModel, QuestionAnswering):
    config: MPNetConfig

class OPTPreTrainedModel(PreTrainedModel):
    config: OPTConfig

class OPTModel(OPTPreTrainedModel, BareModel):
    config: OPTConfig

class OPTForCausalLM(OPTPreTrainedModel, CausalLM):
    config: OPTConfig

class OPTForSequenceClassification(OPTPreTrainedModel, SequenceClassification):
    config: OPTConfig

class OPTForQuestionAnswering(OPTPreTrainedModel, QuestionAnswering):
    config: OPTConfig

class Phi3PreTrainedModel(PreTrainedModel):
    config: Phi3Config

class Phi3Model(Phi3PreTrainedModel, BareModel):
    config: Phi3Config

class Phi3ForCausalLM(Phi3PreTrainedModel, CausalLM):
    config: Phi3Config

class Phi3ForSequenceClassification(Phi3PreTrainedModel, SequenceClassification):
    config: Phi3Config

class Phi3ForTokenClassification(Phi3PreTrainedModel, TokenClassification):
    config: Phi3Config

class Qwen2PreTrainedModel(PreTrainedModel):
    config: Qwen2Config

class Qwen2Model(Qwen2PreTrainedModel, BareModel):
    config: Qwen2Config

class Qwen2ForCausalLM(Qwen2PreTrainedModel, CausalLM):
    config: Qwen2Config

class Qwen2ForSequenceClassification(Qwen2PreTrainedModel, SequenceClassification):
    config: Qwen2Config

class Qwen2ForTokenClassification(Qwen2PreTrainedModel, TokenClassification):
    config: Qwen2Config

class Qwen2ForQuestionAnswering(Qwen2PreTrainedModel, QuestionAnswering):
    config: Qwen2Config

class Qwen3PreTrainedModel(PreTrainedModel):
    config: Qwen3Config

class Qwen3Model(Qwen3PreTrainedModel, BareModel):
    config: Qwen3Config

class Qwen3ForCausalLM(Qwen3PreTrainedModel, CausalLM):
    config: Qwen3Config

class Qwen3ForSequenceClassification(Qwen3PreTrainedModel, SequenceClassification):
    config: Qwen3Config

class Qwen3ForTokenClassification(Qwen3PreTrainedModel, TokenClassification):
    config: Qwen3Config

class Qwen3ForQuestionAnswering(Qwen3PreTrainedModel, QuestionAnswering):
    config: Qwen3Config

class Qwen3MoePreTrainedModel(PreTrainedModel):
    config: Qwen3MoeConfig

class Qwen3MoeModel(Qwen3MoePreTrainedModel, BareModel):
    config: Qwen3MoeConfig

class Qwen3MoeForCausalLM(Qwen3MoePreTrainedModel, CausalLM):
    config: Qwen3MoeConfig

class Qwen3MoeForSequenceClassification(Qwen3MoePreTrainedModel, SequenceClassification):
    config: Qwen3MoeConfig

class Qwen3MoeForTokenClassification(Qwen3MoePreTrainedModel, TokenClassification):
    config: Qwen3MoeConfig

class Qwen3MoeForQuestionAnswering(Qwen3MoePreTrainedModel, QuestionAnswering):
    config: Qwen3MoeConfig

class RobertaPreTrainedModel(PreTrainedModel):
    config: RobertaConfig

class RobertaModel(RobertaPreTrainedModel, BareModel):
    config: RobertaConfig

class RobertaForMaskedLM(RobertaPreTrainedModel, MaskedLM):
    config: RobertaConfig

class RobertaForSequenceClassification(RobertaPreTrainedModel, SequenceClassification):
    config: RobertaConfig

class RobertaForTokenClassification(RobertaPreTrainedModel, TokenClassification):
    config: RobertaConfig

class RobertaForQuestionAnswering(RobertaPreTrainedModel, QuestionAnswering):
    config: RobertaConfig

class RobertaForCausalLM(RobertaPreTrainedModel, CausalLM):
    config: RobertaConfig

class XLMRobertaPreTrainedModel(PreTrainedModel):
    config: XLMRobertaConfig

class XLMRobertaModel(XLMRobertaPreTrainedModel, BareModel):
    config: XLMRobertaConfig

class XLMRobertaForMaskedLM(XLMRobertaPreTrainedModel, MaskedLM):
    config: XLMRobertaConfig

class XLMRobertaForSequenceClassification(XLMRobertaPreTrainedModel, SequenceClassification):
    config: XLMRobertaConfig

class XLMRobertaForTokenClassification(XLMRobertaPreTrainedModel, TokenClassification):
    config: XLMRobertaConfig

class XLMRobertaForQuestionAnswering(XLMRobertaPreTrainedModel, QuestionAnswering):
    config: XLMRobertaConfig

class XLMRobertaForCausalLM(XLMRobertaPreTrainedModel, CausalLM):
    config: XLMRobertaConfig
