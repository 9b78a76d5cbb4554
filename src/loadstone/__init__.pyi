# Made by tools/make_stubs.py from the registry of families. Do not edit.
import os
from collections.abc import Mapping
from types import ModuleType
from typing import Any, Literal, Self, Unpack, overload

import tensorflow as tf
from jax import Array
from numpy.typing import ArrayLike
from torch import Tensor

from loadstone.architectures.families.albert import AlbertConfig as AlbertConfig
from loadstone.architectures.families.audio_spectrogram_transformer import ASTConfig as ASTConfig
from loadstone.architectures.families.bart import BartConfig as BartConfig
from loadstone.architectures.families.beit import BeitConfig as BeitConfig
from loadstone.architectures.families.bert import BertConfig as BertConfig
from loadstone.architectures.families.blenderbot import BlenderbotConfig as BlenderbotConfig
from loadstone.architectures.families.blenderbot_small import BlenderbotSmallConfig as BlenderbotSmallConfig
from loadstone.architectures.families.bloom import BloomConfig as BloomConfig
from loadstone.architectures.families.camembert import CamembertConfig as CamembertConfig
from loadstone.architectures.families.chinese_clip import ChineseCLIPConfig as ChineseCLIPConfig
from loadstone.architectures.families.chinese_clip import ChineseCLIPTextConfig as ChineseCLIPTextConfig
from loadstone.architectures.families.chinese_clip import ChineseCLIPVisionConfig as ChineseCLIPVisionConfig
from loadstone.architectures.families.clip import CLIPConfig as CLIPConfig
from loadstone.architectures.families.clip import CLIPTextConfig as CLIPTextConfig
from loadstone.architectures.families.clip import CLIPVisionConfig as CLIPVisionConfig
from loadstone.architectures.families.clipseg import CLIPSegConfig as CLIPSegConfig
from loadstone.architectures.families.clipseg import CLIPSegTextConfig as CLIPSegTextConfig
from loadstone.architectures.families.clipseg import CLIPSegVisionConfig as CLIPSegVisionConfig
from loadstone.architectures.families.codegen import CodeGenConfig as CodeGenConfig
from loadstone.architectures.families.cohere import CohereConfig as CohereConfig
from loadstone.architectures.families.cohere2 import Cohere2Config as Cohere2Config
from loadstone.architectures.families.convnext import ConvNextConfig as ConvNextConfig
from loadstone.architectures.families.convnextv2 import ConvNextV2Config as ConvNextV2Config
from loadstone.architectures.families.data2vec_audio import Data2VecAudioConfig as Data2VecAudioConfig
from loadstone.architectures.families.data2vec_text import Data2VecTextConfig as Data2VecTextConfig
from loadstone.architectures.families.deberta import DebertaConfig as DebertaConfig
from loadstone.architectures.families.deberta_v2 import DebertaV2Config as DebertaV2Config
from loadstone.architectures.families.deepseek_v2 import DeepseekV2Config as DeepseekV2Config
from loadstone.architectures.families.deepseek_v3 import DeepseekV3Config as DeepseekV3Config
from loadstone.architectures.families.deit import DeiTConfig as DeiTConfig
from loadstone.architectures.families.depth_anything import DepthAnythingBackboneConfig as DepthAnythingBackboneConfig
from loadstone.architectures.families.depth_anything import DepthAnythingConfig as DepthAnythingConfig
from loadstone.architectures.families.dinov2 import Dinov2Config as Dinov2Config
from loadstone.architectures.families.dinov2_with_registers import (
    Dinov2WithRegistersConfig as Dinov2WithRegistersConfig,
)
from loadstone.architectures.families.dinov3_vit import DINOv3ViTConfig as DINOv3ViTConfig
from loadstone.architectures.families.distilbert import DistilBertConfig as DistilBertConfig
from loadstone.architectures.families.dots1 import Dots1Config as Dots1Config
from loadstone.architectures.families.dpt import DPTBackboneConfig as DPTBackboneConfig
from loadstone.architectures.families.dpt import DPTConfig as DPTConfig
from loadstone.architectures.families.electra import ElectraConfig as ElectraConfig
from loadstone.architectures.families.ernie4_5 import Ernie4_5Config as Ernie4_5Config
from loadstone.architectures.families.exaone4 import Exaone4Config as Exaone4Config
from loadstone.architectures.families.falcon import FalconConfig as FalconConfig
from loadstone.architectures.families.gemma import GemmaConfig as GemmaConfig
from loadstone.architectures.families.gemma2 import Gemma2Config as Gemma2Config
from loadstone.architectures.families.gemma3_text import Gemma3TextConfig as Gemma3TextConfig
from loadstone.architectures.families.glm import GlmConfig as GlmConfig
from loadstone.architectures.families.glm4 import Glm4Config as Glm4Config
from loadstone.architectures.families.glm4_moe import Glm4MoeConfig as Glm4MoeConfig
from loadstone.architectures.families.glm4_moe_lite import Glm4MoeLiteConfig as Glm4MoeLiteConfig
from loadstone.architectures.families.gpt2 import GPT2Config as GPT2Config
from loadstone.architectures.families.gpt_bigcode import GPTBigCodeConfig as GPTBigCodeConfig
from loadstone.architectures.families.gpt_neo import GPTNeoConfig as GPTNeoConfig
from loadstone.architectures.families.gpt_neox import GPTNeoXConfig as GPTNeoXConfig
from loadstone.architectures.families.gpt_oss import GptOssConfig as GptOssConfig
from loadstone.architectures.families.gptj import GPTJConfig as GPTJConfig
from loadstone.architectures.families.granite import GraniteConfig as GraniteConfig
from loadstone.architectures.families.granitemoe import GraniteMoeConfig as GraniteMoeConfig
from loadstone.architectures.families.gte import GteConfig as GteConfig
from loadstone.architectures.families.helium import HeliumConfig as HeliumConfig
from loadstone.architectures.families.hubert import HubertConfig as HubertConfig
from loadstone.architectures.families.ijepa import IJepaConfig as IJepaConfig
from loadstone.architectures.families.jina_embeddings_v3 import JinaEmbeddingsV3Config as JinaEmbeddingsV3Config
from loadstone.architectures.families.layoutlm import LayoutLMConfig as LayoutLMConfig
from loadstone.architectures.families.layoutlmv3 import LayoutLMv3Config as LayoutLMv3Config
from loadstone.architectures.families.llama import LlamaConfig as LlamaConfig
from loadstone.architectures.families.longformer import LongformerConfig as LongformerConfig
from loadstone.architectures.families.m2m_100 import M2M100Config as M2M100Config
from loadstone.architectures.families.mamba import MambaConfig as MambaConfig
from loadstone.architectures.families.marian import MarianConfig as MarianConfig
from loadstone.architectures.families.mbart import MBartConfig as MBartConfig
from loadstone.architectures.families.mistral import MistralConfig as MistralConfig
from loadstone.architectures.families.mixtral import MixtralConfig as MixtralConfig
from loadstone.architectures.families.mobilenet_v2 import MobileNetV2Config as MobileNetV2Config
from loadstone.architectures.families.modernbert import ModernBertConfig as ModernBertConfig
from loadstone.architectures.families.moonshine import MoonshineConfig as MoonshineConfig
from loadstone.architectures.families.mpnet import MPNetConfig as MPNetConfig
from loadstone.architectures.families.mpt import MptAttentionConfig as MptAttentionConfig
from loadstone.architectures.families.mpt import MptConfig as MptConfig
from loadstone.architectures.families.mt5 import MT5Config as MT5Config
from loadstone.architectures.families.nomic_bert import NomicBertConfig as NomicBertConfig
from loadstone.architectures.families.olmo import OlmoConfig as OlmoConfig
from loadstone.architectures.families.olmo2 import Olmo2Config as Olmo2Config
from loadstone.architectures.families.olmo3 import Olmo3Config as Olmo3Config
from loadstone.architectures.families.olmoe import OlmoeConfig as OlmoeConfig
from loadstone.architectures.families.opt import OPTConfig as OPTConfig
from loadstone.architectures.families.parakeet_ctc import ParakeetCTCConfig as ParakeetCTCConfig
from loadstone.architectures.families.parakeet_ctc import ParakeetEncoderConfig as ParakeetEncoderConfig
from loadstone.architectures.families.pegasus import PegasusConfig as PegasusConfig
from loadstone.architectures.families.phi import PhiConfig as PhiConfig
from loadstone.architectures.families.phi3 import Phi3Config as Phi3Config
from loadstone.architectures.families.phimoe import PhimoeConfig as PhimoeConfig
from loadstone.architectures.families.qwen2 import Qwen2Config as Qwen2Config
from loadstone.architectures.families.qwen2_moe import Qwen2MoeConfig as Qwen2MoeConfig
from loadstone.architectures.families.qwen2_vl import Qwen2VLConfig as Qwen2VLConfig
from loadstone.architectures.families.qwen2_vl import Qwen2VLTextConfig as Qwen2VLTextConfig
from loadstone.architectures.families.qwen2_vl import Qwen2VLVisionConfig as Qwen2VLVisionConfig
from loadstone.architectures.families.qwen3 import Qwen3Config as Qwen3Config
from loadstone.architectures.families.qwen3_moe import Qwen3MoeConfig as Qwen3MoeConfig
from loadstone.architectures.families.rembert import RemBertConfig as RemBertConfig
from loadstone.architectures.families.resnet import ResNetConfig as ResNetConfig
from loadstone.architectures.families.roberta import RobertaConfig as RobertaConfig
from loadstone.architectures.families.roformer import RoFormerConfig as RoFormerConfig
from loadstone.architectures.families.segformer import SegformerConfig as SegformerConfig
from loadstone.architectures.families.siglip import SiglipConfig as SiglipConfig
from loadstone.architectures.families.siglip import SiglipTextConfig as SiglipTextConfig
from loadstone.architectures.families.siglip import SiglipVisionConfig as SiglipVisionConfig
from loadstone.architectures.families.siglip2 import Siglip2Config as Siglip2Config
from loadstone.architectures.families.siglip2 import Siglip2TextConfig as Siglip2TextConfig
from loadstone.architectures.families.siglip2 import Siglip2VisionConfig as Siglip2VisionConfig
from loadstone.architectures.families.smollm3 import SmolLM3Config as SmolLM3Config
from loadstone.architectures.families.stablelm import StableLmConfig as StableLmConfig
from loadstone.architectures.families.starcoder2 import Starcoder2Config as Starcoder2Config
from loadstone.architectures.families.swin import SwinConfig as SwinConfig
from loadstone.architectures.families.swinv2 import Swinv2Config as Swinv2Config
from loadstone.architectures.families.t5 import T5Config as T5Config
from loadstone.architectures.families.t5gemma import T5GemmaConfig as T5GemmaConfig
from loadstone.architectures.families.t5gemma import T5GemmaModuleConfig as T5GemmaModuleConfig
from loadstone.architectures.families.umt5 import UMT5Config as UMT5Config
from loadstone.architectures.families.unispeech import UniSpeechConfig as UniSpeechConfig
from loadstone.architectures.families.unispeech_sat import UniSpeechSatConfig as UniSpeechSatConfig
from loadstone.architectures.families.videomae import VideoMAEConfig as VideoMAEConfig
from loadstone.architectures.families.vit import ViTConfig as ViTConfig
from loadstone.architectures.families.vit_mae import ViTMAEConfig as ViTMAEConfig
from loadstone.architectures.families.vitpose import VitPoseBackboneConfig as VitPoseBackboneConfig
from loadstone.architectures.families.vitpose import VitPoseConfig as VitPoseConfig
from loadstone.architectures.families.wav2vec2 import Wav2Vec2Config as Wav2Vec2Config
from loadstone.architectures.families.wav2vec2_bert import Wav2Vec2BertConfig as Wav2Vec2BertConfig
from loadstone.architectures.families.wav2vec2_conformer import Wav2Vec2ConformerConfig as Wav2Vec2ConformerConfig
from loadstone.architectures.families.wavlm import WavLMConfig as WavLMConfig
from loadstone.architectures.families.whisper import WhisperConfig as WhisperConfig
from loadstone.architectures.families.xlm_roberta import XLMRobertaConfig as XLMRobertaConfig
from loadstone.architectures.families.xlm_roberta_xl import XLMRobertaXLConfig as XLMRobertaXLConfig
from loadstone.architectures.families.yolos import YolosConfig as YolosConfig
from loadstone.checkpoint import Checkpoint as Checkpoint
from loadstone.checkpoint import open_checkpoint as open_checkpoint
from loadstone.configs import family_keywords as _keywords
from loadstone.configs.compile_config import CompileConfig as CompileConfig
from loadstone.configs.generation import GenerationConfig as GenerationConfig
from loadstone.configs.pretrained import PretrainedConfig as PretrainedConfig
from loadstone.conversion.convert import convert as convert
from loadstone.conversion.diff import diff as diff
from loadstone.core.placement_options import MaxMemory
from loadstone.errors import LoadstoneError as LoadstoneError
from loadstone.frameworks.flax.cache import KeyValueCache
from loadstone.frameworks.flax.generation import GenerationMixin as _FlaxGenerationMixin
from loadstone.frameworks.flax.heads import FrameWriter as _FlaxFrameWriter
from loadstone.frameworks.flax.heads import TaskModel as _FlaxTaskModel
from loadstone.frameworks.flax.model import FlaxPreTrainedModel as FlaxPreTrainedModel
from loadstone.frameworks.flax.outputs import FieldTuple
from loadstone.frameworks.outputs import (
    AlbertForPreTrainingOutput,
    BackboneOutput,
    BaseModelOutput,
    BertForPreTrainingOutput,
    CausalLMOutput,
    CausalLMOutputWithCrossAttentions,
    ContrastiveOutput,
    DeiTForImageClassificationWithTeacherOutput,
    DepthEstimatorOutput,
    DINOv3ViTBackboneOutput,
    ElectraForPreTrainingOutput,
    ImageClassifierOutput,
    ImageProjectionOutput,
    ImageSegmentationOutput,
    LongformerMaskedLMOutput,
    LongformerMultipleChoiceModelOutput,
    LongformerQuestionAnsweringModelOutput,
    LongformerSequenceClassifierOutput,
    LongformerTokenClassifierOutput,
    MaskedAutoencoderOutput,
    MaskedImageModelingOutput,
    MaskedLMOutput,
    MoeCausalLMOutputWithPast,
    MultipleChoiceModelOutput,
    NextSentencePredictorOutput,
    ObjectDetectionOutput,
    PoseEstimatorOutput,
    QuestionAnsweringModelOutput,
    SemanticSegmenterOutput,
    SentenceEmbeddingOutput,
    Seq2SeqLMOutput,
    Seq2SeqModelOutput,
    Seq2SeqQuestionAnsweringModelOutput,
    Seq2SeqSequenceClassifierOutput,
    SequenceClassifierOutput,
    TextProjectionOutput,
    TokenClassifierOutput,
    UniSpeechSatForPreTrainingOutput,
    VideoMAEForPreTrainingOutput,
    ViTMAEModelOutput,
    Wav2Vec2ForPreTrainingOutput,
    XVectorOutput,
)
from loadstone.frameworks.tensorflow.cache import Cache
from loadstone.frameworks.tensorflow.generation import GenerationMixin as _TFGenerationMixin
from loadstone.frameworks.tensorflow.heads import FrameWriter as _TFFrameWriter
from loadstone.frameworks.tensorflow.heads import TaskModel as _TFTaskModel
from loadstone.frameworks.tensorflow.model import TFPreTrainedModel as TFPreTrainedModel
from loadstone.frameworks.torch.modeling.cache import DynamicCache as DynamicCache
from loadstone.frameworks.torch.modeling.generation import GenerationMixin as _GenerationMixin
from loadstone.frameworks.torch.modeling.heads import FrameWriter as _FrameWriter
from loadstone.frameworks.torch.modeling.heads import TaskModel as _TaskModel
from loadstone.frameworks.torch.modeling.model import PreTrainedModel as PreTrainedModel
from loadstone.frameworks.torch.modeling.static_cache import StaticCache as StaticCache
from loadstone.pipeline.auto import AutoClass
from loadstone.pipeline.auto_config import AutoConfig as AutoConfig
from loadstone.pipeline.auto_processor import AutoFeatureExtractor as AutoFeatureExtractor
from loadstone.pipeline.auto_processor import AutoImageProcessor as AutoImageProcessor
from loadstone.pipeline.auto_processor import AutoProcessor as AutoProcessor
from loadstone.pipeline.auto_processor import AutoVideoProcessor as AutoVideoProcessor
from loadstone.pipeline.auto_tokenizer import AutoTokenizer as AutoTokenizer
from loadstone.pipeline.load_into import load_into as load_into
from loadstone.pipeline.load_into import load_sharded_checkpoint as load_sharded_checkpoint
from loadstone.pipeline.tasks.factory import pipeline as pipeline
from loadstone.quantization.methods.bitsandbytes.config import BitsAndBytesConfig as BitsAndBytesConfig
from loadstone.quantization.methods.torchao.config import TorchAoConfig as TorchAoConfig
from loadstone.reporting.forecast import Forecast as Forecast
from loadstone.reporting.load_report import LoadReport as LoadReport
from loadstone.text.batch_encoding import BatchEncoding as BatchEncoding
from loadstone.text.tokenizer import PreTrainedTokenizerFast as PreTrainedTokenizerFast
from loadstone.transfer.strategy import transfer_options as transfer_options

__version__: str
errors: ModuleType
modeling_utils: ModuleType

def plan(
    path_or_id: str | os.PathLike[str],
    *,
    device_map: object = "auto",
    max_memory: MaxMemory | None = None,
    dtype: object = None,
    head: str | None = None,
    mesh: Mapping[str, int] | None = None,
    **options: Unpack[_keywords.AnyPlanKeywords],
) -> Forecast: ...

class _BareModel(_TaskModel):
    def forward(
        self,
        input_ids: Tensor | None = None,
        attention_mask: Tensor | None = None,
        position_ids: Tensor | None = None,
        past_key_values: DynamicCache | None = None,
        inputs_embeds: Tensor | None = None,
        token_type_ids: Tensor | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        output_router_logits: bool | None = None,
        **unknown: object,
    ) -> BaseModelOutput[Tensor] | tuple[object, ...]: ...

class _CausalLM(_TaskModel, _GenerationMixin):
    def forward(
        self,
        input_ids: Tensor | None = None,
        attention_mask: Tensor | None = None,
        position_ids: Tensor | None = None,
        past_key_values: DynamicCache | None = None,
        inputs_embeds: Tensor | None = None,
        token_type_ids: Tensor | None = None,
        labels: Tensor | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        logits_to_keep: int | Tensor = 0,
        output_router_logits: bool | None = None,
        num_items_in_batch: Tensor | int | None = None,
        **unknown: object,
    ) -> CausalLMOutput[Tensor] | MoeCausalLMOutputWithPast[Tensor] | tuple[object, ...]: ...

class _MaskedLM(_TaskModel):
    def forward(
        self,
        input_ids: Tensor | None = None,
        attention_mask: Tensor | None = None,
        token_type_ids: Tensor | None = None,
        position_ids: Tensor | None = None,
        inputs_embeds: Tensor | None = None,
        labels: Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        num_items_in_batch: Tensor | int | None = None,
        **unknown: object,
    ) -> MaskedLMOutput[Tensor] | tuple[object, ...]: ...

class _SequenceClassification(_TaskModel):
    def forward(
        self,
        input_ids: Tensor | None = None,
        attention_mask: Tensor | None = None,
        token_type_ids: Tensor | None = None,
        position_ids: Tensor | None = None,
        past_key_values: DynamicCache | None = None,
        inputs_embeds: Tensor | None = None,
        labels: Tensor | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> SequenceClassifierOutput[Tensor] | tuple[object, ...]: ...

class _TokenClassification(_TaskModel):
    def forward(
        self,
        input_ids: Tensor | None = None,
        attention_mask: Tensor | None = None,
        token_type_ids: Tensor | None = None,
        position_ids: Tensor | None = None,
        inputs_embeds: Tensor | None = None,
        labels: Tensor | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> TokenClassifierOutput[Tensor] | tuple[object, ...]: ...

class _QuestionAnswering(_TaskModel):
    def forward(
        self,
        input_ids: Tensor | None = None,
        attention_mask: Tensor | None = None,
        token_type_ids: Tensor | None = None,
        position_ids: Tensor | None = None,
        inputs_embeds: Tensor | None = None,
        start_positions: Tensor | None = None,
        end_positions: Tensor | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> QuestionAnsweringModelOutput[Tensor] | tuple[object, ...]: ...

class _DocumentQuestionAnswering(_TaskModel):
    def forward(
        self,
        input_ids: Tensor | None = None,
        bbox: Tensor | None = None,
        attention_mask: Tensor | None = None,
        token_type_ids: Tensor | None = None,
        position_ids: Tensor | None = None,
        inputs_embeds: Tensor | None = None,
        start_positions: Tensor | None = None,
        end_positions: Tensor | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> QuestionAnsweringModelOutput[Tensor] | tuple[object, ...]: ...

class _MultipleChoice(_TaskModel):
    def forward(
        self,
        input_ids: Tensor | None = None,
        attention_mask: Tensor | None = None,
        token_type_ids: Tensor | None = None,
        position_ids: Tensor | None = None,
        inputs_embeds: Tensor | None = None,
        labels: Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> MultipleChoiceModelOutput[Tensor] | tuple[object, ...]: ...

class _NextSentencePrediction(_TaskModel):
    def forward(
        self,
        input_ids: Tensor | None = None,
        attention_mask: Tensor | None = None,
        token_type_ids: Tensor | None = None,
        position_ids: Tensor | None = None,
        inputs_embeds: Tensor | None = None,
        labels: Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> NextSentencePredictorOutput[Tensor] | tuple[object, ...]: ...

class _PreTraining(_TaskModel):
    def forward(
        self,
        input_ids: Tensor | None = None,
        attention_mask: Tensor | None = None,
        token_type_ids: Tensor | None = None,
        position_ids: Tensor | None = None,
        inputs_embeds: Tensor | None = None,
        labels: Tensor | None = None,
        next_sentence_label: Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> BertForPreTrainingOutput[Tensor] | tuple[object, ...]: ...

class _ReplacedTokens(_TaskModel):
    def forward(
        self,
        input_ids: Tensor | None = None,
        attention_mask: Tensor | None = None,
        token_type_ids: Tensor | None = None,
        position_ids: Tensor | None = None,
        inputs_embeds: Tensor | None = None,
        labels: Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> ElectraForPreTrainingOutput[Tensor] | tuple[object, ...]: ...

class _TextEncoding(_TaskModel):
    def forward(
        self,
        input_ids: Tensor | None = None,
        attention_mask: Tensor | None = None,
        inputs_embeds: Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> BaseModelOutput[Tensor] | tuple[object, ...]: ...

class _SentenceEmbedding(_TaskModel):
    def forward(
        self,
        input_ids: Tensor | None = None,
        attention_mask: Tensor | None = None,
        token_type_ids: Tensor | None = None,
        position_ids: Tensor | None = None,
        inputs_embeds: Tensor | None = None,
        pooling_mask: Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> SentenceEmbeddingOutput[Tensor] | tuple[object, ...]: ...

class _TextTower(_TaskModel):
    def forward(
        self,
        input_ids: Tensor | None = None,
        attention_mask: Tensor | None = None,
        position_ids: Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> BaseModelOutput[Tensor] | tuple[object, ...]: ...

class _TextProjection(_TaskModel):
    def forward(
        self,
        input_ids: Tensor | None = None,
        attention_mask: Tensor | None = None,
        position_ids: Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> TextProjectionOutput[Tensor] | tuple[object, ...]: ...

class _Seq2SeqLM(_TaskModel, _GenerationMixin):
    def forward(
        self,
        input_ids: Tensor | None = None,
        attention_mask: Tensor | None = None,
        decoder_input_ids: Tensor | None = None,
        decoder_attention_mask: Tensor | None = None,
        encoder_outputs: Tensor | None = None,
        past_key_values: DynamicCache | None = None,
        inputs_embeds: Tensor | None = None,
        decoder_inputs_embeds: Tensor | None = None,
        labels: Tensor | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> Seq2SeqLMOutput[Tensor] | tuple[object, ...]: ...

class _Backbone(_TaskModel):
    def forward(
        self,
        pixel_values: Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> BackboneOutput[Tensor] | tuple[object, ...]: ...

class _ImageTower(_TaskModel):
    def forward(
        self,
        pixel_values: Tensor | None = None,
        interpolate_pos_encoding: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> BaseModelOutput[Tensor] | tuple[object, ...]: ...

class _ImageProjection(_TaskModel):
    def forward(
        self,
        pixel_values: Tensor | None = None,
        interpolate_pos_encoding: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> ImageProjectionOutput[Tensor] | tuple[object, ...]: ...

class _ImageClassification(_TaskModel):
    def forward(
        self,
        pixel_values: Tensor | None = None,
        labels: Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> ImageClassifierOutput[Tensor] | tuple[object, ...]: ...

class _ImageSegmentation(_TaskModel):
    def forward(
        self,
        input_ids: Tensor | None = None,
        pixel_values: Tensor | None = None,
        conditional_pixel_values: Tensor | None = None,
        conditional_embeddings: Tensor | None = None,
        attention_mask: Tensor | None = None,
        position_ids: Tensor | None = None,
        labels: Tensor | None = None,
        interpolate_pos_encoding: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> ImageSegmentationOutput[Tensor] | tuple[object, ...]: ...

class _SemanticSegmentation(_TaskModel):
    def forward(
        self,
        pixel_values: Tensor | None = None,
        labels: Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> SemanticSegmenterOutput[Tensor] | tuple[object, ...]: ...

class _VideoClassification(_TaskModel):
    def forward(
        self,
        pixel_values: Tensor | None = None,
        labels: Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> ImageClassifierOutput[Tensor] | tuple[object, ...]: ...

class _ObjectDetection(_TaskModel):
    def forward(
        self,
        pixel_values: Tensor | None = None,
        labels: list[dict[str, Tensor]] | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> ObjectDetectionOutput[Tensor] | tuple[object, ...]: ...

class _DepthEstimation(_TaskModel):
    def forward(
        self,
        pixel_values: Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> DepthEstimatorOutput[Tensor] | tuple[object, ...]: ...

class _MaskedPatches(_TaskModel):
    def forward(
        self,
        pixel_values: Tensor | None = None,
        bool_masked_pos: Tensor | None = None,
        labels: Tensor | None = None,
        interpolate_pos_encoding: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> MaskedLMOutput[Tensor] | tuple[object, ...]: ...

class _PoseEstimation(_TaskModel):
    def forward(
        self,
        pixel_values: Tensor | None = None,
        dataset_index: Tensor | None = None,
        flip_pairs: Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> PoseEstimatorOutput[Tensor] | tuple[object, ...]: ...

class _MaskedImageModeling(_TaskModel):
    def forward(
        self,
        pixel_values: Tensor | None = None,
        bool_masked_pos: Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> MaskedImageModelingOutput[Tensor] | tuple[object, ...]: ...

class _ImageTextToText(_TaskModel, _GenerationMixin):
    def forward(
        self,
        input_ids: Tensor | None = None,
        attention_mask: Tensor | None = None,
        position_ids: Tensor | None = None,
        past_key_values: DynamicCache | None = None,
        inputs_embeds: Tensor | None = None,
        pixel_values: Tensor | None = None,
        pixel_values_videos: Tensor | None = None,
        image_grid_thw: Tensor | None = None,
        video_grid_thw: Tensor | None = None,
        mm_token_type_ids: Tensor | None = None,
        labels: Tensor | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        logits_to_keep: int | Tensor = 0,
        num_items_in_batch: Tensor | int | None = None,
        **unknown: object,
    ) -> CausalLMOutput[Tensor] | MoeCausalLMOutputWithPast[Tensor] | tuple[object, ...]: ...

class _AudioTower(_TaskModel):
    def forward(
        self,
        input_features: Tensor | None = None,
        attention_mask: Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> BaseModelOutput[Tensor] | tuple[object, ...]: ...

class _SpeechSeq2Seq(_TaskModel, _GenerationMixin):
    def forward(
        self,
        input_features: Tensor | None = None,
        attention_mask: Tensor | None = None,
        decoder_input_ids: Tensor | None = None,
        decoder_attention_mask: Tensor | None = None,
        encoder_outputs: Tensor | None = None,
        past_key_values: DynamicCache | None = None,
        decoder_inputs_embeds: Tensor | None = None,
        decoder_position_ids: Tensor | None = None,
        labels: Tensor | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> Seq2SeqLMOutput[Tensor] | tuple[object, ...]: ...

class _CTC(_TaskModel):
    def forward(
        self,
        input_values: Tensor | None = None,
        attention_mask: Tensor | None = None,
        labels: Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> CausalLMOutput[Tensor] | tuple[object, ...]: ...

class _AudioFrameClassification(_TaskModel):
    def forward(
        self,
        input_values: Tensor | None = None,
        attention_mask: Tensor | None = None,
        labels: Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> TokenClassifierOutput[Tensor] | tuple[object, ...]: ...

class _AudioXVector(_TaskModel):
    def forward(
        self,
        input_values: Tensor | None = None,
        attention_mask: Tensor | None = None,
        labels: Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> XVectorOutput[Tensor] | tuple[object, ...]: ...

class _AudioClassification(_TaskModel):
    def forward(
        self,
        input_features: Tensor | None = None,
        encoder_outputs: Tensor | None = None,
        labels: Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> SequenceClassifierOutput[Tensor] | tuple[object, ...]: ...

class AutoBackbone(AutoClass):
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> tuple[_Backbone, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> _Backbone: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> _Backbone | tuple[_Backbone, dict[str, Any]]: ...
    @classmethod
    def from_config(cls, config: PretrainedConfig, **kwargs: Any) -> _Backbone: ...

class AutoModel(AutoClass):
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> tuple[PreTrainedModel, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> PreTrainedModel: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> PreTrainedModel | tuple[PreTrainedModel, dict[str, Any]]: ...
    @classmethod
    def from_config(cls, config: PretrainedConfig, **kwargs: Any) -> PreTrainedModel: ...

class AutoModelForAudioClassification(AutoClass):
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> tuple[_AudioClassification, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> _AudioClassification: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> _AudioClassification | tuple[_AudioClassification, dict[str, Any]]: ...
    @classmethod
    def from_config(cls, config: PretrainedConfig, **kwargs: Any) -> _AudioClassification: ...

class AutoModelForAudioFrameClassification(AutoClass):
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> tuple[_AudioFrameClassification, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> _AudioFrameClassification: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> _AudioFrameClassification | tuple[_AudioFrameClassification, dict[str, Any]]: ...
    @classmethod
    def from_config(cls, config: PretrainedConfig, **kwargs: Any) -> _AudioFrameClassification: ...

class AutoModelForAudioTokenization(AutoClass):
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> tuple[Any, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> Any: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> Any | tuple[Any, dict[str, Any]]: ...
    @classmethod
    def from_config(cls, config: PretrainedConfig, **kwargs: Any) -> Any: ...

class AutoModelForAudioXVector(AutoClass):
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> tuple[_AudioXVector, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> _AudioXVector: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> _AudioXVector | tuple[_AudioXVector, dict[str, Any]]: ...
    @classmethod
    def from_config(cls, config: PretrainedConfig, **kwargs: Any) -> _AudioXVector: ...

class AutoModelForCTC(AutoClass):
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> tuple[_CTC, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> _CTC: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> _CTC | tuple[_CTC, dict[str, Any]]: ...
    @classmethod
    def from_config(cls, config: PretrainedConfig, **kwargs: Any) -> _CTC: ...

class AutoModelForCausalLM(AutoClass):
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> tuple[_CausalLM, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> _CausalLM: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> _CausalLM | tuple[_CausalLM, dict[str, Any]]: ...
    @classmethod
    def from_config(cls, config: PretrainedConfig, **kwargs: Any) -> _CausalLM: ...

class AutoModelForDecision(AutoClass):
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> tuple[Any, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> Any: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> Any | tuple[Any, dict[str, Any]]: ...
    @classmethod
    def from_config(cls, config: PretrainedConfig, **kwargs: Any) -> Any: ...

class AutoModelForDepthEstimation(AutoClass):
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> tuple[_DepthEstimation, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> _DepthEstimation: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> _DepthEstimation | tuple[_DepthEstimation, dict[str, Any]]: ...
    @classmethod
    def from_config(cls, config: PretrainedConfig, **kwargs: Any) -> _DepthEstimation: ...

class AutoModelForDocumentQuestionAnswering(AutoClass):
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> tuple[PreTrainedModel, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> PreTrainedModel: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> PreTrainedModel | tuple[PreTrainedModel, dict[str, Any]]: ...
    @classmethod
    def from_config(cls, config: PretrainedConfig, **kwargs: Any) -> PreTrainedModel: ...

class AutoModelForImageClassification(AutoClass):
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> tuple[_ImageClassification, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> _ImageClassification: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> _ImageClassification | tuple[_ImageClassification, dict[str, Any]]: ...
    @classmethod
    def from_config(cls, config: PretrainedConfig, **kwargs: Any) -> _ImageClassification: ...

class AutoModelForImageMatting(AutoClass):
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> tuple[Any, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> Any: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> Any | tuple[Any, dict[str, Any]]: ...
    @classmethod
    def from_config(cls, config: PretrainedConfig, **kwargs: Any) -> Any: ...

class AutoModelForImageSegmentation(AutoClass):
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> tuple[_ImageSegmentation, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> _ImageSegmentation: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> _ImageSegmentation | tuple[_ImageSegmentation, dict[str, Any]]: ...
    @classmethod
    def from_config(cls, config: PretrainedConfig, **kwargs: Any) -> _ImageSegmentation: ...

class AutoModelForImageTextToText(AutoClass):
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> tuple[_ImageTextToText, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> _ImageTextToText: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> _ImageTextToText | tuple[_ImageTextToText, dict[str, Any]]: ...
    @classmethod
    def from_config(cls, config: PretrainedConfig, **kwargs: Any) -> _ImageTextToText: ...

class AutoModelForImageToImage(AutoClass):
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> tuple[Any, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> Any: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> Any | tuple[Any, dict[str, Any]]: ...
    @classmethod
    def from_config(cls, config: PretrainedConfig, **kwargs: Any) -> Any: ...

class AutoModelForInstanceSegmentation(AutoClass):
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> tuple[Any, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> Any: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> Any | tuple[Any, dict[str, Any]]: ...
    @classmethod
    def from_config(cls, config: PretrainedConfig, **kwargs: Any) -> Any: ...

class AutoModelForKeypointDetection(AutoClass):
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> tuple[Any, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> Any: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> Any | tuple[Any, dict[str, Any]]: ...
    @classmethod
    def from_config(cls, config: PretrainedConfig, **kwargs: Any) -> Any: ...

class AutoModelForKeypointMatching(AutoClass):
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> tuple[Any, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> Any: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> Any | tuple[Any, dict[str, Any]]: ...
    @classmethod
    def from_config(cls, config: PretrainedConfig, **kwargs: Any) -> Any: ...

class AutoModelForMaskGeneration(AutoClass):
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> tuple[Any, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> Any: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> Any | tuple[Any, dict[str, Any]]: ...
    @classmethod
    def from_config(cls, config: PretrainedConfig, **kwargs: Any) -> Any: ...

class AutoModelForMaskedImageModeling(AutoClass):
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> tuple[_MaskedImageModeling, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> _MaskedImageModeling: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> _MaskedImageModeling | tuple[_MaskedImageModeling, dict[str, Any]]: ...
    @classmethod
    def from_config(cls, config: PretrainedConfig, **kwargs: Any) -> _MaskedImageModeling: ...

class AutoModelForMaskedLM(AutoClass):
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> tuple[PreTrainedModel, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> PreTrainedModel: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> PreTrainedModel | tuple[PreTrainedModel, dict[str, Any]]: ...
    @classmethod
    def from_config(cls, config: PretrainedConfig, **kwargs: Any) -> PreTrainedModel: ...

class AutoModelForMultimodalLM(AutoClass):
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> tuple[Any, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> Any: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> Any | tuple[Any, dict[str, Any]]: ...
    @classmethod
    def from_config(cls, config: PretrainedConfig, **kwargs: Any) -> Any: ...

class AutoModelForMultipleChoice(AutoClass):
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> tuple[_MultipleChoice, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> _MultipleChoice: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> _MultipleChoice | tuple[_MultipleChoice, dict[str, Any]]: ...
    @classmethod
    def from_config(cls, config: PretrainedConfig, **kwargs: Any) -> _MultipleChoice: ...

class AutoModelForNextSentencePrediction(AutoClass):
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> tuple[_NextSentencePrediction, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> _NextSentencePrediction: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> _NextSentencePrediction | tuple[_NextSentencePrediction, dict[str, Any]]: ...
    @classmethod
    def from_config(cls, config: PretrainedConfig, **kwargs: Any) -> _NextSentencePrediction: ...

class AutoModelForNormalEstimation(AutoClass):
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> tuple[Any, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> Any: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> Any | tuple[Any, dict[str, Any]]: ...
    @classmethod
    def from_config(cls, config: PretrainedConfig, **kwargs: Any) -> Any: ...

class AutoModelForObjectDetection(AutoClass):
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> tuple[_ObjectDetection, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> _ObjectDetection: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> _ObjectDetection | tuple[_ObjectDetection, dict[str, Any]]: ...
    @classmethod
    def from_config(cls, config: PretrainedConfig, **kwargs: Any) -> _ObjectDetection: ...

class AutoModelForPointmapEstimation(AutoClass):
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> tuple[Any, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> Any: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> Any | tuple[Any, dict[str, Any]]: ...
    @classmethod
    def from_config(cls, config: PretrainedConfig, **kwargs: Any) -> Any: ...

class AutoModelForPoseEstimation(AutoClass):
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> tuple[_PoseEstimation, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> _PoseEstimation: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> _PoseEstimation | tuple[_PoseEstimation, dict[str, Any]]: ...
    @classmethod
    def from_config(cls, config: PretrainedConfig, **kwargs: Any) -> _PoseEstimation: ...

class AutoModelForPreTraining(AutoClass):
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> tuple[PreTrainedModel, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> PreTrainedModel: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> PreTrainedModel | tuple[PreTrainedModel, dict[str, Any]]: ...
    @classmethod
    def from_config(cls, config: PretrainedConfig, **kwargs: Any) -> PreTrainedModel: ...

class AutoModelForQuestionAnswering(AutoClass):
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> tuple[_QuestionAnswering, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> _QuestionAnswering: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> _QuestionAnswering | tuple[_QuestionAnswering, dict[str, Any]]: ...
    @classmethod
    def from_config(cls, config: PretrainedConfig, **kwargs: Any) -> _QuestionAnswering: ...

class AutoModelForRNNT(AutoClass):
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> tuple[Any, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> Any: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> Any | tuple[Any, dict[str, Any]]: ...
    @classmethod
    def from_config(cls, config: PretrainedConfig, **kwargs: Any) -> Any: ...

class AutoModelForSemanticSegmentation(AutoClass):
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> tuple[_SemanticSegmentation, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> _SemanticSegmentation: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> _SemanticSegmentation | tuple[_SemanticSegmentation, dict[str, Any]]: ...
    @classmethod
    def from_config(cls, config: PretrainedConfig, **kwargs: Any) -> _SemanticSegmentation: ...

class AutoModelForSentenceEmbedding(AutoClass):
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> tuple[_SentenceEmbedding, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> _SentenceEmbedding: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> _SentenceEmbedding | tuple[_SentenceEmbedding, dict[str, Any]]: ...
    @classmethod
    def from_config(cls, config: PretrainedConfig, **kwargs: Any) -> _SentenceEmbedding: ...

class AutoModelForSeq2SeqLM(AutoClass):
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> tuple[_Seq2SeqLM, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> _Seq2SeqLM: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> _Seq2SeqLM | tuple[_Seq2SeqLM, dict[str, Any]]: ...
    @classmethod
    def from_config(cls, config: PretrainedConfig, **kwargs: Any) -> _Seq2SeqLM: ...

class AutoModelForSequenceClassification(AutoClass):
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> tuple[_SequenceClassification, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> _SequenceClassification: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> _SequenceClassification | tuple[_SequenceClassification, dict[str, Any]]: ...
    @classmethod
    def from_config(cls, config: PretrainedConfig, **kwargs: Any) -> _SequenceClassification: ...

class AutoModelForSpeechSeq2Seq(AutoClass):
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> tuple[_SpeechSeq2Seq, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> _SpeechSeq2Seq: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> _SpeechSeq2Seq | tuple[_SpeechSeq2Seq, dict[str, Any]]: ...
    @classmethod
    def from_config(cls, config: PretrainedConfig, **kwargs: Any) -> _SpeechSeq2Seq: ...

class AutoModelForTDT(AutoClass):
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> tuple[Any, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> Any: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> Any | tuple[Any, dict[str, Any]]: ...
    @classmethod
    def from_config(cls, config: PretrainedConfig, **kwargs: Any) -> Any: ...

class AutoModelForTableQuestionAnswering(AutoClass):
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> tuple[Any, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> Any: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> Any | tuple[Any, dict[str, Any]]: ...
    @classmethod
    def from_config(cls, config: PretrainedConfig, **kwargs: Any) -> Any: ...

class AutoModelForTableRecognition(AutoClass):
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> tuple[Any, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> Any: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> Any | tuple[Any, dict[str, Any]]: ...
    @classmethod
    def from_config(cls, config: PretrainedConfig, **kwargs: Any) -> Any: ...

class AutoModelForTextEncoding(AutoClass):
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> tuple[PreTrainedModel, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> PreTrainedModel: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> PreTrainedModel | tuple[PreTrainedModel, dict[str, Any]]: ...
    @classmethod
    def from_config(cls, config: PretrainedConfig, **kwargs: Any) -> PreTrainedModel: ...

class AutoModelForTextRecognition(AutoClass):
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> tuple[Any, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> Any: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> Any | tuple[Any, dict[str, Any]]: ...
    @classmethod
    def from_config(cls, config: PretrainedConfig, **kwargs: Any) -> Any: ...

class AutoModelForTextToSpectrogram(AutoClass):
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> tuple[Any, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> Any: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> Any | tuple[Any, dict[str, Any]]: ...
    @classmethod
    def from_config(cls, config: PretrainedConfig, **kwargs: Any) -> Any: ...

class AutoModelForTextToWaveform(AutoClass):
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> tuple[Any, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> Any: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> Any | tuple[Any, dict[str, Any]]: ...
    @classmethod
    def from_config(cls, config: PretrainedConfig, **kwargs: Any) -> Any: ...

class AutoModelForTimeSeriesPrediction(AutoClass):
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> tuple[Any, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> Any: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> Any | tuple[Any, dict[str, Any]]: ...
    @classmethod
    def from_config(cls, config: PretrainedConfig, **kwargs: Any) -> Any: ...

class AutoModelForTokenClassification(AutoClass):
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> tuple[_TokenClassification, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> _TokenClassification: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> _TokenClassification | tuple[_TokenClassification, dict[str, Any]]: ...
    @classmethod
    def from_config(cls, config: PretrainedConfig, **kwargs: Any) -> _TokenClassification: ...

class AutoModelForUniversalSegmentation(AutoClass):
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> tuple[Any, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> Any: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> Any | tuple[Any, dict[str, Any]]: ...
    @classmethod
    def from_config(cls, config: PretrainedConfig, **kwargs: Any) -> Any: ...

class AutoModelForVideoClassification(AutoClass):
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> tuple[_VideoClassification, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> _VideoClassification: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> _VideoClassification | tuple[_VideoClassification, dict[str, Any]]: ...
    @classmethod
    def from_config(cls, config: PretrainedConfig, **kwargs: Any) -> _VideoClassification: ...

class AutoModelForVision2Seq(AutoClass):
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> tuple[Any, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> Any: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> Any | tuple[Any, dict[str, Any]]: ...
    @classmethod
    def from_config(cls, config: PretrainedConfig, **kwargs: Any) -> Any: ...

class AutoModelForVisualQuestionAnswering(AutoClass):
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> tuple[Any, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> Any: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> Any | tuple[Any, dict[str, Any]]: ...
    @classmethod
    def from_config(cls, config: PretrainedConfig, **kwargs: Any) -> Any: ...

class AutoModelForZeroShotImageClassification(AutoClass):
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> tuple[PreTrainedModel, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> PreTrainedModel: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> PreTrainedModel | tuple[PreTrainedModel, dict[str, Any]]: ...
    @classmethod
    def from_config(cls, config: PretrainedConfig, **kwargs: Any) -> PreTrainedModel: ...

class AutoModelForZeroShotObjectDetection(AutoClass):
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> tuple[Any, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> Any: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> Any | tuple[Any, dict[str, Any]]: ...
    @classmethod
    def from_config(cls, config: PretrainedConfig, **kwargs: Any) -> Any: ...

class AlbertPreTrainedModel(PreTrainedModel):
    config: AlbertConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.AlbertKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.AlbertKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.AlbertKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class AlbertModel(AlbertPreTrainedModel, _BareModel):
    config: AlbertConfig

class AlbertForMaskedLM(AlbertPreTrainedModel, _MaskedLM):
    config: AlbertConfig

class AlbertForSequenceClassification(AlbertPreTrainedModel, _SequenceClassification):
    config: AlbertConfig

class AlbertForMultipleChoice(AlbertPreTrainedModel, _MultipleChoice):
    config: AlbertConfig

class AlbertForTokenClassification(AlbertPreTrainedModel, _TokenClassification):
    config: AlbertConfig

class AlbertForQuestionAnswering(AlbertPreTrainedModel, _QuestionAnswering):
    config: AlbertConfig

class AlbertForPreTraining(AlbertPreTrainedModel, _PreTraining):
    config: AlbertConfig
    def forward(  # type: ignore[override, unused-ignore]
        self,
        input_ids: Tensor | None = None,
        attention_mask: Tensor | None = None,
        token_type_ids: Tensor | None = None,
        position_ids: Tensor | None = None,
        inputs_embeds: Tensor | None = None,
        labels: Tensor | None = None,
        sentence_order_label: Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> AlbertForPreTrainingOutput[Tensor] | tuple[object, ...]: ...

class AlbertForSentenceEmbedding(AlbertPreTrainedModel, _SentenceEmbedding):
    config: AlbertConfig

class ASTPreTrainedModel(PreTrainedModel):
    config: ASTConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.ASTKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.ASTKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.ASTKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class ASTModel(ASTPreTrainedModel, _BareModel):
    config: ASTConfig
    def forward(  # type: ignore[override, unused-ignore]
        self,
        input_values: Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> BaseModelOutput[Tensor] | tuple[object, ...]: ...

class ASTForAudioClassification(ASTPreTrainedModel, _AudioClassification):
    config: ASTConfig
    def forward(  # type: ignore[override, unused-ignore]
        self,
        input_values: Tensor | None = None,
        labels: Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> SequenceClassifierOutput[Tensor] | tuple[object, ...]: ...

class BartPreTrainedModel(PreTrainedModel):
    config: BartConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.BartKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.BartKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.BartKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class BartModel(BartPreTrainedModel, _BareModel):
    config: BartConfig
    def forward(  # type: ignore[override, unused-ignore]
        self,
        input_ids: Tensor | None = None,
        attention_mask: Tensor | None = None,
        decoder_input_ids: Tensor | None = None,
        decoder_attention_mask: Tensor | None = None,
        encoder_outputs: Tensor | None = None,
        past_key_values: DynamicCache | None = None,
        inputs_embeds: Tensor | None = None,
        decoder_inputs_embeds: Tensor | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        output_router_logits: bool | None = None,
        **unknown: object,
    ) -> BaseModelOutput[Tensor] | tuple[object, ...]: ...

class BartForConditionalGeneration(BartPreTrainedModel, _Seq2SeqLM):
    config: BartConfig

class BartForSequenceClassification(BartPreTrainedModel, _SequenceClassification):
    config: BartConfig
    def forward(  # type: ignore[override, unused-ignore]
        self,
        input_ids: Tensor | None = None,
        attention_mask: Tensor | None = None,
        decoder_input_ids: Tensor | None = None,
        decoder_attention_mask: Tensor | None = None,
        encoder_outputs: Tensor | None = None,
        inputs_embeds: Tensor | None = None,
        decoder_inputs_embeds: Tensor | None = None,
        labels: Tensor | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> Seq2SeqSequenceClassifierOutput[Tensor] | tuple[object, ...]: ...

class BartForQuestionAnswering(BartPreTrainedModel, _QuestionAnswering):
    config: BartConfig
    def forward(  # type: ignore[override, unused-ignore]
        self,
        input_ids: Tensor | None = None,
        attention_mask: Tensor | None = None,
        decoder_input_ids: Tensor | None = None,
        decoder_attention_mask: Tensor | None = None,
        encoder_outputs: Tensor | None = None,
        inputs_embeds: Tensor | None = None,
        decoder_inputs_embeds: Tensor | None = None,
        start_positions: Tensor | None = None,
        end_positions: Tensor | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> Seq2SeqQuestionAnsweringModelOutput[Tensor] | tuple[object, ...]: ...

class BartForCausalLM(BartPreTrainedModel, _CausalLM):
    config: BartConfig
    def forward(  # type: ignore[override, unused-ignore]
        self,
        input_ids: Tensor | None = None,
        attention_mask: Tensor | None = None,
        encoder_hidden_states: Tensor | None = None,
        encoder_attention_mask: Tensor | None = None,
        past_key_values: DynamicCache | None = None,
        inputs_embeds: Tensor | None = None,
        labels: Tensor | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        logits_to_keep: int | Tensor = 0,
        output_router_logits: bool | None = None,
        num_items_in_batch: Tensor | int | None = None,
        **unknown: object,
    ) -> CausalLMOutputWithCrossAttentions[Tensor] | MoeCausalLMOutputWithPast[Tensor] | tuple[object, ...]: ...

class BeitPreTrainedModel(PreTrainedModel):
    config: BeitConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.BeitKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.BeitKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.BeitKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class BeitModel(BeitPreTrainedModel, _BareModel):
    config: BeitConfig
    def forward(  # type: ignore[override, unused-ignore]
        self,
        pixel_values: Tensor | None = None,
        bool_masked_pos: Tensor | None = None,
        interpolate_pos_encoding: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> BaseModelOutput[Tensor] | tuple[object, ...]: ...

class BeitForImageClassification(BeitPreTrainedModel, _ImageClassification):
    config: BeitConfig
    def forward(  # type: ignore[override, unused-ignore]
        self,
        pixel_values: Tensor | None = None,
        labels: Tensor | None = None,
        interpolate_pos_encoding: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> ImageClassifierOutput[Tensor] | tuple[object, ...]: ...

class BeitForMaskedImageModeling(BeitPreTrainedModel, _MaskedPatches):
    config: BeitConfig

class BeitForSemanticSegmentation(BeitPreTrainedModel, _SemanticSegmentation):
    config: BeitConfig
    def forward(  # type: ignore[override, unused-ignore]
        self,
        pixel_values: Tensor | None = None,
        labels: Tensor | None = None,
        interpolate_pos_encoding: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> SemanticSegmenterOutput[Tensor] | tuple[object, ...]: ...

class BeitBackbone(BeitPreTrainedModel, _Backbone):
    config: BeitConfig

class BertPreTrainedModel(PreTrainedModel):
    config: BertConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.BertKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.BertKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.BertKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class BertModel(BertPreTrainedModel, _BareModel):
    config: BertConfig

class BertForMaskedLM(BertPreTrainedModel, _MaskedLM):
    config: BertConfig

class BertForSequenceClassification(BertPreTrainedModel, _SequenceClassification):
    config: BertConfig

class BertForMultipleChoice(BertPreTrainedModel, _MultipleChoice):
    config: BertConfig

class BertForTokenClassification(BertPreTrainedModel, _TokenClassification):
    config: BertConfig

class BertForQuestionAnswering(BertPreTrainedModel, _QuestionAnswering):
    config: BertConfig

class BertLMHeadModel(BertPreTrainedModel, _CausalLM):
    config: BertConfig

class BertForNextSentencePrediction(BertPreTrainedModel, _NextSentencePrediction):
    config: BertConfig

class BertForPreTraining(BertPreTrainedModel, _PreTraining):
    config: BertConfig

class BertForSentenceEmbedding(BertPreTrainedModel, _SentenceEmbedding):
    config: BertConfig

class BlenderbotPreTrainedModel(PreTrainedModel):
    config: BlenderbotConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.BlenderbotKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.BlenderbotKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.BlenderbotKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class BlenderbotModel(BlenderbotPreTrainedModel, _BareModel):
    config: BlenderbotConfig
    def forward(  # type: ignore[override, unused-ignore]
        self,
        input_ids: Tensor | None = None,
        attention_mask: Tensor | None = None,
        decoder_input_ids: Tensor | None = None,
        decoder_attention_mask: Tensor | None = None,
        encoder_outputs: Tensor | None = None,
        past_key_values: DynamicCache | None = None,
        inputs_embeds: Tensor | None = None,
        decoder_inputs_embeds: Tensor | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        output_router_logits: bool | None = None,
        **unknown: object,
    ) -> BaseModelOutput[Tensor] | tuple[object, ...]: ...

class BlenderbotForConditionalGeneration(BlenderbotPreTrainedModel, _Seq2SeqLM):
    config: BlenderbotConfig

class BlenderbotForCausalLM(BlenderbotPreTrainedModel, _CausalLM):
    config: BlenderbotConfig
    def forward(  # type: ignore[override, unused-ignore]
        self,
        input_ids: Tensor | None = None,
        attention_mask: Tensor | None = None,
        encoder_hidden_states: Tensor | None = None,
        encoder_attention_mask: Tensor | None = None,
        past_key_values: DynamicCache | None = None,
        inputs_embeds: Tensor | None = None,
        labels: Tensor | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        logits_to_keep: int | Tensor = 0,
        output_router_logits: bool | None = None,
        num_items_in_batch: Tensor | int | None = None,
        **unknown: object,
    ) -> CausalLMOutputWithCrossAttentions[Tensor] | MoeCausalLMOutputWithPast[Tensor] | tuple[object, ...]: ...

class BlenderbotSmallPreTrainedModel(PreTrainedModel):
    config: BlenderbotSmallConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.BlenderbotSmallKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.BlenderbotSmallKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.BlenderbotSmallKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class BlenderbotSmallModel(BlenderbotSmallPreTrainedModel, _BareModel):
    config: BlenderbotSmallConfig
    def forward(  # type: ignore[override, unused-ignore]
        self,
        input_ids: Tensor | None = None,
        attention_mask: Tensor | None = None,
        decoder_input_ids: Tensor | None = None,
        decoder_attention_mask: Tensor | None = None,
        encoder_outputs: Tensor | None = None,
        past_key_values: DynamicCache | None = None,
        inputs_embeds: Tensor | None = None,
        decoder_inputs_embeds: Tensor | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        output_router_logits: bool | None = None,
        **unknown: object,
    ) -> BaseModelOutput[Tensor] | tuple[object, ...]: ...

class BlenderbotSmallForConditionalGeneration(BlenderbotSmallPreTrainedModel, _Seq2SeqLM):
    config: BlenderbotSmallConfig

class BlenderbotSmallForCausalLM(BlenderbotSmallPreTrainedModel, _CausalLM):
    config: BlenderbotSmallConfig
    def forward(  # type: ignore[override, unused-ignore]
        self,
        input_ids: Tensor | None = None,
        attention_mask: Tensor | None = None,
        encoder_hidden_states: Tensor | None = None,
        encoder_attention_mask: Tensor | None = None,
        past_key_values: DynamicCache | None = None,
        inputs_embeds: Tensor | None = None,
        labels: Tensor | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        logits_to_keep: int | Tensor = 0,
        output_router_logits: bool | None = None,
        num_items_in_batch: Tensor | int | None = None,
        **unknown: object,
    ) -> CausalLMOutputWithCrossAttentions[Tensor] | MoeCausalLMOutputWithPast[Tensor] | tuple[object, ...]: ...

class BloomPreTrainedModel(PreTrainedModel):
    config: BloomConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.BloomKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.BloomKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.BloomKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class BloomModel(BloomPreTrainedModel, _BareModel):
    config: BloomConfig

class BloomForCausalLM(BloomPreTrainedModel, _CausalLM):
    config: BloomConfig

class BloomForSequenceClassification(BloomPreTrainedModel, _SequenceClassification):
    config: BloomConfig

class BloomForTokenClassification(BloomPreTrainedModel, _TokenClassification):
    config: BloomConfig

class BloomForQuestionAnswering(BloomPreTrainedModel, _QuestionAnswering):
    config: BloomConfig

class BloomForSentenceEmbedding(BloomPreTrainedModel, _SentenceEmbedding):
    config: BloomConfig

class CamembertPreTrainedModel(PreTrainedModel):
    config: CamembertConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.CamembertKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.CamembertKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.CamembertKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class CamembertModel(CamembertPreTrainedModel, _BareModel):
    config: CamembertConfig

class CamembertForMaskedLM(CamembertPreTrainedModel, _MaskedLM):
    config: CamembertConfig

class CamembertForSequenceClassification(CamembertPreTrainedModel, _SequenceClassification):
    config: CamembertConfig

class CamembertForMultipleChoice(CamembertPreTrainedModel, _MultipleChoice):
    config: CamembertConfig

class CamembertForTokenClassification(CamembertPreTrainedModel, _TokenClassification):
    config: CamembertConfig

class CamembertForQuestionAnswering(CamembertPreTrainedModel, _QuestionAnswering):
    config: CamembertConfig

class CamembertForCausalLM(CamembertPreTrainedModel, _CausalLM):
    config: CamembertConfig

class CamembertForSentenceEmbedding(CamembertPreTrainedModel, _SentenceEmbedding):
    config: CamembertConfig

class ChineseCLIPPreTrainedModel(PreTrainedModel):
    config: Any
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.ChineseCLIPKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.ChineseCLIPKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.ChineseCLIPKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class ChineseCLIPModel(ChineseCLIPPreTrainedModel, _BareModel):
    config: ChineseCLIPConfig
    def forward(  # type: ignore[override, unused-ignore]
        self,
        input_ids: Tensor | None = None,
        pixel_values: Tensor | None = None,
        attention_mask: Tensor | None = None,
        token_type_ids: Tensor | None = None,
        position_ids: Tensor | None = None,
        return_loss: bool | None = None,
        interpolate_pos_encoding: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> ContrastiveOutput[Tensor] | tuple[object, ...]: ...
    def get_text_features(
        self,
        input_ids: Tensor | None = None,
        attention_mask: Tensor | None = None,
        token_type_ids: Tensor | None = None,
        position_ids: Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> BaseModelOutput[Tensor] | tuple[object, ...]: ...
    def get_image_features(
        self,
        pixel_values: Tensor | None = None,
        interpolate_pos_encoding: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> BaseModelOutput[Tensor] | tuple[object, ...]: ...

class ChineseCLIPTextModel(ChineseCLIPPreTrainedModel, _TextTower):
    config: ChineseCLIPTextConfig
    def forward(  # type: ignore[override, unused-ignore]
        self,
        input_ids: Tensor | None = None,
        attention_mask: Tensor | None = None,
        token_type_ids: Tensor | None = None,
        position_ids: Tensor | None = None,
        inputs_embeds: Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> BaseModelOutput[Tensor] | tuple[object, ...]: ...

class ChineseCLIPVisionModel(ChineseCLIPPreTrainedModel, _ImageTower):
    config: ChineseCLIPVisionConfig

class CLIPPreTrainedModel(PreTrainedModel):
    config: Any
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.CLIPKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.CLIPKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.CLIPKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class CLIPModel(CLIPPreTrainedModel, _BareModel):
    config: CLIPConfig
    def forward(  # type: ignore[override, unused-ignore]
        self,
        input_ids: Tensor | None = None,
        pixel_values: Tensor | None = None,
        attention_mask: Tensor | None = None,
        position_ids: Tensor | None = None,
        return_loss: bool | None = None,
        interpolate_pos_encoding: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> ContrastiveOutput[Tensor] | tuple[object, ...]: ...
    def get_text_features(
        self,
        input_ids: Tensor | None = None,
        attention_mask: Tensor | None = None,
        position_ids: Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> BaseModelOutput[Tensor] | tuple[object, ...]: ...
    def get_image_features(
        self,
        pixel_values: Tensor | None = None,
        interpolate_pos_encoding: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> BaseModelOutput[Tensor] | tuple[object, ...]: ...

class CLIPTextModel(CLIPPreTrainedModel, _TextTower):
    config: CLIPTextConfig

class CLIPVisionModel(CLIPPreTrainedModel, _ImageTower):
    config: CLIPVisionConfig

class CLIPTextModelWithProjection(CLIPPreTrainedModel, _TextProjection):
    config: CLIPTextConfig

class CLIPVisionModelWithProjection(CLIPPreTrainedModel, _ImageProjection):
    config: CLIPVisionConfig

class CLIPForImageClassification(CLIPPreTrainedModel, _ImageClassification):
    config: CLIPConfig
    def forward(  # type: ignore[override, unused-ignore]
        self,
        pixel_values: Tensor | None = None,
        labels: Tensor | None = None,
        interpolate_pos_encoding: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> ImageClassifierOutput[Tensor] | tuple[object, ...]: ...

class CLIPSegPreTrainedModel(PreTrainedModel):
    config: Any
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.CLIPSegKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.CLIPSegKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.CLIPSegKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class CLIPSegModel(CLIPSegPreTrainedModel, _BareModel):
    config: CLIPSegConfig
    def forward(  # type: ignore[override, unused-ignore]
        self,
        input_ids: Tensor | None = None,
        pixel_values: Tensor | None = None,
        attention_mask: Tensor | None = None,
        position_ids: Tensor | None = None,
        return_loss: bool | None = None,
        interpolate_pos_encoding: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> ContrastiveOutput[Tensor] | tuple[object, ...]: ...
    def get_text_features(
        self,
        input_ids: Tensor | None = None,
        attention_mask: Tensor | None = None,
        position_ids: Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> BaseModelOutput[Tensor] | tuple[object, ...]: ...
    def get_image_features(
        self,
        pixel_values: Tensor | None = None,
        interpolate_pos_encoding: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> BaseModelOutput[Tensor] | tuple[object, ...]: ...

class CLIPSegTextModel(CLIPSegPreTrainedModel, _TextTower):
    config: CLIPSegTextConfig

class CLIPSegVisionModel(CLIPSegPreTrainedModel, _ImageTower):
    config: CLIPSegVisionConfig
    def forward(
        self,
        pixel_values: Tensor | None = None,
        interpolate_pos_encoding: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> BaseModelOutput[Tensor] | tuple[object, ...]: ...

class CLIPSegForImageSegmentation(CLIPSegPreTrainedModel, _ImageSegmentation):
    config: CLIPSegConfig

class CodeGenPreTrainedModel(PreTrainedModel):
    config: CodeGenConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.CodeGenKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.CodeGenKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.CodeGenKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class CodeGenModel(CodeGenPreTrainedModel, _BareModel):
    config: CodeGenConfig

class CodeGenForCausalLM(CodeGenPreTrainedModel, _CausalLM):
    config: CodeGenConfig

class CodeGenForSentenceEmbedding(CodeGenPreTrainedModel, _SentenceEmbedding):
    config: CodeGenConfig

class CoherePreTrainedModel(PreTrainedModel):
    config: CohereConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.CohereKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.CohereKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.CohereKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class CohereModel(CoherePreTrainedModel, _BareModel):
    config: CohereConfig

class CohereForCausalLM(CoherePreTrainedModel, _CausalLM):
    config: CohereConfig

class CohereForSentenceEmbedding(CoherePreTrainedModel, _SentenceEmbedding):
    config: CohereConfig

class Cohere2PreTrainedModel(PreTrainedModel):
    config: Cohere2Config
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.Cohere2Keywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.Cohere2Keywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.Cohere2Keywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class Cohere2Model(Cohere2PreTrainedModel, _BareModel):
    config: Cohere2Config

class Cohere2ForCausalLM(Cohere2PreTrainedModel, _CausalLM):
    config: Cohere2Config

class Cohere2ForSentenceEmbedding(Cohere2PreTrainedModel, _SentenceEmbedding):
    config: Cohere2Config

class ConvNextPreTrainedModel(PreTrainedModel):
    config: ConvNextConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.ConvNextKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.ConvNextKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.ConvNextKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class ConvNextModel(ConvNextPreTrainedModel, _BareModel):
    config: ConvNextConfig
    def forward(  # type: ignore[override, unused-ignore]
        self,
        pixel_values: Tensor | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> BaseModelOutput[Tensor] | tuple[object, ...]: ...

class ConvNextForImageClassification(ConvNextPreTrainedModel, _ImageClassification):
    config: ConvNextConfig
    def forward(  # type: ignore[override, unused-ignore]
        self,
        pixel_values: Tensor | None = None,
        labels: Tensor | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> ImageClassifierOutput[Tensor] | tuple[object, ...]: ...

class ConvNextBackbone(ConvNextPreTrainedModel, _Backbone):
    config: ConvNextConfig
    def forward(  # type: ignore[override, unused-ignore]
        self,
        pixel_values: Tensor | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> BackboneOutput[Tensor] | tuple[object, ...]: ...

class ConvNextV2PreTrainedModel(PreTrainedModel):
    config: ConvNextV2Config
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.ConvNextV2Keywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.ConvNextV2Keywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.ConvNextV2Keywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class ConvNextV2Model(ConvNextV2PreTrainedModel, _BareModel):
    config: ConvNextV2Config
    def forward(  # type: ignore[override, unused-ignore]
        self,
        pixel_values: Tensor | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> BaseModelOutput[Tensor] | tuple[object, ...]: ...

class ConvNextV2ForImageClassification(ConvNextV2PreTrainedModel, _ImageClassification):
    config: ConvNextV2Config
    def forward(  # type: ignore[override, unused-ignore]
        self,
        pixel_values: Tensor | None = None,
        labels: Tensor | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> ImageClassifierOutput[Tensor] | tuple[object, ...]: ...

class ConvNextV2Backbone(ConvNextV2PreTrainedModel, _Backbone):
    config: ConvNextV2Config
    def forward(  # type: ignore[override, unused-ignore]
        self,
        pixel_values: Tensor | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> BackboneOutput[Tensor] | tuple[object, ...]: ...

class Data2VecAudioPreTrainedModel(PreTrainedModel):
    config: Data2VecAudioConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.Data2VecAudioKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.Data2VecAudioKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.Data2VecAudioKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class Data2VecAudioModel(Data2VecAudioPreTrainedModel, _BareModel):
    config: Data2VecAudioConfig
    def forward(  # type: ignore[override, unused-ignore]
        self,
        input_values: Tensor | None = None,
        attention_mask: Tensor | None = None,
        mask_time_indices: Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> BaseModelOutput[Tensor] | tuple[object, ...]: ...

class Data2VecAudioForCTC(Data2VecAudioPreTrainedModel, _CTC):
    config: Data2VecAudioConfig

class Data2VecAudioForSequenceClassification(Data2VecAudioPreTrainedModel, _AudioClassification):
    config: Data2VecAudioConfig
    def forward(  # type: ignore[override, unused-ignore]
        self,
        input_values: Tensor | None = None,
        attention_mask: Tensor | None = None,
        labels: Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> SequenceClassifierOutput[Tensor] | tuple[object, ...]: ...

class Data2VecAudioForAudioFrameClassification(Data2VecAudioPreTrainedModel, _AudioFrameClassification):
    config: Data2VecAudioConfig

class Data2VecAudioForXVector(Data2VecAudioPreTrainedModel, _AudioXVector):
    config: Data2VecAudioConfig

class Data2VecTextPreTrainedModel(PreTrainedModel):
    config: Data2VecTextConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.Data2VecTextKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.Data2VecTextKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.Data2VecTextKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class Data2VecTextModel(Data2VecTextPreTrainedModel, _BareModel):
    config: Data2VecTextConfig

class Data2VecTextForMaskedLM(Data2VecTextPreTrainedModel, _MaskedLM):
    config: Data2VecTextConfig

class Data2VecTextForSequenceClassification(Data2VecTextPreTrainedModel, _SequenceClassification):
    config: Data2VecTextConfig

class Data2VecTextForMultipleChoice(Data2VecTextPreTrainedModel, _MultipleChoice):
    config: Data2VecTextConfig

class Data2VecTextForTokenClassification(Data2VecTextPreTrainedModel, _TokenClassification):
    config: Data2VecTextConfig

class Data2VecTextForQuestionAnswering(Data2VecTextPreTrainedModel, _QuestionAnswering):
    config: Data2VecTextConfig

class Data2VecTextForCausalLM(Data2VecTextPreTrainedModel, _CausalLM):
    config: Data2VecTextConfig

class Data2VecTextForSentenceEmbedding(Data2VecTextPreTrainedModel, _SentenceEmbedding):
    config: Data2VecTextConfig

class DebertaPreTrainedModel(PreTrainedModel):
    config: DebertaConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.DebertaKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.DebertaKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.DebertaKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class DebertaModel(DebertaPreTrainedModel, _BareModel):
    config: DebertaConfig

class DebertaForMaskedLM(DebertaPreTrainedModel, _MaskedLM):
    config: DebertaConfig

class DebertaForSequenceClassification(DebertaPreTrainedModel, _SequenceClassification):
    config: DebertaConfig

class DebertaForTokenClassification(DebertaPreTrainedModel, _TokenClassification):
    config: DebertaConfig

class DebertaForQuestionAnswering(DebertaPreTrainedModel, _QuestionAnswering):
    config: DebertaConfig

class DebertaForSentenceEmbedding(DebertaPreTrainedModel, _SentenceEmbedding):
    config: DebertaConfig

class DebertaV2PreTrainedModel(PreTrainedModel):
    config: DebertaV2Config
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.DebertaV2Keywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.DebertaV2Keywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.DebertaV2Keywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class DebertaV2Model(DebertaV2PreTrainedModel, _BareModel):
    config: DebertaV2Config

class DebertaV2ForMaskedLM(DebertaV2PreTrainedModel, _MaskedLM):
    config: DebertaV2Config

class DebertaV2ForSequenceClassification(DebertaV2PreTrainedModel, _SequenceClassification):
    config: DebertaV2Config

class DebertaV2ForMultipleChoice(DebertaV2PreTrainedModel, _MultipleChoice):
    config: DebertaV2Config

class DebertaV2ForTokenClassification(DebertaV2PreTrainedModel, _TokenClassification):
    config: DebertaV2Config

class DebertaV2ForQuestionAnswering(DebertaV2PreTrainedModel, _QuestionAnswering):
    config: DebertaV2Config

class DebertaV2ForSentenceEmbedding(DebertaV2PreTrainedModel, _SentenceEmbedding):
    config: DebertaV2Config

class DeepseekV2PreTrainedModel(PreTrainedModel):
    config: DeepseekV2Config
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.DeepseekV2Keywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.DeepseekV2Keywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.DeepseekV2Keywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class DeepseekV2Model(DeepseekV2PreTrainedModel, _BareModel):
    config: DeepseekV2Config

class DeepseekV2ForCausalLM(DeepseekV2PreTrainedModel, _CausalLM):
    config: DeepseekV2Config

class DeepseekV2ForSequenceClassification(DeepseekV2PreTrainedModel, _SequenceClassification):
    config: DeepseekV2Config

class DeepseekV2ForSentenceEmbedding(DeepseekV2PreTrainedModel, _SentenceEmbedding):
    config: DeepseekV2Config

class DeepseekV3PreTrainedModel(PreTrainedModel):
    config: DeepseekV3Config
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.DeepseekV3Keywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.DeepseekV3Keywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.DeepseekV3Keywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class DeepseekV3Model(DeepseekV3PreTrainedModel, _BareModel):
    config: DeepseekV3Config

class DeepseekV3ForCausalLM(DeepseekV3PreTrainedModel, _CausalLM):
    config: DeepseekV3Config

class DeepseekV3ForSequenceClassification(DeepseekV3PreTrainedModel, _SequenceClassification):
    config: DeepseekV3Config

class DeepseekV3ForTokenClassification(DeepseekV3PreTrainedModel, _TokenClassification):
    config: DeepseekV3Config

class DeepseekV3ForSentenceEmbedding(DeepseekV3PreTrainedModel, _SentenceEmbedding):
    config: DeepseekV3Config

class DeiTPreTrainedModel(PreTrainedModel):
    config: DeiTConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.DeiTKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.DeiTKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.DeiTKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class DeiTModel(DeiTPreTrainedModel, _BareModel):
    config: DeiTConfig
    def forward(  # type: ignore[override, unused-ignore]
        self,
        pixel_values: Tensor | None = None,
        bool_masked_pos: Tensor | None = None,
        interpolate_pos_encoding: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> BaseModelOutput[Tensor] | tuple[object, ...]: ...

class DeiTForImageClassification(DeiTPreTrainedModel, _ImageClassification):
    config: DeiTConfig
    def forward(  # type: ignore[override, unused-ignore]
        self,
        pixel_values: Tensor | None = None,
        labels: Tensor | None = None,
        interpolate_pos_encoding: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> ImageClassifierOutput[Tensor] | tuple[object, ...]: ...

class DeiTForImageClassificationWithTeacher(DeiTPreTrainedModel, _ImageClassification):
    config: DeiTConfig
    def forward(  # type: ignore[override, unused-ignore]
        self,
        pixel_values: Tensor | None = None,
        interpolate_pos_encoding: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> DeiTForImageClassificationWithTeacherOutput[Tensor] | tuple[object, ...]: ...

class DeiTForMaskedImageModeling(DeiTPreTrainedModel, _MaskedImageModeling):
    config: DeiTConfig
    def forward(  # type: ignore[override, unused-ignore]
        self,
        pixel_values: Tensor | None = None,
        bool_masked_pos: Tensor | None = None,
        interpolate_pos_encoding: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> MaskedImageModelingOutput[Tensor] | tuple[object, ...]: ...

class DepthAnythingPreTrainedModel(PreTrainedModel):
    config: DepthAnythingConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.DepthAnythingKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.DepthAnythingKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.DepthAnythingKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class DepthAnythingForDepthEstimation(DepthAnythingPreTrainedModel, _DepthEstimation):
    config: DepthAnythingConfig

class Dinov2PreTrainedModel(PreTrainedModel):
    config: Dinov2Config
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.Dinov2Keywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.Dinov2Keywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.Dinov2Keywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class Dinov2Model(Dinov2PreTrainedModel, _BareModel):
    config: Dinov2Config
    def forward(  # type: ignore[override, unused-ignore]
        self,
        pixel_values: Tensor | None = None,
        bool_masked_pos: Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> BaseModelOutput[Tensor] | tuple[object, ...]: ...

class Dinov2ForImageClassification(Dinov2PreTrainedModel, _ImageClassification):
    config: Dinov2Config

class Dinov2Backbone(Dinov2PreTrainedModel, _Backbone):
    config: Dinov2Config

class Dinov2WithRegistersPreTrainedModel(PreTrainedModel):
    config: Dinov2WithRegistersConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.Dinov2WithRegistersKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.Dinov2WithRegistersKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.Dinov2WithRegistersKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class Dinov2WithRegistersModel(Dinov2WithRegistersPreTrainedModel, _BareModel):
    config: Dinov2WithRegistersConfig
    def forward(  # type: ignore[override, unused-ignore]
        self,
        pixel_values: Tensor | None = None,
        bool_masked_pos: Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> BaseModelOutput[Tensor] | tuple[object, ...]: ...

class Dinov2WithRegistersForImageClassification(Dinov2WithRegistersPreTrainedModel, _ImageClassification):
    config: Dinov2WithRegistersConfig

class Dinov2WithRegistersBackbone(Dinov2WithRegistersPreTrainedModel, _Backbone):
    config: Dinov2WithRegistersConfig

class DINOv3ViTPreTrainedModel(PreTrainedModel):
    config: DINOv3ViTConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.DINOv3ViTKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.DINOv3ViTKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.DINOv3ViTKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class DINOv3ViTModel(DINOv3ViTPreTrainedModel, _BareModel):
    config: DINOv3ViTConfig
    def forward(  # type: ignore[override, unused-ignore]
        self,
        pixel_values: Tensor | None = None,
        bool_masked_pos: Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> BaseModelOutput[Tensor] | tuple[object, ...]: ...

class DINOv3ViTBackbone(DINOv3ViTPreTrainedModel, _Backbone):
    config: DINOv3ViTConfig
    def forward(  # type: ignore[override, unused-ignore]
        self,
        pixel_values: Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> DINOv3ViTBackboneOutput[Tensor] | tuple[object, ...]: ...

class DistilBertPreTrainedModel(PreTrainedModel):
    config: DistilBertConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.DistilBertKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.DistilBertKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.DistilBertKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class DistilBertModel(DistilBertPreTrainedModel, _BareModel):
    config: DistilBertConfig

class DistilBertForMaskedLM(DistilBertPreTrainedModel, _MaskedLM):
    config: DistilBertConfig

class DistilBertForSequenceClassification(DistilBertPreTrainedModel, _SequenceClassification):
    config: DistilBertConfig

class DistilBertForMultipleChoice(DistilBertPreTrainedModel, _MultipleChoice):
    config: DistilBertConfig

class DistilBertForTokenClassification(DistilBertPreTrainedModel, _TokenClassification):
    config: DistilBertConfig

class DistilBertForQuestionAnswering(DistilBertPreTrainedModel, _QuestionAnswering):
    config: DistilBertConfig

class DistilBertForSentenceEmbedding(DistilBertPreTrainedModel, _SentenceEmbedding):
    config: DistilBertConfig

class Dots1PreTrainedModel(PreTrainedModel):
    config: Dots1Config
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.Dots1Keywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.Dots1Keywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.Dots1Keywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class Dots1Model(Dots1PreTrainedModel, _BareModel):
    config: Dots1Config

class Dots1ForCausalLM(Dots1PreTrainedModel, _CausalLM):
    config: Dots1Config

class Dots1ForSentenceEmbedding(Dots1PreTrainedModel, _SentenceEmbedding):
    config: Dots1Config

class DPTPreTrainedModel(PreTrainedModel):
    config: DPTConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.DPTKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.DPTKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.DPTKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class DPTModel(DPTPreTrainedModel, _BareModel):
    config: DPTConfig
    def forward(  # type: ignore[override, unused-ignore]
        self,
        pixel_values: Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> BaseModelOutput[Tensor] | tuple[object, ...]: ...

class DPTForDepthEstimation(DPTPreTrainedModel, _DepthEstimation):
    config: DPTConfig

class DPTForSemanticSegmentation(DPTPreTrainedModel, _SemanticSegmentation):
    config: DPTConfig

class ElectraPreTrainedModel(PreTrainedModel):
    config: ElectraConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.ElectraKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.ElectraKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.ElectraKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class ElectraModel(ElectraPreTrainedModel, _BareModel):
    config: ElectraConfig

class ElectraForMaskedLM(ElectraPreTrainedModel, _MaskedLM):
    config: ElectraConfig

class ElectraForSequenceClassification(ElectraPreTrainedModel, _SequenceClassification):
    config: ElectraConfig

class ElectraForMultipleChoice(ElectraPreTrainedModel, _MultipleChoice):
    config: ElectraConfig

class ElectraForTokenClassification(ElectraPreTrainedModel, _TokenClassification):
    config: ElectraConfig

class ElectraForQuestionAnswering(ElectraPreTrainedModel, _QuestionAnswering):
    config: ElectraConfig

class ElectraForCausalLM(ElectraPreTrainedModel, _CausalLM):
    config: ElectraConfig

class ElectraForPreTraining(ElectraPreTrainedModel, _ReplacedTokens):
    config: ElectraConfig

class ElectraForSentenceEmbedding(ElectraPreTrainedModel, _SentenceEmbedding):
    config: ElectraConfig

class Ernie4_5PreTrainedModel(PreTrainedModel):
    config: Ernie4_5Config
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.Ernie4_5Keywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.Ernie4_5Keywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.Ernie4_5Keywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class Ernie4_5Model(Ernie4_5PreTrainedModel, _BareModel):
    config: Ernie4_5Config

class Ernie4_5ForCausalLM(Ernie4_5PreTrainedModel, _CausalLM):
    config: Ernie4_5Config

class Ernie4_5ForSentenceEmbedding(Ernie4_5PreTrainedModel, _SentenceEmbedding):
    config: Ernie4_5Config

class Exaone4PreTrainedModel(PreTrainedModel):
    config: Exaone4Config
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.Exaone4Keywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.Exaone4Keywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.Exaone4Keywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class Exaone4Model(Exaone4PreTrainedModel, _BareModel):
    config: Exaone4Config

class Exaone4ForCausalLM(Exaone4PreTrainedModel, _CausalLM):
    config: Exaone4Config

class Exaone4ForSequenceClassification(Exaone4PreTrainedModel, _SequenceClassification):
    config: Exaone4Config

class Exaone4ForTokenClassification(Exaone4PreTrainedModel, _TokenClassification):
    config: Exaone4Config

class Exaone4ForQuestionAnswering(Exaone4PreTrainedModel, _QuestionAnswering):
    config: Exaone4Config

class Exaone4ForSentenceEmbedding(Exaone4PreTrainedModel, _SentenceEmbedding):
    config: Exaone4Config

class FalconPreTrainedModel(PreTrainedModel):
    config: FalconConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.FalconKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.FalconKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.FalconKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class FalconModel(FalconPreTrainedModel, _BareModel):
    config: FalconConfig

class FalconForCausalLM(FalconPreTrainedModel, _CausalLM):
    config: FalconConfig

class FalconForSequenceClassification(FalconPreTrainedModel, _SequenceClassification):
    config: FalconConfig

class FalconForTokenClassification(FalconPreTrainedModel, _TokenClassification):
    config: FalconConfig

class FalconForQuestionAnswering(FalconPreTrainedModel, _QuestionAnswering):
    config: FalconConfig

class FalconForSentenceEmbedding(FalconPreTrainedModel, _SentenceEmbedding):
    config: FalconConfig

class GemmaPreTrainedModel(PreTrainedModel):
    config: GemmaConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.GemmaKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.GemmaKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.GemmaKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class GemmaModel(GemmaPreTrainedModel, _BareModel):
    config: GemmaConfig

class GemmaForCausalLM(GemmaPreTrainedModel, _CausalLM):
    config: GemmaConfig

class GemmaForSequenceClassification(GemmaPreTrainedModel, _SequenceClassification):
    config: GemmaConfig

class GemmaForTokenClassification(GemmaPreTrainedModel, _TokenClassification):
    config: GemmaConfig

class GemmaForSentenceEmbedding(GemmaPreTrainedModel, _SentenceEmbedding):
    config: GemmaConfig

class Gemma2PreTrainedModel(PreTrainedModel):
    config: Gemma2Config
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.Gemma2Keywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.Gemma2Keywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.Gemma2Keywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class Gemma2Model(Gemma2PreTrainedModel, _BareModel):
    config: Gemma2Config

class Gemma2ForCausalLM(Gemma2PreTrainedModel, _CausalLM):
    config: Gemma2Config

class Gemma2ForSequenceClassification(Gemma2PreTrainedModel, _SequenceClassification):
    config: Gemma2Config

class Gemma2ForTokenClassification(Gemma2PreTrainedModel, _TokenClassification):
    config: Gemma2Config

class Gemma2ForSentenceEmbedding(Gemma2PreTrainedModel, _SentenceEmbedding):
    config: Gemma2Config

class Gemma3TextPreTrainedModel(PreTrainedModel):
    config: Gemma3TextConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.Gemma3TextKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.Gemma3TextKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.Gemma3TextKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class Gemma3TextModel(Gemma3TextPreTrainedModel, _BareModel):
    config: Gemma3TextConfig

class Gemma3ForCausalLM(Gemma3TextPreTrainedModel, _CausalLM):
    config: Gemma3TextConfig

class Gemma3TextForSequenceClassification(Gemma3TextPreTrainedModel, _SequenceClassification):
    config: Gemma3TextConfig

class Gemma3TextForSentenceEmbedding(Gemma3TextPreTrainedModel, _SentenceEmbedding):
    config: Gemma3TextConfig

class GlmPreTrainedModel(PreTrainedModel):
    config: GlmConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.GlmKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.GlmKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.GlmKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class GlmModel(GlmPreTrainedModel, _BareModel):
    config: GlmConfig

class GlmForCausalLM(GlmPreTrainedModel, _CausalLM):
    config: GlmConfig

class GlmForSequenceClassification(GlmPreTrainedModel, _SequenceClassification):
    config: GlmConfig

class GlmForTokenClassification(GlmPreTrainedModel, _TokenClassification):
    config: GlmConfig

class GlmForSentenceEmbedding(GlmPreTrainedModel, _SentenceEmbedding):
    config: GlmConfig

class Glm4PreTrainedModel(PreTrainedModel):
    config: Glm4Config
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.Glm4Keywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.Glm4Keywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.Glm4Keywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class Glm4Model(Glm4PreTrainedModel, _BareModel):
    config: Glm4Config

class Glm4ForCausalLM(Glm4PreTrainedModel, _CausalLM):
    config: Glm4Config

class Glm4ForSequenceClassification(Glm4PreTrainedModel, _SequenceClassification):
    config: Glm4Config

class Glm4ForTokenClassification(Glm4PreTrainedModel, _TokenClassification):
    config: Glm4Config

class Glm4ForSentenceEmbedding(Glm4PreTrainedModel, _SentenceEmbedding):
    config: Glm4Config

class Glm4MoePreTrainedModel(PreTrainedModel):
    config: Glm4MoeConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.Glm4MoeKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.Glm4MoeKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.Glm4MoeKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class Glm4MoeModel(Glm4MoePreTrainedModel, _BareModel):
    config: Glm4MoeConfig

class Glm4MoeForCausalLM(Glm4MoePreTrainedModel, _CausalLM):
    config: Glm4MoeConfig

class Glm4MoeForSentenceEmbedding(Glm4MoePreTrainedModel, _SentenceEmbedding):
    config: Glm4MoeConfig

class Glm4MoeLitePreTrainedModel(PreTrainedModel):
    config: Glm4MoeLiteConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.Glm4MoeLiteKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.Glm4MoeLiteKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.Glm4MoeLiteKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class Glm4MoeLiteModel(Glm4MoeLitePreTrainedModel, _BareModel):
    config: Glm4MoeLiteConfig

class Glm4MoeLiteForCausalLM(Glm4MoeLitePreTrainedModel, _CausalLM):
    config: Glm4MoeLiteConfig

class Glm4MoeLiteForSentenceEmbedding(Glm4MoeLitePreTrainedModel, _SentenceEmbedding):
    config: Glm4MoeLiteConfig

class GPT2PreTrainedModel(PreTrainedModel):
    config: GPT2Config
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.GPT2Keywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.GPT2Keywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.GPT2Keywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class GPT2Model(GPT2PreTrainedModel, _BareModel):
    config: GPT2Config

class GPT2LMHeadModel(GPT2PreTrainedModel, _CausalLM):
    config: GPT2Config

class GPT2ForSequenceClassification(GPT2PreTrainedModel, _SequenceClassification):
    config: GPT2Config

class GPT2ForTokenClassification(GPT2PreTrainedModel, _TokenClassification):
    config: GPT2Config

class GPT2ForQuestionAnswering(GPT2PreTrainedModel, _QuestionAnswering):
    config: GPT2Config

class GPT2ForSentenceEmbedding(GPT2PreTrainedModel, _SentenceEmbedding):
    config: GPT2Config

class GPTBigCodePreTrainedModel(PreTrainedModel):
    config: GPTBigCodeConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.GPTBigCodeKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.GPTBigCodeKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.GPTBigCodeKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class GPTBigCodeModel(GPTBigCodePreTrainedModel, _BareModel):
    config: GPTBigCodeConfig

class GPTBigCodeForCausalLM(GPTBigCodePreTrainedModel, _CausalLM):
    config: GPTBigCodeConfig

class GPTBigCodeForSequenceClassification(GPTBigCodePreTrainedModel, _SequenceClassification):
    config: GPTBigCodeConfig

class GPTBigCodeForTokenClassification(GPTBigCodePreTrainedModel, _TokenClassification):
    config: GPTBigCodeConfig

class GPTBigCodeForSentenceEmbedding(GPTBigCodePreTrainedModel, _SentenceEmbedding):
    config: GPTBigCodeConfig

class GPTNeoPreTrainedModel(PreTrainedModel):
    config: GPTNeoConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.GPTNeoKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.GPTNeoKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.GPTNeoKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class GPTNeoModel(GPTNeoPreTrainedModel, _BareModel):
    config: GPTNeoConfig

class GPTNeoForCausalLM(GPTNeoPreTrainedModel, _CausalLM):
    config: GPTNeoConfig

class GPTNeoForSequenceClassification(GPTNeoPreTrainedModel, _SequenceClassification):
    config: GPTNeoConfig

class GPTNeoForTokenClassification(GPTNeoPreTrainedModel, _TokenClassification):
    config: GPTNeoConfig

class GPTNeoForQuestionAnswering(GPTNeoPreTrainedModel, _QuestionAnswering):
    config: GPTNeoConfig

class GPTNeoForSentenceEmbedding(GPTNeoPreTrainedModel, _SentenceEmbedding):
    config: GPTNeoConfig

class GPTNeoXPreTrainedModel(PreTrainedModel):
    config: GPTNeoXConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.GPTNeoXKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.GPTNeoXKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.GPTNeoXKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class GPTNeoXModel(GPTNeoXPreTrainedModel, _BareModel):
    config: GPTNeoXConfig

class GPTNeoXForCausalLM(GPTNeoXPreTrainedModel, _CausalLM):
    config: GPTNeoXConfig

class GPTNeoXForSequenceClassification(GPTNeoXPreTrainedModel, _SequenceClassification):
    config: GPTNeoXConfig

class GPTNeoXForTokenClassification(GPTNeoXPreTrainedModel, _TokenClassification):
    config: GPTNeoXConfig

class GPTNeoXForQuestionAnswering(GPTNeoXPreTrainedModel, _QuestionAnswering):
    config: GPTNeoXConfig

class GPTNeoXForSentenceEmbedding(GPTNeoXPreTrainedModel, _SentenceEmbedding):
    config: GPTNeoXConfig

class GptOssPreTrainedModel(PreTrainedModel):
    config: GptOssConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.GptOssKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.GptOssKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.GptOssKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class GptOssModel(GptOssPreTrainedModel, _BareModel):
    config: GptOssConfig

class GptOssForCausalLM(GptOssPreTrainedModel, _CausalLM):
    config: GptOssConfig

class GptOssForSequenceClassification(GptOssPreTrainedModel, _SequenceClassification):
    config: GptOssConfig

class GptOssForTokenClassification(GptOssPreTrainedModel, _TokenClassification):
    config: GptOssConfig

class GptOssForSentenceEmbedding(GptOssPreTrainedModel, _SentenceEmbedding):
    config: GptOssConfig

class GPTJPreTrainedModel(PreTrainedModel):
    config: GPTJConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.GPTJKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.GPTJKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.GPTJKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class GPTJModel(GPTJPreTrainedModel, _BareModel):
    config: GPTJConfig

class GPTJForCausalLM(GPTJPreTrainedModel, _CausalLM):
    config: GPTJConfig

class GPTJForSequenceClassification(GPTJPreTrainedModel, _SequenceClassification):
    config: GPTJConfig

class GPTJForQuestionAnswering(GPTJPreTrainedModel, _QuestionAnswering):
    config: GPTJConfig

class GPTJForSentenceEmbedding(GPTJPreTrainedModel, _SentenceEmbedding):
    config: GPTJConfig

class GranitePreTrainedModel(PreTrainedModel):
    config: GraniteConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.GraniteKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.GraniteKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.GraniteKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class GraniteModel(GranitePreTrainedModel, _BareModel):
    config: GraniteConfig

class GraniteForCausalLM(GranitePreTrainedModel, _CausalLM):
    config: GraniteConfig

class GraniteForSentenceEmbedding(GranitePreTrainedModel, _SentenceEmbedding):
    config: GraniteConfig

class GraniteMoePreTrainedModel(PreTrainedModel):
    config: GraniteMoeConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.GraniteMoeKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.GraniteMoeKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.GraniteMoeKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class GraniteMoeModel(GraniteMoePreTrainedModel, _BareModel):
    config: GraniteMoeConfig

class GraniteMoeForCausalLM(GraniteMoePreTrainedModel, _CausalLM):
    config: GraniteMoeConfig

class GraniteMoeForSentenceEmbedding(GraniteMoePreTrainedModel, _SentenceEmbedding):
    config: GraniteMoeConfig

class GtePreTrainedModel(PreTrainedModel):
    config: GteConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.GteKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.GteKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.GteKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class GteModel(GtePreTrainedModel, _BareModel):
    config: GteConfig

class GteForMaskedLM(GtePreTrainedModel, _MaskedLM):
    config: GteConfig

class GteForSequenceClassification(GtePreTrainedModel, _SequenceClassification):
    config: GteConfig

class GteForTokenClassification(GtePreTrainedModel, _TokenClassification):
    config: GteConfig

class GteForSentenceEmbedding(GtePreTrainedModel, _SentenceEmbedding):
    config: GteConfig

class HeliumPreTrainedModel(PreTrainedModel):
    config: HeliumConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.HeliumKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.HeliumKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.HeliumKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class HeliumModel(HeliumPreTrainedModel, _BareModel):
    config: HeliumConfig

class HeliumForCausalLM(HeliumPreTrainedModel, _CausalLM):
    config: HeliumConfig

class HeliumForSequenceClassification(HeliumPreTrainedModel, _SequenceClassification):
    config: HeliumConfig

class HeliumForTokenClassification(HeliumPreTrainedModel, _TokenClassification):
    config: HeliumConfig

class HeliumForSentenceEmbedding(HeliumPreTrainedModel, _SentenceEmbedding):
    config: HeliumConfig

class HubertPreTrainedModel(PreTrainedModel):
    config: HubertConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.HubertKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.HubertKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.HubertKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class HubertModel(HubertPreTrainedModel, _BareModel):
    config: HubertConfig
    def forward(  # type: ignore[override, unused-ignore]
        self,
        input_values: Tensor | None = None,
        attention_mask: Tensor | None = None,
        mask_time_indices: Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> BaseModelOutput[Tensor] | tuple[object, ...]: ...

class HubertForCTC(HubertPreTrainedModel, _CTC):
    config: HubertConfig

class HubertForSequenceClassification(HubertPreTrainedModel, _AudioClassification):
    config: HubertConfig
    def forward(  # type: ignore[override, unused-ignore]
        self,
        input_values: Tensor | None = None,
        attention_mask: Tensor | None = None,
        labels: Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> SequenceClassifierOutput[Tensor] | tuple[object, ...]: ...

class IJepaPreTrainedModel(PreTrainedModel):
    config: IJepaConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.IJepaKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.IJepaKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.IJepaKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class IJepaModel(IJepaPreTrainedModel, _BareModel):
    config: IJepaConfig
    def forward(  # type: ignore[override, unused-ignore]
        self,
        pixel_values: Tensor | None = None,
        bool_masked_pos: Tensor | None = None,
        interpolate_pos_encoding: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> BaseModelOutput[Tensor] | tuple[object, ...]: ...

class IJepaForImageClassification(IJepaPreTrainedModel, _ImageClassification):
    config: IJepaConfig
    def forward(  # type: ignore[override, unused-ignore]
        self,
        pixel_values: Tensor | None = None,
        labels: Tensor | None = None,
        interpolate_pos_encoding: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> ImageClassifierOutput[Tensor] | tuple[object, ...]: ...

class JinaEmbeddingsV3PreTrainedModel(PreTrainedModel):
    config: JinaEmbeddingsV3Config
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.JinaEmbeddingsV3Keywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.JinaEmbeddingsV3Keywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.JinaEmbeddingsV3Keywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class JinaEmbeddingsV3Model(JinaEmbeddingsV3PreTrainedModel, _BareModel):
    config: JinaEmbeddingsV3Config

class JinaEmbeddingsV3ForMaskedLM(JinaEmbeddingsV3PreTrainedModel, _MaskedLM):
    config: JinaEmbeddingsV3Config

class JinaEmbeddingsV3ForSequenceClassification(JinaEmbeddingsV3PreTrainedModel, _SequenceClassification):
    config: JinaEmbeddingsV3Config

class JinaEmbeddingsV3ForTokenClassification(JinaEmbeddingsV3PreTrainedModel, _TokenClassification):
    config: JinaEmbeddingsV3Config

class JinaEmbeddingsV3ForQuestionAnswering(JinaEmbeddingsV3PreTrainedModel, _QuestionAnswering):
    config: JinaEmbeddingsV3Config

class JinaEmbeddingsV3ForSentenceEmbedding(JinaEmbeddingsV3PreTrainedModel, _SentenceEmbedding):
    config: JinaEmbeddingsV3Config

class LayoutLMPreTrainedModel(PreTrainedModel):
    config: LayoutLMConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.LayoutLMKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.LayoutLMKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.LayoutLMKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class LayoutLMModel(LayoutLMPreTrainedModel, _BareModel):
    config: LayoutLMConfig
    def forward(  # type: ignore[override, unused-ignore]
        self,
        input_ids: Tensor | None = None,
        bbox: Tensor | None = None,
        attention_mask: Tensor | None = None,
        token_type_ids: Tensor | None = None,
        position_ids: Tensor | None = None,
        inputs_embeds: Tensor | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        output_router_logits: bool | None = None,
        **unknown: object,
    ) -> BaseModelOutput[Tensor] | tuple[object, ...]: ...

class LayoutLMForMaskedLM(LayoutLMPreTrainedModel, _MaskedLM):
    config: LayoutLMConfig
    def forward(  # type: ignore[override, unused-ignore]
        self,
        input_ids: Tensor | None = None,
        bbox: Tensor | None = None,
        attention_mask: Tensor | None = None,
        token_type_ids: Tensor | None = None,
        position_ids: Tensor | None = None,
        inputs_embeds: Tensor | None = None,
        labels: Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        num_items_in_batch: Tensor | int | None = None,
        **unknown: object,
    ) -> MaskedLMOutput[Tensor] | tuple[object, ...]: ...

class LayoutLMForSequenceClassification(LayoutLMPreTrainedModel, _SequenceClassification):
    config: LayoutLMConfig
    def forward(  # type: ignore[override, unused-ignore]
        self,
        input_ids: Tensor | None = None,
        bbox: Tensor | None = None,
        attention_mask: Tensor | None = None,
        token_type_ids: Tensor | None = None,
        position_ids: Tensor | None = None,
        inputs_embeds: Tensor | None = None,
        labels: Tensor | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> SequenceClassifierOutput[Tensor] | tuple[object, ...]: ...

class LayoutLMForTokenClassification(LayoutLMPreTrainedModel, _TokenClassification):
    config: LayoutLMConfig
    def forward(  # type: ignore[override, unused-ignore]
        self,
        input_ids: Tensor | None = None,
        bbox: Tensor | None = None,
        attention_mask: Tensor | None = None,
        token_type_ids: Tensor | None = None,
        position_ids: Tensor | None = None,
        inputs_embeds: Tensor | None = None,
        labels: Tensor | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> TokenClassifierOutput[Tensor] | tuple[object, ...]: ...

class LayoutLMForQuestionAnswering(LayoutLMPreTrainedModel, _DocumentQuestionAnswering):
    config: LayoutLMConfig
    def forward(
        self,
        input_ids: Tensor | None = None,
        bbox: Tensor | None = None,
        attention_mask: Tensor | None = None,
        token_type_ids: Tensor | None = None,
        position_ids: Tensor | None = None,
        inputs_embeds: Tensor | None = None,
        start_positions: Tensor | None = None,
        end_positions: Tensor | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> QuestionAnsweringModelOutput[Tensor] | tuple[object, ...]: ...

class LayoutLMForSentenceEmbedding(LayoutLMPreTrainedModel, _SentenceEmbedding):
    config: LayoutLMConfig

class LayoutLMv3PreTrainedModel(PreTrainedModel):
    config: LayoutLMv3Config
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.LayoutLMv3Keywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.LayoutLMv3Keywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.LayoutLMv3Keywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class LayoutLMv3Model(LayoutLMv3PreTrainedModel, _BareModel):
    config: LayoutLMv3Config
    def forward(  # type: ignore[override, unused-ignore]
        self,
        input_ids: Tensor | None = None,
        bbox: Tensor | None = None,
        attention_mask: Tensor | None = None,
        token_type_ids: Tensor | None = None,
        position_ids: Tensor | None = None,
        inputs_embeds: Tensor | None = None,
        pixel_values: Tensor | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        output_router_logits: bool | None = None,
        **unknown: object,
    ) -> BaseModelOutput[Tensor] | tuple[object, ...]: ...

class LayoutLMv3ForSequenceClassification(LayoutLMv3PreTrainedModel, _SequenceClassification):
    config: LayoutLMv3Config
    def forward(  # type: ignore[override, unused-ignore]
        self,
        input_ids: Tensor | None = None,
        bbox: Tensor | None = None,
        attention_mask: Tensor | None = None,
        token_type_ids: Tensor | None = None,
        position_ids: Tensor | None = None,
        inputs_embeds: Tensor | None = None,
        pixel_values: Tensor | None = None,
        labels: Tensor | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> SequenceClassifierOutput[Tensor] | tuple[object, ...]: ...

class LayoutLMv3ForTokenClassification(LayoutLMv3PreTrainedModel, _TokenClassification):
    config: LayoutLMv3Config
    def forward(  # type: ignore[override, unused-ignore]
        self,
        input_ids: Tensor | None = None,
        bbox: Tensor | None = None,
        attention_mask: Tensor | None = None,
        token_type_ids: Tensor | None = None,
        position_ids: Tensor | None = None,
        inputs_embeds: Tensor | None = None,
        pixel_values: Tensor | None = None,
        labels: Tensor | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> TokenClassifierOutput[Tensor] | tuple[object, ...]: ...

class LayoutLMv3ForQuestionAnswering(LayoutLMv3PreTrainedModel, _QuestionAnswering):
    config: LayoutLMv3Config
    def forward(  # type: ignore[override, unused-ignore]
        self,
        input_ids: Tensor | None = None,
        bbox: Tensor | None = None,
        attention_mask: Tensor | None = None,
        token_type_ids: Tensor | None = None,
        position_ids: Tensor | None = None,
        inputs_embeds: Tensor | None = None,
        pixel_values: Tensor | None = None,
        start_positions: Tensor | None = None,
        end_positions: Tensor | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> QuestionAnsweringModelOutput[Tensor] | tuple[object, ...]: ...

class LlamaPreTrainedModel(PreTrainedModel):
    config: LlamaConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.LlamaKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.LlamaKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.LlamaKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class LlamaModel(LlamaPreTrainedModel, _BareModel):
    config: LlamaConfig

class LlamaForCausalLM(LlamaPreTrainedModel, _CausalLM):
    config: LlamaConfig

class LlamaForSequenceClassification(LlamaPreTrainedModel, _SequenceClassification):
    config: LlamaConfig

class LlamaForTokenClassification(LlamaPreTrainedModel, _TokenClassification):
    config: LlamaConfig

class LlamaForQuestionAnswering(LlamaPreTrainedModel, _QuestionAnswering):
    config: LlamaConfig

class LlamaForSentenceEmbedding(LlamaPreTrainedModel, _SentenceEmbedding):
    config: LlamaConfig

class LongformerPreTrainedModel(PreTrainedModel):
    config: LongformerConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.LongformerKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.LongformerKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.LongformerKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class LongformerModel(LongformerPreTrainedModel, _BareModel):
    config: LongformerConfig
    def forward(  # type: ignore[override, unused-ignore]
        self,
        input_ids: Tensor | None = None,
        attention_mask: Tensor | None = None,
        global_attention_mask: Tensor | None = None,
        token_type_ids: Tensor | None = None,
        position_ids: Tensor | None = None,
        inputs_embeds: Tensor | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        output_router_logits: bool | None = None,
        **unknown: object,
    ) -> BaseModelOutput[Tensor] | tuple[object, ...]: ...

class LongformerForMaskedLM(LongformerPreTrainedModel, _MaskedLM):
    config: LongformerConfig
    def forward(  # type: ignore[override, unused-ignore]
        self,
        input_ids: Tensor | None = None,
        attention_mask: Tensor | None = None,
        global_attention_mask: Tensor | None = None,
        token_type_ids: Tensor | None = None,
        position_ids: Tensor | None = None,
        inputs_embeds: Tensor | None = None,
        labels: Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        num_items_in_batch: Tensor | int | None = None,
        **unknown: object,
    ) -> LongformerMaskedLMOutput[Tensor] | tuple[object, ...]: ...

class LongformerForSequenceClassification(LongformerPreTrainedModel, _SequenceClassification):
    config: LongformerConfig
    def forward(  # type: ignore[override, unused-ignore]
        self,
        input_ids: Tensor | None = None,
        attention_mask: Tensor | None = None,
        global_attention_mask: Tensor | None = None,
        token_type_ids: Tensor | None = None,
        position_ids: Tensor | None = None,
        inputs_embeds: Tensor | None = None,
        labels: Tensor | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> LongformerSequenceClassifierOutput[Tensor] | tuple[object, ...]: ...

class LongformerForMultipleChoice(LongformerPreTrainedModel, _MultipleChoice):
    config: LongformerConfig
    def forward(  # type: ignore[override, unused-ignore]
        self,
        input_ids: Tensor | None = None,
        attention_mask: Tensor | None = None,
        global_attention_mask: Tensor | None = None,
        token_type_ids: Tensor | None = None,
        position_ids: Tensor | None = None,
        inputs_embeds: Tensor | None = None,
        labels: Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> LongformerMultipleChoiceModelOutput[Tensor] | tuple[object, ...]: ...

class LongformerForTokenClassification(LongformerPreTrainedModel, _TokenClassification):
    config: LongformerConfig
    def forward(  # type: ignore[override, unused-ignore]
        self,
        input_ids: Tensor | None = None,
        attention_mask: Tensor | None = None,
        global_attention_mask: Tensor | None = None,
        token_type_ids: Tensor | None = None,
        position_ids: Tensor | None = None,
        inputs_embeds: Tensor | None = None,
        labels: Tensor | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> LongformerTokenClassifierOutput[Tensor] | tuple[object, ...]: ...

class LongformerForQuestionAnswering(LongformerPreTrainedModel, _QuestionAnswering):
    config: LongformerConfig
    def forward(  # type: ignore[override, unused-ignore]
        self,
        input_ids: Tensor | None = None,
        attention_mask: Tensor | None = None,
        global_attention_mask: Tensor | None = None,
        token_type_ids: Tensor | None = None,
        position_ids: Tensor | None = None,
        inputs_embeds: Tensor | None = None,
        start_positions: Tensor | None = None,
        end_positions: Tensor | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> LongformerQuestionAnsweringModelOutput[Tensor] | tuple[object, ...]: ...

class LongformerForSentenceEmbedding(LongformerPreTrainedModel, _SentenceEmbedding):
    config: LongformerConfig

class M2M100PreTrainedModel(PreTrainedModel):
    config: M2M100Config
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.M2M100Keywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.M2M100Keywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.M2M100Keywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class M2M100Model(M2M100PreTrainedModel, _BareModel):
    config: M2M100Config
    def forward(  # type: ignore[override, unused-ignore]
        self,
        input_ids: Tensor | None = None,
        attention_mask: Tensor | None = None,
        decoder_input_ids: Tensor | None = None,
        decoder_attention_mask: Tensor | None = None,
        encoder_outputs: Tensor | None = None,
        past_key_values: DynamicCache | None = None,
        inputs_embeds: Tensor | None = None,
        decoder_inputs_embeds: Tensor | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        output_router_logits: bool | None = None,
        **unknown: object,
    ) -> BaseModelOutput[Tensor] | tuple[object, ...]: ...

class M2M100ForConditionalGeneration(M2M100PreTrainedModel, _Seq2SeqLM):
    config: M2M100Config

class MambaPreTrainedModel(PreTrainedModel):
    config: MambaConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.MambaKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.MambaKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.MambaKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class MambaModel(MambaPreTrainedModel, _BareModel):
    config: MambaConfig

class MambaForCausalLM(MambaPreTrainedModel, _CausalLM):
    config: MambaConfig

class MambaForSentenceEmbedding(MambaPreTrainedModel, _SentenceEmbedding):
    config: MambaConfig

class MarianPreTrainedModel(PreTrainedModel):
    config: MarianConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.MarianKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.MarianKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.MarianKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class MarianModel(MarianPreTrainedModel, _BareModel):
    config: MarianConfig
    def forward(  # type: ignore[override, unused-ignore]
        self,
        input_ids: Tensor | None = None,
        attention_mask: Tensor | None = None,
        decoder_input_ids: Tensor | None = None,
        decoder_attention_mask: Tensor | None = None,
        encoder_outputs: Tensor | None = None,
        past_key_values: DynamicCache | None = None,
        inputs_embeds: Tensor | None = None,
        decoder_inputs_embeds: Tensor | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        output_router_logits: bool | None = None,
        **unknown: object,
    ) -> BaseModelOutput[Tensor] | tuple[object, ...]: ...

class MarianMTModel(MarianPreTrainedModel, _Seq2SeqLM):
    config: MarianConfig

class MarianForCausalLM(MarianPreTrainedModel, _CausalLM):
    config: MarianConfig
    def forward(  # type: ignore[override, unused-ignore]
        self,
        input_ids: Tensor | None = None,
        attention_mask: Tensor | None = None,
        encoder_hidden_states: Tensor | None = None,
        encoder_attention_mask: Tensor | None = None,
        past_key_values: DynamicCache | None = None,
        inputs_embeds: Tensor | None = None,
        labels: Tensor | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        logits_to_keep: int | Tensor = 0,
        output_router_logits: bool | None = None,
        num_items_in_batch: Tensor | int | None = None,
        **unknown: object,
    ) -> CausalLMOutputWithCrossAttentions[Tensor] | MoeCausalLMOutputWithPast[Tensor] | tuple[object, ...]: ...

class MBartPreTrainedModel(PreTrainedModel):
    config: MBartConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.MBartKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.MBartKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.MBartKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class MBartModel(MBartPreTrainedModel, _BareModel):
    config: MBartConfig
    def forward(  # type: ignore[override, unused-ignore]
        self,
        input_ids: Tensor | None = None,
        attention_mask: Tensor | None = None,
        decoder_input_ids: Tensor | None = None,
        decoder_attention_mask: Tensor | None = None,
        encoder_outputs: Tensor | None = None,
        past_key_values: DynamicCache | None = None,
        inputs_embeds: Tensor | None = None,
        decoder_inputs_embeds: Tensor | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        output_router_logits: bool | None = None,
        **unknown: object,
    ) -> BaseModelOutput[Tensor] | tuple[object, ...]: ...

class MBartForConditionalGeneration(MBartPreTrainedModel, _Seq2SeqLM):
    config: MBartConfig

class MBartForSequenceClassification(MBartPreTrainedModel, _SequenceClassification):
    config: MBartConfig
    def forward(  # type: ignore[override, unused-ignore]
        self,
        input_ids: Tensor | None = None,
        attention_mask: Tensor | None = None,
        decoder_input_ids: Tensor | None = None,
        decoder_attention_mask: Tensor | None = None,
        encoder_outputs: Tensor | None = None,
        inputs_embeds: Tensor | None = None,
        decoder_inputs_embeds: Tensor | None = None,
        labels: Tensor | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> Seq2SeqSequenceClassifierOutput[Tensor] | tuple[object, ...]: ...

class MBartForQuestionAnswering(MBartPreTrainedModel, _QuestionAnswering):
    config: MBartConfig
    def forward(  # type: ignore[override, unused-ignore]
        self,
        input_ids: Tensor | None = None,
        attention_mask: Tensor | None = None,
        decoder_input_ids: Tensor | None = None,
        decoder_attention_mask: Tensor | None = None,
        encoder_outputs: Tensor | None = None,
        inputs_embeds: Tensor | None = None,
        decoder_inputs_embeds: Tensor | None = None,
        start_positions: Tensor | None = None,
        end_positions: Tensor | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> Seq2SeqQuestionAnsweringModelOutput[Tensor] | tuple[object, ...]: ...

class MBartForCausalLM(MBartPreTrainedModel, _CausalLM):
    config: MBartConfig
    def forward(  # type: ignore[override, unused-ignore]
        self,
        input_ids: Tensor | None = None,
        attention_mask: Tensor | None = None,
        encoder_hidden_states: Tensor | None = None,
        encoder_attention_mask: Tensor | None = None,
        past_key_values: DynamicCache | None = None,
        inputs_embeds: Tensor | None = None,
        labels: Tensor | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        logits_to_keep: int | Tensor = 0,
        output_router_logits: bool | None = None,
        num_items_in_batch: Tensor | int | None = None,
        **unknown: object,
    ) -> CausalLMOutputWithCrossAttentions[Tensor] | MoeCausalLMOutputWithPast[Tensor] | tuple[object, ...]: ...

class MistralPreTrainedModel(PreTrainedModel):
    config: MistralConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.MistralKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.MistralKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.MistralKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class MistralModel(MistralPreTrainedModel, _BareModel):
    config: MistralConfig

class MistralForCausalLM(MistralPreTrainedModel, _CausalLM):
    config: MistralConfig

class MistralForSequenceClassification(MistralPreTrainedModel, _SequenceClassification):
    config: MistralConfig

class MistralForTokenClassification(MistralPreTrainedModel, _TokenClassification):
    config: MistralConfig

class MistralForQuestionAnswering(MistralPreTrainedModel, _QuestionAnswering):
    config: MistralConfig

class MistralForSentenceEmbedding(MistralPreTrainedModel, _SentenceEmbedding):
    config: MistralConfig

class MixtralPreTrainedModel(PreTrainedModel):
    config: MixtralConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.MixtralKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.MixtralKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.MixtralKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class MixtralModel(MixtralPreTrainedModel, _BareModel):
    config: MixtralConfig

class MixtralForCausalLM(MixtralPreTrainedModel, _CausalLM):
    config: MixtralConfig

class MixtralForSequenceClassification(MixtralPreTrainedModel, _SequenceClassification):
    config: MixtralConfig

class MixtralForTokenClassification(MixtralPreTrainedModel, _TokenClassification):
    config: MixtralConfig

class MixtralForQuestionAnswering(MixtralPreTrainedModel, _QuestionAnswering):
    config: MixtralConfig

class MixtralForSentenceEmbedding(MixtralPreTrainedModel, _SentenceEmbedding):
    config: MixtralConfig

class MobileNetV2PreTrainedModel(PreTrainedModel):
    config: MobileNetV2Config
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.MobileNetV2Keywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.MobileNetV2Keywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.MobileNetV2Keywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class MobileNetV2Model(MobileNetV2PreTrainedModel, _BareModel):
    config: MobileNetV2Config
    def forward(  # type: ignore[override, unused-ignore]
        self,
        pixel_values: Tensor | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> BaseModelOutput[Tensor] | tuple[object, ...]: ...

class MobileNetV2ForImageClassification(MobileNetV2PreTrainedModel, _ImageClassification):
    config: MobileNetV2Config
    def forward(  # type: ignore[override, unused-ignore]
        self,
        pixel_values: Tensor | None = None,
        labels: Tensor | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> ImageClassifierOutput[Tensor] | tuple[object, ...]: ...

class MobileNetV2ForSemanticSegmentation(MobileNetV2PreTrainedModel, _SemanticSegmentation):
    config: MobileNetV2Config
    def forward(  # type: ignore[override, unused-ignore]
        self,
        pixel_values: Tensor | None = None,
        labels: Tensor | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> SemanticSegmenterOutput[Tensor] | tuple[object, ...]: ...

class ModernBertPreTrainedModel(PreTrainedModel):
    config: ModernBertConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.ModernBertKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.ModernBertKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.ModernBertKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class ModernBertModel(ModernBertPreTrainedModel, _BareModel):
    config: ModernBertConfig

class ModernBertForMaskedLM(ModernBertPreTrainedModel, _MaskedLM):
    config: ModernBertConfig

class ModernBertForSequenceClassification(ModernBertPreTrainedModel, _SequenceClassification):
    config: ModernBertConfig

class ModernBertForMultipleChoice(ModernBertPreTrainedModel, _MultipleChoice):
    config: ModernBertConfig

class ModernBertForTokenClassification(ModernBertPreTrainedModel, _TokenClassification):
    config: ModernBertConfig

class ModernBertForQuestionAnswering(ModernBertPreTrainedModel, _QuestionAnswering):
    config: ModernBertConfig

class ModernBertForSentenceEmbedding(ModernBertPreTrainedModel, _SentenceEmbedding):
    config: ModernBertConfig

class MoonshinePreTrainedModel(PreTrainedModel):
    config: MoonshineConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.MoonshineKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.MoonshineKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.MoonshineKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class MoonshineModel(MoonshinePreTrainedModel, _BareModel):
    config: MoonshineConfig
    def forward(  # type: ignore[override, unused-ignore]
        self,
        input_values: Tensor | None = None,
        attention_mask: Tensor | None = None,
        decoder_input_ids: Tensor | None = None,
        decoder_attention_mask: Tensor | None = None,
        encoder_outputs: Tensor | None = None,
        past_key_values: DynamicCache | None = None,
        decoder_inputs_embeds: Tensor | None = None,
        decoder_position_ids: Tensor | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        output_router_logits: bool | None = None,
        **unknown: object,
    ) -> Seq2SeqModelOutput[Tensor] | tuple[object, ...]: ...

class MoonshineForConditionalGeneration(MoonshinePreTrainedModel, _SpeechSeq2Seq):
    config: MoonshineConfig
    def forward(  # type: ignore[override, unused-ignore]
        self,
        input_values: Tensor | None = None,
        attention_mask: Tensor | None = None,
        decoder_input_ids: Tensor | None = None,
        decoder_attention_mask: Tensor | None = None,
        encoder_outputs: Tensor | None = None,
        past_key_values: DynamicCache | None = None,
        decoder_inputs_embeds: Tensor | None = None,
        decoder_position_ids: Tensor | None = None,
        labels: Tensor | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> Seq2SeqLMOutput[Tensor] | tuple[object, ...]: ...

class MPNetPreTrainedModel(PreTrainedModel):
    config: MPNetConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.MPNetKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.MPNetKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.MPNetKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class MPNetModel(MPNetPreTrainedModel, _BareModel):
    config: MPNetConfig

class MPNetForMaskedLM(MPNetPreTrainedModel, _MaskedLM):
    config: MPNetConfig

class MPNetForSequenceClassification(MPNetPreTrainedModel, _SequenceClassification):
    config: MPNetConfig

class MPNetForMultipleChoice(MPNetPreTrainedModel, _MultipleChoice):
    config: MPNetConfig

class MPNetForTokenClassification(MPNetPreTrainedModel, _TokenClassification):
    config: MPNetConfig

class MPNetForQuestionAnswering(MPNetPreTrainedModel, _QuestionAnswering):
    config: MPNetConfig

class MPNetForSentenceEmbedding(MPNetPreTrainedModel, _SentenceEmbedding):
    config: MPNetConfig

class MptPreTrainedModel(PreTrainedModel):
    config: MptConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.MptKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.MptKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.MptKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class MptModel(MptPreTrainedModel, _BareModel):
    config: MptConfig

class MptForCausalLM(MptPreTrainedModel, _CausalLM):
    config: MptConfig

class MptForSequenceClassification(MptPreTrainedModel, _SequenceClassification):
    config: MptConfig

class MptForTokenClassification(MptPreTrainedModel, _TokenClassification):
    config: MptConfig

class MptForQuestionAnswering(MptPreTrainedModel, _QuestionAnswering):
    config: MptConfig

class MptForSentenceEmbedding(MptPreTrainedModel, _SentenceEmbedding):
    config: MptConfig

class MT5PreTrainedModel(PreTrainedModel):
    config: MT5Config
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.MT5Keywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.MT5Keywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.MT5Keywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class MT5Model(MT5PreTrainedModel, _BareModel):
    config: MT5Config
    def forward(  # type: ignore[override, unused-ignore]
        self,
        input_ids: Tensor | None = None,
        attention_mask: Tensor | None = None,
        decoder_input_ids: Tensor | None = None,
        decoder_attention_mask: Tensor | None = None,
        encoder_outputs: Tensor | None = None,
        past_key_values: DynamicCache | None = None,
        inputs_embeds: Tensor | None = None,
        decoder_inputs_embeds: Tensor | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        output_router_logits: bool | None = None,
        **unknown: object,
    ) -> BaseModelOutput[Tensor] | tuple[object, ...]: ...

class MT5ForConditionalGeneration(MT5PreTrainedModel, _Seq2SeqLM):
    config: MT5Config

class MT5ForSequenceClassification(MT5PreTrainedModel, _SequenceClassification):
    config: MT5Config
    def forward(  # type: ignore[override, unused-ignore]
        self,
        input_ids: Tensor | None = None,
        attention_mask: Tensor | None = None,
        decoder_input_ids: Tensor | None = None,
        decoder_attention_mask: Tensor | None = None,
        encoder_outputs: Tensor | None = None,
        inputs_embeds: Tensor | None = None,
        decoder_inputs_embeds: Tensor | None = None,
        labels: Tensor | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> Seq2SeqSequenceClassifierOutput[Tensor] | tuple[object, ...]: ...

class MT5ForQuestionAnswering(MT5PreTrainedModel, _QuestionAnswering):
    config: MT5Config
    def forward(  # type: ignore[override, unused-ignore]
        self,
        input_ids: Tensor | None = None,
        attention_mask: Tensor | None = None,
        decoder_input_ids: Tensor | None = None,
        decoder_attention_mask: Tensor | None = None,
        encoder_outputs: Tensor | None = None,
        inputs_embeds: Tensor | None = None,
        decoder_inputs_embeds: Tensor | None = None,
        start_positions: Tensor | None = None,
        end_positions: Tensor | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> Seq2SeqQuestionAnsweringModelOutput[Tensor] | tuple[object, ...]: ...

class MT5EncoderModel(MT5PreTrainedModel, _TextEncoding):
    config: MT5Config

class MT5ForTokenClassification(MT5PreTrainedModel, _TokenClassification):
    config: MT5Config
    def forward(  # type: ignore[override, unused-ignore]
        self,
        input_ids: Tensor | None = None,
        attention_mask: Tensor | None = None,
        inputs_embeds: Tensor | None = None,
        labels: Tensor | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> TokenClassifierOutput[Tensor] | tuple[object, ...]: ...

class MT5ForSentenceEmbedding(MT5PreTrainedModel, _SentenceEmbedding):
    config: MT5Config
    def forward(  # type: ignore[override, unused-ignore]
        self,
        input_ids: Tensor | None = None,
        attention_mask: Tensor | None = None,
        inputs_embeds: Tensor | None = None,
        pooling_mask: Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> SentenceEmbeddingOutput[Tensor] | tuple[object, ...]: ...

class NomicBertPreTrainedModel(PreTrainedModel):
    config: NomicBertConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.NomicBertKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.NomicBertKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.NomicBertKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class NomicBertModel(NomicBertPreTrainedModel, _BareModel):
    config: NomicBertConfig

class NomicBertForMaskedLM(NomicBertPreTrainedModel, _MaskedLM):
    config: NomicBertConfig

class NomicBertForSequenceClassification(NomicBertPreTrainedModel, _SequenceClassification):
    config: NomicBertConfig

class NomicBertForTokenClassification(NomicBertPreTrainedModel, _TokenClassification):
    config: NomicBertConfig

class NomicBertForSentenceEmbedding(NomicBertPreTrainedModel, _SentenceEmbedding):
    config: NomicBertConfig

class OlmoPreTrainedModel(PreTrainedModel):
    config: OlmoConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.OlmoKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.OlmoKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.OlmoKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class OlmoModel(OlmoPreTrainedModel, _BareModel):
    config: OlmoConfig

class OlmoForCausalLM(OlmoPreTrainedModel, _CausalLM):
    config: OlmoConfig

class OlmoForSequenceClassification(OlmoPreTrainedModel, _SequenceClassification):
    config: OlmoConfig

class OlmoForSentenceEmbedding(OlmoPreTrainedModel, _SentenceEmbedding):
    config: OlmoConfig

class Olmo2PreTrainedModel(PreTrainedModel):
    config: Olmo2Config
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.Olmo2Keywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.Olmo2Keywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.Olmo2Keywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class Olmo2Model(Olmo2PreTrainedModel, _BareModel):
    config: Olmo2Config

class Olmo2ForCausalLM(Olmo2PreTrainedModel, _CausalLM):
    config: Olmo2Config

class Olmo2ForSequenceClassification(Olmo2PreTrainedModel, _SequenceClassification):
    config: Olmo2Config

class Olmo2ForSentenceEmbedding(Olmo2PreTrainedModel, _SentenceEmbedding):
    config: Olmo2Config

class Olmo3PreTrainedModel(PreTrainedModel):
    config: Olmo3Config
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.Olmo3Keywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.Olmo3Keywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.Olmo3Keywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class Olmo3Model(Olmo3PreTrainedModel, _BareModel):
    config: Olmo3Config

class Olmo3ForCausalLM(Olmo3PreTrainedModel, _CausalLM):
    config: Olmo3Config

class Olmo3ForSequenceClassification(Olmo3PreTrainedModel, _SequenceClassification):
    config: Olmo3Config

class Olmo3ForSentenceEmbedding(Olmo3PreTrainedModel, _SentenceEmbedding):
    config: Olmo3Config

class OlmoePreTrainedModel(PreTrainedModel):
    config: OlmoeConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.OlmoeKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.OlmoeKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.OlmoeKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class OlmoeModel(OlmoePreTrainedModel, _BareModel):
    config: OlmoeConfig

class OlmoeForCausalLM(OlmoePreTrainedModel, _CausalLM):
    config: OlmoeConfig

class OlmoeForSentenceEmbedding(OlmoePreTrainedModel, _SentenceEmbedding):
    config: OlmoeConfig

class OPTPreTrainedModel(PreTrainedModel):
    config: OPTConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.OPTKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.OPTKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.OPTKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class OPTModel(OPTPreTrainedModel, _BareModel):
    config: OPTConfig

class OPTForCausalLM(OPTPreTrainedModel, _CausalLM):
    config: OPTConfig

class OPTForSequenceClassification(OPTPreTrainedModel, _SequenceClassification):
    config: OPTConfig

class OPTForQuestionAnswering(OPTPreTrainedModel, _QuestionAnswering):
    config: OPTConfig

class OPTForSentenceEmbedding(OPTPreTrainedModel, _SentenceEmbedding):
    config: OPTConfig

class ParakeetPreTrainedModel(PreTrainedModel):
    config: Any
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.ParakeetKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.ParakeetKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.ParakeetKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class ParakeetForCTC(ParakeetPreTrainedModel, _CTC, _FrameWriter):
    config: ParakeetCTCConfig
    def forward(  # type: ignore[override, unused-ignore]
        self,
        input_features: Tensor | None = None,
        attention_mask: Tensor | None = None,
        labels: Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> CausalLMOutput[Tensor] | tuple[object, ...]: ...

class ParakeetEncoder(ParakeetPreTrainedModel, _AudioTower):
    config: ParakeetEncoderConfig
    def forward(
        self,
        input_features: Tensor | None = None,
        attention_mask: Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> BaseModelOutput[Tensor] | tuple[object, ...]: ...

class PegasusPreTrainedModel(PreTrainedModel):
    config: PegasusConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.PegasusKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.PegasusKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.PegasusKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class PegasusModel(PegasusPreTrainedModel, _BareModel):
    config: PegasusConfig
    def forward(  # type: ignore[override, unused-ignore]
        self,
        input_ids: Tensor | None = None,
        attention_mask: Tensor | None = None,
        decoder_input_ids: Tensor | None = None,
        decoder_attention_mask: Tensor | None = None,
        encoder_outputs: Tensor | None = None,
        past_key_values: DynamicCache | None = None,
        inputs_embeds: Tensor | None = None,
        decoder_inputs_embeds: Tensor | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        output_router_logits: bool | None = None,
        **unknown: object,
    ) -> BaseModelOutput[Tensor] | tuple[object, ...]: ...

class PegasusForConditionalGeneration(PegasusPreTrainedModel, _Seq2SeqLM):
    config: PegasusConfig

class PegasusForCausalLM(PegasusPreTrainedModel, _CausalLM):
    config: PegasusConfig
    def forward(  # type: ignore[override, unused-ignore]
        self,
        input_ids: Tensor | None = None,
        attention_mask: Tensor | None = None,
        encoder_hidden_states: Tensor | None = None,
        encoder_attention_mask: Tensor | None = None,
        past_key_values: DynamicCache | None = None,
        inputs_embeds: Tensor | None = None,
        labels: Tensor | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        logits_to_keep: int | Tensor = 0,
        output_router_logits: bool | None = None,
        num_items_in_batch: Tensor | int | None = None,
        **unknown: object,
    ) -> CausalLMOutputWithCrossAttentions[Tensor] | MoeCausalLMOutputWithPast[Tensor] | tuple[object, ...]: ...

class PhiPreTrainedModel(PreTrainedModel):
    config: PhiConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.PhiKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.PhiKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.PhiKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class PhiModel(PhiPreTrainedModel, _BareModel):
    config: PhiConfig

class PhiForCausalLM(PhiPreTrainedModel, _CausalLM):
    config: PhiConfig

class PhiForSequenceClassification(PhiPreTrainedModel, _SequenceClassification):
    config: PhiConfig

class PhiForTokenClassification(PhiPreTrainedModel, _TokenClassification):
    config: PhiConfig

class PhiForSentenceEmbedding(PhiPreTrainedModel, _SentenceEmbedding):
    config: PhiConfig

class Phi3PreTrainedModel(PreTrainedModel):
    config: Phi3Config
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.Phi3Keywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.Phi3Keywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.Phi3Keywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class Phi3Model(Phi3PreTrainedModel, _BareModel):
    config: Phi3Config

class Phi3ForCausalLM(Phi3PreTrainedModel, _CausalLM):
    config: Phi3Config

class Phi3ForSequenceClassification(Phi3PreTrainedModel, _SequenceClassification):
    config: Phi3Config

class Phi3ForTokenClassification(Phi3PreTrainedModel, _TokenClassification):
    config: Phi3Config

class Phi3ForSentenceEmbedding(Phi3PreTrainedModel, _SentenceEmbedding):
    config: Phi3Config

class PhimoePreTrainedModel(PreTrainedModel):
    config: PhimoeConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.PhimoeKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.PhimoeKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.PhimoeKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class PhimoeModel(PhimoePreTrainedModel, _BareModel):
    config: PhimoeConfig

class PhimoeForCausalLM(PhimoePreTrainedModel, _CausalLM):
    config: PhimoeConfig

class PhimoeForSequenceClassification(PhimoePreTrainedModel, _SequenceClassification):
    config: PhimoeConfig

class PhimoeForSentenceEmbedding(PhimoePreTrainedModel, _SentenceEmbedding):
    config: PhimoeConfig

class Qwen2PreTrainedModel(PreTrainedModel):
    config: Qwen2Config
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.Qwen2Keywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.Qwen2Keywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.Qwen2Keywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class Qwen2Model(Qwen2PreTrainedModel, _BareModel):
    config: Qwen2Config

class Qwen2ForCausalLM(Qwen2PreTrainedModel, _CausalLM):
    config: Qwen2Config

class Qwen2ForSequenceClassification(Qwen2PreTrainedModel, _SequenceClassification):
    config: Qwen2Config

class Qwen2ForTokenClassification(Qwen2PreTrainedModel, _TokenClassification):
    config: Qwen2Config

class Qwen2ForQuestionAnswering(Qwen2PreTrainedModel, _QuestionAnswering):
    config: Qwen2Config

class Qwen2ForSentenceEmbedding(Qwen2PreTrainedModel, _SentenceEmbedding):
    config: Qwen2Config

class Qwen2MoePreTrainedModel(PreTrainedModel):
    config: Qwen2MoeConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.Qwen2MoeKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.Qwen2MoeKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.Qwen2MoeKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class Qwen2MoeModel(Qwen2MoePreTrainedModel, _BareModel):
    config: Qwen2MoeConfig

class Qwen2MoeForCausalLM(Qwen2MoePreTrainedModel, _CausalLM):
    config: Qwen2MoeConfig

class Qwen2MoeForSequenceClassification(Qwen2MoePreTrainedModel, _SequenceClassification):
    config: Qwen2MoeConfig

class Qwen2MoeForTokenClassification(Qwen2MoePreTrainedModel, _TokenClassification):
    config: Qwen2MoeConfig

class Qwen2MoeForQuestionAnswering(Qwen2MoePreTrainedModel, _QuestionAnswering):
    config: Qwen2MoeConfig

class Qwen2MoeForSentenceEmbedding(Qwen2MoePreTrainedModel, _SentenceEmbedding):
    config: Qwen2MoeConfig

class Qwen2VLPreTrainedModel(PreTrainedModel):
    config: Any
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.Qwen2VLKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.Qwen2VLKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.Qwen2VLKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class Qwen2VLModel(Qwen2VLPreTrainedModel, _BareModel):
    config: Qwen2VLConfig
    def forward(  # type: ignore[override, unused-ignore]
        self,
        input_ids: Tensor | None = None,
        attention_mask: Tensor | None = None,
        position_ids: Tensor | None = None,
        past_key_values: DynamicCache | None = None,
        inputs_embeds: Tensor | None = None,
        pixel_values: Tensor | None = None,
        pixel_values_videos: Tensor | None = None,
        image_grid_thw: Tensor | None = None,
        video_grid_thw: Tensor | None = None,
        mm_token_type_ids: Tensor | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        output_router_logits: bool | None = None,
        **unknown: object,
    ) -> BaseModelOutput[Tensor] | tuple[object, ...]: ...

class Qwen2VLTextModel(Qwen2VLPreTrainedModel, _BareModel):
    config: Qwen2VLTextConfig

class Qwen2VLForConditionalGeneration(Qwen2VLPreTrainedModel, _ImageTextToText):
    config: Qwen2VLConfig

class Qwen3PreTrainedModel(PreTrainedModel):
    config: Qwen3Config
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.Qwen3Keywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.Qwen3Keywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.Qwen3Keywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class Qwen3Model(Qwen3PreTrainedModel, _BareModel):
    config: Qwen3Config

class Qwen3ForCausalLM(Qwen3PreTrainedModel, _CausalLM):
    config: Qwen3Config

class Qwen3ForSequenceClassification(Qwen3PreTrainedModel, _SequenceClassification):
    config: Qwen3Config

class Qwen3ForTokenClassification(Qwen3PreTrainedModel, _TokenClassification):
    config: Qwen3Config

class Qwen3ForQuestionAnswering(Qwen3PreTrainedModel, _QuestionAnswering):
    config: Qwen3Config

class Qwen3ForSentenceEmbedding(Qwen3PreTrainedModel, _SentenceEmbedding):
    config: Qwen3Config

class Qwen3MoePreTrainedModel(PreTrainedModel):
    config: Qwen3MoeConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.Qwen3MoeKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.Qwen3MoeKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.Qwen3MoeKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class Qwen3MoeModel(Qwen3MoePreTrainedModel, _BareModel):
    config: Qwen3MoeConfig

class Qwen3MoeForCausalLM(Qwen3MoePreTrainedModel, _CausalLM):
    config: Qwen3MoeConfig

class Qwen3MoeForSequenceClassification(Qwen3MoePreTrainedModel, _SequenceClassification):
    config: Qwen3MoeConfig

class Qwen3MoeForTokenClassification(Qwen3MoePreTrainedModel, _TokenClassification):
    config: Qwen3MoeConfig

class Qwen3MoeForQuestionAnswering(Qwen3MoePreTrainedModel, _QuestionAnswering):
    config: Qwen3MoeConfig

class Qwen3MoeForSentenceEmbedding(Qwen3MoePreTrainedModel, _SentenceEmbedding):
    config: Qwen3MoeConfig

class RemBertPreTrainedModel(PreTrainedModel):
    config: RemBertConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.RemBertKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.RemBertKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.RemBertKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class RemBertModel(RemBertPreTrainedModel, _BareModel):
    config: RemBertConfig

class RemBertForMaskedLM(RemBertPreTrainedModel, _MaskedLM):
    config: RemBertConfig

class RemBertForSequenceClassification(RemBertPreTrainedModel, _SequenceClassification):
    config: RemBertConfig

class RemBertForMultipleChoice(RemBertPreTrainedModel, _MultipleChoice):
    config: RemBertConfig

class RemBertForTokenClassification(RemBertPreTrainedModel, _TokenClassification):
    config: RemBertConfig

class RemBertForQuestionAnswering(RemBertPreTrainedModel, _QuestionAnswering):
    config: RemBertConfig

class RemBertForCausalLM(RemBertPreTrainedModel, _CausalLM):
    config: RemBertConfig

class RemBertForSentenceEmbedding(RemBertPreTrainedModel, _SentenceEmbedding):
    config: RemBertConfig

class ResNetPreTrainedModel(PreTrainedModel):
    config: ResNetConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.ResNetKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.ResNetKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.ResNetKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class ResNetModel(ResNetPreTrainedModel, _BareModel):
    config: ResNetConfig
    def forward(  # type: ignore[override, unused-ignore]
        self,
        pixel_values: Tensor | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> BaseModelOutput[Tensor] | tuple[object, ...]: ...

class ResNetForImageClassification(ResNetPreTrainedModel, _ImageClassification):
    config: ResNetConfig
    def forward(  # type: ignore[override, unused-ignore]
        self,
        pixel_values: Tensor | None = None,
        labels: Tensor | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> ImageClassifierOutput[Tensor] | tuple[object, ...]: ...

class ResNetBackbone(ResNetPreTrainedModel, _Backbone):
    config: ResNetConfig
    def forward(  # type: ignore[override, unused-ignore]
        self,
        pixel_values: Tensor | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> BackboneOutput[Tensor] | tuple[object, ...]: ...

class RobertaPreTrainedModel(PreTrainedModel):
    config: RobertaConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.RobertaKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.RobertaKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.RobertaKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class RobertaModel(RobertaPreTrainedModel, _BareModel):
    config: RobertaConfig

class RobertaForMaskedLM(RobertaPreTrainedModel, _MaskedLM):
    config: RobertaConfig

class RobertaForSequenceClassification(RobertaPreTrainedModel, _SequenceClassification):
    config: RobertaConfig

class RobertaForMultipleChoice(RobertaPreTrainedModel, _MultipleChoice):
    config: RobertaConfig

class RobertaForTokenClassification(RobertaPreTrainedModel, _TokenClassification):
    config: RobertaConfig

class RobertaForQuestionAnswering(RobertaPreTrainedModel, _QuestionAnswering):
    config: RobertaConfig

class RobertaForCausalLM(RobertaPreTrainedModel, _CausalLM):
    config: RobertaConfig

class RobertaForSentenceEmbedding(RobertaPreTrainedModel, _SentenceEmbedding):
    config: RobertaConfig

class RoFormerPreTrainedModel(PreTrainedModel):
    config: RoFormerConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.RoFormerKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.RoFormerKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.RoFormerKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class RoFormerModel(RoFormerPreTrainedModel, _BareModel):
    config: RoFormerConfig
    def forward(  # type: ignore[override, unused-ignore]
        self,
        input_ids: Tensor | None = None,
        attention_mask: Tensor | None = None,
        past_key_values: DynamicCache | None = None,
        inputs_embeds: Tensor | None = None,
        token_type_ids: Tensor | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        output_router_logits: bool | None = None,
        **unknown: object,
    ) -> BaseModelOutput[Tensor] | tuple[object, ...]: ...

class RoFormerForMaskedLM(RoFormerPreTrainedModel, _MaskedLM):
    config: RoFormerConfig
    def forward(  # type: ignore[override, unused-ignore]
        self,
        input_ids: Tensor | None = None,
        attention_mask: Tensor | None = None,
        token_type_ids: Tensor | None = None,
        inputs_embeds: Tensor | None = None,
        labels: Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        num_items_in_batch: Tensor | int | None = None,
        **unknown: object,
    ) -> MaskedLMOutput[Tensor] | tuple[object, ...]: ...

class RoFormerForSequenceClassification(RoFormerPreTrainedModel, _SequenceClassification):
    config: RoFormerConfig
    def forward(  # type: ignore[override, unused-ignore]
        self,
        input_ids: Tensor | None = None,
        attention_mask: Tensor | None = None,
        token_type_ids: Tensor | None = None,
        past_key_values: DynamicCache | None = None,
        inputs_embeds: Tensor | None = None,
        labels: Tensor | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> SequenceClassifierOutput[Tensor] | tuple[object, ...]: ...

class RoFormerForMultipleChoice(RoFormerPreTrainedModel, _MultipleChoice):
    config: RoFormerConfig
    def forward(  # type: ignore[override, unused-ignore]
        self,
        input_ids: Tensor | None = None,
        attention_mask: Tensor | None = None,
        token_type_ids: Tensor | None = None,
        inputs_embeds: Tensor | None = None,
        labels: Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> MultipleChoiceModelOutput[Tensor] | tuple[object, ...]: ...

class RoFormerForTokenClassification(RoFormerPreTrainedModel, _TokenClassification):
    config: RoFormerConfig
    def forward(  # type: ignore[override, unused-ignore]
        self,
        input_ids: Tensor | None = None,
        attention_mask: Tensor | None = None,
        token_type_ids: Tensor | None = None,
        inputs_embeds: Tensor | None = None,
        labels: Tensor | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> TokenClassifierOutput[Tensor] | tuple[object, ...]: ...

class RoFormerForQuestionAnswering(RoFormerPreTrainedModel, _QuestionAnswering):
    config: RoFormerConfig
    def forward(  # type: ignore[override, unused-ignore]
        self,
        input_ids: Tensor | None = None,
        attention_mask: Tensor | None = None,
        token_type_ids: Tensor | None = None,
        inputs_embeds: Tensor | None = None,
        start_positions: Tensor | None = None,
        end_positions: Tensor | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> QuestionAnsweringModelOutput[Tensor] | tuple[object, ...]: ...

class RoFormerForCausalLM(RoFormerPreTrainedModel, _CausalLM):
    config: RoFormerConfig
    def forward(  # type: ignore[override, unused-ignore]
        self,
        input_ids: Tensor | None = None,
        attention_mask: Tensor | None = None,
        past_key_values: DynamicCache | None = None,
        inputs_embeds: Tensor | None = None,
        token_type_ids: Tensor | None = None,
        labels: Tensor | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        logits_to_keep: int | Tensor = 0,
        output_router_logits: bool | None = None,
        num_items_in_batch: Tensor | int | None = None,
        **unknown: object,
    ) -> CausalLMOutput[Tensor] | MoeCausalLMOutputWithPast[Tensor] | tuple[object, ...]: ...

class RoFormerForSentenceEmbedding(RoFormerPreTrainedModel, _SentenceEmbedding):
    config: RoFormerConfig
    def forward(  # type: ignore[override, unused-ignore]
        self,
        input_ids: Tensor | None = None,
        attention_mask: Tensor | None = None,
        token_type_ids: Tensor | None = None,
        inputs_embeds: Tensor | None = None,
        pooling_mask: Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> SentenceEmbeddingOutput[Tensor] | tuple[object, ...]: ...

class SegformerPreTrainedModel(PreTrainedModel):
    config: SegformerConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.SegformerKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.SegformerKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.SegformerKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class SegformerModel(SegformerPreTrainedModel, _BareModel):
    config: SegformerConfig
    def forward(  # type: ignore[override, unused-ignore]
        self,
        pixel_values: Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> BaseModelOutput[Tensor] | tuple[object, ...]: ...

class SegformerForImageClassification(SegformerPreTrainedModel, _ImageClassification):
    config: SegformerConfig

class SegformerForSemanticSegmentation(SegformerPreTrainedModel, _SemanticSegmentation):
    config: SegformerConfig

class SiglipPreTrainedModel(PreTrainedModel):
    config: Any
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.SiglipKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.SiglipKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.SiglipKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class SiglipModel(SiglipPreTrainedModel, _BareModel):
    config: SiglipConfig
    def forward(  # type: ignore[override, unused-ignore]
        self,
        input_ids: Tensor | None = None,
        pixel_values: Tensor | None = None,
        attention_mask: Tensor | None = None,
        position_ids: Tensor | None = None,
        return_loss: bool | None = None,
        interpolate_pos_encoding: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> ContrastiveOutput[Tensor] | tuple[object, ...]: ...
    def get_text_features(
        self,
        input_ids: Tensor | None = None,
        attention_mask: Tensor | None = None,
        position_ids: Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> BaseModelOutput[Tensor] | tuple[object, ...]: ...
    def get_image_features(
        self,
        pixel_values: Tensor | None = None,
        interpolate_pos_encoding: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> BaseModelOutput[Tensor] | tuple[object, ...]: ...

class SiglipTextModel(SiglipPreTrainedModel, _TextTower):
    config: SiglipTextConfig

class SiglipVisionModel(SiglipPreTrainedModel, _ImageTower):
    config: SiglipVisionConfig

class SiglipForImageClassification(SiglipPreTrainedModel, _ImageClassification):
    config: SiglipConfig
    def forward(  # type: ignore[override, unused-ignore]
        self,
        pixel_values: Tensor | None = None,
        labels: Tensor | None = None,
        interpolate_pos_encoding: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> ImageClassifierOutput[Tensor] | tuple[object, ...]: ...

class Siglip2PreTrainedModel(PreTrainedModel):
    config: Any
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.Siglip2Keywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.Siglip2Keywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.Siglip2Keywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class Siglip2Model(Siglip2PreTrainedModel, _BareModel):
    config: Siglip2Config
    def forward(  # type: ignore[override, unused-ignore]
        self,
        input_ids: Tensor | None = None,
        pixel_values: Tensor | None = None,
        pixel_attention_mask: Tensor | None = None,
        spatial_shapes: Tensor | None = None,
        attention_mask: Tensor | None = None,
        position_ids: Tensor | None = None,
        return_loss: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> ContrastiveOutput[Tensor] | tuple[object, ...]: ...
    def get_text_features(
        self,
        input_ids: Tensor | None = None,
        attention_mask: Tensor | None = None,
        position_ids: Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> BaseModelOutput[Tensor] | tuple[object, ...]: ...
    def get_image_features(
        self,
        pixel_values: Tensor | None = None,
        pixel_attention_mask: Tensor | None = None,
        spatial_shapes: Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> BaseModelOutput[Tensor] | tuple[object, ...]: ...

class Siglip2TextModel(Siglip2PreTrainedModel, _TextTower):
    config: Siglip2TextConfig

class Siglip2VisionModel(Siglip2PreTrainedModel, _ImageTower):
    config: Siglip2VisionConfig
    def forward(  # type: ignore[override, unused-ignore]
        self,
        pixel_values: Tensor | None = None,
        pixel_attention_mask: Tensor | None = None,
        spatial_shapes: Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> BaseModelOutput[Tensor] | tuple[object, ...]: ...

class Siglip2ForImageClassification(Siglip2PreTrainedModel, _ImageClassification):
    config: Siglip2Config
    def forward(  # type: ignore[override, unused-ignore]
        self,
        pixel_values: Tensor | None = None,
        pixel_attention_mask: Tensor | None = None,
        spatial_shapes: Tensor | None = None,
        labels: Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> ImageClassifierOutput[Tensor] | tuple[object, ...]: ...

class SmolLM3PreTrainedModel(PreTrainedModel):
    config: SmolLM3Config
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.SmolLM3Keywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.SmolLM3Keywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.SmolLM3Keywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class SmolLM3Model(SmolLM3PreTrainedModel, _BareModel):
    config: SmolLM3Config

class SmolLM3ForCausalLM(SmolLM3PreTrainedModel, _CausalLM):
    config: SmolLM3Config

class SmolLM3ForSequenceClassification(SmolLM3PreTrainedModel, _SequenceClassification):
    config: SmolLM3Config

class SmolLM3ForTokenClassification(SmolLM3PreTrainedModel, _TokenClassification):
    config: SmolLM3Config

class SmolLM3ForQuestionAnswering(SmolLM3PreTrainedModel, _QuestionAnswering):
    config: SmolLM3Config

class SmolLM3ForSentenceEmbedding(SmolLM3PreTrainedModel, _SentenceEmbedding):
    config: SmolLM3Config

class StableLmPreTrainedModel(PreTrainedModel):
    config: StableLmConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.StableLmKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.StableLmKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.StableLmKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class StableLmModel(StableLmPreTrainedModel, _BareModel):
    config: StableLmConfig

class StableLmForCausalLM(StableLmPreTrainedModel, _CausalLM):
    config: StableLmConfig

class StableLmForSequenceClassification(StableLmPreTrainedModel, _SequenceClassification):
    config: StableLmConfig

class StableLmForTokenClassification(StableLmPreTrainedModel, _TokenClassification):
    config: StableLmConfig

class StableLmForSentenceEmbedding(StableLmPreTrainedModel, _SentenceEmbedding):
    config: StableLmConfig

class Starcoder2PreTrainedModel(PreTrainedModel):
    config: Starcoder2Config
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.Starcoder2Keywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.Starcoder2Keywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.Starcoder2Keywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class Starcoder2Model(Starcoder2PreTrainedModel, _BareModel):
    config: Starcoder2Config

class Starcoder2ForCausalLM(Starcoder2PreTrainedModel, _CausalLM):
    config: Starcoder2Config

class Starcoder2ForSequenceClassification(Starcoder2PreTrainedModel, _SequenceClassification):
    config: Starcoder2Config

class Starcoder2ForTokenClassification(Starcoder2PreTrainedModel, _TokenClassification):
    config: Starcoder2Config

class Starcoder2ForSentenceEmbedding(Starcoder2PreTrainedModel, _SentenceEmbedding):
    config: Starcoder2Config

class SwinPreTrainedModel(PreTrainedModel):
    config: SwinConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.SwinKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.SwinKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.SwinKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class SwinModel(SwinPreTrainedModel, _BareModel):
    config: SwinConfig
    def forward(  # type: ignore[override, unused-ignore]
        self,
        pixel_values: Tensor | None = None,
        bool_masked_pos: Tensor | None = None,
        interpolate_pos_encoding: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> BaseModelOutput[Tensor] | tuple[object, ...]: ...

class SwinForImageClassification(SwinPreTrainedModel, _ImageClassification):
    config: SwinConfig
    def forward(  # type: ignore[override, unused-ignore]
        self,
        pixel_values: Tensor | None = None,
        labels: Tensor | None = None,
        interpolate_pos_encoding: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> ImageClassifierOutput[Tensor] | tuple[object, ...]: ...

class SwinForMaskedImageModeling(SwinPreTrainedModel, _MaskedImageModeling):
    config: SwinConfig
    def forward(  # type: ignore[override, unused-ignore]
        self,
        pixel_values: Tensor | None = None,
        bool_masked_pos: Tensor | None = None,
        interpolate_pos_encoding: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> MaskedImageModelingOutput[Tensor] | tuple[object, ...]: ...

class SwinBackbone(SwinPreTrainedModel, _Backbone):
    config: SwinConfig

class Swinv2PreTrainedModel(PreTrainedModel):
    config: Swinv2Config
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.Swinv2Keywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.Swinv2Keywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.Swinv2Keywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class Swinv2Model(Swinv2PreTrainedModel, _BareModel):
    config: Swinv2Config
    def forward(  # type: ignore[override, unused-ignore]
        self,
        pixel_values: Tensor | None = None,
        bool_masked_pos: Tensor | None = None,
        interpolate_pos_encoding: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> BaseModelOutput[Tensor] | tuple[object, ...]: ...

class Swinv2ForImageClassification(Swinv2PreTrainedModel, _ImageClassification):
    config: Swinv2Config
    def forward(  # type: ignore[override, unused-ignore]
        self,
        pixel_values: Tensor | None = None,
        labels: Tensor | None = None,
        interpolate_pos_encoding: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> ImageClassifierOutput[Tensor] | tuple[object, ...]: ...

class Swinv2ForMaskedImageModeling(Swinv2PreTrainedModel, _MaskedImageModeling):
    config: Swinv2Config
    def forward(  # type: ignore[override, unused-ignore]
        self,
        pixel_values: Tensor | None = None,
        bool_masked_pos: Tensor | None = None,
        interpolate_pos_encoding: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> MaskedImageModelingOutput[Tensor] | tuple[object, ...]: ...

class Swinv2Backbone(Swinv2PreTrainedModel, _Backbone):
    config: Swinv2Config

class T5PreTrainedModel(PreTrainedModel):
    config: T5Config
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.T5Keywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.T5Keywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.T5Keywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class T5Model(T5PreTrainedModel, _BareModel):
    config: T5Config
    def forward(  # type: ignore[override, unused-ignore]
        self,
        input_ids: Tensor | None = None,
        attention_mask: Tensor | None = None,
        decoder_input_ids: Tensor | None = None,
        decoder_attention_mask: Tensor | None = None,
        encoder_outputs: Tensor | None = None,
        past_key_values: DynamicCache | None = None,
        inputs_embeds: Tensor | None = None,
        decoder_inputs_embeds: Tensor | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        output_router_logits: bool | None = None,
        **unknown: object,
    ) -> BaseModelOutput[Tensor] | tuple[object, ...]: ...

class T5ForConditionalGeneration(T5PreTrainedModel, _Seq2SeqLM):
    config: T5Config

class T5ForSequenceClassification(T5PreTrainedModel, _SequenceClassification):
    config: T5Config
    def forward(  # type: ignore[override, unused-ignore]
        self,
        input_ids: Tensor | None = None,
        attention_mask: Tensor | None = None,
        decoder_input_ids: Tensor | None = None,
        decoder_attention_mask: Tensor | None = None,
        encoder_outputs: Tensor | None = None,
        inputs_embeds: Tensor | None = None,
        decoder_inputs_embeds: Tensor | None = None,
        labels: Tensor | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> Seq2SeqSequenceClassifierOutput[Tensor] | tuple[object, ...]: ...

class T5ForQuestionAnswering(T5PreTrainedModel, _QuestionAnswering):
    config: T5Config
    def forward(  # type: ignore[override, unused-ignore]
        self,
        input_ids: Tensor | None = None,
        attention_mask: Tensor | None = None,
        decoder_input_ids: Tensor | None = None,
        decoder_attention_mask: Tensor | None = None,
        encoder_outputs: Tensor | None = None,
        inputs_embeds: Tensor | None = None,
        decoder_inputs_embeds: Tensor | None = None,
        start_positions: Tensor | None = None,
        end_positions: Tensor | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> Seq2SeqQuestionAnsweringModelOutput[Tensor] | tuple[object, ...]: ...

class T5EncoderModel(T5PreTrainedModel, _TextEncoding):
    config: T5Config

class T5ForTokenClassification(T5PreTrainedModel, _TokenClassification):
    config: T5Config
    def forward(  # type: ignore[override, unused-ignore]
        self,
        input_ids: Tensor | None = None,
        attention_mask: Tensor | None = None,
        inputs_embeds: Tensor | None = None,
        labels: Tensor | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> TokenClassifierOutput[Tensor] | tuple[object, ...]: ...

class T5ForSentenceEmbedding(T5PreTrainedModel, _SentenceEmbedding):
    config: T5Config
    def forward(  # type: ignore[override, unused-ignore]
        self,
        input_ids: Tensor | None = None,
        attention_mask: Tensor | None = None,
        inputs_embeds: Tensor | None = None,
        pooling_mask: Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> SentenceEmbeddingOutput[Tensor] | tuple[object, ...]: ...

class T5GemmaPreTrainedModel(PreTrainedModel):
    config: T5GemmaConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.T5GemmaKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.T5GemmaKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.T5GemmaKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class T5GemmaModel(T5GemmaPreTrainedModel, _BareModel):
    config: T5GemmaConfig
    def forward(  # type: ignore[override, unused-ignore]
        self,
        input_ids: Tensor | None = None,
        attention_mask: Tensor | None = None,
        position_ids: Tensor | None = None,
        decoder_input_ids: Tensor | None = None,
        decoder_attention_mask: Tensor | None = None,
        decoder_position_ids: Tensor | None = None,
        encoder_outputs: Tensor | None = None,
        past_key_values: DynamicCache | None = None,
        inputs_embeds: Tensor | None = None,
        decoder_inputs_embeds: Tensor | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        output_router_logits: bool | None = None,
        **unknown: object,
    ) -> Seq2SeqModelOutput[Tensor] | tuple[object, ...]: ...

class T5GemmaForConditionalGeneration(T5GemmaPreTrainedModel, _Seq2SeqLM):
    config: T5GemmaConfig
    def forward(  # type: ignore[override, unused-ignore]
        self,
        input_ids: Tensor | None = None,
        attention_mask: Tensor | None = None,
        position_ids: Tensor | None = None,
        decoder_input_ids: Tensor | None = None,
        decoder_attention_mask: Tensor | None = None,
        decoder_position_ids: Tensor | None = None,
        encoder_outputs: Tensor | None = None,
        past_key_values: DynamicCache | None = None,
        inputs_embeds: Tensor | None = None,
        decoder_inputs_embeds: Tensor | None = None,
        labels: Tensor | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        logits_to_keep: int | Tensor = 0,
        **unknown: object,
    ) -> Seq2SeqLMOutput[Tensor] | MoeCausalLMOutputWithPast[Tensor] | tuple[object, ...]: ...

class T5GemmaEncoderModel(T5GemmaPreTrainedModel, _TextEncoding):
    config: T5GemmaConfig
    def forward(  # type: ignore[override, unused-ignore]
        self,
        input_ids: Tensor | None = None,
        attention_mask: Tensor | None = None,
        position_ids: Tensor | None = None,
        inputs_embeds: Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> BaseModelOutput[Tensor] | tuple[object, ...]: ...

class T5GemmaForSequenceClassification(T5GemmaPreTrainedModel, _SequenceClassification):
    config: T5GemmaConfig
    def forward(  # type: ignore[override, unused-ignore]
        self,
        input_ids: Tensor | None = None,
        attention_mask: Tensor | None = None,
        position_ids: Tensor | None = None,
        decoder_input_ids: Tensor | None = None,
        decoder_attention_mask: Tensor | None = None,
        decoder_position_ids: Tensor | None = None,
        encoder_outputs: Tensor | None = None,
        inputs_embeds: Tensor | None = None,
        decoder_inputs_embeds: Tensor | None = None,
        labels: Tensor | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> SequenceClassifierOutput[Tensor] | tuple[object, ...]: ...

class T5GemmaForTokenClassification(T5GemmaPreTrainedModel, _TokenClassification):
    config: T5GemmaConfig
    def forward(  # type: ignore[override, unused-ignore]
        self,
        input_ids: Tensor | None = None,
        attention_mask: Tensor | None = None,
        position_ids: Tensor | None = None,
        decoder_input_ids: Tensor | None = None,
        decoder_attention_mask: Tensor | None = None,
        decoder_position_ids: Tensor | None = None,
        encoder_outputs: Tensor | None = None,
        inputs_embeds: Tensor | None = None,
        decoder_inputs_embeds: Tensor | None = None,
        labels: Tensor | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> TokenClassifierOutput[Tensor] | tuple[object, ...]: ...

class T5GemmaForSentenceEmbedding(T5GemmaPreTrainedModel, _SentenceEmbedding):
    config: T5GemmaConfig
    def forward(  # type: ignore[override, unused-ignore]
        self,
        input_ids: Tensor | None = None,
        attention_mask: Tensor | None = None,
        position_ids: Tensor | None = None,
        inputs_embeds: Tensor | None = None,
        pooling_mask: Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> SentenceEmbeddingOutput[Tensor] | tuple[object, ...]: ...

class UMT5PreTrainedModel(PreTrainedModel):
    config: UMT5Config
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.UMT5Keywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.UMT5Keywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.UMT5Keywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class UMT5Model(UMT5PreTrainedModel, _BareModel):
    config: UMT5Config
    def forward(  # type: ignore[override, unused-ignore]
        self,
        input_ids: Tensor | None = None,
        attention_mask: Tensor | None = None,
        decoder_input_ids: Tensor | None = None,
        decoder_attention_mask: Tensor | None = None,
        encoder_outputs: Tensor | None = None,
        past_key_values: DynamicCache | None = None,
        inputs_embeds: Tensor | None = None,
        decoder_inputs_embeds: Tensor | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        output_router_logits: bool | None = None,
        **unknown: object,
    ) -> BaseModelOutput[Tensor] | tuple[object, ...]: ...

class UMT5ForConditionalGeneration(UMT5PreTrainedModel, _Seq2SeqLM):
    config: UMT5Config

class UMT5ForSequenceClassification(UMT5PreTrainedModel, _SequenceClassification):
    config: UMT5Config
    def forward(  # type: ignore[override, unused-ignore]
        self,
        input_ids: Tensor | None = None,
        attention_mask: Tensor | None = None,
        decoder_input_ids: Tensor | None = None,
        decoder_attention_mask: Tensor | None = None,
        encoder_outputs: Tensor | None = None,
        inputs_embeds: Tensor | None = None,
        decoder_inputs_embeds: Tensor | None = None,
        labels: Tensor | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> Seq2SeqSequenceClassifierOutput[Tensor] | tuple[object, ...]: ...

class UMT5ForQuestionAnswering(UMT5PreTrainedModel, _QuestionAnswering):
    config: UMT5Config
    def forward(  # type: ignore[override, unused-ignore]
        self,
        input_ids: Tensor | None = None,
        attention_mask: Tensor | None = None,
        decoder_input_ids: Tensor | None = None,
        decoder_attention_mask: Tensor | None = None,
        encoder_outputs: Tensor | None = None,
        inputs_embeds: Tensor | None = None,
        decoder_inputs_embeds: Tensor | None = None,
        start_positions: Tensor | None = None,
        end_positions: Tensor | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> Seq2SeqQuestionAnsweringModelOutput[Tensor] | tuple[object, ...]: ...

class UMT5EncoderModel(UMT5PreTrainedModel, _TextEncoding):
    config: UMT5Config

class UMT5ForTokenClassification(UMT5PreTrainedModel, _TokenClassification):
    config: UMT5Config
    def forward(  # type: ignore[override, unused-ignore]
        self,
        input_ids: Tensor | None = None,
        attention_mask: Tensor | None = None,
        inputs_embeds: Tensor | None = None,
        labels: Tensor | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> TokenClassifierOutput[Tensor] | tuple[object, ...]: ...

class UMT5ForSentenceEmbedding(UMT5PreTrainedModel, _SentenceEmbedding):
    config: UMT5Config
    def forward(  # type: ignore[override, unused-ignore]
        self,
        input_ids: Tensor | None = None,
        attention_mask: Tensor | None = None,
        inputs_embeds: Tensor | None = None,
        pooling_mask: Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> SentenceEmbeddingOutput[Tensor] | tuple[object, ...]: ...

class UniSpeechPreTrainedModel(PreTrainedModel):
    config: UniSpeechConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.UniSpeechKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.UniSpeechKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.UniSpeechKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class UniSpeechModel(UniSpeechPreTrainedModel, _BareModel):
    config: UniSpeechConfig
    def forward(  # type: ignore[override, unused-ignore]
        self,
        input_values: Tensor | None = None,
        attention_mask: Tensor | None = None,
        mask_time_indices: Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> BaseModelOutput[Tensor] | tuple[object, ...]: ...

class UniSpeechForCTC(UniSpeechPreTrainedModel, _CTC):
    config: UniSpeechConfig

class UniSpeechForSequenceClassification(UniSpeechPreTrainedModel, _AudioClassification):
    config: UniSpeechConfig
    def forward(  # type: ignore[override, unused-ignore]
        self,
        input_values: Tensor | None = None,
        attention_mask: Tensor | None = None,
        labels: Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> SequenceClassifierOutput[Tensor] | tuple[object, ...]: ...

class UniSpeechForPreTraining(UniSpeechPreTrainedModel, _PreTraining):
    config: UniSpeechConfig
    def forward(  # type: ignore[override, unused-ignore]
        self,
        input_values: Tensor | None = None,
        attention_mask: Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> Wav2Vec2ForPreTrainingOutput[Tensor] | tuple[object, ...]: ...

class UniSpeechSatPreTrainedModel(PreTrainedModel):
    config: UniSpeechSatConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.UniSpeechSatKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.UniSpeechSatKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.UniSpeechSatKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class UniSpeechSatModel(UniSpeechSatPreTrainedModel, _BareModel):
    config: UniSpeechSatConfig
    def forward(  # type: ignore[override, unused-ignore]
        self,
        input_values: Tensor | None = None,
        attention_mask: Tensor | None = None,
        mask_time_indices: Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> BaseModelOutput[Tensor] | tuple[object, ...]: ...

class UniSpeechSatForCTC(UniSpeechSatPreTrainedModel, _CTC):
    config: UniSpeechSatConfig

class UniSpeechSatForSequenceClassification(UniSpeechSatPreTrainedModel, _AudioClassification):
    config: UniSpeechSatConfig
    def forward(  # type: ignore[override, unused-ignore]
        self,
        input_values: Tensor | None = None,
        attention_mask: Tensor | None = None,
        labels: Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> SequenceClassifierOutput[Tensor] | tuple[object, ...]: ...

class UniSpeechSatForAudioFrameClassification(UniSpeechSatPreTrainedModel, _AudioFrameClassification):
    config: UniSpeechSatConfig

class UniSpeechSatForXVector(UniSpeechSatPreTrainedModel, _AudioXVector):
    config: UniSpeechSatConfig

class UniSpeechSatForPreTraining(UniSpeechSatPreTrainedModel, _PreTraining):
    config: UniSpeechSatConfig
    def forward(  # type: ignore[override, unused-ignore]
        self,
        input_values: Tensor | None = None,
        attention_mask: Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> UniSpeechSatForPreTrainingOutput[Tensor] | tuple[object, ...]: ...

class VideoMAEPreTrainedModel(PreTrainedModel):
    config: VideoMAEConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.VideoMAEKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.VideoMAEKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.VideoMAEKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class VideoMAEModel(VideoMAEPreTrainedModel, _BareModel):
    config: VideoMAEConfig
    def forward(  # type: ignore[override, unused-ignore]
        self,
        pixel_values: Tensor | None = None,
        bool_masked_pos: Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> BaseModelOutput[Tensor] | tuple[object, ...]: ...

class VideoMAEForPreTraining(VideoMAEPreTrainedModel, _PreTraining):
    config: VideoMAEConfig
    def forward(  # type: ignore[override, unused-ignore]
        self,
        pixel_values: Tensor | None = None,
        bool_masked_pos: Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> VideoMAEForPreTrainingOutput[Tensor] | tuple[object, ...]: ...

class VideoMAEForVideoClassification(VideoMAEPreTrainedModel, _VideoClassification):
    config: VideoMAEConfig

class ViTPreTrainedModel(PreTrainedModel):
    config: ViTConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.ViTKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.ViTKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.ViTKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class ViTModel(ViTPreTrainedModel, _BareModel):
    config: ViTConfig
    def forward(  # type: ignore[override, unused-ignore]
        self,
        pixel_values: Tensor | None = None,
        bool_masked_pos: Tensor | None = None,
        interpolate_pos_encoding: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> BaseModelOutput[Tensor] | tuple[object, ...]: ...

class ViTForImageClassification(ViTPreTrainedModel, _ImageClassification):
    config: ViTConfig
    def forward(  # type: ignore[override, unused-ignore]
        self,
        pixel_values: Tensor | None = None,
        labels: Tensor | None = None,
        interpolate_pos_encoding: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> ImageClassifierOutput[Tensor] | tuple[object, ...]: ...

class ViTForMaskedImageModeling(ViTPreTrainedModel, _MaskedImageModeling):
    config: ViTConfig
    def forward(  # type: ignore[override, unused-ignore]
        self,
        pixel_values: Tensor | None = None,
        bool_masked_pos: Tensor | None = None,
        interpolate_pos_encoding: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> MaskedImageModelingOutput[Tensor] | tuple[object, ...]: ...

class ViTMAEPreTrainedModel(PreTrainedModel):
    config: ViTMAEConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.ViTMAEKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.ViTMAEKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.ViTMAEKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class ViTMAEModel(ViTMAEPreTrainedModel, _BareModel):
    config: ViTMAEConfig
    def forward(  # type: ignore[override, unused-ignore]
        self,
        pixel_values: Tensor | None = None,
        noise: Tensor | None = None,
        interpolate_pos_encoding: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> ViTMAEModelOutput[Tensor] | tuple[object, ...]: ...

class ViTMAEForPreTraining(ViTMAEPreTrainedModel, _PreTraining):
    config: ViTMAEConfig
    def forward(  # type: ignore[override, unused-ignore]
        self,
        pixel_values: Tensor | None = None,
        noise: Tensor | None = None,
        interpolate_pos_encoding: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> MaskedAutoencoderOutput[Tensor] | tuple[object, ...]: ...

class VitPosePreTrainedModel(PreTrainedModel):
    config: Any
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.VitPoseKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.VitPoseKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.VitPoseKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class VitPoseForPoseEstimation(VitPosePreTrainedModel, _PoseEstimation):
    config: VitPoseConfig

class VitPoseBackbone(VitPosePreTrainedModel, _Backbone):
    config: VitPoseBackboneConfig
    def forward(  # type: ignore[override, unused-ignore]
        self,
        pixel_values: Tensor | None = None,
        dataset_index: Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> BackboneOutput[Tensor] | tuple[object, ...]: ...

class Wav2Vec2PreTrainedModel(PreTrainedModel):
    config: Wav2Vec2Config
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.Wav2Vec2Keywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.Wav2Vec2Keywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.Wav2Vec2Keywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class Wav2Vec2Model(Wav2Vec2PreTrainedModel, _BareModel):
    config: Wav2Vec2Config
    def forward(  # type: ignore[override, unused-ignore]
        self,
        input_values: Tensor | None = None,
        attention_mask: Tensor | None = None,
        mask_time_indices: Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> BaseModelOutput[Tensor] | tuple[object, ...]: ...

class Wav2Vec2ForCTC(Wav2Vec2PreTrainedModel, _CTC):
    config: Wav2Vec2Config

class Wav2Vec2ForSequenceClassification(Wav2Vec2PreTrainedModel, _AudioClassification):
    config: Wav2Vec2Config
    def forward(  # type: ignore[override, unused-ignore]
        self,
        input_values: Tensor | None = None,
        attention_mask: Tensor | None = None,
        labels: Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> SequenceClassifierOutput[Tensor] | tuple[object, ...]: ...

class Wav2Vec2ForAudioFrameClassification(Wav2Vec2PreTrainedModel, _AudioFrameClassification):
    config: Wav2Vec2Config

class Wav2Vec2ForXVector(Wav2Vec2PreTrainedModel, _AudioXVector):
    config: Wav2Vec2Config

class Wav2Vec2ForPreTraining(Wav2Vec2PreTrainedModel, _PreTraining):
    config: Wav2Vec2Config
    def forward(  # type: ignore[override, unused-ignore]
        self,
        input_values: Tensor | None = None,
        attention_mask: Tensor | None = None,
        mask_time_indices: Tensor | None = None,
        sampled_negative_indices: Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> Wav2Vec2ForPreTrainingOutput[Tensor] | tuple[object, ...]: ...

class Wav2Vec2BertPreTrainedModel(PreTrainedModel):
    config: Wav2Vec2BertConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.Wav2Vec2BertKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.Wav2Vec2BertKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.Wav2Vec2BertKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class Wav2Vec2BertModel(Wav2Vec2BertPreTrainedModel, _BareModel):
    config: Wav2Vec2BertConfig
    def forward(  # type: ignore[override, unused-ignore]
        self,
        input_features: Tensor | None = None,
        attention_mask: Tensor | None = None,
        mask_time_indices: Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> BaseModelOutput[Tensor] | tuple[object, ...]: ...

class Wav2Vec2BertForCTC(Wav2Vec2BertPreTrainedModel, _CTC):
    config: Wav2Vec2BertConfig
    def forward(  # type: ignore[override, unused-ignore]
        self,
        input_features: Tensor | None = None,
        attention_mask: Tensor | None = None,
        labels: Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> CausalLMOutput[Tensor] | tuple[object, ...]: ...

class Wav2Vec2BertForSequenceClassification(Wav2Vec2BertPreTrainedModel, _AudioClassification):
    config: Wav2Vec2BertConfig
    def forward(  # type: ignore[override, unused-ignore]
        self,
        input_features: Tensor | None = None,
        attention_mask: Tensor | None = None,
        labels: Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> SequenceClassifierOutput[Tensor] | tuple[object, ...]: ...

class Wav2Vec2BertForAudioFrameClassification(Wav2Vec2BertPreTrainedModel, _AudioFrameClassification):
    config: Wav2Vec2BertConfig
    def forward(  # type: ignore[override, unused-ignore]
        self,
        input_features: Tensor | None = None,
        attention_mask: Tensor | None = None,
        labels: Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> TokenClassifierOutput[Tensor] | tuple[object, ...]: ...

class Wav2Vec2BertForXVector(Wav2Vec2BertPreTrainedModel, _AudioXVector):
    config: Wav2Vec2BertConfig
    def forward(  # type: ignore[override, unused-ignore]
        self,
        input_features: Tensor | None = None,
        attention_mask: Tensor | None = None,
        labels: Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> XVectorOutput[Tensor] | tuple[object, ...]: ...

class Wav2Vec2ConformerPreTrainedModel(PreTrainedModel):
    config: Wav2Vec2ConformerConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.Wav2Vec2ConformerKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.Wav2Vec2ConformerKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.Wav2Vec2ConformerKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class Wav2Vec2ConformerModel(Wav2Vec2ConformerPreTrainedModel, _BareModel):
    config: Wav2Vec2ConformerConfig
    def forward(  # type: ignore[override, unused-ignore]
        self,
        input_values: Tensor | None = None,
        attention_mask: Tensor | None = None,
        mask_time_indices: Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> BaseModelOutput[Tensor] | tuple[object, ...]: ...

class Wav2Vec2ConformerForCTC(Wav2Vec2ConformerPreTrainedModel, _CTC):
    config: Wav2Vec2ConformerConfig

class Wav2Vec2ConformerForSequenceClassification(Wav2Vec2ConformerPreTrainedModel, _AudioClassification):
    config: Wav2Vec2ConformerConfig
    def forward(  # type: ignore[override, unused-ignore]
        self,
        input_values: Tensor | None = None,
        attention_mask: Tensor | None = None,
        labels: Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> SequenceClassifierOutput[Tensor] | tuple[object, ...]: ...

class Wav2Vec2ConformerForAudioFrameClassification(Wav2Vec2ConformerPreTrainedModel, _AudioFrameClassification):
    config: Wav2Vec2ConformerConfig

class Wav2Vec2ConformerForXVector(Wav2Vec2ConformerPreTrainedModel, _AudioXVector):
    config: Wav2Vec2ConformerConfig

class Wav2Vec2ConformerForPreTraining(Wav2Vec2ConformerPreTrainedModel, _PreTraining):
    config: Wav2Vec2ConformerConfig
    def forward(  # type: ignore[override, unused-ignore]
        self,
        input_values: Tensor | None = None,
        attention_mask: Tensor | None = None,
        mask_time_indices: Tensor | None = None,
        sampled_negative_indices: Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> Wav2Vec2ForPreTrainingOutput[Tensor] | tuple[object, ...]: ...

class WavLMPreTrainedModel(PreTrainedModel):
    config: WavLMConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.WavLMKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.WavLMKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.WavLMKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class WavLMModel(WavLMPreTrainedModel, _BareModel):
    config: WavLMConfig
    def forward(  # type: ignore[override, unused-ignore]
        self,
        input_values: Tensor | None = None,
        attention_mask: Tensor | None = None,
        mask_time_indices: Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> BaseModelOutput[Tensor] | tuple[object, ...]: ...

class WavLMForCTC(WavLMPreTrainedModel, _CTC):
    config: WavLMConfig

class WavLMForSequenceClassification(WavLMPreTrainedModel, _AudioClassification):
    config: WavLMConfig
    def forward(  # type: ignore[override, unused-ignore]
        self,
        input_values: Tensor | None = None,
        attention_mask: Tensor | None = None,
        labels: Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> SequenceClassifierOutput[Tensor] | tuple[object, ...]: ...

class WavLMForAudioFrameClassification(WavLMPreTrainedModel, _AudioFrameClassification):
    config: WavLMConfig

class WavLMForXVector(WavLMPreTrainedModel, _AudioXVector):
    config: WavLMConfig

class WhisperPreTrainedModel(PreTrainedModel):
    config: WhisperConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.WhisperKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.WhisperKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.WhisperKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class WhisperModel(WhisperPreTrainedModel, _BareModel):
    config: WhisperConfig
    def forward(  # type: ignore[override, unused-ignore]
        self,
        input_features: Tensor | None = None,
        attention_mask: Tensor | None = None,
        decoder_input_ids: Tensor | None = None,
        decoder_attention_mask: Tensor | None = None,
        encoder_outputs: Tensor | None = None,
        past_key_values: DynamicCache | None = None,
        decoder_inputs_embeds: Tensor | None = None,
        decoder_position_ids: Tensor | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        output_router_logits: bool | None = None,
        **unknown: object,
    ) -> Seq2SeqModelOutput[Tensor] | tuple[object, ...]: ...

class WhisperForConditionalGeneration(WhisperPreTrainedModel, _SpeechSeq2Seq):
    config: WhisperConfig

class WhisperForCausalLM(WhisperPreTrainedModel, _CausalLM):
    config: WhisperConfig
    def forward(  # type: ignore[override, unused-ignore]
        self,
        input_ids: Tensor | None = None,
        attention_mask: Tensor | None = None,
        encoder_outputs: Tensor | None = None,
        past_key_values: DynamicCache | None = None,
        inputs_embeds: Tensor | None = None,
        position_ids: Tensor | None = None,
        labels: Tensor | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        logits_to_keep: int | Tensor = 0,
        output_router_logits: bool | None = None,
        num_items_in_batch: Tensor | int | None = None,
        **unknown: object,
    ) -> CausalLMOutputWithCrossAttentions[Tensor] | MoeCausalLMOutputWithPast[Tensor] | tuple[object, ...]: ...

class WhisperForAudioClassification(WhisperPreTrainedModel, _AudioClassification):
    config: WhisperConfig

class XLMRobertaPreTrainedModel(PreTrainedModel):
    config: XLMRobertaConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.XLMRobertaKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.XLMRobertaKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.XLMRobertaKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class XLMRobertaModel(XLMRobertaPreTrainedModel, _BareModel):
    config: XLMRobertaConfig

class XLMRobertaForMaskedLM(XLMRobertaPreTrainedModel, _MaskedLM):
    config: XLMRobertaConfig

class XLMRobertaForSequenceClassification(XLMRobertaPreTrainedModel, _SequenceClassification):
    config: XLMRobertaConfig

class XLMRobertaForMultipleChoice(XLMRobertaPreTrainedModel, _MultipleChoice):
    config: XLMRobertaConfig

class XLMRobertaForTokenClassification(XLMRobertaPreTrainedModel, _TokenClassification):
    config: XLMRobertaConfig

class XLMRobertaForQuestionAnswering(XLMRobertaPreTrainedModel, _QuestionAnswering):
    config: XLMRobertaConfig

class XLMRobertaForCausalLM(XLMRobertaPreTrainedModel, _CausalLM):
    config: XLMRobertaConfig

class XLMRobertaForSentenceEmbedding(XLMRobertaPreTrainedModel, _SentenceEmbedding):
    config: XLMRobertaConfig

class XLMRobertaXLPreTrainedModel(PreTrainedModel):
    config: XLMRobertaXLConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.XLMRobertaXLKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.XLMRobertaXLKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.XLMRobertaXLKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class XLMRobertaXLModel(XLMRobertaXLPreTrainedModel, _BareModel):
    config: XLMRobertaXLConfig

class XLMRobertaXLForMaskedLM(XLMRobertaXLPreTrainedModel, _MaskedLM):
    config: XLMRobertaXLConfig

class XLMRobertaXLForSequenceClassification(XLMRobertaXLPreTrainedModel, _SequenceClassification):
    config: XLMRobertaXLConfig

class XLMRobertaXLForMultipleChoice(XLMRobertaXLPreTrainedModel, _MultipleChoice):
    config: XLMRobertaXLConfig

class XLMRobertaXLForTokenClassification(XLMRobertaXLPreTrainedModel, _TokenClassification):
    config: XLMRobertaXLConfig

class XLMRobertaXLForQuestionAnswering(XLMRobertaXLPreTrainedModel, _QuestionAnswering):
    config: XLMRobertaXLConfig

class XLMRobertaXLForCausalLM(XLMRobertaXLPreTrainedModel, _CausalLM):
    config: XLMRobertaXLConfig

class XLMRobertaXLForSentenceEmbedding(XLMRobertaXLPreTrainedModel, _SentenceEmbedding):
    config: XLMRobertaXLConfig

class YolosPreTrainedModel(PreTrainedModel):
    config: YolosConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.YolosKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.YolosKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.YolosKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class YolosModel(YolosPreTrainedModel, _BareModel):
    config: YolosConfig
    def forward(  # type: ignore[override, unused-ignore]
        self,
        pixel_values: Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **unknown: object,
    ) -> BaseModelOutput[Tensor] | tuple[object, ...]: ...

class YolosForObjectDetection(YolosPreTrainedModel, _ObjectDetection):
    config: YolosConfig

class _FlaxBareModel(_FlaxTaskModel):
    def __call__(
        self,
        input_ids: ArrayLike | None = None,
        attention_mask: ArrayLike | None = None,
        position_ids: ArrayLike | None = None,
        past_key_values: KeyValueCache | None = None,
        inputs_embeds: ArrayLike | None = None,
        token_type_ids: ArrayLike | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        output_router_logits: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> BaseModelOutput | FieldTuple: ...

class _FlaxCausalLM(_FlaxTaskModel, _FlaxGenerationMixin):
    def __call__(
        self,
        input_ids: ArrayLike | None = None,
        attention_mask: ArrayLike | None = None,
        position_ids: ArrayLike | None = None,
        past_key_values: KeyValueCache | None = None,
        inputs_embeds: ArrayLike | None = None,
        token_type_ids: ArrayLike | None = None,
        labels: ArrayLike | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        logits_to_keep: int | ArrayLike = 0,
        output_router_logits: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> CausalLMOutput | MoeCausalLMOutputWithPast | FieldTuple: ...

class _FlaxMaskedLM(_FlaxTaskModel):
    def __call__(
        self,
        input_ids: ArrayLike | None = None,
        attention_mask: ArrayLike | None = None,
        token_type_ids: ArrayLike | None = None,
        position_ids: ArrayLike | None = None,
        inputs_embeds: ArrayLike | None = None,
        labels: ArrayLike | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> MaskedLMOutput | FieldTuple: ...

class _FlaxSequenceClassification(_FlaxTaskModel):
    def __call__(
        self,
        input_ids: ArrayLike | None = None,
        attention_mask: ArrayLike | None = None,
        token_type_ids: ArrayLike | None = None,
        position_ids: ArrayLike | None = None,
        past_key_values: KeyValueCache | None = None,
        inputs_embeds: ArrayLike | None = None,
        labels: ArrayLike | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> SequenceClassifierOutput | FieldTuple: ...

class _FlaxTokenClassification(_FlaxTaskModel):
    def __call__(
        self,
        input_ids: ArrayLike | None = None,
        attention_mask: ArrayLike | None = None,
        token_type_ids: ArrayLike | None = None,
        position_ids: ArrayLike | None = None,
        inputs_embeds: ArrayLike | None = None,
        labels: ArrayLike | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> TokenClassifierOutput | FieldTuple: ...

class _FlaxQuestionAnswering(_FlaxTaskModel):
    def __call__(
        self,
        input_ids: ArrayLike | None = None,
        attention_mask: ArrayLike | None = None,
        token_type_ids: ArrayLike | None = None,
        position_ids: ArrayLike | None = None,
        inputs_embeds: ArrayLike | None = None,
        start_positions: ArrayLike | None = None,
        end_positions: ArrayLike | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> QuestionAnsweringModelOutput | FieldTuple: ...

class _FlaxDocumentQuestionAnswering(_FlaxTaskModel):
    def __call__(
        self,
        input_ids: ArrayLike | None = None,
        bbox: ArrayLike | None = None,
        attention_mask: ArrayLike | None = None,
        token_type_ids: ArrayLike | None = None,
        position_ids: ArrayLike | None = None,
        inputs_embeds: ArrayLike | None = None,
        start_positions: ArrayLike | None = None,
        end_positions: ArrayLike | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> QuestionAnsweringModelOutput | FieldTuple: ...

class _FlaxMultipleChoice(_FlaxTaskModel):
    def __call__(
        self,
        input_ids: ArrayLike | None = None,
        attention_mask: ArrayLike | None = None,
        token_type_ids: ArrayLike | None = None,
        position_ids: ArrayLike | None = None,
        inputs_embeds: ArrayLike | None = None,
        labels: ArrayLike | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> MultipleChoiceModelOutput | FieldTuple: ...

class _FlaxNextSentencePrediction(_FlaxTaskModel):
    def __call__(
        self,
        input_ids: ArrayLike | None = None,
        attention_mask: ArrayLike | None = None,
        token_type_ids: ArrayLike | None = None,
        position_ids: ArrayLike | None = None,
        inputs_embeds: ArrayLike | None = None,
        labels: ArrayLike | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> NextSentencePredictorOutput | FieldTuple: ...

class _FlaxPreTraining(_FlaxTaskModel):
    def __call__(
        self,
        input_ids: ArrayLike | None = None,
        attention_mask: ArrayLike | None = None,
        token_type_ids: ArrayLike | None = None,
        position_ids: ArrayLike | None = None,
        inputs_embeds: ArrayLike | None = None,
        labels: ArrayLike | None = None,
        next_sentence_label: ArrayLike | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> BertForPreTrainingOutput | FieldTuple: ...

class _FlaxReplacedTokens(_FlaxTaskModel):
    def __call__(
        self,
        input_ids: ArrayLike | None = None,
        attention_mask: ArrayLike | None = None,
        token_type_ids: ArrayLike | None = None,
        position_ids: ArrayLike | None = None,
        inputs_embeds: ArrayLike | None = None,
        labels: ArrayLike | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> ElectraForPreTrainingOutput | FieldTuple: ...

class _FlaxTextEncoding(_FlaxTaskModel):
    def __call__(
        self,
        input_ids: ArrayLike | None = None,
        attention_mask: ArrayLike | None = None,
        inputs_embeds: ArrayLike | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> BaseModelOutput | FieldTuple: ...

class _FlaxSentenceEmbedding(_FlaxTaskModel):
    def __call__(
        self,
        input_ids: ArrayLike | None = None,
        attention_mask: ArrayLike | None = None,
        token_type_ids: ArrayLike | None = None,
        position_ids: ArrayLike | None = None,
        inputs_embeds: ArrayLike | None = None,
        pooling_mask: ArrayLike | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> SentenceEmbeddingOutput | FieldTuple: ...

class _FlaxTextTower(_FlaxTaskModel):
    def __call__(
        self,
        input_ids: ArrayLike | None = None,
        attention_mask: ArrayLike | None = None,
        position_ids: ArrayLike | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> BaseModelOutput | FieldTuple: ...

class _FlaxTextProjection(_FlaxTaskModel):
    def __call__(
        self,
        input_ids: ArrayLike | None = None,
        attention_mask: ArrayLike | None = None,
        position_ids: ArrayLike | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> TextProjectionOutput | FieldTuple: ...

class _FlaxSeq2SeqLM(_FlaxTaskModel, _FlaxGenerationMixin):
    def __call__(
        self,
        input_ids: ArrayLike | None = None,
        attention_mask: ArrayLike | None = None,
        decoder_input_ids: ArrayLike | None = None,
        decoder_attention_mask: ArrayLike | None = None,
        encoder_outputs: ArrayLike | None = None,
        past_key_values: KeyValueCache | None = None,
        inputs_embeds: ArrayLike | None = None,
        decoder_inputs_embeds: ArrayLike | None = None,
        labels: ArrayLike | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> Seq2SeqLMOutput | FieldTuple: ...

class _FlaxBackbone(_FlaxTaskModel):
    def __call__(
        self,
        pixel_values: ArrayLike | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> BackboneOutput | FieldTuple: ...

class _FlaxImageTower(_FlaxTaskModel):
    def __call__(
        self,
        pixel_values: ArrayLike | None = None,
        interpolate_pos_encoding: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> BaseModelOutput | FieldTuple: ...

class _FlaxImageProjection(_FlaxTaskModel):
    def __call__(
        self,
        pixel_values: ArrayLike | None = None,
        interpolate_pos_encoding: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> ImageProjectionOutput | FieldTuple: ...

class _FlaxImageClassification(_FlaxTaskModel):
    def __call__(
        self,
        pixel_values: ArrayLike | None = None,
        labels: ArrayLike | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> ImageClassifierOutput | FieldTuple: ...

class _FlaxImageSegmentation(_FlaxTaskModel):
    def __call__(
        self,
        input_ids: ArrayLike | None = None,
        pixel_values: ArrayLike | None = None,
        conditional_pixel_values: ArrayLike | None = None,
        conditional_embeddings: ArrayLike | None = None,
        attention_mask: ArrayLike | None = None,
        position_ids: ArrayLike | None = None,
        labels: ArrayLike | None = None,
        interpolate_pos_encoding: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> ImageSegmentationOutput | FieldTuple: ...

class _FlaxSemanticSegmentation(_FlaxTaskModel):
    def __call__(
        self,
        pixel_values: ArrayLike | None = None,
        labels: ArrayLike | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> SemanticSegmenterOutput | FieldTuple: ...

class _FlaxVideoClassification(_FlaxTaskModel):
    def __call__(
        self,
        pixel_values: ArrayLike | None = None,
        labels: ArrayLike | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> ImageClassifierOutput | FieldTuple: ...

class _FlaxObjectDetection(_FlaxTaskModel):
    def __call__(
        self,
        pixel_values: ArrayLike | None = None,
        labels: list[dict[str, ArrayLike]] | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> ObjectDetectionOutput | FieldTuple: ...

class _FlaxDepthEstimation(_FlaxTaskModel):
    def __call__(
        self,
        pixel_values: ArrayLike | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> DepthEstimatorOutput | FieldTuple: ...

class _FlaxMaskedPatches(_FlaxTaskModel):
    def __call__(
        self,
        pixel_values: ArrayLike | None = None,
        bool_masked_pos: ArrayLike | None = None,
        labels: ArrayLike | None = None,
        interpolate_pos_encoding: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> MaskedLMOutput | FieldTuple: ...

class _FlaxPoseEstimation(_FlaxTaskModel):
    def __call__(
        self,
        pixel_values: ArrayLike | None = None,
        dataset_index: ArrayLike | None = None,
        flip_pairs: ArrayLike | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> PoseEstimatorOutput | FieldTuple: ...

class _FlaxMaskedImageModeling(_FlaxTaskModel):
    def __call__(
        self,
        pixel_values: ArrayLike | None = None,
        bool_masked_pos: ArrayLike | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> MaskedImageModelingOutput | FieldTuple: ...

class _FlaxImageTextToText(_FlaxTaskModel, _FlaxGenerationMixin):
    def __call__(
        self,
        input_ids: ArrayLike | None = None,
        attention_mask: ArrayLike | None = None,
        position_ids: ArrayLike | None = None,
        past_key_values: KeyValueCache | None = None,
        inputs_embeds: ArrayLike | None = None,
        pixel_values: ArrayLike | None = None,
        pixel_values_videos: ArrayLike | None = None,
        image_grid_thw: ArrayLike | None = None,
        video_grid_thw: ArrayLike | None = None,
        mm_token_type_ids: ArrayLike | None = None,
        labels: ArrayLike | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        logits_to_keep: int | ArrayLike = 0,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> CausalLMOutput | MoeCausalLMOutputWithPast | FieldTuple: ...

class _FlaxAudioTower(_FlaxTaskModel):
    def __call__(
        self,
        input_features: ArrayLike | None = None,
        attention_mask: ArrayLike | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> BaseModelOutput | FieldTuple: ...

class _FlaxSpeechSeq2Seq(_FlaxTaskModel, _FlaxGenerationMixin):
    def __call__(
        self,
        input_features: ArrayLike | None = None,
        attention_mask: ArrayLike | None = None,
        decoder_input_ids: ArrayLike | None = None,
        decoder_attention_mask: ArrayLike | None = None,
        encoder_outputs: ArrayLike | None = None,
        past_key_values: KeyValueCache | None = None,
        decoder_inputs_embeds: ArrayLike | None = None,
        decoder_position_ids: ArrayLike | None = None,
        labels: ArrayLike | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> Seq2SeqLMOutput | FieldTuple: ...

class _FlaxCTC(_FlaxTaskModel):
    def __call__(
        self,
        input_values: ArrayLike | None = None,
        attention_mask: ArrayLike | None = None,
        labels: ArrayLike | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> CausalLMOutput | FieldTuple: ...

class _FlaxAudioFrameClassification(_FlaxTaskModel):
    def __call__(
        self,
        input_values: ArrayLike | None = None,
        attention_mask: ArrayLike | None = None,
        labels: ArrayLike | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> TokenClassifierOutput | FieldTuple: ...

class _FlaxAudioXVector(_FlaxTaskModel):
    def __call__(
        self,
        input_values: ArrayLike | None = None,
        attention_mask: ArrayLike | None = None,
        labels: ArrayLike | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> XVectorOutput | FieldTuple: ...

class _FlaxAudioClassification(_FlaxTaskModel):
    def __call__(
        self,
        input_features: ArrayLike | None = None,
        encoder_outputs: ArrayLike | None = None,
        labels: ArrayLike | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> SequenceClassifierOutput | FieldTuple: ...

class FlaxAutoBackbone(AutoClass):
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> tuple[_FlaxBackbone, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> _FlaxBackbone: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> _FlaxBackbone | tuple[_FlaxBackbone, dict[str, Any]]: ...
    @classmethod
    def from_config(cls, config: PretrainedConfig, **kwargs: Any) -> _FlaxBackbone: ...

class FlaxAutoModel(AutoClass):
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> tuple[FlaxPreTrainedModel, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> FlaxPreTrainedModel: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> FlaxPreTrainedModel | tuple[FlaxPreTrainedModel, dict[str, Any]]: ...
    @classmethod
    def from_config(cls, config: PretrainedConfig, **kwargs: Any) -> FlaxPreTrainedModel: ...

class FlaxAutoModelForAudioClassification(AutoClass):
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> tuple[_FlaxAudioClassification, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> _FlaxAudioClassification: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> _FlaxAudioClassification | tuple[_FlaxAudioClassification, dict[str, Any]]: ...
    @classmethod
    def from_config(cls, config: PretrainedConfig, **kwargs: Any) -> _FlaxAudioClassification: ...

class FlaxAutoModelForAudioFrameClassification(AutoClass):
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> tuple[_FlaxAudioFrameClassification, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> _FlaxAudioFrameClassification: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> _FlaxAudioFrameClassification | tuple[_FlaxAudioFrameClassification, dict[str, Any]]: ...
    @classmethod
    def from_config(cls, config: PretrainedConfig, **kwargs: Any) -> _FlaxAudioFrameClassification: ...

class FlaxAutoModelForAudioXVector(AutoClass):
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> tuple[_FlaxAudioXVector, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> _FlaxAudioXVector: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> _FlaxAudioXVector | tuple[_FlaxAudioXVector, dict[str, Any]]: ...
    @classmethod
    def from_config(cls, config: PretrainedConfig, **kwargs: Any) -> _FlaxAudioXVector: ...

class FlaxAutoModelForCTC(AutoClass):
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> tuple[_FlaxCTC, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> _FlaxCTC: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> _FlaxCTC | tuple[_FlaxCTC, dict[str, Any]]: ...
    @classmethod
    def from_config(cls, config: PretrainedConfig, **kwargs: Any) -> _FlaxCTC: ...

class FlaxAutoModelForCausalLM(AutoClass):
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> tuple[_FlaxCausalLM, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> _FlaxCausalLM: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> _FlaxCausalLM | tuple[_FlaxCausalLM, dict[str, Any]]: ...
    @classmethod
    def from_config(cls, config: PretrainedConfig, **kwargs: Any) -> _FlaxCausalLM: ...

class FlaxAutoModelForDepthEstimation(AutoClass):
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> tuple[_FlaxDepthEstimation, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> _FlaxDepthEstimation: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> _FlaxDepthEstimation | tuple[_FlaxDepthEstimation, dict[str, Any]]: ...
    @classmethod
    def from_config(cls, config: PretrainedConfig, **kwargs: Any) -> _FlaxDepthEstimation: ...

class FlaxAutoModelForDocumentQuestionAnswering(AutoClass):
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> tuple[FlaxPreTrainedModel, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> FlaxPreTrainedModel: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> FlaxPreTrainedModel | tuple[FlaxPreTrainedModel, dict[str, Any]]: ...
    @classmethod
    def from_config(cls, config: PretrainedConfig, **kwargs: Any) -> FlaxPreTrainedModel: ...

class FlaxAutoModelForImageClassification(AutoClass):
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> tuple[_FlaxImageClassification, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> _FlaxImageClassification: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> _FlaxImageClassification | tuple[_FlaxImageClassification, dict[str, Any]]: ...
    @classmethod
    def from_config(cls, config: PretrainedConfig, **kwargs: Any) -> _FlaxImageClassification: ...

class FlaxAutoModelForImageSegmentation(AutoClass):
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> tuple[_FlaxImageSegmentation, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> _FlaxImageSegmentation: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> _FlaxImageSegmentation | tuple[_FlaxImageSegmentation, dict[str, Any]]: ...
    @classmethod
    def from_config(cls, config: PretrainedConfig, **kwargs: Any) -> _FlaxImageSegmentation: ...

class FlaxAutoModelForImageTextToText(AutoClass):
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> tuple[_FlaxImageTextToText, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> _FlaxImageTextToText: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> _FlaxImageTextToText | tuple[_FlaxImageTextToText, dict[str, Any]]: ...
    @classmethod
    def from_config(cls, config: PretrainedConfig, **kwargs: Any) -> _FlaxImageTextToText: ...

class FlaxAutoModelForMaskedImageModeling(AutoClass):
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> tuple[_FlaxMaskedImageModeling, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> _FlaxMaskedImageModeling: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> _FlaxMaskedImageModeling | tuple[_FlaxMaskedImageModeling, dict[str, Any]]: ...
    @classmethod
    def from_config(cls, config: PretrainedConfig, **kwargs: Any) -> _FlaxMaskedImageModeling: ...

class FlaxAutoModelForMaskedLM(AutoClass):
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> tuple[FlaxPreTrainedModel, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> FlaxPreTrainedModel: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> FlaxPreTrainedModel | tuple[FlaxPreTrainedModel, dict[str, Any]]: ...
    @classmethod
    def from_config(cls, config: PretrainedConfig, **kwargs: Any) -> FlaxPreTrainedModel: ...

class FlaxAutoModelForMultipleChoice(AutoClass):
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> tuple[_FlaxMultipleChoice, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> _FlaxMultipleChoice: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> _FlaxMultipleChoice | tuple[_FlaxMultipleChoice, dict[str, Any]]: ...
    @classmethod
    def from_config(cls, config: PretrainedConfig, **kwargs: Any) -> _FlaxMultipleChoice: ...

class FlaxAutoModelForNextSentencePrediction(AutoClass):
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> tuple[_FlaxNextSentencePrediction, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> _FlaxNextSentencePrediction: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> _FlaxNextSentencePrediction | tuple[_FlaxNextSentencePrediction, dict[str, Any]]: ...
    @classmethod
    def from_config(cls, config: PretrainedConfig, **kwargs: Any) -> _FlaxNextSentencePrediction: ...

class FlaxAutoModelForObjectDetection(AutoClass):
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> tuple[_FlaxObjectDetection, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> _FlaxObjectDetection: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> _FlaxObjectDetection | tuple[_FlaxObjectDetection, dict[str, Any]]: ...
    @classmethod
    def from_config(cls, config: PretrainedConfig, **kwargs: Any) -> _FlaxObjectDetection: ...

class FlaxAutoModelForPoseEstimation(AutoClass):
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> tuple[_FlaxPoseEstimation, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> _FlaxPoseEstimation: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> _FlaxPoseEstimation | tuple[_FlaxPoseEstimation, dict[str, Any]]: ...
    @classmethod
    def from_config(cls, config: PretrainedConfig, **kwargs: Any) -> _FlaxPoseEstimation: ...

class FlaxAutoModelForPreTraining(AutoClass):
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> tuple[FlaxPreTrainedModel, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> FlaxPreTrainedModel: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> FlaxPreTrainedModel | tuple[FlaxPreTrainedModel, dict[str, Any]]: ...
    @classmethod
    def from_config(cls, config: PretrainedConfig, **kwargs: Any) -> FlaxPreTrainedModel: ...

class FlaxAutoModelForQuestionAnswering(AutoClass):
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> tuple[_FlaxQuestionAnswering, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> _FlaxQuestionAnswering: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> _FlaxQuestionAnswering | tuple[_FlaxQuestionAnswering, dict[str, Any]]: ...
    @classmethod
    def from_config(cls, config: PretrainedConfig, **kwargs: Any) -> _FlaxQuestionAnswering: ...

class FlaxAutoModelForSemanticSegmentation(AutoClass):
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> tuple[_FlaxSemanticSegmentation, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> _FlaxSemanticSegmentation: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> _FlaxSemanticSegmentation | tuple[_FlaxSemanticSegmentation, dict[str, Any]]: ...
    @classmethod
    def from_config(cls, config: PretrainedConfig, **kwargs: Any) -> _FlaxSemanticSegmentation: ...

class FlaxAutoModelForSentenceEmbedding(AutoClass):
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> tuple[_FlaxSentenceEmbedding, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> _FlaxSentenceEmbedding: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> _FlaxSentenceEmbedding | tuple[_FlaxSentenceEmbedding, dict[str, Any]]: ...
    @classmethod
    def from_config(cls, config: PretrainedConfig, **kwargs: Any) -> _FlaxSentenceEmbedding: ...

class FlaxAutoModelForSeq2SeqLM(AutoClass):
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> tuple[_FlaxSeq2SeqLM, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> _FlaxSeq2SeqLM: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> _FlaxSeq2SeqLM | tuple[_FlaxSeq2SeqLM, dict[str, Any]]: ...
    @classmethod
    def from_config(cls, config: PretrainedConfig, **kwargs: Any) -> _FlaxSeq2SeqLM: ...

class FlaxAutoModelForSequenceClassification(AutoClass):
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> tuple[_FlaxSequenceClassification, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> _FlaxSequenceClassification: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> _FlaxSequenceClassification | tuple[_FlaxSequenceClassification, dict[str, Any]]: ...
    @classmethod
    def from_config(cls, config: PretrainedConfig, **kwargs: Any) -> _FlaxSequenceClassification: ...

class FlaxAutoModelForSpeechSeq2Seq(AutoClass):
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> tuple[_FlaxSpeechSeq2Seq, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> _FlaxSpeechSeq2Seq: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> _FlaxSpeechSeq2Seq | tuple[_FlaxSpeechSeq2Seq, dict[str, Any]]: ...
    @classmethod
    def from_config(cls, config: PretrainedConfig, **kwargs: Any) -> _FlaxSpeechSeq2Seq: ...

class FlaxAutoModelForTextEncoding(AutoClass):
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> tuple[FlaxPreTrainedModel, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> FlaxPreTrainedModel: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> FlaxPreTrainedModel | tuple[FlaxPreTrainedModel, dict[str, Any]]: ...
    @classmethod
    def from_config(cls, config: PretrainedConfig, **kwargs: Any) -> FlaxPreTrainedModel: ...

class FlaxAutoModelForTokenClassification(AutoClass):
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> tuple[_FlaxTokenClassification, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> _FlaxTokenClassification: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> _FlaxTokenClassification | tuple[_FlaxTokenClassification, dict[str, Any]]: ...
    @classmethod
    def from_config(cls, config: PretrainedConfig, **kwargs: Any) -> _FlaxTokenClassification: ...

class FlaxAutoModelForVideoClassification(AutoClass):
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> tuple[_FlaxVideoClassification, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> _FlaxVideoClassification: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> _FlaxVideoClassification | tuple[_FlaxVideoClassification, dict[str, Any]]: ...
    @classmethod
    def from_config(cls, config: PretrainedConfig, **kwargs: Any) -> _FlaxVideoClassification: ...

class FlaxAutoModelForZeroShotImageClassification(AutoClass):
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> tuple[FlaxPreTrainedModel, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> FlaxPreTrainedModel: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> FlaxPreTrainedModel | tuple[FlaxPreTrainedModel, dict[str, Any]]: ...
    @classmethod
    def from_config(cls, config: PretrainedConfig, **kwargs: Any) -> FlaxPreTrainedModel: ...

class FlaxAlbertPreTrainedModel(FlaxPreTrainedModel):
    config: AlbertConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.AlbertKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.AlbertKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.AlbertKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class FlaxAlbertModel(FlaxAlbertPreTrainedModel, _FlaxBareModel):
    config: AlbertConfig

class FlaxAlbertForMaskedLM(FlaxAlbertPreTrainedModel, _FlaxMaskedLM):
    config: AlbertConfig

class FlaxAlbertForSequenceClassification(FlaxAlbertPreTrainedModel, _FlaxSequenceClassification):
    config: AlbertConfig

class FlaxAlbertForMultipleChoice(FlaxAlbertPreTrainedModel, _FlaxMultipleChoice):
    config: AlbertConfig

class FlaxAlbertForTokenClassification(FlaxAlbertPreTrainedModel, _FlaxTokenClassification):
    config: AlbertConfig

class FlaxAlbertForQuestionAnswering(FlaxAlbertPreTrainedModel, _FlaxQuestionAnswering):
    config: AlbertConfig

class FlaxAlbertForPreTraining(FlaxAlbertPreTrainedModel, _FlaxPreTraining):
    config: AlbertConfig
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        input_ids: ArrayLike | None = None,
        attention_mask: ArrayLike | None = None,
        token_type_ids: ArrayLike | None = None,
        position_ids: ArrayLike | None = None,
        inputs_embeds: ArrayLike | None = None,
        labels: ArrayLike | None = None,
        sentence_order_label: ArrayLike | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> AlbertForPreTrainingOutput | FieldTuple: ...

class FlaxAlbertForSentenceEmbedding(FlaxAlbertPreTrainedModel, _FlaxSentenceEmbedding):
    config: AlbertConfig

class FlaxASTPreTrainedModel(FlaxPreTrainedModel):
    config: ASTConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.ASTKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.ASTKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.ASTKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class FlaxASTModel(FlaxASTPreTrainedModel, _FlaxBareModel):
    config: ASTConfig
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        input_values: ArrayLike | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> BaseModelOutput | FieldTuple: ...

class FlaxASTForAudioClassification(FlaxASTPreTrainedModel, _FlaxAudioClassification):
    config: ASTConfig
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        input_values: ArrayLike | None = None,
        labels: ArrayLike | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> SequenceClassifierOutput | FieldTuple: ...

class FlaxBartPreTrainedModel(FlaxPreTrainedModel):
    config: BartConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.BartKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.BartKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.BartKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class FlaxBartModel(FlaxBartPreTrainedModel, _FlaxBareModel):
    config: BartConfig
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        input_ids: ArrayLike | None = None,
        attention_mask: ArrayLike | None = None,
        decoder_input_ids: ArrayLike | None = None,
        decoder_attention_mask: ArrayLike | None = None,
        encoder_outputs: ArrayLike | None = None,
        past_key_values: KeyValueCache | None = None,
        inputs_embeds: ArrayLike | None = None,
        decoder_inputs_embeds: ArrayLike | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        output_router_logits: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> BaseModelOutput | FieldTuple: ...

class FlaxBartForConditionalGeneration(FlaxBartPreTrainedModel, _FlaxSeq2SeqLM):
    config: BartConfig

class FlaxBartForSequenceClassification(FlaxBartPreTrainedModel, _FlaxSequenceClassification):
    config: BartConfig
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        input_ids: ArrayLike | None = None,
        attention_mask: ArrayLike | None = None,
        decoder_input_ids: ArrayLike | None = None,
        decoder_attention_mask: ArrayLike | None = None,
        encoder_outputs: ArrayLike | None = None,
        inputs_embeds: ArrayLike | None = None,
        decoder_inputs_embeds: ArrayLike | None = None,
        labels: ArrayLike | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> Seq2SeqSequenceClassifierOutput | FieldTuple: ...

class FlaxBartForQuestionAnswering(FlaxBartPreTrainedModel, _FlaxQuestionAnswering):
    config: BartConfig
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        input_ids: ArrayLike | None = None,
        attention_mask: ArrayLike | None = None,
        decoder_input_ids: ArrayLike | None = None,
        decoder_attention_mask: ArrayLike | None = None,
        encoder_outputs: ArrayLike | None = None,
        inputs_embeds: ArrayLike | None = None,
        decoder_inputs_embeds: ArrayLike | None = None,
        start_positions: ArrayLike | None = None,
        end_positions: ArrayLike | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> Seq2SeqQuestionAnsweringModelOutput | FieldTuple: ...

class FlaxBartForCausalLM(FlaxBartPreTrainedModel, _FlaxCausalLM):
    config: BartConfig
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        input_ids: ArrayLike | None = None,
        attention_mask: ArrayLike | None = None,
        encoder_hidden_states: ArrayLike | None = None,
        encoder_attention_mask: ArrayLike | None = None,
        past_key_values: KeyValueCache | None = None,
        inputs_embeds: ArrayLike | None = None,
        labels: ArrayLike | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        logits_to_keep: int | ArrayLike = 0,
        output_router_logits: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> CausalLMOutputWithCrossAttentions | MoeCausalLMOutputWithPast | FieldTuple: ...

class FlaxBeitPreTrainedModel(FlaxPreTrainedModel):
    config: BeitConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.BeitKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.BeitKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.BeitKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class FlaxBeitModel(FlaxBeitPreTrainedModel, _FlaxBareModel):
    config: BeitConfig
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        pixel_values: ArrayLike | None = None,
        bool_masked_pos: ArrayLike | None = None,
        interpolate_pos_encoding: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> BaseModelOutput | FieldTuple: ...

class FlaxBeitForImageClassification(FlaxBeitPreTrainedModel, _FlaxImageClassification):
    config: BeitConfig
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        pixel_values: ArrayLike | None = None,
        labels: ArrayLike | None = None,
        interpolate_pos_encoding: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> ImageClassifierOutput | FieldTuple: ...

class FlaxBeitForMaskedImageModeling(FlaxBeitPreTrainedModel, _FlaxMaskedPatches):
    config: BeitConfig

class FlaxBeitForSemanticSegmentation(FlaxBeitPreTrainedModel, _FlaxSemanticSegmentation):
    config: BeitConfig
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        pixel_values: ArrayLike | None = None,
        labels: ArrayLike | None = None,
        interpolate_pos_encoding: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> SemanticSegmenterOutput | FieldTuple: ...

class FlaxBeitBackbone(FlaxBeitPreTrainedModel, _FlaxBackbone):
    config: BeitConfig

class FlaxBertPreTrainedModel(FlaxPreTrainedModel):
    config: BertConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.BertKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.BertKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.BertKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class FlaxBertModel(FlaxBertPreTrainedModel, _FlaxBareModel):
    config: BertConfig

class FlaxBertForMaskedLM(FlaxBertPreTrainedModel, _FlaxMaskedLM):
    config: BertConfig

class FlaxBertForSequenceClassification(FlaxBertPreTrainedModel, _FlaxSequenceClassification):
    config: BertConfig

class FlaxBertForMultipleChoice(FlaxBertPreTrainedModel, _FlaxMultipleChoice):
    config: BertConfig

class FlaxBertForTokenClassification(FlaxBertPreTrainedModel, _FlaxTokenClassification):
    config: BertConfig

class FlaxBertForQuestionAnswering(FlaxBertPreTrainedModel, _FlaxQuestionAnswering):
    config: BertConfig

class FlaxBertLMHeadModel(FlaxBertPreTrainedModel, _FlaxCausalLM):
    config: BertConfig

class FlaxBertForNextSentencePrediction(FlaxBertPreTrainedModel, _FlaxNextSentencePrediction):
    config: BertConfig

class FlaxBertForPreTraining(FlaxBertPreTrainedModel, _FlaxPreTraining):
    config: BertConfig

class FlaxBertForSentenceEmbedding(FlaxBertPreTrainedModel, _FlaxSentenceEmbedding):
    config: BertConfig

class FlaxBlenderbotPreTrainedModel(FlaxPreTrainedModel):
    config: BlenderbotConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.BlenderbotKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.BlenderbotKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.BlenderbotKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class FlaxBlenderbotModel(FlaxBlenderbotPreTrainedModel, _FlaxBareModel):
    config: BlenderbotConfig
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        input_ids: ArrayLike | None = None,
        attention_mask: ArrayLike | None = None,
        decoder_input_ids: ArrayLike | None = None,
        decoder_attention_mask: ArrayLike | None = None,
        encoder_outputs: ArrayLike | None = None,
        past_key_values: KeyValueCache | None = None,
        inputs_embeds: ArrayLike | None = None,
        decoder_inputs_embeds: ArrayLike | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        output_router_logits: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> BaseModelOutput | FieldTuple: ...

class FlaxBlenderbotForConditionalGeneration(FlaxBlenderbotPreTrainedModel, _FlaxSeq2SeqLM):
    config: BlenderbotConfig

class FlaxBlenderbotForCausalLM(FlaxBlenderbotPreTrainedModel, _FlaxCausalLM):
    config: BlenderbotConfig
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        input_ids: ArrayLike | None = None,
        attention_mask: ArrayLike | None = None,
        encoder_hidden_states: ArrayLike | None = None,
        encoder_attention_mask: ArrayLike | None = None,
        past_key_values: KeyValueCache | None = None,
        inputs_embeds: ArrayLike | None = None,
        labels: ArrayLike | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        logits_to_keep: int | ArrayLike = 0,
        output_router_logits: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> CausalLMOutputWithCrossAttentions | MoeCausalLMOutputWithPast | FieldTuple: ...

class FlaxBlenderbotSmallPreTrainedModel(FlaxPreTrainedModel):
    config: BlenderbotSmallConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.BlenderbotSmallKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.BlenderbotSmallKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.BlenderbotSmallKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class FlaxBlenderbotSmallModel(FlaxBlenderbotSmallPreTrainedModel, _FlaxBareModel):
    config: BlenderbotSmallConfig
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        input_ids: ArrayLike | None = None,
        attention_mask: ArrayLike | None = None,
        decoder_input_ids: ArrayLike | None = None,
        decoder_attention_mask: ArrayLike | None = None,
        encoder_outputs: ArrayLike | None = None,
        past_key_values: KeyValueCache | None = None,
        inputs_embeds: ArrayLike | None = None,
        decoder_inputs_embeds: ArrayLike | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        output_router_logits: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> BaseModelOutput | FieldTuple: ...

class FlaxBlenderbotSmallForConditionalGeneration(FlaxBlenderbotSmallPreTrainedModel, _FlaxSeq2SeqLM):
    config: BlenderbotSmallConfig

class FlaxBlenderbotSmallForCausalLM(FlaxBlenderbotSmallPreTrainedModel, _FlaxCausalLM):
    config: BlenderbotSmallConfig
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        input_ids: ArrayLike | None = None,
        attention_mask: ArrayLike | None = None,
        encoder_hidden_states: ArrayLike | None = None,
        encoder_attention_mask: ArrayLike | None = None,
        past_key_values: KeyValueCache | None = None,
        inputs_embeds: ArrayLike | None = None,
        labels: ArrayLike | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        logits_to_keep: int | ArrayLike = 0,
        output_router_logits: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> CausalLMOutputWithCrossAttentions | MoeCausalLMOutputWithPast | FieldTuple: ...

class FlaxBloomPreTrainedModel(FlaxPreTrainedModel):
    config: BloomConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.BloomKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.BloomKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.BloomKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class FlaxBloomModel(FlaxBloomPreTrainedModel, _FlaxBareModel):
    config: BloomConfig

class FlaxBloomForCausalLM(FlaxBloomPreTrainedModel, _FlaxCausalLM):
    config: BloomConfig

class FlaxBloomForSequenceClassification(FlaxBloomPreTrainedModel, _FlaxSequenceClassification):
    config: BloomConfig

class FlaxBloomForTokenClassification(FlaxBloomPreTrainedModel, _FlaxTokenClassification):
    config: BloomConfig

class FlaxBloomForQuestionAnswering(FlaxBloomPreTrainedModel, _FlaxQuestionAnswering):
    config: BloomConfig

class FlaxBloomForSentenceEmbedding(FlaxBloomPreTrainedModel, _FlaxSentenceEmbedding):
    config: BloomConfig

class FlaxCamembertPreTrainedModel(FlaxPreTrainedModel):
    config: CamembertConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.CamembertKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.CamembertKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.CamembertKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class FlaxCamembertModel(FlaxCamembertPreTrainedModel, _FlaxBareModel):
    config: CamembertConfig

class FlaxCamembertForMaskedLM(FlaxCamembertPreTrainedModel, _FlaxMaskedLM):
    config: CamembertConfig

class FlaxCamembertForSequenceClassification(FlaxCamembertPreTrainedModel, _FlaxSequenceClassification):
    config: CamembertConfig

class FlaxCamembertForMultipleChoice(FlaxCamembertPreTrainedModel, _FlaxMultipleChoice):
    config: CamembertConfig

class FlaxCamembertForTokenClassification(FlaxCamembertPreTrainedModel, _FlaxTokenClassification):
    config: CamembertConfig

class FlaxCamembertForQuestionAnswering(FlaxCamembertPreTrainedModel, _FlaxQuestionAnswering):
    config: CamembertConfig

class FlaxCamembertForCausalLM(FlaxCamembertPreTrainedModel, _FlaxCausalLM):
    config: CamembertConfig

class FlaxCamembertForSentenceEmbedding(FlaxCamembertPreTrainedModel, _FlaxSentenceEmbedding):
    config: CamembertConfig

class FlaxChineseCLIPPreTrainedModel(FlaxPreTrainedModel):
    config: Any
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.ChineseCLIPKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.ChineseCLIPKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.ChineseCLIPKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class FlaxChineseCLIPModel(FlaxChineseCLIPPreTrainedModel, _FlaxBareModel):
    config: ChineseCLIPConfig
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        input_ids: ArrayLike | None = None,
        pixel_values: ArrayLike | None = None,
        attention_mask: ArrayLike | None = None,
        token_type_ids: ArrayLike | None = None,
        position_ids: ArrayLike | None = None,
        return_loss: bool | None = None,
        interpolate_pos_encoding: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> ContrastiveOutput | FieldTuple: ...
    def get_text_features(
        self,
        input_ids: ArrayLike | None = None,
        attention_mask: ArrayLike | None = None,
        token_type_ids: ArrayLike | None = None,
        position_ids: ArrayLike | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> BaseModelOutput | FieldTuple: ...
    def get_image_features(
        self,
        pixel_values: ArrayLike | None = None,
        interpolate_pos_encoding: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> BaseModelOutput | FieldTuple: ...

class FlaxChineseCLIPTextModel(FlaxChineseCLIPPreTrainedModel, _FlaxTextTower):
    config: ChineseCLIPTextConfig
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        input_ids: ArrayLike | None = None,
        attention_mask: ArrayLike | None = None,
        token_type_ids: ArrayLike | None = None,
        position_ids: ArrayLike | None = None,
        inputs_embeds: ArrayLike | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> BaseModelOutput | FieldTuple: ...

class FlaxChineseCLIPVisionModel(FlaxChineseCLIPPreTrainedModel, _FlaxImageTower):
    config: ChineseCLIPVisionConfig

class FlaxCLIPPreTrainedModel(FlaxPreTrainedModel):
    config: Any
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.CLIPKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.CLIPKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.CLIPKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class FlaxCLIPModel(FlaxCLIPPreTrainedModel, _FlaxBareModel):
    config: CLIPConfig
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        input_ids: ArrayLike | None = None,
        pixel_values: ArrayLike | None = None,
        attention_mask: ArrayLike | None = None,
        position_ids: ArrayLike | None = None,
        return_loss: bool | None = None,
        interpolate_pos_encoding: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> ContrastiveOutput | FieldTuple: ...
    def get_text_features(
        self,
        input_ids: ArrayLike | None = None,
        attention_mask: ArrayLike | None = None,
        position_ids: ArrayLike | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> BaseModelOutput | FieldTuple: ...
    def get_image_features(
        self,
        pixel_values: ArrayLike | None = None,
        interpolate_pos_encoding: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> BaseModelOutput | FieldTuple: ...

class FlaxCLIPTextModel(FlaxCLIPPreTrainedModel, _FlaxTextTower):
    config: CLIPTextConfig

class FlaxCLIPVisionModel(FlaxCLIPPreTrainedModel, _FlaxImageTower):
    config: CLIPVisionConfig

class FlaxCLIPTextModelWithProjection(FlaxCLIPPreTrainedModel, _FlaxTextProjection):
    config: CLIPTextConfig

class FlaxCLIPVisionModelWithProjection(FlaxCLIPPreTrainedModel, _FlaxImageProjection):
    config: CLIPVisionConfig

class FlaxCLIPForImageClassification(FlaxCLIPPreTrainedModel, _FlaxImageClassification):
    config: CLIPConfig
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        pixel_values: ArrayLike | None = None,
        labels: ArrayLike | None = None,
        interpolate_pos_encoding: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> ImageClassifierOutput | FieldTuple: ...

class FlaxCLIPSegPreTrainedModel(FlaxPreTrainedModel):
    config: Any
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.CLIPSegKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.CLIPSegKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.CLIPSegKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class FlaxCLIPSegModel(FlaxCLIPSegPreTrainedModel, _FlaxBareModel):
    config: CLIPSegConfig
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        input_ids: ArrayLike | None = None,
        pixel_values: ArrayLike | None = None,
        attention_mask: ArrayLike | None = None,
        position_ids: ArrayLike | None = None,
        return_loss: bool | None = None,
        interpolate_pos_encoding: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> ContrastiveOutput | FieldTuple: ...
    def get_text_features(
        self,
        input_ids: ArrayLike | None = None,
        attention_mask: ArrayLike | None = None,
        position_ids: ArrayLike | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> BaseModelOutput | FieldTuple: ...
    def get_image_features(
        self,
        pixel_values: ArrayLike | None = None,
        interpolate_pos_encoding: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> BaseModelOutput | FieldTuple: ...

class FlaxCLIPSegTextModel(FlaxCLIPSegPreTrainedModel, _FlaxTextTower):
    config: CLIPSegTextConfig

class FlaxCLIPSegVisionModel(FlaxCLIPSegPreTrainedModel, _FlaxImageTower):
    config: CLIPSegVisionConfig
    def __call__(
        self,
        pixel_values: ArrayLike | None = None,
        interpolate_pos_encoding: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> BaseModelOutput | FieldTuple: ...

class FlaxCLIPSegForImageSegmentation(FlaxCLIPSegPreTrainedModel, _FlaxImageSegmentation):
    config: CLIPSegConfig

class FlaxCodeGenPreTrainedModel(FlaxPreTrainedModel):
    config: CodeGenConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.CodeGenKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.CodeGenKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.CodeGenKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class FlaxCodeGenModel(FlaxCodeGenPreTrainedModel, _FlaxBareModel):
    config: CodeGenConfig

class FlaxCodeGenForCausalLM(FlaxCodeGenPreTrainedModel, _FlaxCausalLM):
    config: CodeGenConfig

class FlaxCodeGenForSentenceEmbedding(FlaxCodeGenPreTrainedModel, _FlaxSentenceEmbedding):
    config: CodeGenConfig

class FlaxCoherePreTrainedModel(FlaxPreTrainedModel):
    config: CohereConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.CohereKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.CohereKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.CohereKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class FlaxCohereModel(FlaxCoherePreTrainedModel, _FlaxBareModel):
    config: CohereConfig

class FlaxCohereForCausalLM(FlaxCoherePreTrainedModel, _FlaxCausalLM):
    config: CohereConfig

class FlaxCohereForSentenceEmbedding(FlaxCoherePreTrainedModel, _FlaxSentenceEmbedding):
    config: CohereConfig

class FlaxCohere2PreTrainedModel(FlaxPreTrainedModel):
    config: Cohere2Config
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.Cohere2Keywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.Cohere2Keywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.Cohere2Keywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class FlaxCohere2Model(FlaxCohere2PreTrainedModel, _FlaxBareModel):
    config: Cohere2Config

class FlaxCohere2ForCausalLM(FlaxCohere2PreTrainedModel, _FlaxCausalLM):
    config: Cohere2Config

class FlaxCohere2ForSentenceEmbedding(FlaxCohere2PreTrainedModel, _FlaxSentenceEmbedding):
    config: Cohere2Config

class FlaxConvNextPreTrainedModel(FlaxPreTrainedModel):
    config: ConvNextConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.ConvNextKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.ConvNextKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.ConvNextKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class FlaxConvNextModel(FlaxConvNextPreTrainedModel, _FlaxBareModel):
    config: ConvNextConfig
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        pixel_values: ArrayLike | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> BaseModelOutput | FieldTuple: ...

class FlaxConvNextForImageClassification(FlaxConvNextPreTrainedModel, _FlaxImageClassification):
    config: ConvNextConfig
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        pixel_values: ArrayLike | None = None,
        labels: ArrayLike | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> ImageClassifierOutput | FieldTuple: ...

class FlaxConvNextBackbone(FlaxConvNextPreTrainedModel, _FlaxBackbone):
    config: ConvNextConfig
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        pixel_values: ArrayLike | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> BackboneOutput | FieldTuple: ...

class FlaxConvNextV2PreTrainedModel(FlaxPreTrainedModel):
    config: ConvNextV2Config
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.ConvNextV2Keywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.ConvNextV2Keywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.ConvNextV2Keywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class FlaxConvNextV2Model(FlaxConvNextV2PreTrainedModel, _FlaxBareModel):
    config: ConvNextV2Config
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        pixel_values: ArrayLike | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> BaseModelOutput | FieldTuple: ...

class FlaxConvNextV2ForImageClassification(FlaxConvNextV2PreTrainedModel, _FlaxImageClassification):
    config: ConvNextV2Config
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        pixel_values: ArrayLike | None = None,
        labels: ArrayLike | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> ImageClassifierOutput | FieldTuple: ...

class FlaxConvNextV2Backbone(FlaxConvNextV2PreTrainedModel, _FlaxBackbone):
    config: ConvNextV2Config
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        pixel_values: ArrayLike | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> BackboneOutput | FieldTuple: ...

class FlaxData2VecAudioPreTrainedModel(FlaxPreTrainedModel):
    config: Data2VecAudioConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.Data2VecAudioKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.Data2VecAudioKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.Data2VecAudioKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class FlaxData2VecAudioModel(FlaxData2VecAudioPreTrainedModel, _FlaxBareModel):
    config: Data2VecAudioConfig
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        input_values: ArrayLike | None = None,
        attention_mask: ArrayLike | None = None,
        mask_time_indices: ArrayLike | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> BaseModelOutput | FieldTuple: ...

class FlaxData2VecAudioForCTC(FlaxData2VecAudioPreTrainedModel, _FlaxCTC):
    config: Data2VecAudioConfig

class FlaxData2VecAudioForSequenceClassification(FlaxData2VecAudioPreTrainedModel, _FlaxAudioClassification):
    config: Data2VecAudioConfig
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        input_values: ArrayLike | None = None,
        attention_mask: ArrayLike | None = None,
        labels: ArrayLike | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> SequenceClassifierOutput | FieldTuple: ...

class FlaxData2VecAudioForAudioFrameClassification(FlaxData2VecAudioPreTrainedModel, _FlaxAudioFrameClassification):
    config: Data2VecAudioConfig

class FlaxData2VecAudioForXVector(FlaxData2VecAudioPreTrainedModel, _FlaxAudioXVector):
    config: Data2VecAudioConfig

class FlaxData2VecTextPreTrainedModel(FlaxPreTrainedModel):
    config: Data2VecTextConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.Data2VecTextKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.Data2VecTextKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.Data2VecTextKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class FlaxData2VecTextModel(FlaxData2VecTextPreTrainedModel, _FlaxBareModel):
    config: Data2VecTextConfig

class FlaxData2VecTextForMaskedLM(FlaxData2VecTextPreTrainedModel, _FlaxMaskedLM):
    config: Data2VecTextConfig

class FlaxData2VecTextForSequenceClassification(FlaxData2VecTextPreTrainedModel, _FlaxSequenceClassification):
    config: Data2VecTextConfig

class FlaxData2VecTextForMultipleChoice(FlaxData2VecTextPreTrainedModel, _FlaxMultipleChoice):
    config: Data2VecTextConfig

class FlaxData2VecTextForTokenClassification(FlaxData2VecTextPreTrainedModel, _FlaxTokenClassification):
    config: Data2VecTextConfig

class FlaxData2VecTextForQuestionAnswering(FlaxData2VecTextPreTrainedModel, _FlaxQuestionAnswering):
    config: Data2VecTextConfig

class FlaxData2VecTextForCausalLM(FlaxData2VecTextPreTrainedModel, _FlaxCausalLM):
    config: Data2VecTextConfig

class FlaxData2VecTextForSentenceEmbedding(FlaxData2VecTextPreTrainedModel, _FlaxSentenceEmbedding):
    config: Data2VecTextConfig

class FlaxDebertaPreTrainedModel(FlaxPreTrainedModel):
    config: DebertaConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.DebertaKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.DebertaKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.DebertaKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class FlaxDebertaModel(FlaxDebertaPreTrainedModel, _FlaxBareModel):
    config: DebertaConfig

class FlaxDebertaForMaskedLM(FlaxDebertaPreTrainedModel, _FlaxMaskedLM):
    config: DebertaConfig

class FlaxDebertaForSequenceClassification(FlaxDebertaPreTrainedModel, _FlaxSequenceClassification):
    config: DebertaConfig

class FlaxDebertaForTokenClassification(FlaxDebertaPreTrainedModel, _FlaxTokenClassification):
    config: DebertaConfig

class FlaxDebertaForQuestionAnswering(FlaxDebertaPreTrainedModel, _FlaxQuestionAnswering):
    config: DebertaConfig

class FlaxDebertaForSentenceEmbedding(FlaxDebertaPreTrainedModel, _FlaxSentenceEmbedding):
    config: DebertaConfig

class FlaxDebertaV2PreTrainedModel(FlaxPreTrainedModel):
    config: DebertaV2Config
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.DebertaV2Keywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.DebertaV2Keywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.DebertaV2Keywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class FlaxDebertaV2Model(FlaxDebertaV2PreTrainedModel, _FlaxBareModel):
    config: DebertaV2Config

class FlaxDebertaV2ForMaskedLM(FlaxDebertaV2PreTrainedModel, _FlaxMaskedLM):
    config: DebertaV2Config

class FlaxDebertaV2ForSequenceClassification(FlaxDebertaV2PreTrainedModel, _FlaxSequenceClassification):
    config: DebertaV2Config

class FlaxDebertaV2ForMultipleChoice(FlaxDebertaV2PreTrainedModel, _FlaxMultipleChoice):
    config: DebertaV2Config

class FlaxDebertaV2ForTokenClassification(FlaxDebertaV2PreTrainedModel, _FlaxTokenClassification):
    config: DebertaV2Config

class FlaxDebertaV2ForQuestionAnswering(FlaxDebertaV2PreTrainedModel, _FlaxQuestionAnswering):
    config: DebertaV2Config

class FlaxDebertaV2ForSentenceEmbedding(FlaxDebertaV2PreTrainedModel, _FlaxSentenceEmbedding):
    config: DebertaV2Config

class FlaxDeepseekV2PreTrainedModel(FlaxPreTrainedModel):
    config: DeepseekV2Config
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.DeepseekV2Keywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.DeepseekV2Keywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.DeepseekV2Keywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class FlaxDeepseekV2Model(FlaxDeepseekV2PreTrainedModel, _FlaxBareModel):
    config: DeepseekV2Config

class FlaxDeepseekV2ForCausalLM(FlaxDeepseekV2PreTrainedModel, _FlaxCausalLM):
    config: DeepseekV2Config

class FlaxDeepseekV2ForSequenceClassification(FlaxDeepseekV2PreTrainedModel, _FlaxSequenceClassification):
    config: DeepseekV2Config

class FlaxDeepseekV2ForSentenceEmbedding(FlaxDeepseekV2PreTrainedModel, _FlaxSentenceEmbedding):
    config: DeepseekV2Config

class FlaxDeepseekV3PreTrainedModel(FlaxPreTrainedModel):
    config: DeepseekV3Config
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.DeepseekV3Keywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.DeepseekV3Keywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.DeepseekV3Keywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class FlaxDeepseekV3Model(FlaxDeepseekV3PreTrainedModel, _FlaxBareModel):
    config: DeepseekV3Config

class FlaxDeepseekV3ForCausalLM(FlaxDeepseekV3PreTrainedModel, _FlaxCausalLM):
    config: DeepseekV3Config

class FlaxDeepseekV3ForSequenceClassification(FlaxDeepseekV3PreTrainedModel, _FlaxSequenceClassification):
    config: DeepseekV3Config

class FlaxDeepseekV3ForTokenClassification(FlaxDeepseekV3PreTrainedModel, _FlaxTokenClassification):
    config: DeepseekV3Config

class FlaxDeepseekV3ForSentenceEmbedding(FlaxDeepseekV3PreTrainedModel, _FlaxSentenceEmbedding):
    config: DeepseekV3Config

class FlaxDeiTPreTrainedModel(FlaxPreTrainedModel):
    config: DeiTConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.DeiTKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.DeiTKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.DeiTKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class FlaxDeiTModel(FlaxDeiTPreTrainedModel, _FlaxBareModel):
    config: DeiTConfig
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        pixel_values: ArrayLike | None = None,
        bool_masked_pos: ArrayLike | None = None,
        interpolate_pos_encoding: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> BaseModelOutput | FieldTuple: ...

class FlaxDeiTForImageClassification(FlaxDeiTPreTrainedModel, _FlaxImageClassification):
    config: DeiTConfig
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        pixel_values: ArrayLike | None = None,
        labels: ArrayLike | None = None,
        interpolate_pos_encoding: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> ImageClassifierOutput | FieldTuple: ...

class FlaxDeiTForImageClassificationWithTeacher(FlaxDeiTPreTrainedModel, _FlaxImageClassification):
    config: DeiTConfig
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        pixel_values: ArrayLike | None = None,
        interpolate_pos_encoding: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> DeiTForImageClassificationWithTeacherOutput | FieldTuple: ...

class FlaxDeiTForMaskedImageModeling(FlaxDeiTPreTrainedModel, _FlaxMaskedImageModeling):
    config: DeiTConfig
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        pixel_values: ArrayLike | None = None,
        bool_masked_pos: ArrayLike | None = None,
        interpolate_pos_encoding: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> MaskedImageModelingOutput | FieldTuple: ...

class FlaxDepthAnythingPreTrainedModel(FlaxPreTrainedModel):
    config: DepthAnythingConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.DepthAnythingKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.DepthAnythingKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.DepthAnythingKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class FlaxDepthAnythingForDepthEstimation(FlaxDepthAnythingPreTrainedModel, _FlaxDepthEstimation):
    config: DepthAnythingConfig

class FlaxDinov2PreTrainedModel(FlaxPreTrainedModel):
    config: Dinov2Config
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.Dinov2Keywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.Dinov2Keywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.Dinov2Keywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class FlaxDinov2Model(FlaxDinov2PreTrainedModel, _FlaxBareModel):
    config: Dinov2Config
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        pixel_values: ArrayLike | None = None,
        bool_masked_pos: ArrayLike | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> BaseModelOutput | FieldTuple: ...

class FlaxDinov2ForImageClassification(FlaxDinov2PreTrainedModel, _FlaxImageClassification):
    config: Dinov2Config

class FlaxDinov2Backbone(FlaxDinov2PreTrainedModel, _FlaxBackbone):
    config: Dinov2Config

class FlaxDinov2WithRegistersPreTrainedModel(FlaxPreTrainedModel):
    config: Dinov2WithRegistersConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.Dinov2WithRegistersKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.Dinov2WithRegistersKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.Dinov2WithRegistersKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class FlaxDinov2WithRegistersModel(FlaxDinov2WithRegistersPreTrainedModel, _FlaxBareModel):
    config: Dinov2WithRegistersConfig
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        pixel_values: ArrayLike | None = None,
        bool_masked_pos: ArrayLike | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> BaseModelOutput | FieldTuple: ...

class FlaxDinov2WithRegistersForImageClassification(FlaxDinov2WithRegistersPreTrainedModel, _FlaxImageClassification):
    config: Dinov2WithRegistersConfig

class FlaxDinov2WithRegistersBackbone(FlaxDinov2WithRegistersPreTrainedModel, _FlaxBackbone):
    config: Dinov2WithRegistersConfig

class FlaxDINOv3ViTPreTrainedModel(FlaxPreTrainedModel):
    config: DINOv3ViTConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.DINOv3ViTKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.DINOv3ViTKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.DINOv3ViTKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class FlaxDINOv3ViTModel(FlaxDINOv3ViTPreTrainedModel, _FlaxBareModel):
    config: DINOv3ViTConfig
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        pixel_values: ArrayLike | None = None,
        bool_masked_pos: ArrayLike | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> BaseModelOutput | FieldTuple: ...

class FlaxDINOv3ViTBackbone(FlaxDINOv3ViTPreTrainedModel, _FlaxBackbone):
    config: DINOv3ViTConfig
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        pixel_values: ArrayLike | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> DINOv3ViTBackboneOutput | FieldTuple: ...

class FlaxDistilBertPreTrainedModel(FlaxPreTrainedModel):
    config: DistilBertConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.DistilBertKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.DistilBertKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.DistilBertKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class FlaxDistilBertModel(FlaxDistilBertPreTrainedModel, _FlaxBareModel):
    config: DistilBertConfig

class FlaxDistilBertForMaskedLM(FlaxDistilBertPreTrainedModel, _FlaxMaskedLM):
    config: DistilBertConfig

class FlaxDistilBertForSequenceClassification(FlaxDistilBertPreTrainedModel, _FlaxSequenceClassification):
    config: DistilBertConfig

class FlaxDistilBertForMultipleChoice(FlaxDistilBertPreTrainedModel, _FlaxMultipleChoice):
    config: DistilBertConfig

class FlaxDistilBertForTokenClassification(FlaxDistilBertPreTrainedModel, _FlaxTokenClassification):
    config: DistilBertConfig

class FlaxDistilBertForQuestionAnswering(FlaxDistilBertPreTrainedModel, _FlaxQuestionAnswering):
    config: DistilBertConfig

class FlaxDistilBertForSentenceEmbedding(FlaxDistilBertPreTrainedModel, _FlaxSentenceEmbedding):
    config: DistilBertConfig

class FlaxDots1PreTrainedModel(FlaxPreTrainedModel):
    config: Dots1Config
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.Dots1Keywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.Dots1Keywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.Dots1Keywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class FlaxDots1Model(FlaxDots1PreTrainedModel, _FlaxBareModel):
    config: Dots1Config

class FlaxDots1ForCausalLM(FlaxDots1PreTrainedModel, _FlaxCausalLM):
    config: Dots1Config

class FlaxDots1ForSentenceEmbedding(FlaxDots1PreTrainedModel, _FlaxSentenceEmbedding):
    config: Dots1Config

class FlaxDPTPreTrainedModel(FlaxPreTrainedModel):
    config: DPTConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.DPTKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.DPTKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.DPTKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class FlaxDPTModel(FlaxDPTPreTrainedModel, _FlaxBareModel):
    config: DPTConfig
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        pixel_values: ArrayLike | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> BaseModelOutput | FieldTuple: ...

class FlaxDPTForDepthEstimation(FlaxDPTPreTrainedModel, _FlaxDepthEstimation):
    config: DPTConfig

class FlaxDPTForSemanticSegmentation(FlaxDPTPreTrainedModel, _FlaxSemanticSegmentation):
    config: DPTConfig

class FlaxElectraPreTrainedModel(FlaxPreTrainedModel):
    config: ElectraConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.ElectraKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.ElectraKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.ElectraKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class FlaxElectraModel(FlaxElectraPreTrainedModel, _FlaxBareModel):
    config: ElectraConfig

class FlaxElectraForMaskedLM(FlaxElectraPreTrainedModel, _FlaxMaskedLM):
    config: ElectraConfig

class FlaxElectraForSequenceClassification(FlaxElectraPreTrainedModel, _FlaxSequenceClassification):
    config: ElectraConfig

class FlaxElectraForMultipleChoice(FlaxElectraPreTrainedModel, _FlaxMultipleChoice):
    config: ElectraConfig

class FlaxElectraForTokenClassification(FlaxElectraPreTrainedModel, _FlaxTokenClassification):
    config: ElectraConfig

class FlaxElectraForQuestionAnswering(FlaxElectraPreTrainedModel, _FlaxQuestionAnswering):
    config: ElectraConfig

class FlaxElectraForCausalLM(FlaxElectraPreTrainedModel, _FlaxCausalLM):
    config: ElectraConfig

class FlaxElectraForPreTraining(FlaxElectraPreTrainedModel, _FlaxReplacedTokens):
    config: ElectraConfig

class FlaxElectraForSentenceEmbedding(FlaxElectraPreTrainedModel, _FlaxSentenceEmbedding):
    config: ElectraConfig

class FlaxErnie4_5PreTrainedModel(FlaxPreTrainedModel):
    config: Ernie4_5Config
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.Ernie4_5Keywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.Ernie4_5Keywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.Ernie4_5Keywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class FlaxErnie4_5Model(FlaxErnie4_5PreTrainedModel, _FlaxBareModel):
    config: Ernie4_5Config

class FlaxErnie4_5ForCausalLM(FlaxErnie4_5PreTrainedModel, _FlaxCausalLM):
    config: Ernie4_5Config

class FlaxErnie4_5ForSentenceEmbedding(FlaxErnie4_5PreTrainedModel, _FlaxSentenceEmbedding):
    config: Ernie4_5Config

class FlaxExaone4PreTrainedModel(FlaxPreTrainedModel):
    config: Exaone4Config
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.Exaone4Keywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.Exaone4Keywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.Exaone4Keywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class FlaxExaone4Model(FlaxExaone4PreTrainedModel, _FlaxBareModel):
    config: Exaone4Config

class FlaxExaone4ForCausalLM(FlaxExaone4PreTrainedModel, _FlaxCausalLM):
    config: Exaone4Config

class FlaxExaone4ForSequenceClassification(FlaxExaone4PreTrainedModel, _FlaxSequenceClassification):
    config: Exaone4Config

class FlaxExaone4ForTokenClassification(FlaxExaone4PreTrainedModel, _FlaxTokenClassification):
    config: Exaone4Config

class FlaxExaone4ForQuestionAnswering(FlaxExaone4PreTrainedModel, _FlaxQuestionAnswering):
    config: Exaone4Config

class FlaxExaone4ForSentenceEmbedding(FlaxExaone4PreTrainedModel, _FlaxSentenceEmbedding):
    config: Exaone4Config

class FlaxFalconPreTrainedModel(FlaxPreTrainedModel):
    config: FalconConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.FalconKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.FalconKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.FalconKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class FlaxFalconModel(FlaxFalconPreTrainedModel, _FlaxBareModel):
    config: FalconConfig

class FlaxFalconForCausalLM(FlaxFalconPreTrainedModel, _FlaxCausalLM):
    config: FalconConfig

class FlaxFalconForSequenceClassification(FlaxFalconPreTrainedModel, _FlaxSequenceClassification):
    config: FalconConfig

class FlaxFalconForTokenClassification(FlaxFalconPreTrainedModel, _FlaxTokenClassification):
    config: FalconConfig

class FlaxFalconForQuestionAnswering(FlaxFalconPreTrainedModel, _FlaxQuestionAnswering):
    config: FalconConfig

class FlaxFalconForSentenceEmbedding(FlaxFalconPreTrainedModel, _FlaxSentenceEmbedding):
    config: FalconConfig

class FlaxGemmaPreTrainedModel(FlaxPreTrainedModel):
    config: GemmaConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.GemmaKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.GemmaKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.GemmaKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class FlaxGemmaModel(FlaxGemmaPreTrainedModel, _FlaxBareModel):
    config: GemmaConfig

class FlaxGemmaForCausalLM(FlaxGemmaPreTrainedModel, _FlaxCausalLM):
    config: GemmaConfig

class FlaxGemmaForSequenceClassification(FlaxGemmaPreTrainedModel, _FlaxSequenceClassification):
    config: GemmaConfig

class FlaxGemmaForTokenClassification(FlaxGemmaPreTrainedModel, _FlaxTokenClassification):
    config: GemmaConfig

class FlaxGemmaForSentenceEmbedding(FlaxGemmaPreTrainedModel, _FlaxSentenceEmbedding):
    config: GemmaConfig

class FlaxGemma2PreTrainedModel(FlaxPreTrainedModel):
    config: Gemma2Config
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.Gemma2Keywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.Gemma2Keywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.Gemma2Keywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class FlaxGemma2Model(FlaxGemma2PreTrainedModel, _FlaxBareModel):
    config: Gemma2Config

class FlaxGemma2ForCausalLM(FlaxGemma2PreTrainedModel, _FlaxCausalLM):
    config: Gemma2Config

class FlaxGemma2ForSequenceClassification(FlaxGemma2PreTrainedModel, _FlaxSequenceClassification):
    config: Gemma2Config

class FlaxGemma2ForTokenClassification(FlaxGemma2PreTrainedModel, _FlaxTokenClassification):
    config: Gemma2Config

class FlaxGemma2ForSentenceEmbedding(FlaxGemma2PreTrainedModel, _FlaxSentenceEmbedding):
    config: Gemma2Config

class FlaxGemma3TextPreTrainedModel(FlaxPreTrainedModel):
    config: Gemma3TextConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.Gemma3TextKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.Gemma3TextKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.Gemma3TextKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class FlaxGemma3TextModel(FlaxGemma3TextPreTrainedModel, _FlaxBareModel):
    config: Gemma3TextConfig

class FlaxGemma3ForCausalLM(FlaxGemma3TextPreTrainedModel, _FlaxCausalLM):
    config: Gemma3TextConfig

class FlaxGemma3TextForSequenceClassification(FlaxGemma3TextPreTrainedModel, _FlaxSequenceClassification):
    config: Gemma3TextConfig

class FlaxGemma3TextForSentenceEmbedding(FlaxGemma3TextPreTrainedModel, _FlaxSentenceEmbedding):
    config: Gemma3TextConfig

class FlaxGlmPreTrainedModel(FlaxPreTrainedModel):
    config: GlmConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.GlmKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.GlmKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.GlmKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class FlaxGlmModel(FlaxGlmPreTrainedModel, _FlaxBareModel):
    config: GlmConfig

class FlaxGlmForCausalLM(FlaxGlmPreTrainedModel, _FlaxCausalLM):
    config: GlmConfig

class FlaxGlmForSequenceClassification(FlaxGlmPreTrainedModel, _FlaxSequenceClassification):
    config: GlmConfig

class FlaxGlmForTokenClassification(FlaxGlmPreTrainedModel, _FlaxTokenClassification):
    config: GlmConfig

class FlaxGlmForSentenceEmbedding(FlaxGlmPreTrainedModel, _FlaxSentenceEmbedding):
    config: GlmConfig

class FlaxGlm4PreTrainedModel(FlaxPreTrainedModel):
    config: Glm4Config
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.Glm4Keywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.Glm4Keywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.Glm4Keywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class FlaxGlm4Model(FlaxGlm4PreTrainedModel, _FlaxBareModel):
    config: Glm4Config

class FlaxGlm4ForCausalLM(FlaxGlm4PreTrainedModel, _FlaxCausalLM):
    config: Glm4Config

class FlaxGlm4ForSequenceClassification(FlaxGlm4PreTrainedModel, _FlaxSequenceClassification):
    config: Glm4Config

class FlaxGlm4ForTokenClassification(FlaxGlm4PreTrainedModel, _FlaxTokenClassification):
    config: Glm4Config

class FlaxGlm4ForSentenceEmbedding(FlaxGlm4PreTrainedModel, _FlaxSentenceEmbedding):
    config: Glm4Config

class FlaxGlm4MoePreTrainedModel(FlaxPreTrainedModel):
    config: Glm4MoeConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.Glm4MoeKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.Glm4MoeKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.Glm4MoeKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class FlaxGlm4MoeModel(FlaxGlm4MoePreTrainedModel, _FlaxBareModel):
    config: Glm4MoeConfig

class FlaxGlm4MoeForCausalLM(FlaxGlm4MoePreTrainedModel, _FlaxCausalLM):
    config: Glm4MoeConfig

class FlaxGlm4MoeForSentenceEmbedding(FlaxGlm4MoePreTrainedModel, _FlaxSentenceEmbedding):
    config: Glm4MoeConfig

class FlaxGlm4MoeLitePreTrainedModel(FlaxPreTrainedModel):
    config: Glm4MoeLiteConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.Glm4MoeLiteKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.Glm4MoeLiteKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.Glm4MoeLiteKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class FlaxGlm4MoeLiteModel(FlaxGlm4MoeLitePreTrainedModel, _FlaxBareModel):
    config: Glm4MoeLiteConfig

class FlaxGlm4MoeLiteForCausalLM(FlaxGlm4MoeLitePreTrainedModel, _FlaxCausalLM):
    config: Glm4MoeLiteConfig

class FlaxGlm4MoeLiteForSentenceEmbedding(FlaxGlm4MoeLitePreTrainedModel, _FlaxSentenceEmbedding):
    config: Glm4MoeLiteConfig

class FlaxGPT2PreTrainedModel(FlaxPreTrainedModel):
    config: GPT2Config
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.GPT2Keywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.GPT2Keywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.GPT2Keywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class FlaxGPT2Model(FlaxGPT2PreTrainedModel, _FlaxBareModel):
    config: GPT2Config

class FlaxGPT2LMHeadModel(FlaxGPT2PreTrainedModel, _FlaxCausalLM):
    config: GPT2Config

class FlaxGPT2ForSequenceClassification(FlaxGPT2PreTrainedModel, _FlaxSequenceClassification):
    config: GPT2Config

class FlaxGPT2ForTokenClassification(FlaxGPT2PreTrainedModel, _FlaxTokenClassification):
    config: GPT2Config

class FlaxGPT2ForQuestionAnswering(FlaxGPT2PreTrainedModel, _FlaxQuestionAnswering):
    config: GPT2Config

class FlaxGPT2ForSentenceEmbedding(FlaxGPT2PreTrainedModel, _FlaxSentenceEmbedding):
    config: GPT2Config

class FlaxGPTBigCodePreTrainedModel(FlaxPreTrainedModel):
    config: GPTBigCodeConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.GPTBigCodeKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.GPTBigCodeKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.GPTBigCodeKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class FlaxGPTBigCodeModel(FlaxGPTBigCodePreTrainedModel, _FlaxBareModel):
    config: GPTBigCodeConfig

class FlaxGPTBigCodeForCausalLM(FlaxGPTBigCodePreTrainedModel, _FlaxCausalLM):
    config: GPTBigCodeConfig

class FlaxGPTBigCodeForSequenceClassification(FlaxGPTBigCodePreTrainedModel, _FlaxSequenceClassification):
    config: GPTBigCodeConfig

class FlaxGPTBigCodeForTokenClassification(FlaxGPTBigCodePreTrainedModel, _FlaxTokenClassification):
    config: GPTBigCodeConfig

class FlaxGPTBigCodeForSentenceEmbedding(FlaxGPTBigCodePreTrainedModel, _FlaxSentenceEmbedding):
    config: GPTBigCodeConfig

class FlaxGPTNeoPreTrainedModel(FlaxPreTrainedModel):
    config: GPTNeoConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.GPTNeoKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.GPTNeoKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.GPTNeoKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class FlaxGPTNeoModel(FlaxGPTNeoPreTrainedModel, _FlaxBareModel):
    config: GPTNeoConfig

class FlaxGPTNeoForCausalLM(FlaxGPTNeoPreTrainedModel, _FlaxCausalLM):
    config: GPTNeoConfig

class FlaxGPTNeoForSequenceClassification(FlaxGPTNeoPreTrainedModel, _FlaxSequenceClassification):
    config: GPTNeoConfig

class FlaxGPTNeoForTokenClassification(FlaxGPTNeoPreTrainedModel, _FlaxTokenClassification):
    config: GPTNeoConfig

class FlaxGPTNeoForQuestionAnswering(FlaxGPTNeoPreTrainedModel, _FlaxQuestionAnswering):
    config: GPTNeoConfig

class FlaxGPTNeoForSentenceEmbedding(FlaxGPTNeoPreTrainedModel, _FlaxSentenceEmbedding):
    config: GPTNeoConfig

class FlaxGPTNeoXPreTrainedModel(FlaxPreTrainedModel):
    config: GPTNeoXConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.GPTNeoXKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.GPTNeoXKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.GPTNeoXKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class FlaxGPTNeoXModel(FlaxGPTNeoXPreTrainedModel, _FlaxBareModel):
    config: GPTNeoXConfig

class FlaxGPTNeoXForCausalLM(FlaxGPTNeoXPreTrainedModel, _FlaxCausalLM):
    config: GPTNeoXConfig

class FlaxGPTNeoXForSequenceClassification(FlaxGPTNeoXPreTrainedModel, _FlaxSequenceClassification):
    config: GPTNeoXConfig

class FlaxGPTNeoXForTokenClassification(FlaxGPTNeoXPreTrainedModel, _FlaxTokenClassification):
    config: GPTNeoXConfig

class FlaxGPTNeoXForQuestionAnswering(FlaxGPTNeoXPreTrainedModel, _FlaxQuestionAnswering):
    config: GPTNeoXConfig

class FlaxGPTNeoXForSentenceEmbedding(FlaxGPTNeoXPreTrainedModel, _FlaxSentenceEmbedding):
    config: GPTNeoXConfig

class FlaxGptOssPreTrainedModel(FlaxPreTrainedModel):
    config: GptOssConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.GptOssKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.GptOssKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.GptOssKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class FlaxGptOssModel(FlaxGptOssPreTrainedModel, _FlaxBareModel):
    config: GptOssConfig

class FlaxGptOssForCausalLM(FlaxGptOssPreTrainedModel, _FlaxCausalLM):
    config: GptOssConfig

class FlaxGptOssForSequenceClassification(FlaxGptOssPreTrainedModel, _FlaxSequenceClassification):
    config: GptOssConfig

class FlaxGptOssForTokenClassification(FlaxGptOssPreTrainedModel, _FlaxTokenClassification):
    config: GptOssConfig

class FlaxGptOssForSentenceEmbedding(FlaxGptOssPreTrainedModel, _FlaxSentenceEmbedding):
    config: GptOssConfig

class FlaxGPTJPreTrainedModel(FlaxPreTrainedModel):
    config: GPTJConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.GPTJKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.GPTJKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.GPTJKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class FlaxGPTJModel(FlaxGPTJPreTrainedModel, _FlaxBareModel):
    config: GPTJConfig

class FlaxGPTJForCausalLM(FlaxGPTJPreTrainedModel, _FlaxCausalLM):
    config: GPTJConfig

class FlaxGPTJForSequenceClassification(FlaxGPTJPreTrainedModel, _FlaxSequenceClassification):
    config: GPTJConfig

class FlaxGPTJForQuestionAnswering(FlaxGPTJPreTrainedModel, _FlaxQuestionAnswering):
    config: GPTJConfig

class FlaxGPTJForSentenceEmbedding(FlaxGPTJPreTrainedModel, _FlaxSentenceEmbedding):
    config: GPTJConfig

class FlaxGranitePreTrainedModel(FlaxPreTrainedModel):
    config: GraniteConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.GraniteKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.GraniteKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.GraniteKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class FlaxGraniteModel(FlaxGranitePreTrainedModel, _FlaxBareModel):
    config: GraniteConfig

class FlaxGraniteForCausalLM(FlaxGranitePreTrainedModel, _FlaxCausalLM):
    config: GraniteConfig

class FlaxGraniteForSentenceEmbedding(FlaxGranitePreTrainedModel, _FlaxSentenceEmbedding):
    config: GraniteConfig

class FlaxGraniteMoePreTrainedModel(FlaxPreTrainedModel):
    config: GraniteMoeConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.GraniteMoeKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.GraniteMoeKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.GraniteMoeKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class FlaxGraniteMoeModel(FlaxGraniteMoePreTrainedModel, _FlaxBareModel):
    config: GraniteMoeConfig

class FlaxGraniteMoeForCausalLM(FlaxGraniteMoePreTrainedModel, _FlaxCausalLM):
    config: GraniteMoeConfig

class FlaxGraniteMoeForSentenceEmbedding(FlaxGraniteMoePreTrainedModel, _FlaxSentenceEmbedding):
    config: GraniteMoeConfig

class FlaxGtePreTrainedModel(FlaxPreTrainedModel):
    config: GteConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.GteKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.GteKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.GteKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class FlaxGteModel(FlaxGtePreTrainedModel, _FlaxBareModel):
    config: GteConfig

class FlaxGteForMaskedLM(FlaxGtePreTrainedModel, _FlaxMaskedLM):
    config: GteConfig

class FlaxGteForSequenceClassification(FlaxGtePreTrainedModel, _FlaxSequenceClassification):
    config: GteConfig

class FlaxGteForTokenClassification(FlaxGtePreTrainedModel, _FlaxTokenClassification):
    config: GteConfig

class FlaxGteForSentenceEmbedding(FlaxGtePreTrainedModel, _FlaxSentenceEmbedding):
    config: GteConfig

class FlaxHeliumPreTrainedModel(FlaxPreTrainedModel):
    config: HeliumConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.HeliumKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.HeliumKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.HeliumKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class FlaxHeliumModel(FlaxHeliumPreTrainedModel, _FlaxBareModel):
    config: HeliumConfig

class FlaxHeliumForCausalLM(FlaxHeliumPreTrainedModel, _FlaxCausalLM):
    config: HeliumConfig

class FlaxHeliumForSequenceClassification(FlaxHeliumPreTrainedModel, _FlaxSequenceClassification):
    config: HeliumConfig

class FlaxHeliumForTokenClassification(FlaxHeliumPreTrainedModel, _FlaxTokenClassification):
    config: HeliumConfig

class FlaxHeliumForSentenceEmbedding(FlaxHeliumPreTrainedModel, _FlaxSentenceEmbedding):
    config: HeliumConfig

class FlaxHubertPreTrainedModel(FlaxPreTrainedModel):
    config: HubertConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.HubertKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.HubertKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.HubertKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class FlaxHubertModel(FlaxHubertPreTrainedModel, _FlaxBareModel):
    config: HubertConfig
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        input_values: ArrayLike | None = None,
        attention_mask: ArrayLike | None = None,
        mask_time_indices: ArrayLike | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> BaseModelOutput | FieldTuple: ...

class FlaxHubertForCTC(FlaxHubertPreTrainedModel, _FlaxCTC):
    config: HubertConfig

class FlaxHubertForSequenceClassification(FlaxHubertPreTrainedModel, _FlaxAudioClassification):
    config: HubertConfig
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        input_values: ArrayLike | None = None,
        attention_mask: ArrayLike | None = None,
        labels: ArrayLike | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> SequenceClassifierOutput | FieldTuple: ...

class FlaxIJepaPreTrainedModel(FlaxPreTrainedModel):
    config: IJepaConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.IJepaKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.IJepaKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.IJepaKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class FlaxIJepaModel(FlaxIJepaPreTrainedModel, _FlaxBareModel):
    config: IJepaConfig
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        pixel_values: ArrayLike | None = None,
        bool_masked_pos: ArrayLike | None = None,
        interpolate_pos_encoding: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> BaseModelOutput | FieldTuple: ...

class FlaxIJepaForImageClassification(FlaxIJepaPreTrainedModel, _FlaxImageClassification):
    config: IJepaConfig
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        pixel_values: ArrayLike | None = None,
        labels: ArrayLike | None = None,
        interpolate_pos_encoding: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> ImageClassifierOutput | FieldTuple: ...

class FlaxJinaEmbeddingsV3PreTrainedModel(FlaxPreTrainedModel):
    config: JinaEmbeddingsV3Config
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.JinaEmbeddingsV3Keywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.JinaEmbeddingsV3Keywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.JinaEmbeddingsV3Keywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class FlaxJinaEmbeddingsV3Model(FlaxJinaEmbeddingsV3PreTrainedModel, _FlaxBareModel):
    config: JinaEmbeddingsV3Config

class FlaxJinaEmbeddingsV3ForMaskedLM(FlaxJinaEmbeddingsV3PreTrainedModel, _FlaxMaskedLM):
    config: JinaEmbeddingsV3Config

class FlaxJinaEmbeddingsV3ForSequenceClassification(FlaxJinaEmbeddingsV3PreTrainedModel, _FlaxSequenceClassification):
    config: JinaEmbeddingsV3Config

class FlaxJinaEmbeddingsV3ForTokenClassification(FlaxJinaEmbeddingsV3PreTrainedModel, _FlaxTokenClassification):
    config: JinaEmbeddingsV3Config

class FlaxJinaEmbeddingsV3ForQuestionAnswering(FlaxJinaEmbeddingsV3PreTrainedModel, _FlaxQuestionAnswering):
    config: JinaEmbeddingsV3Config

class FlaxJinaEmbeddingsV3ForSentenceEmbedding(FlaxJinaEmbeddingsV3PreTrainedModel, _FlaxSentenceEmbedding):
    config: JinaEmbeddingsV3Config

class FlaxLayoutLMPreTrainedModel(FlaxPreTrainedModel):
    config: LayoutLMConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.LayoutLMKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.LayoutLMKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.LayoutLMKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class FlaxLayoutLMModel(FlaxLayoutLMPreTrainedModel, _FlaxBareModel):
    config: LayoutLMConfig
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        input_ids: ArrayLike | None = None,
        bbox: ArrayLike | None = None,
        attention_mask: ArrayLike | None = None,
        token_type_ids: ArrayLike | None = None,
        position_ids: ArrayLike | None = None,
        inputs_embeds: ArrayLike | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        output_router_logits: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> BaseModelOutput | FieldTuple: ...

class FlaxLayoutLMForMaskedLM(FlaxLayoutLMPreTrainedModel, _FlaxMaskedLM):
    config: LayoutLMConfig
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        input_ids: ArrayLike | None = None,
        bbox: ArrayLike | None = None,
        attention_mask: ArrayLike | None = None,
        token_type_ids: ArrayLike | None = None,
        position_ids: ArrayLike | None = None,
        inputs_embeds: ArrayLike | None = None,
        labels: ArrayLike | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> MaskedLMOutput | FieldTuple: ...

class FlaxLayoutLMForSequenceClassification(FlaxLayoutLMPreTrainedModel, _FlaxSequenceClassification):
    config: LayoutLMConfig
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        input_ids: ArrayLike | None = None,
        bbox: ArrayLike | None = None,
        attention_mask: ArrayLike | None = None,
        token_type_ids: ArrayLike | None = None,
        position_ids: ArrayLike | None = None,
        inputs_embeds: ArrayLike | None = None,
        labels: ArrayLike | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> SequenceClassifierOutput | FieldTuple: ...

class FlaxLayoutLMForTokenClassification(FlaxLayoutLMPreTrainedModel, _FlaxTokenClassification):
    config: LayoutLMConfig
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        input_ids: ArrayLike | None = None,
        bbox: ArrayLike | None = None,
        attention_mask: ArrayLike | None = None,
        token_type_ids: ArrayLike | None = None,
        position_ids: ArrayLike | None = None,
        inputs_embeds: ArrayLike | None = None,
        labels: ArrayLike | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> TokenClassifierOutput | FieldTuple: ...

class FlaxLayoutLMForQuestionAnswering(FlaxLayoutLMPreTrainedModel, _FlaxDocumentQuestionAnswering):
    config: LayoutLMConfig
    def __call__(
        self,
        input_ids: ArrayLike | None = None,
        bbox: ArrayLike | None = None,
        attention_mask: ArrayLike | None = None,
        token_type_ids: ArrayLike | None = None,
        position_ids: ArrayLike | None = None,
        inputs_embeds: ArrayLike | None = None,
        start_positions: ArrayLike | None = None,
        end_positions: ArrayLike | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> QuestionAnsweringModelOutput | FieldTuple: ...

class FlaxLayoutLMForSentenceEmbedding(FlaxLayoutLMPreTrainedModel, _FlaxSentenceEmbedding):
    config: LayoutLMConfig

class FlaxLayoutLMv3PreTrainedModel(FlaxPreTrainedModel):
    config: LayoutLMv3Config
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.LayoutLMv3Keywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.LayoutLMv3Keywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.LayoutLMv3Keywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class FlaxLayoutLMv3Model(FlaxLayoutLMv3PreTrainedModel, _FlaxBareModel):
    config: LayoutLMv3Config
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        input_ids: ArrayLike | None = None,
        bbox: ArrayLike | None = None,
        attention_mask: ArrayLike | None = None,
        token_type_ids: ArrayLike | None = None,
        position_ids: ArrayLike | None = None,
        inputs_embeds: ArrayLike | None = None,
        pixel_values: ArrayLike | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        output_router_logits: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> BaseModelOutput | FieldTuple: ...

class FlaxLayoutLMv3ForSequenceClassification(FlaxLayoutLMv3PreTrainedModel, _FlaxSequenceClassification):
    config: LayoutLMv3Config
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        input_ids: ArrayLike | None = None,
        bbox: ArrayLike | None = None,
        attention_mask: ArrayLike | None = None,
        token_type_ids: ArrayLike | None = None,
        position_ids: ArrayLike | None = None,
        inputs_embeds: ArrayLike | None = None,
        pixel_values: ArrayLike | None = None,
        labels: ArrayLike | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> SequenceClassifierOutput | FieldTuple: ...

class FlaxLayoutLMv3ForTokenClassification(FlaxLayoutLMv3PreTrainedModel, _FlaxTokenClassification):
    config: LayoutLMv3Config
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        input_ids: ArrayLike | None = None,
        bbox: ArrayLike | None = None,
        attention_mask: ArrayLike | None = None,
        token_type_ids: ArrayLike | None = None,
        position_ids: ArrayLike | None = None,
        inputs_embeds: ArrayLike | None = None,
        pixel_values: ArrayLike | None = None,
        labels: ArrayLike | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> TokenClassifierOutput | FieldTuple: ...

class FlaxLayoutLMv3ForQuestionAnswering(FlaxLayoutLMv3PreTrainedModel, _FlaxQuestionAnswering):
    config: LayoutLMv3Config
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        input_ids: ArrayLike | None = None,
        bbox: ArrayLike | None = None,
        attention_mask: ArrayLike | None = None,
        token_type_ids: ArrayLike | None = None,
        position_ids: ArrayLike | None = None,
        inputs_embeds: ArrayLike | None = None,
        pixel_values: ArrayLike | None = None,
        start_positions: ArrayLike | None = None,
        end_positions: ArrayLike | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> QuestionAnsweringModelOutput | FieldTuple: ...

class FlaxLlamaPreTrainedModel(FlaxPreTrainedModel):
    config: LlamaConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.LlamaKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.LlamaKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.LlamaKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class FlaxLlamaModel(FlaxLlamaPreTrainedModel, _FlaxBareModel):
    config: LlamaConfig

class FlaxLlamaForCausalLM(FlaxLlamaPreTrainedModel, _FlaxCausalLM):
    config: LlamaConfig

class FlaxLlamaForSequenceClassification(FlaxLlamaPreTrainedModel, _FlaxSequenceClassification):
    config: LlamaConfig

class FlaxLlamaForTokenClassification(FlaxLlamaPreTrainedModel, _FlaxTokenClassification):
    config: LlamaConfig

class FlaxLlamaForQuestionAnswering(FlaxLlamaPreTrainedModel, _FlaxQuestionAnswering):
    config: LlamaConfig

class FlaxLlamaForSentenceEmbedding(FlaxLlamaPreTrainedModel, _FlaxSentenceEmbedding):
    config: LlamaConfig

class FlaxLongformerPreTrainedModel(FlaxPreTrainedModel):
    config: LongformerConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.LongformerKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.LongformerKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.LongformerKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class FlaxLongformerModel(FlaxLongformerPreTrainedModel, _FlaxBareModel):
    config: LongformerConfig
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        input_ids: ArrayLike | None = None,
        attention_mask: ArrayLike | None = None,
        global_attention_mask: ArrayLike | None = None,
        token_type_ids: ArrayLike | None = None,
        position_ids: ArrayLike | None = None,
        inputs_embeds: ArrayLike | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        output_router_logits: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> BaseModelOutput | FieldTuple: ...

class FlaxLongformerForMaskedLM(FlaxLongformerPreTrainedModel, _FlaxMaskedLM):
    config: LongformerConfig
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        input_ids: ArrayLike | None = None,
        attention_mask: ArrayLike | None = None,
        global_attention_mask: ArrayLike | None = None,
        token_type_ids: ArrayLike | None = None,
        position_ids: ArrayLike | None = None,
        inputs_embeds: ArrayLike | None = None,
        labels: ArrayLike | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> LongformerMaskedLMOutput | FieldTuple: ...

class FlaxLongformerForSequenceClassification(FlaxLongformerPreTrainedModel, _FlaxSequenceClassification):
    config: LongformerConfig
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        input_ids: ArrayLike | None = None,
        attention_mask: ArrayLike | None = None,
        global_attention_mask: ArrayLike | None = None,
        token_type_ids: ArrayLike | None = None,
        position_ids: ArrayLike | None = None,
        inputs_embeds: ArrayLike | None = None,
        labels: ArrayLike | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> LongformerSequenceClassifierOutput | FieldTuple: ...

class FlaxLongformerForMultipleChoice(FlaxLongformerPreTrainedModel, _FlaxMultipleChoice):
    config: LongformerConfig
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        input_ids: ArrayLike | None = None,
        attention_mask: ArrayLike | None = None,
        global_attention_mask: ArrayLike | None = None,
        token_type_ids: ArrayLike | None = None,
        position_ids: ArrayLike | None = None,
        inputs_embeds: ArrayLike | None = None,
        labels: ArrayLike | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> LongformerMultipleChoiceModelOutput | FieldTuple: ...

class FlaxLongformerForTokenClassification(FlaxLongformerPreTrainedModel, _FlaxTokenClassification):
    config: LongformerConfig
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        input_ids: ArrayLike | None = None,
        attention_mask: ArrayLike | None = None,
        global_attention_mask: ArrayLike | None = None,
        token_type_ids: ArrayLike | None = None,
        position_ids: ArrayLike | None = None,
        inputs_embeds: ArrayLike | None = None,
        labels: ArrayLike | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> LongformerTokenClassifierOutput | FieldTuple: ...

class FlaxLongformerForQuestionAnswering(FlaxLongformerPreTrainedModel, _FlaxQuestionAnswering):
    config: LongformerConfig
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        input_ids: ArrayLike | None = None,
        attention_mask: ArrayLike | None = None,
        global_attention_mask: ArrayLike | None = None,
        token_type_ids: ArrayLike | None = None,
        position_ids: ArrayLike | None = None,
        inputs_embeds: ArrayLike | None = None,
        start_positions: ArrayLike | None = None,
        end_positions: ArrayLike | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> LongformerQuestionAnsweringModelOutput | FieldTuple: ...

class FlaxLongformerForSentenceEmbedding(FlaxLongformerPreTrainedModel, _FlaxSentenceEmbedding):
    config: LongformerConfig

class FlaxM2M100PreTrainedModel(FlaxPreTrainedModel):
    config: M2M100Config
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.M2M100Keywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.M2M100Keywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.M2M100Keywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class FlaxM2M100Model(FlaxM2M100PreTrainedModel, _FlaxBareModel):
    config: M2M100Config
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        input_ids: ArrayLike | None = None,
        attention_mask: ArrayLike | None = None,
        decoder_input_ids: ArrayLike | None = None,
        decoder_attention_mask: ArrayLike | None = None,
        encoder_outputs: ArrayLike | None = None,
        past_key_values: KeyValueCache | None = None,
        inputs_embeds: ArrayLike | None = None,
        decoder_inputs_embeds: ArrayLike | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        output_router_logits: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> BaseModelOutput | FieldTuple: ...

class FlaxM2M100ForConditionalGeneration(FlaxM2M100PreTrainedModel, _FlaxSeq2SeqLM):
    config: M2M100Config

class FlaxMambaPreTrainedModel(FlaxPreTrainedModel):
    config: MambaConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.MambaKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.MambaKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.MambaKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class FlaxMambaModel(FlaxMambaPreTrainedModel, _FlaxBareModel):
    config: MambaConfig

class FlaxMambaForCausalLM(FlaxMambaPreTrainedModel, _FlaxCausalLM):
    config: MambaConfig

class FlaxMambaForSentenceEmbedding(FlaxMambaPreTrainedModel, _FlaxSentenceEmbedding):
    config: MambaConfig

class FlaxMarianPreTrainedModel(FlaxPreTrainedModel):
    config: MarianConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.MarianKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.MarianKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.MarianKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class FlaxMarianModel(FlaxMarianPreTrainedModel, _FlaxBareModel):
    config: MarianConfig
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        input_ids: ArrayLike | None = None,
        attention_mask: ArrayLike | None = None,
        decoder_input_ids: ArrayLike | None = None,
        decoder_attention_mask: ArrayLike | None = None,
        encoder_outputs: ArrayLike | None = None,
        past_key_values: KeyValueCache | None = None,
        inputs_embeds: ArrayLike | None = None,
        decoder_inputs_embeds: ArrayLike | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        output_router_logits: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> BaseModelOutput | FieldTuple: ...

class FlaxMarianMTModel(FlaxMarianPreTrainedModel, _FlaxSeq2SeqLM):
    config: MarianConfig

class FlaxMarianForCausalLM(FlaxMarianPreTrainedModel, _FlaxCausalLM):
    config: MarianConfig
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        input_ids: ArrayLike | None = None,
        attention_mask: ArrayLike | None = None,
        encoder_hidden_states: ArrayLike | None = None,
        encoder_attention_mask: ArrayLike | None = None,
        past_key_values: KeyValueCache | None = None,
        inputs_embeds: ArrayLike | None = None,
        labels: ArrayLike | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        logits_to_keep: int | ArrayLike = 0,
        output_router_logits: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> CausalLMOutputWithCrossAttentions | MoeCausalLMOutputWithPast | FieldTuple: ...

class FlaxMBartPreTrainedModel(FlaxPreTrainedModel):
    config: MBartConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.MBartKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.MBartKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.MBartKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class FlaxMBartModel(FlaxMBartPreTrainedModel, _FlaxBareModel):
    config: MBartConfig
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        input_ids: ArrayLike | None = None,
        attention_mask: ArrayLike | None = None,
        decoder_input_ids: ArrayLike | None = None,
        decoder_attention_mask: ArrayLike | None = None,
        encoder_outputs: ArrayLike | None = None,
        past_key_values: KeyValueCache | None = None,
        inputs_embeds: ArrayLike | None = None,
        decoder_inputs_embeds: ArrayLike | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        output_router_logits: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> BaseModelOutput | FieldTuple: ...

class FlaxMBartForConditionalGeneration(FlaxMBartPreTrainedModel, _FlaxSeq2SeqLM):
    config: MBartConfig

class FlaxMBartForSequenceClassification(FlaxMBartPreTrainedModel, _FlaxSequenceClassification):
    config: MBartConfig
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        input_ids: ArrayLike | None = None,
        attention_mask: ArrayLike | None = None,
        decoder_input_ids: ArrayLike | None = None,
        decoder_attention_mask: ArrayLike | None = None,
        encoder_outputs: ArrayLike | None = None,
        inputs_embeds: ArrayLike | None = None,
        decoder_inputs_embeds: ArrayLike | None = None,
        labels: ArrayLike | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> Seq2SeqSequenceClassifierOutput | FieldTuple: ...

class FlaxMBartForQuestionAnswering(FlaxMBartPreTrainedModel, _FlaxQuestionAnswering):
    config: MBartConfig
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        input_ids: ArrayLike | None = None,
        attention_mask: ArrayLike | None = None,
        decoder_input_ids: ArrayLike | None = None,
        decoder_attention_mask: ArrayLike | None = None,
        encoder_outputs: ArrayLike | None = None,
        inputs_embeds: ArrayLike | None = None,
        decoder_inputs_embeds: ArrayLike | None = None,
        start_positions: ArrayLike | None = None,
        end_positions: ArrayLike | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> Seq2SeqQuestionAnsweringModelOutput | FieldTuple: ...

class FlaxMBartForCausalLM(FlaxMBartPreTrainedModel, _FlaxCausalLM):
    config: MBartConfig
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        input_ids: ArrayLike | None = None,
        attention_mask: ArrayLike | None = None,
        encoder_hidden_states: ArrayLike | None = None,
        encoder_attention_mask: ArrayLike | None = None,
        past_key_values: KeyValueCache | None = None,
        inputs_embeds: ArrayLike | None = None,
        labels: ArrayLike | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        logits_to_keep: int | ArrayLike = 0,
        output_router_logits: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> CausalLMOutputWithCrossAttentions | MoeCausalLMOutputWithPast | FieldTuple: ...

class FlaxMistralPreTrainedModel(FlaxPreTrainedModel):
    config: MistralConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.MistralKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.MistralKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.MistralKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class FlaxMistralModel(FlaxMistralPreTrainedModel, _FlaxBareModel):
    config: MistralConfig

class FlaxMistralForCausalLM(FlaxMistralPreTrainedModel, _FlaxCausalLM):
    config: MistralConfig

class FlaxMistralForSequenceClassification(FlaxMistralPreTrainedModel, _FlaxSequenceClassification):
    config: MistralConfig

class FlaxMistralForTokenClassification(FlaxMistralPreTrainedModel, _FlaxTokenClassification):
    config: MistralConfig

class FlaxMistralForQuestionAnswering(FlaxMistralPreTrainedModel, _FlaxQuestionAnswering):
    config: MistralConfig

class FlaxMistralForSentenceEmbedding(FlaxMistralPreTrainedModel, _FlaxSentenceEmbedding):
    config: MistralConfig

class FlaxMixtralPreTrainedModel(FlaxPreTrainedModel):
    config: MixtralConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.MixtralKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.MixtralKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.MixtralKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class FlaxMixtralModel(FlaxMixtralPreTrainedModel, _FlaxBareModel):
    config: MixtralConfig

class FlaxMixtralForCausalLM(FlaxMixtralPreTrainedModel, _FlaxCausalLM):
    config: MixtralConfig

class FlaxMixtralForSequenceClassification(FlaxMixtralPreTrainedModel, _FlaxSequenceClassification):
    config: MixtralConfig

class FlaxMixtralForTokenClassification(FlaxMixtralPreTrainedModel, _FlaxTokenClassification):
    config: MixtralConfig

class FlaxMixtralForQuestionAnswering(FlaxMixtralPreTrainedModel, _FlaxQuestionAnswering):
    config: MixtralConfig

class FlaxMixtralForSentenceEmbedding(FlaxMixtralPreTrainedModel, _FlaxSentenceEmbedding):
    config: MixtralConfig

class FlaxMobileNetV2PreTrainedModel(FlaxPreTrainedModel):
    config: MobileNetV2Config
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.MobileNetV2Keywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.MobileNetV2Keywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.MobileNetV2Keywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class FlaxMobileNetV2Model(FlaxMobileNetV2PreTrainedModel, _FlaxBareModel):
    config: MobileNetV2Config
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        pixel_values: ArrayLike | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> BaseModelOutput | FieldTuple: ...

class FlaxMobileNetV2ForImageClassification(FlaxMobileNetV2PreTrainedModel, _FlaxImageClassification):
    config: MobileNetV2Config
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        pixel_values: ArrayLike | None = None,
        labels: ArrayLike | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> ImageClassifierOutput | FieldTuple: ...

class FlaxMobileNetV2ForSemanticSegmentation(FlaxMobileNetV2PreTrainedModel, _FlaxSemanticSegmentation):
    config: MobileNetV2Config
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        pixel_values: ArrayLike | None = None,
        labels: ArrayLike | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> SemanticSegmenterOutput | FieldTuple: ...

class FlaxModernBertPreTrainedModel(FlaxPreTrainedModel):
    config: ModernBertConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.ModernBertKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.ModernBertKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.ModernBertKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class FlaxModernBertModel(FlaxModernBertPreTrainedModel, _FlaxBareModel):
    config: ModernBertConfig

class FlaxModernBertForMaskedLM(FlaxModernBertPreTrainedModel, _FlaxMaskedLM):
    config: ModernBertConfig

class FlaxModernBertForSequenceClassification(FlaxModernBertPreTrainedModel, _FlaxSequenceClassification):
    config: ModernBertConfig

class FlaxModernBertForMultipleChoice(FlaxModernBertPreTrainedModel, _FlaxMultipleChoice):
    config: ModernBertConfig

class FlaxModernBertForTokenClassification(FlaxModernBertPreTrainedModel, _FlaxTokenClassification):
    config: ModernBertConfig

class FlaxModernBertForQuestionAnswering(FlaxModernBertPreTrainedModel, _FlaxQuestionAnswering):
    config: ModernBertConfig

class FlaxModernBertForSentenceEmbedding(FlaxModernBertPreTrainedModel, _FlaxSentenceEmbedding):
    config: ModernBertConfig

class FlaxMoonshinePreTrainedModel(FlaxPreTrainedModel):
    config: MoonshineConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.MoonshineKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.MoonshineKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.MoonshineKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class FlaxMoonshineModel(FlaxMoonshinePreTrainedModel, _FlaxBareModel):
    config: MoonshineConfig
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        input_values: ArrayLike | None = None,
        attention_mask: ArrayLike | None = None,
        decoder_input_ids: ArrayLike | None = None,
        decoder_attention_mask: ArrayLike | None = None,
        encoder_outputs: ArrayLike | None = None,
        past_key_values: KeyValueCache | None = None,
        decoder_inputs_embeds: ArrayLike | None = None,
        decoder_position_ids: ArrayLike | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        output_router_logits: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> Seq2SeqModelOutput | FieldTuple: ...

class FlaxMoonshineForConditionalGeneration(FlaxMoonshinePreTrainedModel, _FlaxSpeechSeq2Seq):
    config: MoonshineConfig
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        input_values: ArrayLike | None = None,
        attention_mask: ArrayLike | None = None,
        decoder_input_ids: ArrayLike | None = None,
        decoder_attention_mask: ArrayLike | None = None,
        encoder_outputs: ArrayLike | None = None,
        past_key_values: KeyValueCache | None = None,
        decoder_inputs_embeds: ArrayLike | None = None,
        decoder_position_ids: ArrayLike | None = None,
        labels: ArrayLike | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> Seq2SeqLMOutput | FieldTuple: ...

class FlaxMPNetPreTrainedModel(FlaxPreTrainedModel):
    config: MPNetConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.MPNetKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.MPNetKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.MPNetKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class FlaxMPNetModel(FlaxMPNetPreTrainedModel, _FlaxBareModel):
    config: MPNetConfig

class FlaxMPNetForMaskedLM(FlaxMPNetPreTrainedModel, _FlaxMaskedLM):
    config: MPNetConfig

class FlaxMPNetForSequenceClassification(FlaxMPNetPreTrainedModel, _FlaxSequenceClassification):
    config: MPNetConfig

class FlaxMPNetForMultipleChoice(FlaxMPNetPreTrainedModel, _FlaxMultipleChoice):
    config: MPNetConfig

class FlaxMPNetForTokenClassification(FlaxMPNetPreTrainedModel, _FlaxTokenClassification):
    config: MPNetConfig

class FlaxMPNetForQuestionAnswering(FlaxMPNetPreTrainedModel, _FlaxQuestionAnswering):
    config: MPNetConfig

class FlaxMPNetForSentenceEmbedding(FlaxMPNetPreTrainedModel, _FlaxSentenceEmbedding):
    config: MPNetConfig

class FlaxMptPreTrainedModel(FlaxPreTrainedModel):
    config: MptConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.MptKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.MptKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.MptKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class FlaxMptModel(FlaxMptPreTrainedModel, _FlaxBareModel):
    config: MptConfig

class FlaxMptForCausalLM(FlaxMptPreTrainedModel, _FlaxCausalLM):
    config: MptConfig

class FlaxMptForSequenceClassification(FlaxMptPreTrainedModel, _FlaxSequenceClassification):
    config: MptConfig

class FlaxMptForTokenClassification(FlaxMptPreTrainedModel, _FlaxTokenClassification):
    config: MptConfig

class FlaxMptForQuestionAnswering(FlaxMptPreTrainedModel, _FlaxQuestionAnswering):
    config: MptConfig

class FlaxMptForSentenceEmbedding(FlaxMptPreTrainedModel, _FlaxSentenceEmbedding):
    config: MptConfig

class FlaxMT5PreTrainedModel(FlaxPreTrainedModel):
    config: MT5Config
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.MT5Keywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.MT5Keywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.MT5Keywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class FlaxMT5Model(FlaxMT5PreTrainedModel, _FlaxBareModel):
    config: MT5Config
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        input_ids: ArrayLike | None = None,
        attention_mask: ArrayLike | None = None,
        decoder_input_ids: ArrayLike | None = None,
        decoder_attention_mask: ArrayLike | None = None,
        encoder_outputs: ArrayLike | None = None,
        past_key_values: KeyValueCache | None = None,
        inputs_embeds: ArrayLike | None = None,
        decoder_inputs_embeds: ArrayLike | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        output_router_logits: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> BaseModelOutput | FieldTuple: ...

class FlaxMT5ForConditionalGeneration(FlaxMT5PreTrainedModel, _FlaxSeq2SeqLM):
    config: MT5Config

class FlaxMT5ForSequenceClassification(FlaxMT5PreTrainedModel, _FlaxSequenceClassification):
    config: MT5Config
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        input_ids: ArrayLike | None = None,
        attention_mask: ArrayLike | None = None,
        decoder_input_ids: ArrayLike | None = None,
        decoder_attention_mask: ArrayLike | None = None,
        encoder_outputs: ArrayLike | None = None,
        inputs_embeds: ArrayLike | None = None,
        decoder_inputs_embeds: ArrayLike | None = None,
        labels: ArrayLike | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> Seq2SeqSequenceClassifierOutput | FieldTuple: ...

class FlaxMT5ForQuestionAnswering(FlaxMT5PreTrainedModel, _FlaxQuestionAnswering):
    config: MT5Config
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        input_ids: ArrayLike | None = None,
        attention_mask: ArrayLike | None = None,
        decoder_input_ids: ArrayLike | None = None,
        decoder_attention_mask: ArrayLike | None = None,
        encoder_outputs: ArrayLike | None = None,
        inputs_embeds: ArrayLike | None = None,
        decoder_inputs_embeds: ArrayLike | None = None,
        start_positions: ArrayLike | None = None,
        end_positions: ArrayLike | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> Seq2SeqQuestionAnsweringModelOutput | FieldTuple: ...

class FlaxMT5EncoderModel(FlaxMT5PreTrainedModel, _FlaxTextEncoding):
    config: MT5Config

class FlaxMT5ForTokenClassification(FlaxMT5PreTrainedModel, _FlaxTokenClassification):
    config: MT5Config
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        input_ids: ArrayLike | None = None,
        attention_mask: ArrayLike | None = None,
        inputs_embeds: ArrayLike | None = None,
        labels: ArrayLike | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> TokenClassifierOutput | FieldTuple: ...

class FlaxMT5ForSentenceEmbedding(FlaxMT5PreTrainedModel, _FlaxSentenceEmbedding):
    config: MT5Config
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        input_ids: ArrayLike | None = None,
        attention_mask: ArrayLike | None = None,
        inputs_embeds: ArrayLike | None = None,
        pooling_mask: ArrayLike | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> SentenceEmbeddingOutput | FieldTuple: ...

class FlaxNomicBertPreTrainedModel(FlaxPreTrainedModel):
    config: NomicBertConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.NomicBertKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.NomicBertKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.NomicBertKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class FlaxNomicBertModel(FlaxNomicBertPreTrainedModel, _FlaxBareModel):
    config: NomicBertConfig

class FlaxNomicBertForMaskedLM(FlaxNomicBertPreTrainedModel, _FlaxMaskedLM):
    config: NomicBertConfig

class FlaxNomicBertForSequenceClassification(FlaxNomicBertPreTrainedModel, _FlaxSequenceClassification):
    config: NomicBertConfig

class FlaxNomicBertForTokenClassification(FlaxNomicBertPreTrainedModel, _FlaxTokenClassification):
    config: NomicBertConfig

class FlaxNomicBertForSentenceEmbedding(FlaxNomicBertPreTrainedModel, _FlaxSentenceEmbedding):
    config: NomicBertConfig

class FlaxOlmoPreTrainedModel(FlaxPreTrainedModel):
    config: OlmoConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.OlmoKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.OlmoKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.OlmoKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class FlaxOlmoModel(FlaxOlmoPreTrainedModel, _FlaxBareModel):
    config: OlmoConfig

class FlaxOlmoForCausalLM(FlaxOlmoPreTrainedModel, _FlaxCausalLM):
    config: OlmoConfig

class FlaxOlmoForSequenceClassification(FlaxOlmoPreTrainedModel, _FlaxSequenceClassification):
    config: OlmoConfig

class FlaxOlmoForSentenceEmbedding(FlaxOlmoPreTrainedModel, _FlaxSentenceEmbedding):
    config: OlmoConfig

class FlaxOlmo2PreTrainedModel(FlaxPreTrainedModel):
    config: Olmo2Config
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.Olmo2Keywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.Olmo2Keywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.Olmo2Keywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class FlaxOlmo2Model(FlaxOlmo2PreTrainedModel, _FlaxBareModel):
    config: Olmo2Config

class FlaxOlmo2ForCausalLM(FlaxOlmo2PreTrainedModel, _FlaxCausalLM):
    config: Olmo2Config

class FlaxOlmo2ForSequenceClassification(FlaxOlmo2PreTrainedModel, _FlaxSequenceClassification):
    config: Olmo2Config

class FlaxOlmo2ForSentenceEmbedding(FlaxOlmo2PreTrainedModel, _FlaxSentenceEmbedding):
    config: Olmo2Config

class FlaxOlmo3PreTrainedModel(FlaxPreTrainedModel):
    config: Olmo3Config
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.Olmo3Keywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.Olmo3Keywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.Olmo3Keywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class FlaxOlmo3Model(FlaxOlmo3PreTrainedModel, _FlaxBareModel):
    config: Olmo3Config

class FlaxOlmo3ForCausalLM(FlaxOlmo3PreTrainedModel, _FlaxCausalLM):
    config: Olmo3Config

class FlaxOlmo3ForSequenceClassification(FlaxOlmo3PreTrainedModel, _FlaxSequenceClassification):
    config: Olmo3Config

class FlaxOlmo3ForSentenceEmbedding(FlaxOlmo3PreTrainedModel, _FlaxSentenceEmbedding):
    config: Olmo3Config

class FlaxOlmoePreTrainedModel(FlaxPreTrainedModel):
    config: OlmoeConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.OlmoeKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.OlmoeKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.OlmoeKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class FlaxOlmoeModel(FlaxOlmoePreTrainedModel, _FlaxBareModel):
    config: OlmoeConfig

class FlaxOlmoeForCausalLM(FlaxOlmoePreTrainedModel, _FlaxCausalLM):
    config: OlmoeConfig

class FlaxOlmoeForSentenceEmbedding(FlaxOlmoePreTrainedModel, _FlaxSentenceEmbedding):
    config: OlmoeConfig

class FlaxOPTPreTrainedModel(FlaxPreTrainedModel):
    config: OPTConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.OPTKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.OPTKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.OPTKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class FlaxOPTModel(FlaxOPTPreTrainedModel, _FlaxBareModel):
    config: OPTConfig

class FlaxOPTForCausalLM(FlaxOPTPreTrainedModel, _FlaxCausalLM):
    config: OPTConfig

class FlaxOPTForSequenceClassification(FlaxOPTPreTrainedModel, _FlaxSequenceClassification):
    config: OPTConfig

class FlaxOPTForQuestionAnswering(FlaxOPTPreTrainedModel, _FlaxQuestionAnswering):
    config: OPTConfig

class FlaxOPTForSentenceEmbedding(FlaxOPTPreTrainedModel, _FlaxSentenceEmbedding):
    config: OPTConfig

class FlaxParakeetPreTrainedModel(FlaxPreTrainedModel):
    config: Any
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.ParakeetKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.ParakeetKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.ParakeetKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class FlaxParakeetForCTC(FlaxParakeetPreTrainedModel, _FlaxCTC, _FlaxFrameWriter):
    config: ParakeetCTCConfig
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        input_features: ArrayLike | None = None,
        attention_mask: ArrayLike | None = None,
        labels: ArrayLike | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> CausalLMOutput | FieldTuple: ...

class FlaxParakeetEncoder(FlaxParakeetPreTrainedModel, _FlaxAudioTower):
    config: ParakeetEncoderConfig
    def __call__(
        self,
        input_features: ArrayLike | None = None,
        attention_mask: ArrayLike | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> BaseModelOutput | FieldTuple: ...

class FlaxPegasusPreTrainedModel(FlaxPreTrainedModel):
    config: PegasusConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.PegasusKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.PegasusKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.PegasusKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class FlaxPegasusModel(FlaxPegasusPreTrainedModel, _FlaxBareModel):
    config: PegasusConfig
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        input_ids: ArrayLike | None = None,
        attention_mask: ArrayLike | None = None,
        decoder_input_ids: ArrayLike | None = None,
        decoder_attention_mask: ArrayLike | None = None,
        encoder_outputs: ArrayLike | None = None,
        past_key_values: KeyValueCache | None = None,
        inputs_embeds: ArrayLike | None = None,
        decoder_inputs_embeds: ArrayLike | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        output_router_logits: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> BaseModelOutput | FieldTuple: ...

class FlaxPegasusForConditionalGeneration(FlaxPegasusPreTrainedModel, _FlaxSeq2SeqLM):
    config: PegasusConfig

class FlaxPegasusForCausalLM(FlaxPegasusPreTrainedModel, _FlaxCausalLM):
    config: PegasusConfig
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        input_ids: ArrayLike | None = None,
        attention_mask: ArrayLike | None = None,
        encoder_hidden_states: ArrayLike | None = None,
        encoder_attention_mask: ArrayLike | None = None,
        past_key_values: KeyValueCache | None = None,
        inputs_embeds: ArrayLike | None = None,
        labels: ArrayLike | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        logits_to_keep: int | ArrayLike = 0,
        output_router_logits: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> CausalLMOutputWithCrossAttentions | MoeCausalLMOutputWithPast | FieldTuple: ...

class FlaxPhiPreTrainedModel(FlaxPreTrainedModel):
    config: PhiConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.PhiKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.PhiKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.PhiKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class FlaxPhiModel(FlaxPhiPreTrainedModel, _FlaxBareModel):
    config: PhiConfig

class FlaxPhiForCausalLM(FlaxPhiPreTrainedModel, _FlaxCausalLM):
    config: PhiConfig

class FlaxPhiForSequenceClassification(FlaxPhiPreTrainedModel, _FlaxSequenceClassification):
    config: PhiConfig

class FlaxPhiForTokenClassification(FlaxPhiPreTrainedModel, _FlaxTokenClassification):
    config: PhiConfig

class FlaxPhiForSentenceEmbedding(FlaxPhiPreTrainedModel, _FlaxSentenceEmbedding):
    config: PhiConfig

class FlaxPhi3PreTrainedModel(FlaxPreTrainedModel):
    config: Phi3Config
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.Phi3Keywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.Phi3Keywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.Phi3Keywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class FlaxPhi3Model(FlaxPhi3PreTrainedModel, _FlaxBareModel):
    config: Phi3Config

class FlaxPhi3ForCausalLM(FlaxPhi3PreTrainedModel, _FlaxCausalLM):
    config: Phi3Config

class FlaxPhi3ForSequenceClassification(FlaxPhi3PreTrainedModel, _FlaxSequenceClassification):
    config: Phi3Config

class FlaxPhi3ForTokenClassification(FlaxPhi3PreTrainedModel, _FlaxTokenClassification):
    config: Phi3Config

class FlaxPhi3ForSentenceEmbedding(FlaxPhi3PreTrainedModel, _FlaxSentenceEmbedding):
    config: Phi3Config

class FlaxPhimoePreTrainedModel(FlaxPreTrainedModel):
    config: PhimoeConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.PhimoeKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.PhimoeKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.PhimoeKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class FlaxPhimoeModel(FlaxPhimoePreTrainedModel, _FlaxBareModel):
    config: PhimoeConfig

class FlaxPhimoeForCausalLM(FlaxPhimoePreTrainedModel, _FlaxCausalLM):
    config: PhimoeConfig

class FlaxPhimoeForSequenceClassification(FlaxPhimoePreTrainedModel, _FlaxSequenceClassification):
    config: PhimoeConfig

class FlaxPhimoeForSentenceEmbedding(FlaxPhimoePreTrainedModel, _FlaxSentenceEmbedding):
    config: PhimoeConfig

class FlaxQwen2PreTrainedModel(FlaxPreTrainedModel):
    config: Qwen2Config
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.Qwen2Keywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.Qwen2Keywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.Qwen2Keywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class FlaxQwen2Model(FlaxQwen2PreTrainedModel, _FlaxBareModel):
    config: Qwen2Config

class FlaxQwen2ForCausalLM(FlaxQwen2PreTrainedModel, _FlaxCausalLM):
    config: Qwen2Config

class FlaxQwen2ForSequenceClassification(FlaxQwen2PreTrainedModel, _FlaxSequenceClassification):
    config: Qwen2Config

class FlaxQwen2ForTokenClassification(FlaxQwen2PreTrainedModel, _FlaxTokenClassification):
    config: Qwen2Config

class FlaxQwen2ForQuestionAnswering(FlaxQwen2PreTrainedModel, _FlaxQuestionAnswering):
    config: Qwen2Config

class FlaxQwen2ForSentenceEmbedding(FlaxQwen2PreTrainedModel, _FlaxSentenceEmbedding):
    config: Qwen2Config

class FlaxQwen2MoePreTrainedModel(FlaxPreTrainedModel):
    config: Qwen2MoeConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.Qwen2MoeKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.Qwen2MoeKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.Qwen2MoeKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class FlaxQwen2MoeModel(FlaxQwen2MoePreTrainedModel, _FlaxBareModel):
    config: Qwen2MoeConfig

class FlaxQwen2MoeForCausalLM(FlaxQwen2MoePreTrainedModel, _FlaxCausalLM):
    config: Qwen2MoeConfig

class FlaxQwen2MoeForSequenceClassification(FlaxQwen2MoePreTrainedModel, _FlaxSequenceClassification):
    config: Qwen2MoeConfig

class FlaxQwen2MoeForTokenClassification(FlaxQwen2MoePreTrainedModel, _FlaxTokenClassification):
    config: Qwen2MoeConfig

class FlaxQwen2MoeForQuestionAnswering(FlaxQwen2MoePreTrainedModel, _FlaxQuestionAnswering):
    config: Qwen2MoeConfig

class FlaxQwen2MoeForSentenceEmbedding(FlaxQwen2MoePreTrainedModel, _FlaxSentenceEmbedding):
    config: Qwen2MoeConfig

class FlaxQwen2VLPreTrainedModel(FlaxPreTrainedModel):
    config: Any
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.Qwen2VLKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.Qwen2VLKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.Qwen2VLKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class FlaxQwen2VLModel(FlaxQwen2VLPreTrainedModel, _FlaxBareModel):
    config: Qwen2VLConfig
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        input_ids: ArrayLike | None = None,
        attention_mask: ArrayLike | None = None,
        position_ids: ArrayLike | None = None,
        past_key_values: KeyValueCache | None = None,
        inputs_embeds: ArrayLike | None = None,
        pixel_values: ArrayLike | None = None,
        pixel_values_videos: ArrayLike | None = None,
        image_grid_thw: ArrayLike | None = None,
        video_grid_thw: ArrayLike | None = None,
        mm_token_type_ids: ArrayLike | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        output_router_logits: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> BaseModelOutput | FieldTuple: ...

class FlaxQwen2VLTextModel(FlaxQwen2VLPreTrainedModel, _FlaxBareModel):
    config: Qwen2VLTextConfig

class FlaxQwen2VLForConditionalGeneration(FlaxQwen2VLPreTrainedModel, _FlaxImageTextToText):
    config: Qwen2VLConfig

class FlaxQwen3PreTrainedModel(FlaxPreTrainedModel):
    config: Qwen3Config
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.Qwen3Keywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.Qwen3Keywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.Qwen3Keywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class FlaxQwen3Model(FlaxQwen3PreTrainedModel, _FlaxBareModel):
    config: Qwen3Config

class FlaxQwen3ForCausalLM(FlaxQwen3PreTrainedModel, _FlaxCausalLM):
    config: Qwen3Config

class FlaxQwen3ForSequenceClassification(FlaxQwen3PreTrainedModel, _FlaxSequenceClassification):
    config: Qwen3Config

class FlaxQwen3ForTokenClassification(FlaxQwen3PreTrainedModel, _FlaxTokenClassification):
    config: Qwen3Config

class FlaxQwen3ForQuestionAnswering(FlaxQwen3PreTrainedModel, _FlaxQuestionAnswering):
    config: Qwen3Config

class FlaxQwen3ForSentenceEmbedding(FlaxQwen3PreTrainedModel, _FlaxSentenceEmbedding):
    config: Qwen3Config

class FlaxQwen3MoePreTrainedModel(FlaxPreTrainedModel):
    config: Qwen3MoeConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.Qwen3MoeKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.Qwen3MoeKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.Qwen3MoeKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class FlaxQwen3MoeModel(FlaxQwen3MoePreTrainedModel, _FlaxBareModel):
    config: Qwen3MoeConfig

class FlaxQwen3MoeForCausalLM(FlaxQwen3MoePreTrainedModel, _FlaxCausalLM):
    config: Qwen3MoeConfig

class FlaxQwen3MoeForSequenceClassification(FlaxQwen3MoePreTrainedModel, _FlaxSequenceClassification):
    config: Qwen3MoeConfig

class FlaxQwen3MoeForTokenClassification(FlaxQwen3MoePreTrainedModel, _FlaxTokenClassification):
    config: Qwen3MoeConfig

class FlaxQwen3MoeForQuestionAnswering(FlaxQwen3MoePreTrainedModel, _FlaxQuestionAnswering):
    config: Qwen3MoeConfig

class FlaxQwen3MoeForSentenceEmbedding(FlaxQwen3MoePreTrainedModel, _FlaxSentenceEmbedding):
    config: Qwen3MoeConfig

class FlaxRemBertPreTrainedModel(FlaxPreTrainedModel):
    config: RemBertConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.RemBertKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.RemBertKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.RemBertKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class FlaxRemBertModel(FlaxRemBertPreTrainedModel, _FlaxBareModel):
    config: RemBertConfig

class FlaxRemBertForMaskedLM(FlaxRemBertPreTrainedModel, _FlaxMaskedLM):
    config: RemBertConfig

class FlaxRemBertForSequenceClassification(FlaxRemBertPreTrainedModel, _FlaxSequenceClassification):
    config: RemBertConfig

class FlaxRemBertForMultipleChoice(FlaxRemBertPreTrainedModel, _FlaxMultipleChoice):
    config: RemBertConfig

class FlaxRemBertForTokenClassification(FlaxRemBertPreTrainedModel, _FlaxTokenClassification):
    config: RemBertConfig

class FlaxRemBertForQuestionAnswering(FlaxRemBertPreTrainedModel, _FlaxQuestionAnswering):
    config: RemBertConfig

class FlaxRemBertForCausalLM(FlaxRemBertPreTrainedModel, _FlaxCausalLM):
    config: RemBertConfig

class FlaxRemBertForSentenceEmbedding(FlaxRemBertPreTrainedModel, _FlaxSentenceEmbedding):
    config: RemBertConfig

class FlaxResNetPreTrainedModel(FlaxPreTrainedModel):
    config: ResNetConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.ResNetKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.ResNetKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.ResNetKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class FlaxResNetModel(FlaxResNetPreTrainedModel, _FlaxBareModel):
    config: ResNetConfig
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        pixel_values: ArrayLike | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> BaseModelOutput | FieldTuple: ...

class FlaxResNetForImageClassification(FlaxResNetPreTrainedModel, _FlaxImageClassification):
    config: ResNetConfig
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        pixel_values: ArrayLike | None = None,
        labels: ArrayLike | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> ImageClassifierOutput | FieldTuple: ...

class FlaxResNetBackbone(FlaxResNetPreTrainedModel, _FlaxBackbone):
    config: ResNetConfig
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        pixel_values: ArrayLike | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> BackboneOutput | FieldTuple: ...

class FlaxRobertaPreTrainedModel(FlaxPreTrainedModel):
    config: RobertaConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.RobertaKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.RobertaKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.RobertaKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class FlaxRobertaModel(FlaxRobertaPreTrainedModel, _FlaxBareModel):
    config: RobertaConfig

class FlaxRobertaForMaskedLM(FlaxRobertaPreTrainedModel, _FlaxMaskedLM):
    config: RobertaConfig

class FlaxRobertaForSequenceClassification(FlaxRobertaPreTrainedModel, _FlaxSequenceClassification):
    config: RobertaConfig

class FlaxRobertaForMultipleChoice(FlaxRobertaPreTrainedModel, _FlaxMultipleChoice):
    config: RobertaConfig

class FlaxRobertaForTokenClassification(FlaxRobertaPreTrainedModel, _FlaxTokenClassification):
    config: RobertaConfig

class FlaxRobertaForQuestionAnswering(FlaxRobertaPreTrainedModel, _FlaxQuestionAnswering):
    config: RobertaConfig

class FlaxRobertaForCausalLM(FlaxRobertaPreTrainedModel, _FlaxCausalLM):
    config: RobertaConfig

class FlaxRobertaForSentenceEmbedding(FlaxRobertaPreTrainedModel, _FlaxSentenceEmbedding):
    config: RobertaConfig

class FlaxRoFormerPreTrainedModel(FlaxPreTrainedModel):
    config: RoFormerConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.RoFormerKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.RoFormerKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.RoFormerKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class FlaxRoFormerModel(FlaxRoFormerPreTrainedModel, _FlaxBareModel):
    config: RoFormerConfig
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        input_ids: ArrayLike | None = None,
        attention_mask: ArrayLike | None = None,
        past_key_values: KeyValueCache | None = None,
        inputs_embeds: ArrayLike | None = None,
        token_type_ids: ArrayLike | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        output_router_logits: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> BaseModelOutput | FieldTuple: ...

class FlaxRoFormerForMaskedLM(FlaxRoFormerPreTrainedModel, _FlaxMaskedLM):
    config: RoFormerConfig
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        input_ids: ArrayLike | None = None,
        attention_mask: ArrayLike | None = None,
        token_type_ids: ArrayLike | None = None,
        inputs_embeds: ArrayLike | None = None,
        labels: ArrayLike | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> MaskedLMOutput | FieldTuple: ...

class FlaxRoFormerForSequenceClassification(FlaxRoFormerPreTrainedModel, _FlaxSequenceClassification):
    config: RoFormerConfig
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        input_ids: ArrayLike | None = None,
        attention_mask: ArrayLike | None = None,
        token_type_ids: ArrayLike | None = None,
        past_key_values: KeyValueCache | None = None,
        inputs_embeds: ArrayLike | None = None,
        labels: ArrayLike | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> SequenceClassifierOutput | FieldTuple: ...

class FlaxRoFormerForMultipleChoice(FlaxRoFormerPreTrainedModel, _FlaxMultipleChoice):
    config: RoFormerConfig
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        input_ids: ArrayLike | None = None,
        attention_mask: ArrayLike | None = None,
        token_type_ids: ArrayLike | None = None,
        inputs_embeds: ArrayLike | None = None,
        labels: ArrayLike | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> MultipleChoiceModelOutput | FieldTuple: ...

class FlaxRoFormerForTokenClassification(FlaxRoFormerPreTrainedModel, _FlaxTokenClassification):
    config: RoFormerConfig
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        input_ids: ArrayLike | None = None,
        attention_mask: ArrayLike | None = None,
        token_type_ids: ArrayLike | None = None,
        inputs_embeds: ArrayLike | None = None,
        labels: ArrayLike | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> TokenClassifierOutput | FieldTuple: ...

class FlaxRoFormerForQuestionAnswering(FlaxRoFormerPreTrainedModel, _FlaxQuestionAnswering):
    config: RoFormerConfig
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        input_ids: ArrayLike | None = None,
        attention_mask: ArrayLike | None = None,
        token_type_ids: ArrayLike | None = None,
        inputs_embeds: ArrayLike | None = None,
        start_positions: ArrayLike | None = None,
        end_positions: ArrayLike | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> QuestionAnsweringModelOutput | FieldTuple: ...

class FlaxRoFormerForCausalLM(FlaxRoFormerPreTrainedModel, _FlaxCausalLM):
    config: RoFormerConfig
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        input_ids: ArrayLike | None = None,
        attention_mask: ArrayLike | None = None,
        past_key_values: KeyValueCache | None = None,
        inputs_embeds: ArrayLike | None = None,
        token_type_ids: ArrayLike | None = None,
        labels: ArrayLike | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        logits_to_keep: int | ArrayLike = 0,
        output_router_logits: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> CausalLMOutput | MoeCausalLMOutputWithPast | FieldTuple: ...

class FlaxRoFormerForSentenceEmbedding(FlaxRoFormerPreTrainedModel, _FlaxSentenceEmbedding):
    config: RoFormerConfig
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        input_ids: ArrayLike | None = None,
        attention_mask: ArrayLike | None = None,
        token_type_ids: ArrayLike | None = None,
        inputs_embeds: ArrayLike | None = None,
        pooling_mask: ArrayLike | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> SentenceEmbeddingOutput | FieldTuple: ...

class FlaxSegformerPreTrainedModel(FlaxPreTrainedModel):
    config: SegformerConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.SegformerKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.SegformerKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.SegformerKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class FlaxSegformerModel(FlaxSegformerPreTrainedModel, _FlaxBareModel):
    config: SegformerConfig
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        pixel_values: ArrayLike | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> BaseModelOutput | FieldTuple: ...

class FlaxSegformerForImageClassification(FlaxSegformerPreTrainedModel, _FlaxImageClassification):
    config: SegformerConfig

class FlaxSegformerForSemanticSegmentation(FlaxSegformerPreTrainedModel, _FlaxSemanticSegmentation):
    config: SegformerConfig

class FlaxSiglipPreTrainedModel(FlaxPreTrainedModel):
    config: Any
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.SiglipKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.SiglipKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.SiglipKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class FlaxSiglipModel(FlaxSiglipPreTrainedModel, _FlaxBareModel):
    config: SiglipConfig
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        input_ids: ArrayLike | None = None,
        pixel_values: ArrayLike | None = None,
        attention_mask: ArrayLike | None = None,
        position_ids: ArrayLike | None = None,
        return_loss: bool | None = None,
        interpolate_pos_encoding: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> ContrastiveOutput | FieldTuple: ...
    def get_text_features(
        self,
        input_ids: ArrayLike | None = None,
        attention_mask: ArrayLike | None = None,
        position_ids: ArrayLike | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> BaseModelOutput | FieldTuple: ...
    def get_image_features(
        self,
        pixel_values: ArrayLike | None = None,
        interpolate_pos_encoding: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> BaseModelOutput | FieldTuple: ...

class FlaxSiglipTextModel(FlaxSiglipPreTrainedModel, _FlaxTextTower):
    config: SiglipTextConfig

class FlaxSiglipVisionModel(FlaxSiglipPreTrainedModel, _FlaxImageTower):
    config: SiglipVisionConfig

class FlaxSiglipForImageClassification(FlaxSiglipPreTrainedModel, _FlaxImageClassification):
    config: SiglipConfig
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        pixel_values: ArrayLike | None = None,
        labels: ArrayLike | None = None,
        interpolate_pos_encoding: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> ImageClassifierOutput | FieldTuple: ...

class FlaxSiglip2PreTrainedModel(FlaxPreTrainedModel):
    config: Any
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.Siglip2Keywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.Siglip2Keywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.Siglip2Keywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class FlaxSiglip2Model(FlaxSiglip2PreTrainedModel, _FlaxBareModel):
    config: Siglip2Config
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        input_ids: ArrayLike | None = None,
        pixel_values: ArrayLike | None = None,
        pixel_attention_mask: ArrayLike | None = None,
        spatial_shapes: ArrayLike | None = None,
        attention_mask: ArrayLike | None = None,
        position_ids: ArrayLike | None = None,
        return_loss: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> ContrastiveOutput | FieldTuple: ...
    def get_text_features(
        self,
        input_ids: ArrayLike | None = None,
        attention_mask: ArrayLike | None = None,
        position_ids: ArrayLike | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> BaseModelOutput | FieldTuple: ...
    def get_image_features(
        self,
        pixel_values: ArrayLike | None = None,
        pixel_attention_mask: ArrayLike | None = None,
        spatial_shapes: ArrayLike | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> BaseModelOutput | FieldTuple: ...

class FlaxSiglip2TextModel(FlaxSiglip2PreTrainedModel, _FlaxTextTower):
    config: Siglip2TextConfig

class FlaxSiglip2VisionModel(FlaxSiglip2PreTrainedModel, _FlaxImageTower):
    config: Siglip2VisionConfig
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        pixel_values: ArrayLike | None = None,
        pixel_attention_mask: ArrayLike | None = None,
        spatial_shapes: ArrayLike | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> BaseModelOutput | FieldTuple: ...

class FlaxSiglip2ForImageClassification(FlaxSiglip2PreTrainedModel, _FlaxImageClassification):
    config: Siglip2Config
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        pixel_values: ArrayLike | None = None,
        pixel_attention_mask: ArrayLike | None = None,
        spatial_shapes: ArrayLike | None = None,
        labels: ArrayLike | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> ImageClassifierOutput | FieldTuple: ...

class FlaxSmolLM3PreTrainedModel(FlaxPreTrainedModel):
    config: SmolLM3Config
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.SmolLM3Keywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.SmolLM3Keywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.SmolLM3Keywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class FlaxSmolLM3Model(FlaxSmolLM3PreTrainedModel, _FlaxBareModel):
    config: SmolLM3Config

class FlaxSmolLM3ForCausalLM(FlaxSmolLM3PreTrainedModel, _FlaxCausalLM):
    config: SmolLM3Config

class FlaxSmolLM3ForSequenceClassification(FlaxSmolLM3PreTrainedModel, _FlaxSequenceClassification):
    config: SmolLM3Config

class FlaxSmolLM3ForTokenClassification(FlaxSmolLM3PreTrainedModel, _FlaxTokenClassification):
    config: SmolLM3Config

class FlaxSmolLM3ForQuestionAnswering(FlaxSmolLM3PreTrainedModel, _FlaxQuestionAnswering):
    config: SmolLM3Config

class FlaxSmolLM3ForSentenceEmbedding(FlaxSmolLM3PreTrainedModel, _FlaxSentenceEmbedding):
    config: SmolLM3Config

class FlaxStableLmPreTrainedModel(FlaxPreTrainedModel):
    config: StableLmConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.StableLmKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.StableLmKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.StableLmKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class FlaxStableLmModel(FlaxStableLmPreTrainedModel, _FlaxBareModel):
    config: StableLmConfig

class FlaxStableLmForCausalLM(FlaxStableLmPreTrainedModel, _FlaxCausalLM):
    config: StableLmConfig

class FlaxStableLmForSequenceClassification(FlaxStableLmPreTrainedModel, _FlaxSequenceClassification):
    config: StableLmConfig

class FlaxStableLmForTokenClassification(FlaxStableLmPreTrainedModel, _FlaxTokenClassification):
    config: StableLmConfig

class FlaxStableLmForSentenceEmbedding(FlaxStableLmPreTrainedModel, _FlaxSentenceEmbedding):
    config: StableLmConfig

class FlaxStarcoder2PreTrainedModel(FlaxPreTrainedModel):
    config: Starcoder2Config
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.Starcoder2Keywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.Starcoder2Keywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.Starcoder2Keywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class FlaxStarcoder2Model(FlaxStarcoder2PreTrainedModel, _FlaxBareModel):
    config: Starcoder2Config

class FlaxStarcoder2ForCausalLM(FlaxStarcoder2PreTrainedModel, _FlaxCausalLM):
    config: Starcoder2Config

class FlaxStarcoder2ForSequenceClassification(FlaxStarcoder2PreTrainedModel, _FlaxSequenceClassification):
    config: Starcoder2Config

class FlaxStarcoder2ForTokenClassification(FlaxStarcoder2PreTrainedModel, _FlaxTokenClassification):
    config: Starcoder2Config

class FlaxStarcoder2ForSentenceEmbedding(FlaxStarcoder2PreTrainedModel, _FlaxSentenceEmbedding):
    config: Starcoder2Config

class FlaxSwinPreTrainedModel(FlaxPreTrainedModel):
    config: SwinConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.SwinKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.SwinKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.SwinKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class FlaxSwinModel(FlaxSwinPreTrainedModel, _FlaxBareModel):
    config: SwinConfig
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        pixel_values: ArrayLike | None = None,
        bool_masked_pos: ArrayLike | None = None,
        interpolate_pos_encoding: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> BaseModelOutput | FieldTuple: ...

class FlaxSwinForImageClassification(FlaxSwinPreTrainedModel, _FlaxImageClassification):
    config: SwinConfig
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        pixel_values: ArrayLike | None = None,
        labels: ArrayLike | None = None,
        interpolate_pos_encoding: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> ImageClassifierOutput | FieldTuple: ...

class FlaxSwinForMaskedImageModeling(FlaxSwinPreTrainedModel, _FlaxMaskedImageModeling):
    config: SwinConfig
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        pixel_values: ArrayLike | None = None,
        bool_masked_pos: ArrayLike | None = None,
        interpolate_pos_encoding: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> MaskedImageModelingOutput | FieldTuple: ...

class FlaxSwinBackbone(FlaxSwinPreTrainedModel, _FlaxBackbone):
    config: SwinConfig

class FlaxSwinv2PreTrainedModel(FlaxPreTrainedModel):
    config: Swinv2Config
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.Swinv2Keywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.Swinv2Keywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.Swinv2Keywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class FlaxSwinv2Model(FlaxSwinv2PreTrainedModel, _FlaxBareModel):
    config: Swinv2Config
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        pixel_values: ArrayLike | None = None,
        bool_masked_pos: ArrayLike | None = None,
        interpolate_pos_encoding: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> BaseModelOutput | FieldTuple: ...

class FlaxSwinv2ForImageClassification(FlaxSwinv2PreTrainedModel, _FlaxImageClassification):
    config: Swinv2Config
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        pixel_values: ArrayLike | None = None,
        labels: ArrayLike | None = None,
        interpolate_pos_encoding: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> ImageClassifierOutput | FieldTuple: ...

class FlaxSwinv2ForMaskedImageModeling(FlaxSwinv2PreTrainedModel, _FlaxMaskedImageModeling):
    config: Swinv2Config
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        pixel_values: ArrayLike | None = None,
        bool_masked_pos: ArrayLike | None = None,
        interpolate_pos_encoding: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> MaskedImageModelingOutput | FieldTuple: ...

class FlaxSwinv2Backbone(FlaxSwinv2PreTrainedModel, _FlaxBackbone):
    config: Swinv2Config

class FlaxT5PreTrainedModel(FlaxPreTrainedModel):
    config: T5Config
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.T5Keywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.T5Keywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.T5Keywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class FlaxT5Model(FlaxT5PreTrainedModel, _FlaxBareModel):
    config: T5Config
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        input_ids: ArrayLike | None = None,
        attention_mask: ArrayLike | None = None,
        decoder_input_ids: ArrayLike | None = None,
        decoder_attention_mask: ArrayLike | None = None,
        encoder_outputs: ArrayLike | None = None,
        past_key_values: KeyValueCache | None = None,
        inputs_embeds: ArrayLike | None = None,
        decoder_inputs_embeds: ArrayLike | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        output_router_logits: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> BaseModelOutput | FieldTuple: ...

class FlaxT5ForConditionalGeneration(FlaxT5PreTrainedModel, _FlaxSeq2SeqLM):
    config: T5Config

class FlaxT5ForSequenceClassification(FlaxT5PreTrainedModel, _FlaxSequenceClassification):
    config: T5Config
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        input_ids: ArrayLike | None = None,
        attention_mask: ArrayLike | None = None,
        decoder_input_ids: ArrayLike | None = None,
        decoder_attention_mask: ArrayLike | None = None,
        encoder_outputs: ArrayLike | None = None,
        inputs_embeds: ArrayLike | None = None,
        decoder_inputs_embeds: ArrayLike | None = None,
        labels: ArrayLike | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> Seq2SeqSequenceClassifierOutput | FieldTuple: ...

class FlaxT5ForQuestionAnswering(FlaxT5PreTrainedModel, _FlaxQuestionAnswering):
    config: T5Config
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        input_ids: ArrayLike | None = None,
        attention_mask: ArrayLike | None = None,
        decoder_input_ids: ArrayLike | None = None,
        decoder_attention_mask: ArrayLike | None = None,
        encoder_outputs: ArrayLike | None = None,
        inputs_embeds: ArrayLike | None = None,
        decoder_inputs_embeds: ArrayLike | None = None,
        start_positions: ArrayLike | None = None,
        end_positions: ArrayLike | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> Seq2SeqQuestionAnsweringModelOutput | FieldTuple: ...

class FlaxT5EncoderModel(FlaxT5PreTrainedModel, _FlaxTextEncoding):
    config: T5Config

class FlaxT5ForTokenClassification(FlaxT5PreTrainedModel, _FlaxTokenClassification):
    config: T5Config
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        input_ids: ArrayLike | None = None,
        attention_mask: ArrayLike | None = None,
        inputs_embeds: ArrayLike | None = None,
        labels: ArrayLike | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> TokenClassifierOutput | FieldTuple: ...

class FlaxT5ForSentenceEmbedding(FlaxT5PreTrainedModel, _FlaxSentenceEmbedding):
    config: T5Config
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        input_ids: ArrayLike | None = None,
        attention_mask: ArrayLike | None = None,
        inputs_embeds: ArrayLike | None = None,
        pooling_mask: ArrayLike | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> SentenceEmbeddingOutput | FieldTuple: ...

class FlaxT5GemmaPreTrainedModel(FlaxPreTrainedModel):
    config: T5GemmaConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.T5GemmaKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.T5GemmaKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.T5GemmaKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class FlaxT5GemmaModel(FlaxT5GemmaPreTrainedModel, _FlaxBareModel):
    config: T5GemmaConfig
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        input_ids: ArrayLike | None = None,
        attention_mask: ArrayLike | None = None,
        position_ids: ArrayLike | None = None,
        decoder_input_ids: ArrayLike | None = None,
        decoder_attention_mask: ArrayLike | None = None,
        decoder_position_ids: ArrayLike | None = None,
        encoder_outputs: ArrayLike | None = None,
        past_key_values: KeyValueCache | None = None,
        inputs_embeds: ArrayLike | None = None,
        decoder_inputs_embeds: ArrayLike | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        output_router_logits: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> Seq2SeqModelOutput | FieldTuple: ...

class FlaxT5GemmaForConditionalGeneration(FlaxT5GemmaPreTrainedModel, _FlaxSeq2SeqLM):
    config: T5GemmaConfig
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        input_ids: ArrayLike | None = None,
        attention_mask: ArrayLike | None = None,
        position_ids: ArrayLike | None = None,
        decoder_input_ids: ArrayLike | None = None,
        decoder_attention_mask: ArrayLike | None = None,
        decoder_position_ids: ArrayLike | None = None,
        encoder_outputs: ArrayLike | None = None,
        past_key_values: KeyValueCache | None = None,
        inputs_embeds: ArrayLike | None = None,
        decoder_inputs_embeds: ArrayLike | None = None,
        labels: ArrayLike | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        logits_to_keep: int | ArrayLike = 0,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> Seq2SeqLMOutput | MoeCausalLMOutputWithPast | FieldTuple: ...

class FlaxT5GemmaEncoderModel(FlaxT5GemmaPreTrainedModel, _FlaxTextEncoding):
    config: T5GemmaConfig
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        input_ids: ArrayLike | None = None,
        attention_mask: ArrayLike | None = None,
        position_ids: ArrayLike | None = None,
        inputs_embeds: ArrayLike | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> BaseModelOutput | FieldTuple: ...

class FlaxT5GemmaForSequenceClassification(FlaxT5GemmaPreTrainedModel, _FlaxSequenceClassification):
    config: T5GemmaConfig
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        input_ids: ArrayLike | None = None,
        attention_mask: ArrayLike | None = None,
        position_ids: ArrayLike | None = None,
        decoder_input_ids: ArrayLike | None = None,
        decoder_attention_mask: ArrayLike | None = None,
        decoder_position_ids: ArrayLike | None = None,
        encoder_outputs: ArrayLike | None = None,
        inputs_embeds: ArrayLike | None = None,
        decoder_inputs_embeds: ArrayLike | None = None,
        labels: ArrayLike | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> SequenceClassifierOutput | FieldTuple: ...

class FlaxT5GemmaForTokenClassification(FlaxT5GemmaPreTrainedModel, _FlaxTokenClassification):
    config: T5GemmaConfig
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        input_ids: ArrayLike | None = None,
        attention_mask: ArrayLike | None = None,
        position_ids: ArrayLike | None = None,
        decoder_input_ids: ArrayLike | None = None,
        decoder_attention_mask: ArrayLike | None = None,
        decoder_position_ids: ArrayLike | None = None,
        encoder_outputs: ArrayLike | None = None,
        inputs_embeds: ArrayLike | None = None,
        decoder_inputs_embeds: ArrayLike | None = None,
        labels: ArrayLike | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> TokenClassifierOutput | FieldTuple: ...

class FlaxT5GemmaForSentenceEmbedding(FlaxT5GemmaPreTrainedModel, _FlaxSentenceEmbedding):
    config: T5GemmaConfig
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        input_ids: ArrayLike | None = None,
        attention_mask: ArrayLike | None = None,
        position_ids: ArrayLike | None = None,
        inputs_embeds: ArrayLike | None = None,
        pooling_mask: ArrayLike | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> SentenceEmbeddingOutput | FieldTuple: ...

class FlaxUMT5PreTrainedModel(FlaxPreTrainedModel):
    config: UMT5Config
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.UMT5Keywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.UMT5Keywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.UMT5Keywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class FlaxUMT5Model(FlaxUMT5PreTrainedModel, _FlaxBareModel):
    config: UMT5Config
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        input_ids: ArrayLike | None = None,
        attention_mask: ArrayLike | None = None,
        decoder_input_ids: ArrayLike | None = None,
        decoder_attention_mask: ArrayLike | None = None,
        encoder_outputs: ArrayLike | None = None,
        past_key_values: KeyValueCache | None = None,
        inputs_embeds: ArrayLike | None = None,
        decoder_inputs_embeds: ArrayLike | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        output_router_logits: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> BaseModelOutput | FieldTuple: ...

class FlaxUMT5ForConditionalGeneration(FlaxUMT5PreTrainedModel, _FlaxSeq2SeqLM):
    config: UMT5Config

class FlaxUMT5ForSequenceClassification(FlaxUMT5PreTrainedModel, _FlaxSequenceClassification):
    config: UMT5Config
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        input_ids: ArrayLike | None = None,
        attention_mask: ArrayLike | None = None,
        decoder_input_ids: ArrayLike | None = None,
        decoder_attention_mask: ArrayLike | None = None,
        encoder_outputs: ArrayLike | None = None,
        inputs_embeds: ArrayLike | None = None,
        decoder_inputs_embeds: ArrayLike | None = None,
        labels: ArrayLike | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> Seq2SeqSequenceClassifierOutput | FieldTuple: ...

class FlaxUMT5ForQuestionAnswering(FlaxUMT5PreTrainedModel, _FlaxQuestionAnswering):
    config: UMT5Config
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        input_ids: ArrayLike | None = None,
        attention_mask: ArrayLike | None = None,
        decoder_input_ids: ArrayLike | None = None,
        decoder_attention_mask: ArrayLike | None = None,
        encoder_outputs: ArrayLike | None = None,
        inputs_embeds: ArrayLike | None = None,
        decoder_inputs_embeds: ArrayLike | None = None,
        start_positions: ArrayLike | None = None,
        end_positions: ArrayLike | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> Seq2SeqQuestionAnsweringModelOutput | FieldTuple: ...

class FlaxUMT5EncoderModel(FlaxUMT5PreTrainedModel, _FlaxTextEncoding):
    config: UMT5Config

class FlaxUMT5ForTokenClassification(FlaxUMT5PreTrainedModel, _FlaxTokenClassification):
    config: UMT5Config
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        input_ids: ArrayLike | None = None,
        attention_mask: ArrayLike | None = None,
        inputs_embeds: ArrayLike | None = None,
        labels: ArrayLike | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> TokenClassifierOutput | FieldTuple: ...

class FlaxUMT5ForSentenceEmbedding(FlaxUMT5PreTrainedModel, _FlaxSentenceEmbedding):
    config: UMT5Config
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        input_ids: ArrayLike | None = None,
        attention_mask: ArrayLike | None = None,
        inputs_embeds: ArrayLike | None = None,
        pooling_mask: ArrayLike | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> SentenceEmbeddingOutput | FieldTuple: ...

class FlaxUniSpeechPreTrainedModel(FlaxPreTrainedModel):
    config: UniSpeechConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.UniSpeechKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.UniSpeechKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.UniSpeechKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class FlaxUniSpeechModel(FlaxUniSpeechPreTrainedModel, _FlaxBareModel):
    config: UniSpeechConfig
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        input_values: ArrayLike | None = None,
        attention_mask: ArrayLike | None = None,
        mask_time_indices: ArrayLike | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> BaseModelOutput | FieldTuple: ...

class FlaxUniSpeechForCTC(FlaxUniSpeechPreTrainedModel, _FlaxCTC):
    config: UniSpeechConfig

class FlaxUniSpeechForSequenceClassification(FlaxUniSpeechPreTrainedModel, _FlaxAudioClassification):
    config: UniSpeechConfig
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        input_values: ArrayLike | None = None,
        attention_mask: ArrayLike | None = None,
        labels: ArrayLike | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> SequenceClassifierOutput | FieldTuple: ...

class FlaxUniSpeechForPreTraining(FlaxUniSpeechPreTrainedModel, _FlaxPreTraining):
    config: UniSpeechConfig
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        input_values: ArrayLike | None = None,
        attention_mask: ArrayLike | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> Wav2Vec2ForPreTrainingOutput | FieldTuple: ...

class FlaxUniSpeechSatPreTrainedModel(FlaxPreTrainedModel):
    config: UniSpeechSatConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.UniSpeechSatKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.UniSpeechSatKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.UniSpeechSatKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class FlaxUniSpeechSatModel(FlaxUniSpeechSatPreTrainedModel, _FlaxBareModel):
    config: UniSpeechSatConfig
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        input_values: ArrayLike | None = None,
        attention_mask: ArrayLike | None = None,
        mask_time_indices: ArrayLike | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> BaseModelOutput | FieldTuple: ...

class FlaxUniSpeechSatForCTC(FlaxUniSpeechSatPreTrainedModel, _FlaxCTC):
    config: UniSpeechSatConfig

class FlaxUniSpeechSatForSequenceClassification(FlaxUniSpeechSatPreTrainedModel, _FlaxAudioClassification):
    config: UniSpeechSatConfig
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        input_values: ArrayLike | None = None,
        attention_mask: ArrayLike | None = None,
        labels: ArrayLike | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> SequenceClassifierOutput | FieldTuple: ...

class FlaxUniSpeechSatForAudioFrameClassification(FlaxUniSpeechSatPreTrainedModel, _FlaxAudioFrameClassification):
    config: UniSpeechSatConfig

class FlaxUniSpeechSatForXVector(FlaxUniSpeechSatPreTrainedModel, _FlaxAudioXVector):
    config: UniSpeechSatConfig

class FlaxUniSpeechSatForPreTraining(FlaxUniSpeechSatPreTrainedModel, _FlaxPreTraining):
    config: UniSpeechSatConfig
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        input_values: ArrayLike | None = None,
        attention_mask: ArrayLike | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> UniSpeechSatForPreTrainingOutput | FieldTuple: ...

class FlaxVideoMAEPreTrainedModel(FlaxPreTrainedModel):
    config: VideoMAEConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.VideoMAEKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.VideoMAEKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.VideoMAEKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class FlaxVideoMAEModel(FlaxVideoMAEPreTrainedModel, _FlaxBareModel):
    config: VideoMAEConfig
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        pixel_values: ArrayLike | None = None,
        bool_masked_pos: ArrayLike | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> BaseModelOutput | FieldTuple: ...

class FlaxVideoMAEForPreTraining(FlaxVideoMAEPreTrainedModel, _FlaxPreTraining):
    config: VideoMAEConfig
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        pixel_values: ArrayLike | None = None,
        bool_masked_pos: ArrayLike | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> VideoMAEForPreTrainingOutput | FieldTuple: ...

class FlaxVideoMAEForVideoClassification(FlaxVideoMAEPreTrainedModel, _FlaxVideoClassification):
    config: VideoMAEConfig

class FlaxViTPreTrainedModel(FlaxPreTrainedModel):
    config: ViTConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.ViTKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.ViTKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.ViTKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class FlaxViTModel(FlaxViTPreTrainedModel, _FlaxBareModel):
    config: ViTConfig
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        pixel_values: ArrayLike | None = None,
        bool_masked_pos: ArrayLike | None = None,
        interpolate_pos_encoding: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> BaseModelOutput | FieldTuple: ...

class FlaxViTForImageClassification(FlaxViTPreTrainedModel, _FlaxImageClassification):
    config: ViTConfig
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        pixel_values: ArrayLike | None = None,
        labels: ArrayLike | None = None,
        interpolate_pos_encoding: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> ImageClassifierOutput | FieldTuple: ...

class FlaxViTForMaskedImageModeling(FlaxViTPreTrainedModel, _FlaxMaskedImageModeling):
    config: ViTConfig
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        pixel_values: ArrayLike | None = None,
        bool_masked_pos: ArrayLike | None = None,
        interpolate_pos_encoding: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> MaskedImageModelingOutput | FieldTuple: ...

class FlaxViTMAEPreTrainedModel(FlaxPreTrainedModel):
    config: ViTMAEConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.ViTMAEKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.ViTMAEKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.ViTMAEKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class FlaxViTMAEModel(FlaxViTMAEPreTrainedModel, _FlaxBareModel):
    config: ViTMAEConfig
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        pixel_values: ArrayLike | None = None,
        noise: ArrayLike | None = None,
        interpolate_pos_encoding: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> ViTMAEModelOutput | FieldTuple: ...

class FlaxViTMAEForPreTraining(FlaxViTMAEPreTrainedModel, _FlaxPreTraining):
    config: ViTMAEConfig
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        pixel_values: ArrayLike | None = None,
        noise: ArrayLike | None = None,
        interpolate_pos_encoding: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> MaskedAutoencoderOutput | FieldTuple: ...

class FlaxVitPosePreTrainedModel(FlaxPreTrainedModel):
    config: Any
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.VitPoseKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.VitPoseKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.VitPoseKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class FlaxVitPoseForPoseEstimation(FlaxVitPosePreTrainedModel, _FlaxPoseEstimation):
    config: VitPoseConfig

class FlaxVitPoseBackbone(FlaxVitPosePreTrainedModel, _FlaxBackbone):
    config: VitPoseBackboneConfig
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        pixel_values: ArrayLike | None = None,
        dataset_index: ArrayLike | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> BackboneOutput | FieldTuple: ...

class FlaxWav2Vec2PreTrainedModel(FlaxPreTrainedModel):
    config: Wav2Vec2Config
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.Wav2Vec2Keywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.Wav2Vec2Keywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.Wav2Vec2Keywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class FlaxWav2Vec2Model(FlaxWav2Vec2PreTrainedModel, _FlaxBareModel):
    config: Wav2Vec2Config
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        input_values: ArrayLike | None = None,
        attention_mask: ArrayLike | None = None,
        mask_time_indices: ArrayLike | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> BaseModelOutput | FieldTuple: ...

class FlaxWav2Vec2ForCTC(FlaxWav2Vec2PreTrainedModel, _FlaxCTC):
    config: Wav2Vec2Config

class FlaxWav2Vec2ForSequenceClassification(FlaxWav2Vec2PreTrainedModel, _FlaxAudioClassification):
    config: Wav2Vec2Config
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        input_values: ArrayLike | None = None,
        attention_mask: ArrayLike | None = None,
        labels: ArrayLike | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> SequenceClassifierOutput | FieldTuple: ...

class FlaxWav2Vec2ForAudioFrameClassification(FlaxWav2Vec2PreTrainedModel, _FlaxAudioFrameClassification):
    config: Wav2Vec2Config

class FlaxWav2Vec2ForXVector(FlaxWav2Vec2PreTrainedModel, _FlaxAudioXVector):
    config: Wav2Vec2Config

class FlaxWav2Vec2ForPreTraining(FlaxWav2Vec2PreTrainedModel, _FlaxPreTraining):
    config: Wav2Vec2Config
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        input_values: ArrayLike | None = None,
        attention_mask: ArrayLike | None = None,
        mask_time_indices: ArrayLike | None = None,
        sampled_negative_indices: ArrayLike | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> Wav2Vec2ForPreTrainingOutput | FieldTuple: ...

class FlaxWav2Vec2BertPreTrainedModel(FlaxPreTrainedModel):
    config: Wav2Vec2BertConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.Wav2Vec2BertKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.Wav2Vec2BertKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.Wav2Vec2BertKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class FlaxWav2Vec2BertModel(FlaxWav2Vec2BertPreTrainedModel, _FlaxBareModel):
    config: Wav2Vec2BertConfig
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        input_features: ArrayLike | None = None,
        attention_mask: ArrayLike | None = None,
        mask_time_indices: ArrayLike | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> BaseModelOutput | FieldTuple: ...

class FlaxWav2Vec2BertForCTC(FlaxWav2Vec2BertPreTrainedModel, _FlaxCTC):
    config: Wav2Vec2BertConfig
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        input_features: ArrayLike | None = None,
        attention_mask: ArrayLike | None = None,
        labels: ArrayLike | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> CausalLMOutput | FieldTuple: ...

class FlaxWav2Vec2BertForSequenceClassification(FlaxWav2Vec2BertPreTrainedModel, _FlaxAudioClassification):
    config: Wav2Vec2BertConfig
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        input_features: ArrayLike | None = None,
        attention_mask: ArrayLike | None = None,
        labels: ArrayLike | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> SequenceClassifierOutput | FieldTuple: ...

class FlaxWav2Vec2BertForAudioFrameClassification(FlaxWav2Vec2BertPreTrainedModel, _FlaxAudioFrameClassification):
    config: Wav2Vec2BertConfig
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        input_features: ArrayLike | None = None,
        attention_mask: ArrayLike | None = None,
        labels: ArrayLike | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> TokenClassifierOutput | FieldTuple: ...

class FlaxWav2Vec2BertForXVector(FlaxWav2Vec2BertPreTrainedModel, _FlaxAudioXVector):
    config: Wav2Vec2BertConfig
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        input_features: ArrayLike | None = None,
        attention_mask: ArrayLike | None = None,
        labels: ArrayLike | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> XVectorOutput | FieldTuple: ...

class FlaxWav2Vec2ConformerPreTrainedModel(FlaxPreTrainedModel):
    config: Wav2Vec2ConformerConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.Wav2Vec2ConformerKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.Wav2Vec2ConformerKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.Wav2Vec2ConformerKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class FlaxWav2Vec2ConformerModel(FlaxWav2Vec2ConformerPreTrainedModel, _FlaxBareModel):
    config: Wav2Vec2ConformerConfig
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        input_values: ArrayLike | None = None,
        attention_mask: ArrayLike | None = None,
        mask_time_indices: ArrayLike | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> BaseModelOutput | FieldTuple: ...

class FlaxWav2Vec2ConformerForCTC(FlaxWav2Vec2ConformerPreTrainedModel, _FlaxCTC):
    config: Wav2Vec2ConformerConfig

class FlaxWav2Vec2ConformerForSequenceClassification(FlaxWav2Vec2ConformerPreTrainedModel, _FlaxAudioClassification):
    config: Wav2Vec2ConformerConfig
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        input_values: ArrayLike | None = None,
        attention_mask: ArrayLike | None = None,
        labels: ArrayLike | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> SequenceClassifierOutput | FieldTuple: ...

class FlaxWav2Vec2ConformerForAudioFrameClassification(
    FlaxWav2Vec2ConformerPreTrainedModel, _FlaxAudioFrameClassification
):
    config: Wav2Vec2ConformerConfig

class FlaxWav2Vec2ConformerForXVector(FlaxWav2Vec2ConformerPreTrainedModel, _FlaxAudioXVector):
    config: Wav2Vec2ConformerConfig

class FlaxWav2Vec2ConformerForPreTraining(FlaxWav2Vec2ConformerPreTrainedModel, _FlaxPreTraining):
    config: Wav2Vec2ConformerConfig
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        input_values: ArrayLike | None = None,
        attention_mask: ArrayLike | None = None,
        mask_time_indices: ArrayLike | None = None,
        sampled_negative_indices: ArrayLike | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> Wav2Vec2ForPreTrainingOutput | FieldTuple: ...

class FlaxWavLMPreTrainedModel(FlaxPreTrainedModel):
    config: WavLMConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.WavLMKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.WavLMKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.WavLMKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class FlaxWavLMModel(FlaxWavLMPreTrainedModel, _FlaxBareModel):
    config: WavLMConfig
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        input_values: ArrayLike | None = None,
        attention_mask: ArrayLike | None = None,
        mask_time_indices: ArrayLike | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> BaseModelOutput | FieldTuple: ...

class FlaxWavLMForCTC(FlaxWavLMPreTrainedModel, _FlaxCTC):
    config: WavLMConfig

class FlaxWavLMForSequenceClassification(FlaxWavLMPreTrainedModel, _FlaxAudioClassification):
    config: WavLMConfig
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        input_values: ArrayLike | None = None,
        attention_mask: ArrayLike | None = None,
        labels: ArrayLike | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> SequenceClassifierOutput | FieldTuple: ...

class FlaxWavLMForAudioFrameClassification(FlaxWavLMPreTrainedModel, _FlaxAudioFrameClassification):
    config: WavLMConfig

class FlaxWavLMForXVector(FlaxWavLMPreTrainedModel, _FlaxAudioXVector):
    config: WavLMConfig

class FlaxWhisperPreTrainedModel(FlaxPreTrainedModel):
    config: WhisperConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.WhisperKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.WhisperKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.WhisperKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class FlaxWhisperModel(FlaxWhisperPreTrainedModel, _FlaxBareModel):
    config: WhisperConfig
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        input_features: ArrayLike | None = None,
        attention_mask: ArrayLike | None = None,
        decoder_input_ids: ArrayLike | None = None,
        decoder_attention_mask: ArrayLike | None = None,
        encoder_outputs: ArrayLike | None = None,
        past_key_values: KeyValueCache | None = None,
        decoder_inputs_embeds: ArrayLike | None = None,
        decoder_position_ids: ArrayLike | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        output_router_logits: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> Seq2SeqModelOutput | FieldTuple: ...

class FlaxWhisperForConditionalGeneration(FlaxWhisperPreTrainedModel, _FlaxSpeechSeq2Seq):
    config: WhisperConfig

class FlaxWhisperForCausalLM(FlaxWhisperPreTrainedModel, _FlaxCausalLM):
    config: WhisperConfig
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        input_ids: ArrayLike | None = None,
        attention_mask: ArrayLike | None = None,
        encoder_outputs: ArrayLike | None = None,
        past_key_values: KeyValueCache | None = None,
        inputs_embeds: ArrayLike | None = None,
        position_ids: ArrayLike | None = None,
        labels: ArrayLike | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        logits_to_keep: int | ArrayLike = 0,
        output_router_logits: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> CausalLMOutputWithCrossAttentions | MoeCausalLMOutputWithPast | FieldTuple: ...

class FlaxWhisperForAudioClassification(FlaxWhisperPreTrainedModel, _FlaxAudioClassification):
    config: WhisperConfig

class FlaxXLMRobertaPreTrainedModel(FlaxPreTrainedModel):
    config: XLMRobertaConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.XLMRobertaKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.XLMRobertaKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.XLMRobertaKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class FlaxXLMRobertaModel(FlaxXLMRobertaPreTrainedModel, _FlaxBareModel):
    config: XLMRobertaConfig

class FlaxXLMRobertaForMaskedLM(FlaxXLMRobertaPreTrainedModel, _FlaxMaskedLM):
    config: XLMRobertaConfig

class FlaxXLMRobertaForSequenceClassification(FlaxXLMRobertaPreTrainedModel, _FlaxSequenceClassification):
    config: XLMRobertaConfig

class FlaxXLMRobertaForMultipleChoice(FlaxXLMRobertaPreTrainedModel, _FlaxMultipleChoice):
    config: XLMRobertaConfig

class FlaxXLMRobertaForTokenClassification(FlaxXLMRobertaPreTrainedModel, _FlaxTokenClassification):
    config: XLMRobertaConfig

class FlaxXLMRobertaForQuestionAnswering(FlaxXLMRobertaPreTrainedModel, _FlaxQuestionAnswering):
    config: XLMRobertaConfig

class FlaxXLMRobertaForCausalLM(FlaxXLMRobertaPreTrainedModel, _FlaxCausalLM):
    config: XLMRobertaConfig

class FlaxXLMRobertaForSentenceEmbedding(FlaxXLMRobertaPreTrainedModel, _FlaxSentenceEmbedding):
    config: XLMRobertaConfig

class FlaxXLMRobertaXLPreTrainedModel(FlaxPreTrainedModel):
    config: XLMRobertaXLConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.XLMRobertaXLKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.XLMRobertaXLKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.XLMRobertaXLKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class FlaxXLMRobertaXLModel(FlaxXLMRobertaXLPreTrainedModel, _FlaxBareModel):
    config: XLMRobertaXLConfig

class FlaxXLMRobertaXLForMaskedLM(FlaxXLMRobertaXLPreTrainedModel, _FlaxMaskedLM):
    config: XLMRobertaXLConfig

class FlaxXLMRobertaXLForSequenceClassification(FlaxXLMRobertaXLPreTrainedModel, _FlaxSequenceClassification):
    config: XLMRobertaXLConfig

class FlaxXLMRobertaXLForMultipleChoice(FlaxXLMRobertaXLPreTrainedModel, _FlaxMultipleChoice):
    config: XLMRobertaXLConfig

class FlaxXLMRobertaXLForTokenClassification(FlaxXLMRobertaXLPreTrainedModel, _FlaxTokenClassification):
    config: XLMRobertaXLConfig

class FlaxXLMRobertaXLForQuestionAnswering(FlaxXLMRobertaXLPreTrainedModel, _FlaxQuestionAnswering):
    config: XLMRobertaXLConfig

class FlaxXLMRobertaXLForCausalLM(FlaxXLMRobertaXLPreTrainedModel, _FlaxCausalLM):
    config: XLMRobertaXLConfig

class FlaxXLMRobertaXLForSentenceEmbedding(FlaxXLMRobertaXLPreTrainedModel, _FlaxSentenceEmbedding):
    config: XLMRobertaXLConfig

class FlaxYolosPreTrainedModel(FlaxPreTrainedModel):
    config: YolosConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.YolosKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.YolosKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.YolosKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class FlaxYolosModel(FlaxYolosPreTrainedModel, _FlaxBareModel):
    config: YolosConfig
    def __call__(  # type: ignore[override, unused-ignore]
        self,
        pixel_values: ArrayLike | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        train: bool = False,
        dropout_rng: Array | None = None,
        **unknown: object,
    ) -> BaseModelOutput | FieldTuple: ...

class FlaxYolosForObjectDetection(FlaxYolosPreTrainedModel, _FlaxObjectDetection):
    config: YolosConfig

class _TFBareModel(_TFTaskModel):
    def call(
        self,
        input_ids: tf.Tensor | None = None,
        attention_mask: tf.Tensor | None = None,
        position_ids: tf.Tensor | None = None,
        past_key_values: Cache | None = None,
        inputs_embeds: tf.Tensor | None = None,
        token_type_ids: tf.Tensor | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        output_router_logits: bool | None = None,
        training: bool | None = False,
    ) -> BaseModelOutput | FieldTuple: ...

class _TFCausalLM(_TFTaskModel, _TFGenerationMixin):
    def call(
        self,
        input_ids: tf.Tensor | None = None,
        attention_mask: tf.Tensor | None = None,
        position_ids: tf.Tensor | None = None,
        past_key_values: Cache | None = None,
        inputs_embeds: tf.Tensor | None = None,
        token_type_ids: tf.Tensor | None = None,
        labels: tf.Tensor | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        logits_to_keep: int | tf.Tensor = 0,
        output_router_logits: bool | None = None,
        training: bool | None = False,
    ) -> CausalLMOutput | MoeCausalLMOutputWithPast | FieldTuple: ...

class _TFMaskedLM(_TFTaskModel):
    def call(
        self,
        input_ids: tf.Tensor | None = None,
        attention_mask: tf.Tensor | None = None,
        token_type_ids: tf.Tensor | None = None,
        position_ids: tf.Tensor | None = None,
        inputs_embeds: tf.Tensor | None = None,
        labels: tf.Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> MaskedLMOutput | FieldTuple: ...

class _TFSequenceClassification(_TFTaskModel):
    def call(
        self,
        input_ids: tf.Tensor | None = None,
        attention_mask: tf.Tensor | None = None,
        token_type_ids: tf.Tensor | None = None,
        position_ids: tf.Tensor | None = None,
        past_key_values: Cache | None = None,
        inputs_embeds: tf.Tensor | None = None,
        labels: tf.Tensor | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> SequenceClassifierOutput | FieldTuple: ...

class _TFTokenClassification(_TFTaskModel):
    def call(
        self,
        input_ids: tf.Tensor | None = None,
        attention_mask: tf.Tensor | None = None,
        token_type_ids: tf.Tensor | None = None,
        position_ids: tf.Tensor | None = None,
        inputs_embeds: tf.Tensor | None = None,
        labels: tf.Tensor | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> TokenClassifierOutput | FieldTuple: ...

class _TFQuestionAnswering(_TFTaskModel):
    def call(
        self,
        input_ids: tf.Tensor | None = None,
        attention_mask: tf.Tensor | None = None,
        token_type_ids: tf.Tensor | None = None,
        position_ids: tf.Tensor | None = None,
        inputs_embeds: tf.Tensor | None = None,
        start_positions: tf.Tensor | None = None,
        end_positions: tf.Tensor | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> QuestionAnsweringModelOutput | FieldTuple: ...

class _TFDocumentQuestionAnswering(_TFTaskModel):
    def call(
        self,
        input_ids: tf.Tensor | None = None,
        bbox: tf.Tensor | None = None,
        attention_mask: tf.Tensor | None = None,
        token_type_ids: tf.Tensor | None = None,
        position_ids: tf.Tensor | None = None,
        inputs_embeds: tf.Tensor | None = None,
        start_positions: tf.Tensor | None = None,
        end_positions: tf.Tensor | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> QuestionAnsweringModelOutput | FieldTuple: ...

class _TFMultipleChoice(_TFTaskModel):
    def call(
        self,
        input_ids: tf.Tensor | None = None,
        attention_mask: tf.Tensor | None = None,
        token_type_ids: tf.Tensor | None = None,
        position_ids: tf.Tensor | None = None,
        inputs_embeds: tf.Tensor | None = None,
        labels: tf.Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> MultipleChoiceModelOutput | FieldTuple: ...

class _TFNextSentencePrediction(_TFTaskModel):
    def call(
        self,
        input_ids: tf.Tensor | None = None,
        attention_mask: tf.Tensor | None = None,
        token_type_ids: tf.Tensor | None = None,
        position_ids: tf.Tensor | None = None,
        inputs_embeds: tf.Tensor | None = None,
        labels: tf.Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> NextSentencePredictorOutput | FieldTuple: ...

class _TFPreTraining(_TFTaskModel):
    def call(
        self,
        input_ids: tf.Tensor | None = None,
        attention_mask: tf.Tensor | None = None,
        token_type_ids: tf.Tensor | None = None,
        position_ids: tf.Tensor | None = None,
        inputs_embeds: tf.Tensor | None = None,
        labels: tf.Tensor | None = None,
        next_sentence_label: tf.Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> BertForPreTrainingOutput | FieldTuple: ...

class _TFReplacedTokens(_TFTaskModel):
    def call(
        self,
        input_ids: tf.Tensor | None = None,
        attention_mask: tf.Tensor | None = None,
        token_type_ids: tf.Tensor | None = None,
        position_ids: tf.Tensor | None = None,
        inputs_embeds: tf.Tensor | None = None,
        labels: tf.Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> ElectraForPreTrainingOutput | FieldTuple: ...

class _TFTextEncoding(_TFTaskModel):
    def call(
        self,
        input_ids: tf.Tensor | None = None,
        attention_mask: tf.Tensor | None = None,
        inputs_embeds: tf.Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> BaseModelOutput | FieldTuple: ...

class _TFSentenceEmbedding(_TFTaskModel):
    def call(
        self,
        input_ids: tf.Tensor | None = None,
        attention_mask: tf.Tensor | None = None,
        token_type_ids: tf.Tensor | None = None,
        position_ids: tf.Tensor | None = None,
        inputs_embeds: tf.Tensor | None = None,
        pooling_mask: tf.Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> SentenceEmbeddingOutput | FieldTuple: ...

class _TFTextTower(_TFTaskModel):
    def call(
        self,
        input_ids: tf.Tensor | None = None,
        attention_mask: tf.Tensor | None = None,
        position_ids: tf.Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> BaseModelOutput | FieldTuple: ...

class _TFTextProjection(_TFTaskModel):
    def call(
        self,
        input_ids: tf.Tensor | None = None,
        attention_mask: tf.Tensor | None = None,
        position_ids: tf.Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> TextProjectionOutput | FieldTuple: ...

class _TFSeq2SeqLM(_TFTaskModel, _TFGenerationMixin):
    def call(
        self,
        input_ids: tf.Tensor | None = None,
        attention_mask: tf.Tensor | None = None,
        decoder_input_ids: tf.Tensor | None = None,
        decoder_attention_mask: tf.Tensor | None = None,
        encoder_outputs: tf.Tensor | None = None,
        past_key_values: Cache | None = None,
        inputs_embeds: tf.Tensor | None = None,
        decoder_inputs_embeds: tf.Tensor | None = None,
        labels: tf.Tensor | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> Seq2SeqLMOutput | FieldTuple: ...

class _TFBackbone(_TFTaskModel):
    def call(
        self,
        pixel_values: tf.Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> BackboneOutput | FieldTuple: ...

class _TFImageTower(_TFTaskModel):
    def call(
        self,
        pixel_values: tf.Tensor | None = None,
        interpolate_pos_encoding: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> BaseModelOutput | FieldTuple: ...

class _TFImageProjection(_TFTaskModel):
    def call(
        self,
        pixel_values: tf.Tensor | None = None,
        interpolate_pos_encoding: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> ImageProjectionOutput | FieldTuple: ...

class _TFImageClassification(_TFTaskModel):
    def call(
        self,
        pixel_values: tf.Tensor | None = None,
        labels: tf.Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> ImageClassifierOutput | FieldTuple: ...

class _TFImageSegmentation(_TFTaskModel):
    def call(
        self,
        input_ids: tf.Tensor | None = None,
        pixel_values: tf.Tensor | None = None,
        conditional_pixel_values: tf.Tensor | None = None,
        conditional_embeddings: tf.Tensor | None = None,
        attention_mask: tf.Tensor | None = None,
        position_ids: tf.Tensor | None = None,
        labels: tf.Tensor | None = None,
        interpolate_pos_encoding: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> ImageSegmentationOutput | FieldTuple: ...

class _TFSemanticSegmentation(_TFTaskModel):
    def call(
        self,
        pixel_values: tf.Tensor | None = None,
        labels: tf.Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> SemanticSegmenterOutput | FieldTuple: ...

class _TFVideoClassification(_TFTaskModel):
    def call(
        self,
        pixel_values: tf.Tensor | None = None,
        labels: tf.Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> ImageClassifierOutput | FieldTuple: ...

class _TFObjectDetection(_TFTaskModel):
    def call(
        self,
        pixel_values: tf.Tensor | None = None,
        labels: list[dict[str, tf.Tensor]] | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> ObjectDetectionOutput | FieldTuple: ...

class _TFDepthEstimation(_TFTaskModel):
    def call(
        self,
        pixel_values: tf.Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> DepthEstimatorOutput | FieldTuple: ...

class _TFMaskedPatches(_TFTaskModel):
    def call(
        self,
        pixel_values: tf.Tensor | None = None,
        bool_masked_pos: tf.Tensor | None = None,
        labels: tf.Tensor | None = None,
        interpolate_pos_encoding: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> MaskedLMOutput | FieldTuple: ...

class _TFPoseEstimation(_TFTaskModel):
    def call(
        self,
        pixel_values: tf.Tensor | None = None,
        dataset_index: tf.Tensor | None = None,
        flip_pairs: tf.Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> PoseEstimatorOutput | FieldTuple: ...

class _TFMaskedImageModeling(_TFTaskModel):
    def call(
        self,
        pixel_values: tf.Tensor | None = None,
        bool_masked_pos: tf.Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> MaskedImageModelingOutput | FieldTuple: ...

class _TFImageTextToText(_TFTaskModel, _TFGenerationMixin):
    def call(
        self,
        input_ids: tf.Tensor | None = None,
        attention_mask: tf.Tensor | None = None,
        position_ids: tf.Tensor | None = None,
        past_key_values: Cache | None = None,
        inputs_embeds: tf.Tensor | None = None,
        pixel_values: tf.Tensor | None = None,
        pixel_values_videos: tf.Tensor | None = None,
        image_grid_thw: tf.Tensor | None = None,
        video_grid_thw: tf.Tensor | None = None,
        mm_token_type_ids: tf.Tensor | None = None,
        labels: tf.Tensor | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        logits_to_keep: int | tf.Tensor = 0,
        training: bool | None = False,
    ) -> CausalLMOutput | MoeCausalLMOutputWithPast | FieldTuple: ...

class _TFAudioTower(_TFTaskModel):
    def call(
        self,
        input_features: tf.Tensor | None = None,
        attention_mask: tf.Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> BaseModelOutput | FieldTuple: ...

class _TFSpeechSeq2Seq(_TFTaskModel, _TFGenerationMixin):
    def call(
        self,
        input_features: tf.Tensor | None = None,
        attention_mask: tf.Tensor | None = None,
        decoder_input_ids: tf.Tensor | None = None,
        decoder_attention_mask: tf.Tensor | None = None,
        encoder_outputs: tf.Tensor | None = None,
        past_key_values: Cache | None = None,
        decoder_inputs_embeds: tf.Tensor | None = None,
        decoder_position_ids: tf.Tensor | None = None,
        labels: tf.Tensor | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> Seq2SeqLMOutput | FieldTuple: ...

class _TFCTC(_TFTaskModel):
    def call(
        self,
        input_values: tf.Tensor | None = None,
        attention_mask: tf.Tensor | None = None,
        labels: tf.Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> CausalLMOutput | FieldTuple: ...

class _TFAudioFrameClassification(_TFTaskModel):
    def call(
        self,
        input_values: tf.Tensor | None = None,
        attention_mask: tf.Tensor | None = None,
        labels: tf.Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> TokenClassifierOutput | FieldTuple: ...

class _TFAudioXVector(_TFTaskModel):
    def call(
        self,
        input_values: tf.Tensor | None = None,
        attention_mask: tf.Tensor | None = None,
        labels: tf.Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> XVectorOutput | FieldTuple: ...

class _TFAudioClassification(_TFTaskModel):
    def call(
        self,
        input_features: tf.Tensor | None = None,
        encoder_outputs: tf.Tensor | None = None,
        labels: tf.Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> SequenceClassifierOutput | FieldTuple: ...

class TFAutoBackbone(AutoClass):
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> tuple[_TFBackbone, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> _TFBackbone: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> _TFBackbone | tuple[_TFBackbone, dict[str, Any]]: ...
    @classmethod
    def from_config(cls, config: PretrainedConfig, **kwargs: Any) -> _TFBackbone: ...

class TFAutoModel(AutoClass):
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> tuple[TFPreTrainedModel, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> TFPreTrainedModel: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> TFPreTrainedModel | tuple[TFPreTrainedModel, dict[str, Any]]: ...
    @classmethod
    def from_config(cls, config: PretrainedConfig, **kwargs: Any) -> TFPreTrainedModel: ...

class TFAutoModelForAudioClassification(AutoClass):
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> tuple[_TFAudioClassification, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> _TFAudioClassification: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> _TFAudioClassification | tuple[_TFAudioClassification, dict[str, Any]]: ...
    @classmethod
    def from_config(cls, config: PretrainedConfig, **kwargs: Any) -> _TFAudioClassification: ...

class TFAutoModelForAudioFrameClassification(AutoClass):
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> tuple[_TFAudioFrameClassification, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> _TFAudioFrameClassification: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> _TFAudioFrameClassification | tuple[_TFAudioFrameClassification, dict[str, Any]]: ...
    @classmethod
    def from_config(cls, config: PretrainedConfig, **kwargs: Any) -> _TFAudioFrameClassification: ...

class TFAutoModelForAudioXVector(AutoClass):
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> tuple[_TFAudioXVector, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> _TFAudioXVector: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> _TFAudioXVector | tuple[_TFAudioXVector, dict[str, Any]]: ...
    @classmethod
    def from_config(cls, config: PretrainedConfig, **kwargs: Any) -> _TFAudioXVector: ...

class TFAutoModelForCTC(AutoClass):
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> tuple[_TFCTC, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> _TFCTC: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> _TFCTC | tuple[_TFCTC, dict[str, Any]]: ...
    @classmethod
    def from_config(cls, config: PretrainedConfig, **kwargs: Any) -> _TFCTC: ...

class TFAutoModelForCausalLM(AutoClass):
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> tuple[_TFCausalLM, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> _TFCausalLM: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> _TFCausalLM | tuple[_TFCausalLM, dict[str, Any]]: ...
    @classmethod
    def from_config(cls, config: PretrainedConfig, **kwargs: Any) -> _TFCausalLM: ...

class TFAutoModelForDepthEstimation(AutoClass):
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> tuple[_TFDepthEstimation, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> _TFDepthEstimation: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> _TFDepthEstimation | tuple[_TFDepthEstimation, dict[str, Any]]: ...
    @classmethod
    def from_config(cls, config: PretrainedConfig, **kwargs: Any) -> _TFDepthEstimation: ...

class TFAutoModelForDocumentQuestionAnswering(AutoClass):
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> tuple[TFPreTrainedModel, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> TFPreTrainedModel: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> TFPreTrainedModel | tuple[TFPreTrainedModel, dict[str, Any]]: ...
    @classmethod
    def from_config(cls, config: PretrainedConfig, **kwargs: Any) -> TFPreTrainedModel: ...

class TFAutoModelForImageClassification(AutoClass):
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> tuple[_TFImageClassification, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> _TFImageClassification: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> _TFImageClassification | tuple[_TFImageClassification, dict[str, Any]]: ...
    @classmethod
    def from_config(cls, config: PretrainedConfig, **kwargs: Any) -> _TFImageClassification: ...

class TFAutoModelForImageSegmentation(AutoClass):
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> tuple[_TFImageSegmentation, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> _TFImageSegmentation: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> _TFImageSegmentation | tuple[_TFImageSegmentation, dict[str, Any]]: ...
    @classmethod
    def from_config(cls, config: PretrainedConfig, **kwargs: Any) -> _TFImageSegmentation: ...

class TFAutoModelForImageTextToText(AutoClass):
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> tuple[_TFImageTextToText, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> _TFImageTextToText: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> _TFImageTextToText | tuple[_TFImageTextToText, dict[str, Any]]: ...
    @classmethod
    def from_config(cls, config: PretrainedConfig, **kwargs: Any) -> _TFImageTextToText: ...

class TFAutoModelForMaskedImageModeling(AutoClass):
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> tuple[_TFMaskedImageModeling, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> _TFMaskedImageModeling: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> _TFMaskedImageModeling | tuple[_TFMaskedImageModeling, dict[str, Any]]: ...
    @classmethod
    def from_config(cls, config: PretrainedConfig, **kwargs: Any) -> _TFMaskedImageModeling: ...

class TFAutoModelForMaskedLM(AutoClass):
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> tuple[TFPreTrainedModel, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> TFPreTrainedModel: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> TFPreTrainedModel | tuple[TFPreTrainedModel, dict[str, Any]]: ...
    @classmethod
    def from_config(cls, config: PretrainedConfig, **kwargs: Any) -> TFPreTrainedModel: ...

class TFAutoModelForMultipleChoice(AutoClass):
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> tuple[_TFMultipleChoice, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> _TFMultipleChoice: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> _TFMultipleChoice | tuple[_TFMultipleChoice, dict[str, Any]]: ...
    @classmethod
    def from_config(cls, config: PretrainedConfig, **kwargs: Any) -> _TFMultipleChoice: ...

class TFAutoModelForNextSentencePrediction(AutoClass):
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> tuple[_TFNextSentencePrediction, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> _TFNextSentencePrediction: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> _TFNextSentencePrediction | tuple[_TFNextSentencePrediction, dict[str, Any]]: ...
    @classmethod
    def from_config(cls, config: PretrainedConfig, **kwargs: Any) -> _TFNextSentencePrediction: ...

class TFAutoModelForObjectDetection(AutoClass):
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> tuple[_TFObjectDetection, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> _TFObjectDetection: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> _TFObjectDetection | tuple[_TFObjectDetection, dict[str, Any]]: ...
    @classmethod
    def from_config(cls, config: PretrainedConfig, **kwargs: Any) -> _TFObjectDetection: ...

class TFAutoModelForPoseEstimation(AutoClass):
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> tuple[_TFPoseEstimation, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> _TFPoseEstimation: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> _TFPoseEstimation | tuple[_TFPoseEstimation, dict[str, Any]]: ...
    @classmethod
    def from_config(cls, config: PretrainedConfig, **kwargs: Any) -> _TFPoseEstimation: ...

class TFAutoModelForPreTraining(AutoClass):
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> tuple[TFPreTrainedModel, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> TFPreTrainedModel: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> TFPreTrainedModel | tuple[TFPreTrainedModel, dict[str, Any]]: ...
    @classmethod
    def from_config(cls, config: PretrainedConfig, **kwargs: Any) -> TFPreTrainedModel: ...

class TFAutoModelForQuestionAnswering(AutoClass):
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> tuple[_TFQuestionAnswering, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> _TFQuestionAnswering: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> _TFQuestionAnswering | tuple[_TFQuestionAnswering, dict[str, Any]]: ...
    @classmethod
    def from_config(cls, config: PretrainedConfig, **kwargs: Any) -> _TFQuestionAnswering: ...

class TFAutoModelForSemanticSegmentation(AutoClass):
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> tuple[_TFSemanticSegmentation, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> _TFSemanticSegmentation: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> _TFSemanticSegmentation | tuple[_TFSemanticSegmentation, dict[str, Any]]: ...
    @classmethod
    def from_config(cls, config: PretrainedConfig, **kwargs: Any) -> _TFSemanticSegmentation: ...

class TFAutoModelForSentenceEmbedding(AutoClass):
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> tuple[_TFSentenceEmbedding, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> _TFSentenceEmbedding: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> _TFSentenceEmbedding | tuple[_TFSentenceEmbedding, dict[str, Any]]: ...
    @classmethod
    def from_config(cls, config: PretrainedConfig, **kwargs: Any) -> _TFSentenceEmbedding: ...

class TFAutoModelForSeq2SeqLM(AutoClass):
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> tuple[_TFSeq2SeqLM, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> _TFSeq2SeqLM: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> _TFSeq2SeqLM | tuple[_TFSeq2SeqLM, dict[str, Any]]: ...
    @classmethod
    def from_config(cls, config: PretrainedConfig, **kwargs: Any) -> _TFSeq2SeqLM: ...

class TFAutoModelForSequenceClassification(AutoClass):
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> tuple[_TFSequenceClassification, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> _TFSequenceClassification: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> _TFSequenceClassification | tuple[_TFSequenceClassification, dict[str, Any]]: ...
    @classmethod
    def from_config(cls, config: PretrainedConfig, **kwargs: Any) -> _TFSequenceClassification: ...

class TFAutoModelForSpeechSeq2Seq(AutoClass):
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> tuple[_TFSpeechSeq2Seq, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> _TFSpeechSeq2Seq: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> _TFSpeechSeq2Seq | tuple[_TFSpeechSeq2Seq, dict[str, Any]]: ...
    @classmethod
    def from_config(cls, config: PretrainedConfig, **kwargs: Any) -> _TFSpeechSeq2Seq: ...

class TFAutoModelForTextEncoding(AutoClass):
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> tuple[TFPreTrainedModel, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> TFPreTrainedModel: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> TFPreTrainedModel | tuple[TFPreTrainedModel, dict[str, Any]]: ...
    @classmethod
    def from_config(cls, config: PretrainedConfig, **kwargs: Any) -> TFPreTrainedModel: ...

class TFAutoModelForTokenClassification(AutoClass):
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> tuple[_TFTokenClassification, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> _TFTokenClassification: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> _TFTokenClassification | tuple[_TFTokenClassification, dict[str, Any]]: ...
    @classmethod
    def from_config(cls, config: PretrainedConfig, **kwargs: Any) -> _TFTokenClassification: ...

class TFAutoModelForVideoClassification(AutoClass):
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> tuple[_TFVideoClassification, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> _TFVideoClassification: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> _TFVideoClassification | tuple[_TFVideoClassification, dict[str, Any]]: ...
    @classmethod
    def from_config(cls, config: PretrainedConfig, **kwargs: Any) -> _TFVideoClassification: ...

class TFAutoModelForZeroShotImageClassification(AutoClass):
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> tuple[TFPreTrainedModel, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> TFPreTrainedModel: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.AnyKeywords],
    ) -> TFPreTrainedModel | tuple[TFPreTrainedModel, dict[str, Any]]: ...
    @classmethod
    def from_config(cls, config: PretrainedConfig, **kwargs: Any) -> TFPreTrainedModel: ...

class TFAlbertPreTrainedModel(TFPreTrainedModel):
    config: AlbertConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.AlbertKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.AlbertKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.AlbertKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class TFAlbertModel(TFAlbertPreTrainedModel, _TFBareModel):
    config: AlbertConfig

class TFAlbertForMaskedLM(TFAlbertPreTrainedModel, _TFMaskedLM):
    config: AlbertConfig

class TFAlbertForSequenceClassification(TFAlbertPreTrainedModel, _TFSequenceClassification):
    config: AlbertConfig

class TFAlbertForMultipleChoice(TFAlbertPreTrainedModel, _TFMultipleChoice):
    config: AlbertConfig

class TFAlbertForTokenClassification(TFAlbertPreTrainedModel, _TFTokenClassification):
    config: AlbertConfig

class TFAlbertForQuestionAnswering(TFAlbertPreTrainedModel, _TFQuestionAnswering):
    config: AlbertConfig

class TFAlbertForPreTraining(TFAlbertPreTrainedModel, _TFPreTraining):
    config: AlbertConfig
    def call(  # type: ignore[override, unused-ignore]
        self,
        input_ids: tf.Tensor | None = None,
        attention_mask: tf.Tensor | None = None,
        token_type_ids: tf.Tensor | None = None,
        position_ids: tf.Tensor | None = None,
        inputs_embeds: tf.Tensor | None = None,
        labels: tf.Tensor | None = None,
        sentence_order_label: tf.Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> AlbertForPreTrainingOutput | FieldTuple: ...

class TFAlbertForSentenceEmbedding(TFAlbertPreTrainedModel, _TFSentenceEmbedding):
    config: AlbertConfig

class TFASTPreTrainedModel(TFPreTrainedModel):
    config: ASTConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.ASTKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.ASTKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.ASTKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class TFASTModel(TFASTPreTrainedModel, _TFBareModel):
    config: ASTConfig
    def call(  # type: ignore[override, unused-ignore]
        self,
        input_values: tf.Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> BaseModelOutput | FieldTuple: ...

class TFASTForAudioClassification(TFASTPreTrainedModel, _TFAudioClassification):
    config: ASTConfig
    def call(  # type: ignore[override, unused-ignore]
        self,
        input_values: tf.Tensor | None = None,
        labels: tf.Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> SequenceClassifierOutput | FieldTuple: ...

class TFBartPreTrainedModel(TFPreTrainedModel):
    config: BartConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.BartKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.BartKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.BartKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class TFBartModel(TFBartPreTrainedModel, _TFBareModel):
    config: BartConfig
    def call(  # type: ignore[override, unused-ignore]
        self,
        input_ids: tf.Tensor | None = None,
        attention_mask: tf.Tensor | None = None,
        decoder_input_ids: tf.Tensor | None = None,
        decoder_attention_mask: tf.Tensor | None = None,
        encoder_outputs: tf.Tensor | None = None,
        past_key_values: Cache | None = None,
        inputs_embeds: tf.Tensor | None = None,
        decoder_inputs_embeds: tf.Tensor | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        output_router_logits: bool | None = None,
        training: bool | None = False,
    ) -> BaseModelOutput | FieldTuple: ...

class TFBartForConditionalGeneration(TFBartPreTrainedModel, _TFSeq2SeqLM):
    config: BartConfig

class TFBartForSequenceClassification(TFBartPreTrainedModel, _TFSequenceClassification):
    config: BartConfig
    def call(  # type: ignore[override, unused-ignore]
        self,
        input_ids: tf.Tensor | None = None,
        attention_mask: tf.Tensor | None = None,
        decoder_input_ids: tf.Tensor | None = None,
        decoder_attention_mask: tf.Tensor | None = None,
        encoder_outputs: tf.Tensor | None = None,
        inputs_embeds: tf.Tensor | None = None,
        decoder_inputs_embeds: tf.Tensor | None = None,
        labels: tf.Tensor | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> Seq2SeqSequenceClassifierOutput | FieldTuple: ...

class TFBartForQuestionAnswering(TFBartPreTrainedModel, _TFQuestionAnswering):
    config: BartConfig
    def call(  # type: ignore[override, unused-ignore]
        self,
        input_ids: tf.Tensor | None = None,
        attention_mask: tf.Tensor | None = None,
        decoder_input_ids: tf.Tensor | None = None,
        decoder_attention_mask: tf.Tensor | None = None,
        encoder_outputs: tf.Tensor | None = None,
        inputs_embeds: tf.Tensor | None = None,
        decoder_inputs_embeds: tf.Tensor | None = None,
        start_positions: tf.Tensor | None = None,
        end_positions: tf.Tensor | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> Seq2SeqQuestionAnsweringModelOutput | FieldTuple: ...

class TFBartForCausalLM(TFBartPreTrainedModel, _TFCausalLM):
    config: BartConfig
    def call(  # type: ignore[override, unused-ignore]
        self,
        input_ids: tf.Tensor | None = None,
        attention_mask: tf.Tensor | None = None,
        encoder_hidden_states: tf.Tensor | None = None,
        encoder_attention_mask: tf.Tensor | None = None,
        past_key_values: Cache | None = None,
        inputs_embeds: tf.Tensor | None = None,
        labels: tf.Tensor | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        logits_to_keep: int | tf.Tensor = 0,
        output_router_logits: bool | None = None,
        training: bool | None = False,
    ) -> CausalLMOutputWithCrossAttentions | MoeCausalLMOutputWithPast | FieldTuple: ...

class TFBeitPreTrainedModel(TFPreTrainedModel):
    config: BeitConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.BeitKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.BeitKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.BeitKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class TFBeitModel(TFBeitPreTrainedModel, _TFBareModel):
    config: BeitConfig
    def call(  # type: ignore[override, unused-ignore]
        self,
        pixel_values: tf.Tensor | None = None,
        bool_masked_pos: tf.Tensor | None = None,
        interpolate_pos_encoding: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> BaseModelOutput | FieldTuple: ...

class TFBeitForImageClassification(TFBeitPreTrainedModel, _TFImageClassification):
    config: BeitConfig
    def call(  # type: ignore[override, unused-ignore]
        self,
        pixel_values: tf.Tensor | None = None,
        labels: tf.Tensor | None = None,
        interpolate_pos_encoding: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> ImageClassifierOutput | FieldTuple: ...

class TFBeitForMaskedImageModeling(TFBeitPreTrainedModel, _TFMaskedPatches):
    config: BeitConfig

class TFBeitForSemanticSegmentation(TFBeitPreTrainedModel, _TFSemanticSegmentation):
    config: BeitConfig
    def call(  # type: ignore[override, unused-ignore]
        self,
        pixel_values: tf.Tensor | None = None,
        labels: tf.Tensor | None = None,
        interpolate_pos_encoding: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> SemanticSegmenterOutput | FieldTuple: ...

class TFBeitBackbone(TFBeitPreTrainedModel, _TFBackbone):
    config: BeitConfig

class TFBertPreTrainedModel(TFPreTrainedModel):
    config: BertConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.BertKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.BertKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.BertKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class TFBertModel(TFBertPreTrainedModel, _TFBareModel):
    config: BertConfig

class TFBertForMaskedLM(TFBertPreTrainedModel, _TFMaskedLM):
    config: BertConfig

class TFBertForSequenceClassification(TFBertPreTrainedModel, _TFSequenceClassification):
    config: BertConfig

class TFBertForMultipleChoice(TFBertPreTrainedModel, _TFMultipleChoice):
    config: BertConfig

class TFBertForTokenClassification(TFBertPreTrainedModel, _TFTokenClassification):
    config: BertConfig

class TFBertForQuestionAnswering(TFBertPreTrainedModel, _TFQuestionAnswering):
    config: BertConfig

class TFBertLMHeadModel(TFBertPreTrainedModel, _TFCausalLM):
    config: BertConfig

class TFBertForNextSentencePrediction(TFBertPreTrainedModel, _TFNextSentencePrediction):
    config: BertConfig

class TFBertForPreTraining(TFBertPreTrainedModel, _TFPreTraining):
    config: BertConfig

class TFBertForSentenceEmbedding(TFBertPreTrainedModel, _TFSentenceEmbedding):
    config: BertConfig

class TFBlenderbotPreTrainedModel(TFPreTrainedModel):
    config: BlenderbotConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.BlenderbotKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.BlenderbotKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.BlenderbotKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class TFBlenderbotModel(TFBlenderbotPreTrainedModel, _TFBareModel):
    config: BlenderbotConfig
    def call(  # type: ignore[override, unused-ignore]
        self,
        input_ids: tf.Tensor | None = None,
        attention_mask: tf.Tensor | None = None,
        decoder_input_ids: tf.Tensor | None = None,
        decoder_attention_mask: tf.Tensor | None = None,
        encoder_outputs: tf.Tensor | None = None,
        past_key_values: Cache | None = None,
        inputs_embeds: tf.Tensor | None = None,
        decoder_inputs_embeds: tf.Tensor | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        output_router_logits: bool | None = None,
        training: bool | None = False,
    ) -> BaseModelOutput | FieldTuple: ...

class TFBlenderbotForConditionalGeneration(TFBlenderbotPreTrainedModel, _TFSeq2SeqLM):
    config: BlenderbotConfig

class TFBlenderbotForCausalLM(TFBlenderbotPreTrainedModel, _TFCausalLM):
    config: BlenderbotConfig
    def call(  # type: ignore[override, unused-ignore]
        self,
        input_ids: tf.Tensor | None = None,
        attention_mask: tf.Tensor | None = None,
        encoder_hidden_states: tf.Tensor | None = None,
        encoder_attention_mask: tf.Tensor | None = None,
        past_key_values: Cache | None = None,
        inputs_embeds: tf.Tensor | None = None,
        labels: tf.Tensor | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        logits_to_keep: int | tf.Tensor = 0,
        output_router_logits: bool | None = None,
        training: bool | None = False,
    ) -> CausalLMOutputWithCrossAttentions | MoeCausalLMOutputWithPast | FieldTuple: ...

class TFBlenderbotSmallPreTrainedModel(TFPreTrainedModel):
    config: BlenderbotSmallConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.BlenderbotSmallKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.BlenderbotSmallKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.BlenderbotSmallKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class TFBlenderbotSmallModel(TFBlenderbotSmallPreTrainedModel, _TFBareModel):
    config: BlenderbotSmallConfig
    def call(  # type: ignore[override, unused-ignore]
        self,
        input_ids: tf.Tensor | None = None,
        attention_mask: tf.Tensor | None = None,
        decoder_input_ids: tf.Tensor | None = None,
        decoder_attention_mask: tf.Tensor | None = None,
        encoder_outputs: tf.Tensor | None = None,
        past_key_values: Cache | None = None,
        inputs_embeds: tf.Tensor | None = None,
        decoder_inputs_embeds: tf.Tensor | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        output_router_logits: bool | None = None,
        training: bool | None = False,
    ) -> BaseModelOutput | FieldTuple: ...

class TFBlenderbotSmallForConditionalGeneration(TFBlenderbotSmallPreTrainedModel, _TFSeq2SeqLM):
    config: BlenderbotSmallConfig

class TFBlenderbotSmallForCausalLM(TFBlenderbotSmallPreTrainedModel, _TFCausalLM):
    config: BlenderbotSmallConfig
    def call(  # type: ignore[override, unused-ignore]
        self,
        input_ids: tf.Tensor | None = None,
        attention_mask: tf.Tensor | None = None,
        encoder_hidden_states: tf.Tensor | None = None,
        encoder_attention_mask: tf.Tensor | None = None,
        past_key_values: Cache | None = None,
        inputs_embeds: tf.Tensor | None = None,
        labels: tf.Tensor | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        logits_to_keep: int | tf.Tensor = 0,
        output_router_logits: bool | None = None,
        training: bool | None = False,
    ) -> CausalLMOutputWithCrossAttentions | MoeCausalLMOutputWithPast | FieldTuple: ...

class TFBloomPreTrainedModel(TFPreTrainedModel):
    config: BloomConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.BloomKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.BloomKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.BloomKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class TFBloomModel(TFBloomPreTrainedModel, _TFBareModel):
    config: BloomConfig

class TFBloomForCausalLM(TFBloomPreTrainedModel, _TFCausalLM):
    config: BloomConfig

class TFBloomForSequenceClassification(TFBloomPreTrainedModel, _TFSequenceClassification):
    config: BloomConfig

class TFBloomForTokenClassification(TFBloomPreTrainedModel, _TFTokenClassification):
    config: BloomConfig

class TFBloomForQuestionAnswering(TFBloomPreTrainedModel, _TFQuestionAnswering):
    config: BloomConfig

class TFBloomForSentenceEmbedding(TFBloomPreTrainedModel, _TFSentenceEmbedding):
    config: BloomConfig

class TFCamembertPreTrainedModel(TFPreTrainedModel):
    config: CamembertConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.CamembertKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.CamembertKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.CamembertKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class TFCamembertModel(TFCamembertPreTrainedModel, _TFBareModel):
    config: CamembertConfig

class TFCamembertForMaskedLM(TFCamembertPreTrainedModel, _TFMaskedLM):
    config: CamembertConfig

class TFCamembertForSequenceClassification(TFCamembertPreTrainedModel, _TFSequenceClassification):
    config: CamembertConfig

class TFCamembertForMultipleChoice(TFCamembertPreTrainedModel, _TFMultipleChoice):
    config: CamembertConfig

class TFCamembertForTokenClassification(TFCamembertPreTrainedModel, _TFTokenClassification):
    config: CamembertConfig

class TFCamembertForQuestionAnswering(TFCamembertPreTrainedModel, _TFQuestionAnswering):
    config: CamembertConfig

class TFCamembertForCausalLM(TFCamembertPreTrainedModel, _TFCausalLM):
    config: CamembertConfig

class TFCamembertForSentenceEmbedding(TFCamembertPreTrainedModel, _TFSentenceEmbedding):
    config: CamembertConfig

class TFChineseCLIPPreTrainedModel(TFPreTrainedModel):
    config: Any
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.ChineseCLIPKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.ChineseCLIPKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.ChineseCLIPKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class TFChineseCLIPModel(TFChineseCLIPPreTrainedModel, _TFBareModel):
    config: ChineseCLIPConfig
    def call(  # type: ignore[override, unused-ignore]
        self,
        input_ids: tf.Tensor | None = None,
        pixel_values: tf.Tensor | None = None,
        attention_mask: tf.Tensor | None = None,
        token_type_ids: tf.Tensor | None = None,
        position_ids: tf.Tensor | None = None,
        return_loss: bool | None = None,
        interpolate_pos_encoding: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> ContrastiveOutput | FieldTuple: ...
    def get_text_features(
        self,
        input_ids: tf.Tensor | None = None,
        attention_mask: tf.Tensor | None = None,
        token_type_ids: tf.Tensor | None = None,
        position_ids: tf.Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> BaseModelOutput | FieldTuple: ...
    def get_image_features(
        self,
        pixel_values: tf.Tensor | None = None,
        interpolate_pos_encoding: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> BaseModelOutput | FieldTuple: ...

class TFChineseCLIPTextModel(TFChineseCLIPPreTrainedModel, _TFTextTower):
    config: ChineseCLIPTextConfig
    def call(  # type: ignore[override, unused-ignore]
        self,
        input_ids: tf.Tensor | None = None,
        attention_mask: tf.Tensor | None = None,
        token_type_ids: tf.Tensor | None = None,
        position_ids: tf.Tensor | None = None,
        inputs_embeds: tf.Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> BaseModelOutput | FieldTuple: ...

class TFChineseCLIPVisionModel(TFChineseCLIPPreTrainedModel, _TFImageTower):
    config: ChineseCLIPVisionConfig

class TFCLIPPreTrainedModel(TFPreTrainedModel):
    config: Any
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.CLIPKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.CLIPKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.CLIPKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class TFCLIPModel(TFCLIPPreTrainedModel, _TFBareModel):
    config: CLIPConfig
    def call(  # type: ignore[override, unused-ignore]
        self,
        input_ids: tf.Tensor | None = None,
        pixel_values: tf.Tensor | None = None,
        attention_mask: tf.Tensor | None = None,
        position_ids: tf.Tensor | None = None,
        return_loss: bool | None = None,
        interpolate_pos_encoding: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> ContrastiveOutput | FieldTuple: ...
    def get_text_features(
        self,
        input_ids: tf.Tensor | None = None,
        attention_mask: tf.Tensor | None = None,
        position_ids: tf.Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> BaseModelOutput | FieldTuple: ...
    def get_image_features(
        self,
        pixel_values: tf.Tensor | None = None,
        interpolate_pos_encoding: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> BaseModelOutput | FieldTuple: ...

class TFCLIPTextModel(TFCLIPPreTrainedModel, _TFTextTower):
    config: CLIPTextConfig

class TFCLIPVisionModel(TFCLIPPreTrainedModel, _TFImageTower):
    config: CLIPVisionConfig

class TFCLIPTextModelWithProjection(TFCLIPPreTrainedModel, _TFTextProjection):
    config: CLIPTextConfig

class TFCLIPVisionModelWithProjection(TFCLIPPreTrainedModel, _TFImageProjection):
    config: CLIPVisionConfig

class TFCLIPForImageClassification(TFCLIPPreTrainedModel, _TFImageClassification):
    config: CLIPConfig
    def call(  # type: ignore[override, unused-ignore]
        self,
        pixel_values: tf.Tensor | None = None,
        labels: tf.Tensor | None = None,
        interpolate_pos_encoding: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> ImageClassifierOutput | FieldTuple: ...

class TFCLIPSegPreTrainedModel(TFPreTrainedModel):
    config: Any
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.CLIPSegKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.CLIPSegKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.CLIPSegKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class TFCLIPSegModel(TFCLIPSegPreTrainedModel, _TFBareModel):
    config: CLIPSegConfig
    def call(  # type: ignore[override, unused-ignore]
        self,
        input_ids: tf.Tensor | None = None,
        pixel_values: tf.Tensor | None = None,
        attention_mask: tf.Tensor | None = None,
        position_ids: tf.Tensor | None = None,
        return_loss: bool | None = None,
        interpolate_pos_encoding: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> ContrastiveOutput | FieldTuple: ...
    def get_text_features(
        self,
        input_ids: tf.Tensor | None = None,
        attention_mask: tf.Tensor | None = None,
        position_ids: tf.Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> BaseModelOutput | FieldTuple: ...
    def get_image_features(
        self,
        pixel_values: tf.Tensor | None = None,
        interpolate_pos_encoding: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> BaseModelOutput | FieldTuple: ...

class TFCLIPSegTextModel(TFCLIPSegPreTrainedModel, _TFTextTower):
    config: CLIPSegTextConfig

class TFCLIPSegVisionModel(TFCLIPSegPreTrainedModel, _TFImageTower):
    config: CLIPSegVisionConfig
    def call(
        self,
        pixel_values: tf.Tensor | None = None,
        interpolate_pos_encoding: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> BaseModelOutput | FieldTuple: ...

class TFCLIPSegForImageSegmentation(TFCLIPSegPreTrainedModel, _TFImageSegmentation):
    config: CLIPSegConfig

class TFCodeGenPreTrainedModel(TFPreTrainedModel):
    config: CodeGenConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.CodeGenKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.CodeGenKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.CodeGenKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class TFCodeGenModel(TFCodeGenPreTrainedModel, _TFBareModel):
    config: CodeGenConfig

class TFCodeGenForCausalLM(TFCodeGenPreTrainedModel, _TFCausalLM):
    config: CodeGenConfig

class TFCodeGenForSentenceEmbedding(TFCodeGenPreTrainedModel, _TFSentenceEmbedding):
    config: CodeGenConfig

class TFCoherePreTrainedModel(TFPreTrainedModel):
    config: CohereConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.CohereKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.CohereKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.CohereKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class TFCohereModel(TFCoherePreTrainedModel, _TFBareModel):
    config: CohereConfig

class TFCohereForCausalLM(TFCoherePreTrainedModel, _TFCausalLM):
    config: CohereConfig

class TFCohereForSentenceEmbedding(TFCoherePreTrainedModel, _TFSentenceEmbedding):
    config: CohereConfig

class TFCohere2PreTrainedModel(TFPreTrainedModel):
    config: Cohere2Config
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.Cohere2Keywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.Cohere2Keywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.Cohere2Keywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class TFCohere2Model(TFCohere2PreTrainedModel, _TFBareModel):
    config: Cohere2Config

class TFCohere2ForCausalLM(TFCohere2PreTrainedModel, _TFCausalLM):
    config: Cohere2Config

class TFCohere2ForSentenceEmbedding(TFCohere2PreTrainedModel, _TFSentenceEmbedding):
    config: Cohere2Config

class TFConvNextPreTrainedModel(TFPreTrainedModel):
    config: ConvNextConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.ConvNextKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.ConvNextKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.ConvNextKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class TFConvNextModel(TFConvNextPreTrainedModel, _TFBareModel):
    config: ConvNextConfig
    def call(  # type: ignore[override, unused-ignore]
        self,
        pixel_values: tf.Tensor | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> BaseModelOutput | FieldTuple: ...

class TFConvNextForImageClassification(TFConvNextPreTrainedModel, _TFImageClassification):
    config: ConvNextConfig
    def call(  # type: ignore[override, unused-ignore]
        self,
        pixel_values: tf.Tensor | None = None,
        labels: tf.Tensor | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> ImageClassifierOutput | FieldTuple: ...

class TFConvNextBackbone(TFConvNextPreTrainedModel, _TFBackbone):
    config: ConvNextConfig
    def call(  # type: ignore[override, unused-ignore]
        self,
        pixel_values: tf.Tensor | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> BackboneOutput | FieldTuple: ...

class TFConvNextV2PreTrainedModel(TFPreTrainedModel):
    config: ConvNextV2Config
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.ConvNextV2Keywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.ConvNextV2Keywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.ConvNextV2Keywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class TFConvNextV2Model(TFConvNextV2PreTrainedModel, _TFBareModel):
    config: ConvNextV2Config
    def call(  # type: ignore[override, unused-ignore]
        self,
        pixel_values: tf.Tensor | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> BaseModelOutput | FieldTuple: ...

class TFConvNextV2ForImageClassification(TFConvNextV2PreTrainedModel, _TFImageClassification):
    config: ConvNextV2Config
    def call(  # type: ignore[override, unused-ignore]
        self,
        pixel_values: tf.Tensor | None = None,
        labels: tf.Tensor | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> ImageClassifierOutput | FieldTuple: ...

class TFConvNextV2Backbone(TFConvNextV2PreTrainedModel, _TFBackbone):
    config: ConvNextV2Config
    def call(  # type: ignore[override, unused-ignore]
        self,
        pixel_values: tf.Tensor | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> BackboneOutput | FieldTuple: ...

class TFData2VecAudioPreTrainedModel(TFPreTrainedModel):
    config: Data2VecAudioConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.Data2VecAudioKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.Data2VecAudioKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.Data2VecAudioKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class TFData2VecAudioModel(TFData2VecAudioPreTrainedModel, _TFBareModel):
    config: Data2VecAudioConfig
    def call(  # type: ignore[override, unused-ignore]
        self,
        input_values: tf.Tensor | None = None,
        attention_mask: tf.Tensor | None = None,
        mask_time_indices: tf.Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> BaseModelOutput | FieldTuple: ...

class TFData2VecAudioForCTC(TFData2VecAudioPreTrainedModel, _TFCTC):
    config: Data2VecAudioConfig

class TFData2VecAudioForSequenceClassification(TFData2VecAudioPreTrainedModel, _TFAudioClassification):
    config: Data2VecAudioConfig
    def call(
        self,
        input_values: tf.Tensor | None = None,
        attention_mask: tf.Tensor | None = None,
        labels: tf.Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> SequenceClassifierOutput | FieldTuple: ...

class TFData2VecAudioForAudioFrameClassification(TFData2VecAudioPreTrainedModel, _TFAudioFrameClassification):
    config: Data2VecAudioConfig

class TFData2VecAudioForXVector(TFData2VecAudioPreTrainedModel, _TFAudioXVector):
    config: Data2VecAudioConfig

class TFData2VecTextPreTrainedModel(TFPreTrainedModel):
    config: Data2VecTextConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.Data2VecTextKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.Data2VecTextKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.Data2VecTextKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class TFData2VecTextModel(TFData2VecTextPreTrainedModel, _TFBareModel):
    config: Data2VecTextConfig

class TFData2VecTextForMaskedLM(TFData2VecTextPreTrainedModel, _TFMaskedLM):
    config: Data2VecTextConfig

class TFData2VecTextForSequenceClassification(TFData2VecTextPreTrainedModel, _TFSequenceClassification):
    config: Data2VecTextConfig

class TFData2VecTextForMultipleChoice(TFData2VecTextPreTrainedModel, _TFMultipleChoice):
    config: Data2VecTextConfig

class TFData2VecTextForTokenClassification(TFData2VecTextPreTrainedModel, _TFTokenClassification):
    config: Data2VecTextConfig

class TFData2VecTextForQuestionAnswering(TFData2VecTextPreTrainedModel, _TFQuestionAnswering):
    config: Data2VecTextConfig

class TFData2VecTextForCausalLM(TFData2VecTextPreTrainedModel, _TFCausalLM):
    config: Data2VecTextConfig

class TFData2VecTextForSentenceEmbedding(TFData2VecTextPreTrainedModel, _TFSentenceEmbedding):
    config: Data2VecTextConfig

class TFDebertaPreTrainedModel(TFPreTrainedModel):
    config: DebertaConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.DebertaKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.DebertaKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.DebertaKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class TFDebertaModel(TFDebertaPreTrainedModel, _TFBareModel):
    config: DebertaConfig

class TFDebertaForMaskedLM(TFDebertaPreTrainedModel, _TFMaskedLM):
    config: DebertaConfig

class TFDebertaForSequenceClassification(TFDebertaPreTrainedModel, _TFSequenceClassification):
    config: DebertaConfig

class TFDebertaForTokenClassification(TFDebertaPreTrainedModel, _TFTokenClassification):
    config: DebertaConfig

class TFDebertaForQuestionAnswering(TFDebertaPreTrainedModel, _TFQuestionAnswering):
    config: DebertaConfig

class TFDebertaForSentenceEmbedding(TFDebertaPreTrainedModel, _TFSentenceEmbedding):
    config: DebertaConfig

class TFDebertaV2PreTrainedModel(TFPreTrainedModel):
    config: DebertaV2Config
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.DebertaV2Keywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.DebertaV2Keywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.DebertaV2Keywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class TFDebertaV2Model(TFDebertaV2PreTrainedModel, _TFBareModel):
    config: DebertaV2Config

class TFDebertaV2ForMaskedLM(TFDebertaV2PreTrainedModel, _TFMaskedLM):
    config: DebertaV2Config

class TFDebertaV2ForSequenceClassification(TFDebertaV2PreTrainedModel, _TFSequenceClassification):
    config: DebertaV2Config

class TFDebertaV2ForMultipleChoice(TFDebertaV2PreTrainedModel, _TFMultipleChoice):
    config: DebertaV2Config

class TFDebertaV2ForTokenClassification(TFDebertaV2PreTrainedModel, _TFTokenClassification):
    config: DebertaV2Config

class TFDebertaV2ForQuestionAnswering(TFDebertaV2PreTrainedModel, _TFQuestionAnswering):
    config: DebertaV2Config

class TFDebertaV2ForSentenceEmbedding(TFDebertaV2PreTrainedModel, _TFSentenceEmbedding):
    config: DebertaV2Config

class TFDeepseekV2PreTrainedModel(TFPreTrainedModel):
    config: DeepseekV2Config
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.DeepseekV2Keywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.DeepseekV2Keywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.DeepseekV2Keywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class TFDeepseekV2Model(TFDeepseekV2PreTrainedModel, _TFBareModel):
    config: DeepseekV2Config

class TFDeepseekV2ForCausalLM(TFDeepseekV2PreTrainedModel, _TFCausalLM):
    config: DeepseekV2Config

class TFDeepseekV2ForSequenceClassification(TFDeepseekV2PreTrainedModel, _TFSequenceClassification):
    config: DeepseekV2Config

class TFDeepseekV2ForSentenceEmbedding(TFDeepseekV2PreTrainedModel, _TFSentenceEmbedding):
    config: DeepseekV2Config

class TFDeepseekV3PreTrainedModel(TFPreTrainedModel):
    config: DeepseekV3Config
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.DeepseekV3Keywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.DeepseekV3Keywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.DeepseekV3Keywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class TFDeepseekV3Model(TFDeepseekV3PreTrainedModel, _TFBareModel):
    config: DeepseekV3Config

class TFDeepseekV3ForCausalLM(TFDeepseekV3PreTrainedModel, _TFCausalLM):
    config: DeepseekV3Config

class TFDeepseekV3ForSequenceClassification(TFDeepseekV3PreTrainedModel, _TFSequenceClassification):
    config: DeepseekV3Config

class TFDeepseekV3ForTokenClassification(TFDeepseekV3PreTrainedModel, _TFTokenClassification):
    config: DeepseekV3Config

class TFDeepseekV3ForSentenceEmbedding(TFDeepseekV3PreTrainedModel, _TFSentenceEmbedding):
    config: DeepseekV3Config

class TFDeiTPreTrainedModel(TFPreTrainedModel):
    config: DeiTConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.DeiTKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.DeiTKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.DeiTKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class TFDeiTModel(TFDeiTPreTrainedModel, _TFBareModel):
    config: DeiTConfig
    def call(  # type: ignore[override, unused-ignore]
        self,
        pixel_values: tf.Tensor | None = None,
        bool_masked_pos: tf.Tensor | None = None,
        interpolate_pos_encoding: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> BaseModelOutput | FieldTuple: ...

class TFDeiTForImageClassification(TFDeiTPreTrainedModel, _TFImageClassification):
    config: DeiTConfig
    def call(  # type: ignore[override, unused-ignore]
        self,
        pixel_values: tf.Tensor | None = None,
        labels: tf.Tensor | None = None,
        interpolate_pos_encoding: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> ImageClassifierOutput | FieldTuple: ...

class TFDeiTForImageClassificationWithTeacher(TFDeiTPreTrainedModel, _TFImageClassification):
    config: DeiTConfig
    def call(  # type: ignore[override, unused-ignore]
        self,
        pixel_values: tf.Tensor | None = None,
        interpolate_pos_encoding: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> DeiTForImageClassificationWithTeacherOutput | FieldTuple: ...

class TFDeiTForMaskedImageModeling(TFDeiTPreTrainedModel, _TFMaskedImageModeling):
    config: DeiTConfig
    def call(  # type: ignore[override, unused-ignore]
        self,
        pixel_values: tf.Tensor | None = None,
        bool_masked_pos: tf.Tensor | None = None,
        interpolate_pos_encoding: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> MaskedImageModelingOutput | FieldTuple: ...

class TFDepthAnythingPreTrainedModel(TFPreTrainedModel):
    config: DepthAnythingConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.DepthAnythingKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.DepthAnythingKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.DepthAnythingKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class TFDepthAnythingForDepthEstimation(TFDepthAnythingPreTrainedModel, _TFDepthEstimation):
    config: DepthAnythingConfig

class TFDinov2PreTrainedModel(TFPreTrainedModel):
    config: Dinov2Config
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.Dinov2Keywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.Dinov2Keywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.Dinov2Keywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class TFDinov2Model(TFDinov2PreTrainedModel, _TFBareModel):
    config: Dinov2Config
    def call(  # type: ignore[override, unused-ignore]
        self,
        pixel_values: tf.Tensor | None = None,
        bool_masked_pos: tf.Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> BaseModelOutput | FieldTuple: ...

class TFDinov2ForImageClassification(TFDinov2PreTrainedModel, _TFImageClassification):
    config: Dinov2Config

class TFDinov2Backbone(TFDinov2PreTrainedModel, _TFBackbone):
    config: Dinov2Config

class TFDinov2WithRegistersPreTrainedModel(TFPreTrainedModel):
    config: Dinov2WithRegistersConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.Dinov2WithRegistersKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.Dinov2WithRegistersKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.Dinov2WithRegistersKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class TFDinov2WithRegistersModel(TFDinov2WithRegistersPreTrainedModel, _TFBareModel):
    config: Dinov2WithRegistersConfig
    def call(  # type: ignore[override, unused-ignore]
        self,
        pixel_values: tf.Tensor | None = None,
        bool_masked_pos: tf.Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> BaseModelOutput | FieldTuple: ...

class TFDinov2WithRegistersForImageClassification(TFDinov2WithRegistersPreTrainedModel, _TFImageClassification):
    config: Dinov2WithRegistersConfig

class TFDinov2WithRegistersBackbone(TFDinov2WithRegistersPreTrainedModel, _TFBackbone):
    config: Dinov2WithRegistersConfig

class TFDINOv3ViTPreTrainedModel(TFPreTrainedModel):
    config: DINOv3ViTConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.DINOv3ViTKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.DINOv3ViTKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.DINOv3ViTKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class TFDINOv3ViTModel(TFDINOv3ViTPreTrainedModel, _TFBareModel):
    config: DINOv3ViTConfig
    def call(  # type: ignore[override, unused-ignore]
        self,
        pixel_values: tf.Tensor | None = None,
        bool_masked_pos: tf.Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> BaseModelOutput | FieldTuple: ...

class TFDINOv3ViTBackbone(TFDINOv3ViTPreTrainedModel, _TFBackbone):
    config: DINOv3ViTConfig
    def call(  # type: ignore[override, unused-ignore]
        self,
        pixel_values: tf.Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> DINOv3ViTBackboneOutput | FieldTuple: ...

class TFDistilBertPreTrainedModel(TFPreTrainedModel):
    config: DistilBertConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.DistilBertKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.DistilBertKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.DistilBertKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class TFDistilBertModel(TFDistilBertPreTrainedModel, _TFBareModel):
    config: DistilBertConfig

class TFDistilBertForMaskedLM(TFDistilBertPreTrainedModel, _TFMaskedLM):
    config: DistilBertConfig

class TFDistilBertForSequenceClassification(TFDistilBertPreTrainedModel, _TFSequenceClassification):
    config: DistilBertConfig

class TFDistilBertForMultipleChoice(TFDistilBertPreTrainedModel, _TFMultipleChoice):
    config: DistilBertConfig

class TFDistilBertForTokenClassification(TFDistilBertPreTrainedModel, _TFTokenClassification):
    config: DistilBertConfig

class TFDistilBertForQuestionAnswering(TFDistilBertPreTrainedModel, _TFQuestionAnswering):
    config: DistilBertConfig

class TFDistilBertForSentenceEmbedding(TFDistilBertPreTrainedModel, _TFSentenceEmbedding):
    config: DistilBertConfig

class TFDots1PreTrainedModel(TFPreTrainedModel):
    config: Dots1Config
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.Dots1Keywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.Dots1Keywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.Dots1Keywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class TFDots1Model(TFDots1PreTrainedModel, _TFBareModel):
    config: Dots1Config

class TFDots1ForCausalLM(TFDots1PreTrainedModel, _TFCausalLM):
    config: Dots1Config

class TFDots1ForSentenceEmbedding(TFDots1PreTrainedModel, _TFSentenceEmbedding):
    config: Dots1Config

class TFDPTPreTrainedModel(TFPreTrainedModel):
    config: DPTConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.DPTKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.DPTKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.DPTKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class TFDPTModel(TFDPTPreTrainedModel, _TFBareModel):
    config: DPTConfig
    def call(  # type: ignore[override, unused-ignore]
        self,
        pixel_values: tf.Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> BaseModelOutput | FieldTuple: ...

class TFDPTForDepthEstimation(TFDPTPreTrainedModel, _TFDepthEstimation):
    config: DPTConfig

class TFDPTForSemanticSegmentation(TFDPTPreTrainedModel, _TFSemanticSegmentation):
    config: DPTConfig

class TFElectraPreTrainedModel(TFPreTrainedModel):
    config: ElectraConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.ElectraKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.ElectraKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.ElectraKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class TFElectraModel(TFElectraPreTrainedModel, _TFBareModel):
    config: ElectraConfig

class TFElectraForMaskedLM(TFElectraPreTrainedModel, _TFMaskedLM):
    config: ElectraConfig

class TFElectraForSequenceClassification(TFElectraPreTrainedModel, _TFSequenceClassification):
    config: ElectraConfig

class TFElectraForMultipleChoice(TFElectraPreTrainedModel, _TFMultipleChoice):
    config: ElectraConfig

class TFElectraForTokenClassification(TFElectraPreTrainedModel, _TFTokenClassification):
    config: ElectraConfig

class TFElectraForQuestionAnswering(TFElectraPreTrainedModel, _TFQuestionAnswering):
    config: ElectraConfig

class TFElectraForCausalLM(TFElectraPreTrainedModel, _TFCausalLM):
    config: ElectraConfig

class TFElectraForPreTraining(TFElectraPreTrainedModel, _TFReplacedTokens):
    config: ElectraConfig

class TFElectraForSentenceEmbedding(TFElectraPreTrainedModel, _TFSentenceEmbedding):
    config: ElectraConfig

class TFErnie4_5PreTrainedModel(TFPreTrainedModel):
    config: Ernie4_5Config
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.Ernie4_5Keywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.Ernie4_5Keywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.Ernie4_5Keywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class TFErnie4_5Model(TFErnie4_5PreTrainedModel, _TFBareModel):
    config: Ernie4_5Config

class TFErnie4_5ForCausalLM(TFErnie4_5PreTrainedModel, _TFCausalLM):
    config: Ernie4_5Config

class TFErnie4_5ForSentenceEmbedding(TFErnie4_5PreTrainedModel, _TFSentenceEmbedding):
    config: Ernie4_5Config

class TFExaone4PreTrainedModel(TFPreTrainedModel):
    config: Exaone4Config
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.Exaone4Keywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.Exaone4Keywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.Exaone4Keywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class TFExaone4Model(TFExaone4PreTrainedModel, _TFBareModel):
    config: Exaone4Config

class TFExaone4ForCausalLM(TFExaone4PreTrainedModel, _TFCausalLM):
    config: Exaone4Config

class TFExaone4ForSequenceClassification(TFExaone4PreTrainedModel, _TFSequenceClassification):
    config: Exaone4Config

class TFExaone4ForTokenClassification(TFExaone4PreTrainedModel, _TFTokenClassification):
    config: Exaone4Config

class TFExaone4ForQuestionAnswering(TFExaone4PreTrainedModel, _TFQuestionAnswering):
    config: Exaone4Config

class TFExaone4ForSentenceEmbedding(TFExaone4PreTrainedModel, _TFSentenceEmbedding):
    config: Exaone4Config

class TFFalconPreTrainedModel(TFPreTrainedModel):
    config: FalconConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.FalconKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.FalconKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.FalconKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class TFFalconModel(TFFalconPreTrainedModel, _TFBareModel):
    config: FalconConfig

class TFFalconForCausalLM(TFFalconPreTrainedModel, _TFCausalLM):
    config: FalconConfig

class TFFalconForSequenceClassification(TFFalconPreTrainedModel, _TFSequenceClassification):
    config: FalconConfig

class TFFalconForTokenClassification(TFFalconPreTrainedModel, _TFTokenClassification):
    config: FalconConfig

class TFFalconForQuestionAnswering(TFFalconPreTrainedModel, _TFQuestionAnswering):
    config: FalconConfig

class TFFalconForSentenceEmbedding(TFFalconPreTrainedModel, _TFSentenceEmbedding):
    config: FalconConfig

class TFGemmaPreTrainedModel(TFPreTrainedModel):
    config: GemmaConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.GemmaKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.GemmaKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.GemmaKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class TFGemmaModel(TFGemmaPreTrainedModel, _TFBareModel):
    config: GemmaConfig

class TFGemmaForCausalLM(TFGemmaPreTrainedModel, _TFCausalLM):
    config: GemmaConfig

class TFGemmaForSequenceClassification(TFGemmaPreTrainedModel, _TFSequenceClassification):
    config: GemmaConfig

class TFGemmaForTokenClassification(TFGemmaPreTrainedModel, _TFTokenClassification):
    config: GemmaConfig

class TFGemmaForSentenceEmbedding(TFGemmaPreTrainedModel, _TFSentenceEmbedding):
    config: GemmaConfig

class TFGemma2PreTrainedModel(TFPreTrainedModel):
    config: Gemma2Config
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.Gemma2Keywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.Gemma2Keywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.Gemma2Keywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class TFGemma2Model(TFGemma2PreTrainedModel, _TFBareModel):
    config: Gemma2Config

class TFGemma2ForCausalLM(TFGemma2PreTrainedModel, _TFCausalLM):
    config: Gemma2Config

class TFGemma2ForSequenceClassification(TFGemma2PreTrainedModel, _TFSequenceClassification):
    config: Gemma2Config

class TFGemma2ForTokenClassification(TFGemma2PreTrainedModel, _TFTokenClassification):
    config: Gemma2Config

class TFGemma2ForSentenceEmbedding(TFGemma2PreTrainedModel, _TFSentenceEmbedding):
    config: Gemma2Config

class TFGemma3TextPreTrainedModel(TFPreTrainedModel):
    config: Gemma3TextConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.Gemma3TextKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.Gemma3TextKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.Gemma3TextKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class TFGemma3TextModel(TFGemma3TextPreTrainedModel, _TFBareModel):
    config: Gemma3TextConfig

class TFGemma3ForCausalLM(TFGemma3TextPreTrainedModel, _TFCausalLM):
    config: Gemma3TextConfig

class TFGemma3TextForSequenceClassification(TFGemma3TextPreTrainedModel, _TFSequenceClassification):
    config: Gemma3TextConfig

class TFGemma3TextForSentenceEmbedding(TFGemma3TextPreTrainedModel, _TFSentenceEmbedding):
    config: Gemma3TextConfig

class TFGlmPreTrainedModel(TFPreTrainedModel):
    config: GlmConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.GlmKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.GlmKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.GlmKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class TFGlmModel(TFGlmPreTrainedModel, _TFBareModel):
    config: GlmConfig

class TFGlmForCausalLM(TFGlmPreTrainedModel, _TFCausalLM):
    config: GlmConfig

class TFGlmForSequenceClassification(TFGlmPreTrainedModel, _TFSequenceClassification):
    config: GlmConfig

class TFGlmForTokenClassification(TFGlmPreTrainedModel, _TFTokenClassification):
    config: GlmConfig

class TFGlmForSentenceEmbedding(TFGlmPreTrainedModel, _TFSentenceEmbedding):
    config: GlmConfig

class TFGlm4PreTrainedModel(TFPreTrainedModel):
    config: Glm4Config
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.Glm4Keywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.Glm4Keywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.Glm4Keywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class TFGlm4Model(TFGlm4PreTrainedModel, _TFBareModel):
    config: Glm4Config

class TFGlm4ForCausalLM(TFGlm4PreTrainedModel, _TFCausalLM):
    config: Glm4Config

class TFGlm4ForSequenceClassification(TFGlm4PreTrainedModel, _TFSequenceClassification):
    config: Glm4Config

class TFGlm4ForTokenClassification(TFGlm4PreTrainedModel, _TFTokenClassification):
    config: Glm4Config

class TFGlm4ForSentenceEmbedding(TFGlm4PreTrainedModel, _TFSentenceEmbedding):
    config: Glm4Config

class TFGlm4MoePreTrainedModel(TFPreTrainedModel):
    config: Glm4MoeConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.Glm4MoeKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.Glm4MoeKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.Glm4MoeKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class TFGlm4MoeModel(TFGlm4MoePreTrainedModel, _TFBareModel):
    config: Glm4MoeConfig

class TFGlm4MoeForCausalLM(TFGlm4MoePreTrainedModel, _TFCausalLM):
    config: Glm4MoeConfig

class TFGlm4MoeForSentenceEmbedding(TFGlm4MoePreTrainedModel, _TFSentenceEmbedding):
    config: Glm4MoeConfig

class TFGlm4MoeLitePreTrainedModel(TFPreTrainedModel):
    config: Glm4MoeLiteConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.Glm4MoeLiteKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.Glm4MoeLiteKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.Glm4MoeLiteKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class TFGlm4MoeLiteModel(TFGlm4MoeLitePreTrainedModel, _TFBareModel):
    config: Glm4MoeLiteConfig

class TFGlm4MoeLiteForCausalLM(TFGlm4MoeLitePreTrainedModel, _TFCausalLM):
    config: Glm4MoeLiteConfig

class TFGlm4MoeLiteForSentenceEmbedding(TFGlm4MoeLitePreTrainedModel, _TFSentenceEmbedding):
    config: Glm4MoeLiteConfig

class TFGPT2PreTrainedModel(TFPreTrainedModel):
    config: GPT2Config
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.GPT2Keywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.GPT2Keywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.GPT2Keywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class TFGPT2Model(TFGPT2PreTrainedModel, _TFBareModel):
    config: GPT2Config

class TFGPT2LMHeadModel(TFGPT2PreTrainedModel, _TFCausalLM):
    config: GPT2Config

class TFGPT2ForSequenceClassification(TFGPT2PreTrainedModel, _TFSequenceClassification):
    config: GPT2Config

class TFGPT2ForTokenClassification(TFGPT2PreTrainedModel, _TFTokenClassification):
    config: GPT2Config

class TFGPT2ForQuestionAnswering(TFGPT2PreTrainedModel, _TFQuestionAnswering):
    config: GPT2Config

class TFGPT2ForSentenceEmbedding(TFGPT2PreTrainedModel, _TFSentenceEmbedding):
    config: GPT2Config

class TFGPTBigCodePreTrainedModel(TFPreTrainedModel):
    config: GPTBigCodeConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.GPTBigCodeKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.GPTBigCodeKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.GPTBigCodeKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class TFGPTBigCodeModel(TFGPTBigCodePreTrainedModel, _TFBareModel):
    config: GPTBigCodeConfig

class TFGPTBigCodeForCausalLM(TFGPTBigCodePreTrainedModel, _TFCausalLM):
    config: GPTBigCodeConfig

class TFGPTBigCodeForSequenceClassification(TFGPTBigCodePreTrainedModel, _TFSequenceClassification):
    config: GPTBigCodeConfig

class TFGPTBigCodeForTokenClassification(TFGPTBigCodePreTrainedModel, _TFTokenClassification):
    config: GPTBigCodeConfig

class TFGPTBigCodeForSentenceEmbedding(TFGPTBigCodePreTrainedModel, _TFSentenceEmbedding):
    config: GPTBigCodeConfig

class TFGPTNeoPreTrainedModel(TFPreTrainedModel):
    config: GPTNeoConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.GPTNeoKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.GPTNeoKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.GPTNeoKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class TFGPTNeoModel(TFGPTNeoPreTrainedModel, _TFBareModel):
    config: GPTNeoConfig

class TFGPTNeoForCausalLM(TFGPTNeoPreTrainedModel, _TFCausalLM):
    config: GPTNeoConfig

class TFGPTNeoForSequenceClassification(TFGPTNeoPreTrainedModel, _TFSequenceClassification):
    config: GPTNeoConfig

class TFGPTNeoForTokenClassification(TFGPTNeoPreTrainedModel, _TFTokenClassification):
    config: GPTNeoConfig

class TFGPTNeoForQuestionAnswering(TFGPTNeoPreTrainedModel, _TFQuestionAnswering):
    config: GPTNeoConfig

class TFGPTNeoForSentenceEmbedding(TFGPTNeoPreTrainedModel, _TFSentenceEmbedding):
    config: GPTNeoConfig

class TFGPTNeoXPreTrainedModel(TFPreTrainedModel):
    config: GPTNeoXConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.GPTNeoXKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.GPTNeoXKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.GPTNeoXKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class TFGPTNeoXModel(TFGPTNeoXPreTrainedModel, _TFBareModel):
    config: GPTNeoXConfig

class TFGPTNeoXForCausalLM(TFGPTNeoXPreTrainedModel, _TFCausalLM):
    config: GPTNeoXConfig

class TFGPTNeoXForSequenceClassification(TFGPTNeoXPreTrainedModel, _TFSequenceClassification):
    config: GPTNeoXConfig

class TFGPTNeoXForTokenClassification(TFGPTNeoXPreTrainedModel, _TFTokenClassification):
    config: GPTNeoXConfig

class TFGPTNeoXForQuestionAnswering(TFGPTNeoXPreTrainedModel, _TFQuestionAnswering):
    config: GPTNeoXConfig

class TFGPTNeoXForSentenceEmbedding(TFGPTNeoXPreTrainedModel, _TFSentenceEmbedding):
    config: GPTNeoXConfig

class TFGptOssPreTrainedModel(TFPreTrainedModel):
    config: GptOssConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.GptOssKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.GptOssKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.GptOssKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class TFGptOssModel(TFGptOssPreTrainedModel, _TFBareModel):
    config: GptOssConfig

class TFGptOssForCausalLM(TFGptOssPreTrainedModel, _TFCausalLM):
    config: GptOssConfig

class TFGptOssForSequenceClassification(TFGptOssPreTrainedModel, _TFSequenceClassification):
    config: GptOssConfig

class TFGptOssForTokenClassification(TFGptOssPreTrainedModel, _TFTokenClassification):
    config: GptOssConfig

class TFGptOssForSentenceEmbedding(TFGptOssPreTrainedModel, _TFSentenceEmbedding):
    config: GptOssConfig

class TFGPTJPreTrainedModel(TFPreTrainedModel):
    config: GPTJConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.GPTJKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.GPTJKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.GPTJKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class TFGPTJModel(TFGPTJPreTrainedModel, _TFBareModel):
    config: GPTJConfig

class TFGPTJForCausalLM(TFGPTJPreTrainedModel, _TFCausalLM):
    config: GPTJConfig

class TFGPTJForSequenceClassification(TFGPTJPreTrainedModel, _TFSequenceClassification):
    config: GPTJConfig

class TFGPTJForQuestionAnswering(TFGPTJPreTrainedModel, _TFQuestionAnswering):
    config: GPTJConfig

class TFGPTJForSentenceEmbedding(TFGPTJPreTrainedModel, _TFSentenceEmbedding):
    config: GPTJConfig

class TFGranitePreTrainedModel(TFPreTrainedModel):
    config: GraniteConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.GraniteKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.GraniteKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.GraniteKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class TFGraniteModel(TFGranitePreTrainedModel, _TFBareModel):
    config: GraniteConfig

class TFGraniteForCausalLM(TFGranitePreTrainedModel, _TFCausalLM):
    config: GraniteConfig

class TFGraniteForSentenceEmbedding(TFGranitePreTrainedModel, _TFSentenceEmbedding):
    config: GraniteConfig

class TFGraniteMoePreTrainedModel(TFPreTrainedModel):
    config: GraniteMoeConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.GraniteMoeKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.GraniteMoeKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.GraniteMoeKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class TFGraniteMoeModel(TFGraniteMoePreTrainedModel, _TFBareModel):
    config: GraniteMoeConfig

class TFGraniteMoeForCausalLM(TFGraniteMoePreTrainedModel, _TFCausalLM):
    config: GraniteMoeConfig

class TFGraniteMoeForSentenceEmbedding(TFGraniteMoePreTrainedModel, _TFSentenceEmbedding):
    config: GraniteMoeConfig

class TFGtePreTrainedModel(TFPreTrainedModel):
    config: GteConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.GteKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.GteKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.GteKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class TFGteModel(TFGtePreTrainedModel, _TFBareModel):
    config: GteConfig

class TFGteForMaskedLM(TFGtePreTrainedModel, _TFMaskedLM):
    config: GteConfig

class TFGteForSequenceClassification(TFGtePreTrainedModel, _TFSequenceClassification):
    config: GteConfig

class TFGteForTokenClassification(TFGtePreTrainedModel, _TFTokenClassification):
    config: GteConfig

class TFGteForSentenceEmbedding(TFGtePreTrainedModel, _TFSentenceEmbedding):
    config: GteConfig

class TFHeliumPreTrainedModel(TFPreTrainedModel):
    config: HeliumConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.HeliumKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.HeliumKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.HeliumKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class TFHeliumModel(TFHeliumPreTrainedModel, _TFBareModel):
    config: HeliumConfig

class TFHeliumForCausalLM(TFHeliumPreTrainedModel, _TFCausalLM):
    config: HeliumConfig

class TFHeliumForSequenceClassification(TFHeliumPreTrainedModel, _TFSequenceClassification):
    config: HeliumConfig

class TFHeliumForTokenClassification(TFHeliumPreTrainedModel, _TFTokenClassification):
    config: HeliumConfig

class TFHeliumForSentenceEmbedding(TFHeliumPreTrainedModel, _TFSentenceEmbedding):
    config: HeliumConfig

class TFHubertPreTrainedModel(TFPreTrainedModel):
    config: HubertConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.HubertKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.HubertKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.HubertKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class TFHubertModel(TFHubertPreTrainedModel, _TFBareModel):
    config: HubertConfig
    def call(  # type: ignore[override, unused-ignore]
        self,
        input_values: tf.Tensor | None = None,
        attention_mask: tf.Tensor | None = None,
        mask_time_indices: tf.Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> BaseModelOutput | FieldTuple: ...

class TFHubertForCTC(TFHubertPreTrainedModel, _TFCTC):
    config: HubertConfig

class TFHubertForSequenceClassification(TFHubertPreTrainedModel, _TFAudioClassification):
    config: HubertConfig
    def call(
        self,
        input_values: tf.Tensor | None = None,
        attention_mask: tf.Tensor | None = None,
        labels: tf.Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> SequenceClassifierOutput | FieldTuple: ...

class TFIJepaPreTrainedModel(TFPreTrainedModel):
    config: IJepaConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.IJepaKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.IJepaKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.IJepaKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class TFIJepaModel(TFIJepaPreTrainedModel, _TFBareModel):
    config: IJepaConfig
    def call(  # type: ignore[override, unused-ignore]
        self,
        pixel_values: tf.Tensor | None = None,
        bool_masked_pos: tf.Tensor | None = None,
        interpolate_pos_encoding: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> BaseModelOutput | FieldTuple: ...

class TFIJepaForImageClassification(TFIJepaPreTrainedModel, _TFImageClassification):
    config: IJepaConfig
    def call(  # type: ignore[override, unused-ignore]
        self,
        pixel_values: tf.Tensor | None = None,
        labels: tf.Tensor | None = None,
        interpolate_pos_encoding: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> ImageClassifierOutput | FieldTuple: ...

class TFJinaEmbeddingsV3PreTrainedModel(TFPreTrainedModel):
    config: JinaEmbeddingsV3Config
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.JinaEmbeddingsV3Keywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.JinaEmbeddingsV3Keywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.JinaEmbeddingsV3Keywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class TFJinaEmbeddingsV3Model(TFJinaEmbeddingsV3PreTrainedModel, _TFBareModel):
    config: JinaEmbeddingsV3Config

class TFJinaEmbeddingsV3ForMaskedLM(TFJinaEmbeddingsV3PreTrainedModel, _TFMaskedLM):
    config: JinaEmbeddingsV3Config

class TFJinaEmbeddingsV3ForSequenceClassification(TFJinaEmbeddingsV3PreTrainedModel, _TFSequenceClassification):
    config: JinaEmbeddingsV3Config

class TFJinaEmbeddingsV3ForTokenClassification(TFJinaEmbeddingsV3PreTrainedModel, _TFTokenClassification):
    config: JinaEmbeddingsV3Config

class TFJinaEmbeddingsV3ForQuestionAnswering(TFJinaEmbeddingsV3PreTrainedModel, _TFQuestionAnswering):
    config: JinaEmbeddingsV3Config

class TFJinaEmbeddingsV3ForSentenceEmbedding(TFJinaEmbeddingsV3PreTrainedModel, _TFSentenceEmbedding):
    config: JinaEmbeddingsV3Config

class TFLayoutLMPreTrainedModel(TFPreTrainedModel):
    config: LayoutLMConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.LayoutLMKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.LayoutLMKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.LayoutLMKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class TFLayoutLMModel(TFLayoutLMPreTrainedModel, _TFBareModel):
    config: LayoutLMConfig
    def call(  # type: ignore[override, unused-ignore]
        self,
        input_ids: tf.Tensor | None = None,
        bbox: tf.Tensor | None = None,
        attention_mask: tf.Tensor | None = None,
        token_type_ids: tf.Tensor | None = None,
        position_ids: tf.Tensor | None = None,
        inputs_embeds: tf.Tensor | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        output_router_logits: bool | None = None,
        training: bool | None = False,
    ) -> BaseModelOutput | FieldTuple: ...

class TFLayoutLMForMaskedLM(TFLayoutLMPreTrainedModel, _TFMaskedLM):
    config: LayoutLMConfig
    def call(  # type: ignore[override, unused-ignore]
        self,
        input_ids: tf.Tensor | None = None,
        bbox: tf.Tensor | None = None,
        attention_mask: tf.Tensor | None = None,
        token_type_ids: tf.Tensor | None = None,
        position_ids: tf.Tensor | None = None,
        inputs_embeds: tf.Tensor | None = None,
        labels: tf.Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> MaskedLMOutput | FieldTuple: ...

class TFLayoutLMForSequenceClassification(TFLayoutLMPreTrainedModel, _TFSequenceClassification):
    config: LayoutLMConfig
    def call(  # type: ignore[override, unused-ignore]
        self,
        input_ids: tf.Tensor | None = None,
        bbox: tf.Tensor | None = None,
        attention_mask: tf.Tensor | None = None,
        token_type_ids: tf.Tensor | None = None,
        position_ids: tf.Tensor | None = None,
        inputs_embeds: tf.Tensor | None = None,
        labels: tf.Tensor | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> SequenceClassifierOutput | FieldTuple: ...

class TFLayoutLMForTokenClassification(TFLayoutLMPreTrainedModel, _TFTokenClassification):
    config: LayoutLMConfig
    def call(  # type: ignore[override, unused-ignore]
        self,
        input_ids: tf.Tensor | None = None,
        bbox: tf.Tensor | None = None,
        attention_mask: tf.Tensor | None = None,
        token_type_ids: tf.Tensor | None = None,
        position_ids: tf.Tensor | None = None,
        inputs_embeds: tf.Tensor | None = None,
        labels: tf.Tensor | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> TokenClassifierOutput | FieldTuple: ...

class TFLayoutLMForQuestionAnswering(TFLayoutLMPreTrainedModel, _TFDocumentQuestionAnswering):
    config: LayoutLMConfig
    def call(
        self,
        input_ids: tf.Tensor | None = None,
        bbox: tf.Tensor | None = None,
        attention_mask: tf.Tensor | None = None,
        token_type_ids: tf.Tensor | None = None,
        position_ids: tf.Tensor | None = None,
        inputs_embeds: tf.Tensor | None = None,
        start_positions: tf.Tensor | None = None,
        end_positions: tf.Tensor | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> QuestionAnsweringModelOutput | FieldTuple: ...

class TFLayoutLMForSentenceEmbedding(TFLayoutLMPreTrainedModel, _TFSentenceEmbedding):
    config: LayoutLMConfig

class TFLayoutLMv3PreTrainedModel(TFPreTrainedModel):
    config: LayoutLMv3Config
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.LayoutLMv3Keywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.LayoutLMv3Keywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.LayoutLMv3Keywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class TFLayoutLMv3Model(TFLayoutLMv3PreTrainedModel, _TFBareModel):
    config: LayoutLMv3Config
    def call(  # type: ignore[override, unused-ignore]
        self,
        input_ids: tf.Tensor | None = None,
        bbox: tf.Tensor | None = None,
        attention_mask: tf.Tensor | None = None,
        token_type_ids: tf.Tensor | None = None,
        position_ids: tf.Tensor | None = None,
        inputs_embeds: tf.Tensor | None = None,
        pixel_values: tf.Tensor | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        output_router_logits: bool | None = None,
        training: bool | None = False,
    ) -> BaseModelOutput | FieldTuple: ...

class TFLayoutLMv3ForSequenceClassification(TFLayoutLMv3PreTrainedModel, _TFSequenceClassification):
    config: LayoutLMv3Config
    def call(  # type: ignore[override, unused-ignore]
        self,
        input_ids: tf.Tensor | None = None,
        bbox: tf.Tensor | None = None,
        attention_mask: tf.Tensor | None = None,
        token_type_ids: tf.Tensor | None = None,
        position_ids: tf.Tensor | None = None,
        inputs_embeds: tf.Tensor | None = None,
        pixel_values: tf.Tensor | None = None,
        labels: tf.Tensor | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> SequenceClassifierOutput | FieldTuple: ...

class TFLayoutLMv3ForTokenClassification(TFLayoutLMv3PreTrainedModel, _TFTokenClassification):
    config: LayoutLMv3Config
    def call(  # type: ignore[override, unused-ignore]
        self,
        input_ids: tf.Tensor | None = None,
        bbox: tf.Tensor | None = None,
        attention_mask: tf.Tensor | None = None,
        token_type_ids: tf.Tensor | None = None,
        position_ids: tf.Tensor | None = None,
        inputs_embeds: tf.Tensor | None = None,
        pixel_values: tf.Tensor | None = None,
        labels: tf.Tensor | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> TokenClassifierOutput | FieldTuple: ...

class TFLayoutLMv3ForQuestionAnswering(TFLayoutLMv3PreTrainedModel, _TFQuestionAnswering):
    config: LayoutLMv3Config
    def call(  # type: ignore[override, unused-ignore]
        self,
        input_ids: tf.Tensor | None = None,
        bbox: tf.Tensor | None = None,
        attention_mask: tf.Tensor | None = None,
        token_type_ids: tf.Tensor | None = None,
        position_ids: tf.Tensor | None = None,
        inputs_embeds: tf.Tensor | None = None,
        pixel_values: tf.Tensor | None = None,
        start_positions: tf.Tensor | None = None,
        end_positions: tf.Tensor | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> QuestionAnsweringModelOutput | FieldTuple: ...

class TFLlamaPreTrainedModel(TFPreTrainedModel):
    config: LlamaConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.LlamaKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.LlamaKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.LlamaKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class TFLlamaModel(TFLlamaPreTrainedModel, _TFBareModel):
    config: LlamaConfig

class TFLlamaForCausalLM(TFLlamaPreTrainedModel, _TFCausalLM):
    config: LlamaConfig

class TFLlamaForSequenceClassification(TFLlamaPreTrainedModel, _TFSequenceClassification):
    config: LlamaConfig

class TFLlamaForTokenClassification(TFLlamaPreTrainedModel, _TFTokenClassification):
    config: LlamaConfig

class TFLlamaForQuestionAnswering(TFLlamaPreTrainedModel, _TFQuestionAnswering):
    config: LlamaConfig

class TFLlamaForSentenceEmbedding(TFLlamaPreTrainedModel, _TFSentenceEmbedding):
    config: LlamaConfig

class TFLongformerPreTrainedModel(TFPreTrainedModel):
    config: LongformerConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.LongformerKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.LongformerKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.LongformerKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class TFLongformerModel(TFLongformerPreTrainedModel, _TFBareModel):
    config: LongformerConfig
    def call(  # type: ignore[override, unused-ignore]
        self,
        input_ids: tf.Tensor | None = None,
        attention_mask: tf.Tensor | None = None,
        global_attention_mask: tf.Tensor | None = None,
        token_type_ids: tf.Tensor | None = None,
        position_ids: tf.Tensor | None = None,
        inputs_embeds: tf.Tensor | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        output_router_logits: bool | None = None,
        training: bool | None = False,
    ) -> BaseModelOutput | FieldTuple: ...

class TFLongformerForMaskedLM(TFLongformerPreTrainedModel, _TFMaskedLM):
    config: LongformerConfig
    def call(  # type: ignore[override, unused-ignore]
        self,
        input_ids: tf.Tensor | None = None,
        attention_mask: tf.Tensor | None = None,
        global_attention_mask: tf.Tensor | None = None,
        token_type_ids: tf.Tensor | None = None,
        position_ids: tf.Tensor | None = None,
        inputs_embeds: tf.Tensor | None = None,
        labels: tf.Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> LongformerMaskedLMOutput | FieldTuple: ...

class TFLongformerForSequenceClassification(TFLongformerPreTrainedModel, _TFSequenceClassification):
    config: LongformerConfig
    def call(  # type: ignore[override, unused-ignore]
        self,
        input_ids: tf.Tensor | None = None,
        attention_mask: tf.Tensor | None = None,
        global_attention_mask: tf.Tensor | None = None,
        token_type_ids: tf.Tensor | None = None,
        position_ids: tf.Tensor | None = None,
        inputs_embeds: tf.Tensor | None = None,
        labels: tf.Tensor | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> LongformerSequenceClassifierOutput | FieldTuple: ...

class TFLongformerForMultipleChoice(TFLongformerPreTrainedModel, _TFMultipleChoice):
    config: LongformerConfig
    def call(  # type: ignore[override, unused-ignore]
        self,
        input_ids: tf.Tensor | None = None,
        attention_mask: tf.Tensor | None = None,
        global_attention_mask: tf.Tensor | None = None,
        token_type_ids: tf.Tensor | None = None,
        position_ids: tf.Tensor | None = None,
        inputs_embeds: tf.Tensor | None = None,
        labels: tf.Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> LongformerMultipleChoiceModelOutput | FieldTuple: ...

class TFLongformerForTokenClassification(TFLongformerPreTrainedModel, _TFTokenClassification):
    config: LongformerConfig
    def call(  # type: ignore[override, unused-ignore]
        self,
        input_ids: tf.Tensor | None = None,
        attention_mask: tf.Tensor | None = None,
        global_attention_mask: tf.Tensor | None = None,
        token_type_ids: tf.Tensor | None = None,
        position_ids: tf.Tensor | None = None,
        inputs_embeds: tf.Tensor | None = None,
        labels: tf.Tensor | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> LongformerTokenClassifierOutput | FieldTuple: ...

class TFLongformerForQuestionAnswering(TFLongformerPreTrainedModel, _TFQuestionAnswering):
    config: LongformerConfig
    def call(  # type: ignore[override, unused-ignore]
        self,
        input_ids: tf.Tensor | None = None,
        attention_mask: tf.Tensor | None = None,
        global_attention_mask: tf.Tensor | None = None,
        token_type_ids: tf.Tensor | None = None,
        position_ids: tf.Tensor | None = None,
        inputs_embeds: tf.Tensor | None = None,
        start_positions: tf.Tensor | None = None,
        end_positions: tf.Tensor | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> LongformerQuestionAnsweringModelOutput | FieldTuple: ...

class TFLongformerForSentenceEmbedding(TFLongformerPreTrainedModel, _TFSentenceEmbedding):
    config: LongformerConfig

class TFM2M100PreTrainedModel(TFPreTrainedModel):
    config: M2M100Config
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.M2M100Keywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.M2M100Keywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.M2M100Keywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class TFM2M100Model(TFM2M100PreTrainedModel, _TFBareModel):
    config: M2M100Config
    def call(  # type: ignore[override, unused-ignore]
        self,
        input_ids: tf.Tensor | None = None,
        attention_mask: tf.Tensor | None = None,
        decoder_input_ids: tf.Tensor | None = None,
        decoder_attention_mask: tf.Tensor | None = None,
        encoder_outputs: tf.Tensor | None = None,
        past_key_values: Cache | None = None,
        inputs_embeds: tf.Tensor | None = None,
        decoder_inputs_embeds: tf.Tensor | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        output_router_logits: bool | None = None,
        training: bool | None = False,
    ) -> BaseModelOutput | FieldTuple: ...

class TFM2M100ForConditionalGeneration(TFM2M100PreTrainedModel, _TFSeq2SeqLM):
    config: M2M100Config

class TFMambaPreTrainedModel(TFPreTrainedModel):
    config: MambaConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.MambaKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.MambaKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.MambaKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class TFMambaModel(TFMambaPreTrainedModel, _TFBareModel):
    config: MambaConfig

class TFMambaForCausalLM(TFMambaPreTrainedModel, _TFCausalLM):
    config: MambaConfig

class TFMambaForSentenceEmbedding(TFMambaPreTrainedModel, _TFSentenceEmbedding):
    config: MambaConfig

class TFMarianPreTrainedModel(TFPreTrainedModel):
    config: MarianConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.MarianKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.MarianKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.MarianKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class TFMarianModel(TFMarianPreTrainedModel, _TFBareModel):
    config: MarianConfig
    def call(  # type: ignore[override, unused-ignore]
        self,
        input_ids: tf.Tensor | None = None,
        attention_mask: tf.Tensor | None = None,
        decoder_input_ids: tf.Tensor | None = None,
        decoder_attention_mask: tf.Tensor | None = None,
        encoder_outputs: tf.Tensor | None = None,
        past_key_values: Cache | None = None,
        inputs_embeds: tf.Tensor | None = None,
        decoder_inputs_embeds: tf.Tensor | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        output_router_logits: bool | None = None,
        training: bool | None = False,
    ) -> BaseModelOutput | FieldTuple: ...

class TFMarianMTModel(TFMarianPreTrainedModel, _TFSeq2SeqLM):
    config: MarianConfig

class TFMarianForCausalLM(TFMarianPreTrainedModel, _TFCausalLM):
    config: MarianConfig
    def call(  # type: ignore[override, unused-ignore]
        self,
        input_ids: tf.Tensor | None = None,
        attention_mask: tf.Tensor | None = None,
        encoder_hidden_states: tf.Tensor | None = None,
        encoder_attention_mask: tf.Tensor | None = None,
        past_key_values: Cache | None = None,
        inputs_embeds: tf.Tensor | None = None,
        labels: tf.Tensor | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        logits_to_keep: int | tf.Tensor = 0,
        output_router_logits: bool | None = None,
        training: bool | None = False,
    ) -> CausalLMOutputWithCrossAttentions | MoeCausalLMOutputWithPast | FieldTuple: ...

class TFMBartPreTrainedModel(TFPreTrainedModel):
    config: MBartConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.MBartKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.MBartKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.MBartKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class TFMBartModel(TFMBartPreTrainedModel, _TFBareModel):
    config: MBartConfig
    def call(  # type: ignore[override, unused-ignore]
        self,
        input_ids: tf.Tensor | None = None,
        attention_mask: tf.Tensor | None = None,
        decoder_input_ids: tf.Tensor | None = None,
        decoder_attention_mask: tf.Tensor | None = None,
        encoder_outputs: tf.Tensor | None = None,
        past_key_values: Cache | None = None,
        inputs_embeds: tf.Tensor | None = None,
        decoder_inputs_embeds: tf.Tensor | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        output_router_logits: bool | None = None,
        training: bool | None = False,
    ) -> BaseModelOutput | FieldTuple: ...

class TFMBartForConditionalGeneration(TFMBartPreTrainedModel, _TFSeq2SeqLM):
    config: MBartConfig

class TFMBartForSequenceClassification(TFMBartPreTrainedModel, _TFSequenceClassification):
    config: MBartConfig
    def call(  # type: ignore[override, unused-ignore]
        self,
        input_ids: tf.Tensor | None = None,
        attention_mask: tf.Tensor | None = None,
        decoder_input_ids: tf.Tensor | None = None,
        decoder_attention_mask: tf.Tensor | None = None,
        encoder_outputs: tf.Tensor | None = None,
        inputs_embeds: tf.Tensor | None = None,
        decoder_inputs_embeds: tf.Tensor | None = None,
        labels: tf.Tensor | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> Seq2SeqSequenceClassifierOutput | FieldTuple: ...

class TFMBartForQuestionAnswering(TFMBartPreTrainedModel, _TFQuestionAnswering):
    config: MBartConfig
    def call(  # type: ignore[override, unused-ignore]
        self,
        input_ids: tf.Tensor | None = None,
        attention_mask: tf.Tensor | None = None,
        decoder_input_ids: tf.Tensor | None = None,
        decoder_attention_mask: tf.Tensor | None = None,
        encoder_outputs: tf.Tensor | None = None,
        inputs_embeds: tf.Tensor | None = None,
        decoder_inputs_embeds: tf.Tensor | None = None,
        start_positions: tf.Tensor | None = None,
        end_positions: tf.Tensor | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> Seq2SeqQuestionAnsweringModelOutput | FieldTuple: ...

class TFMBartForCausalLM(TFMBartPreTrainedModel, _TFCausalLM):
    config: MBartConfig
    def call(  # type: ignore[override, unused-ignore]
        self,
        input_ids: tf.Tensor | None = None,
        attention_mask: tf.Tensor | None = None,
        encoder_hidden_states: tf.Tensor | None = None,
        encoder_attention_mask: tf.Tensor | None = None,
        past_key_values: Cache | None = None,
        inputs_embeds: tf.Tensor | None = None,
        labels: tf.Tensor | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        logits_to_keep: int | tf.Tensor = 0,
        output_router_logits: bool | None = None,
        training: bool | None = False,
    ) -> CausalLMOutputWithCrossAttentions | MoeCausalLMOutputWithPast | FieldTuple: ...

class TFMistralPreTrainedModel(TFPreTrainedModel):
    config: MistralConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.MistralKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.MistralKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.MistralKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class TFMistralModel(TFMistralPreTrainedModel, _TFBareModel):
    config: MistralConfig

class TFMistralForCausalLM(TFMistralPreTrainedModel, _TFCausalLM):
    config: MistralConfig

class TFMistralForSequenceClassification(TFMistralPreTrainedModel, _TFSequenceClassification):
    config: MistralConfig

class TFMistralForTokenClassification(TFMistralPreTrainedModel, _TFTokenClassification):
    config: MistralConfig

class TFMistralForQuestionAnswering(TFMistralPreTrainedModel, _TFQuestionAnswering):
    config: MistralConfig

class TFMistralForSentenceEmbedding(TFMistralPreTrainedModel, _TFSentenceEmbedding):
    config: MistralConfig

class TFMixtralPreTrainedModel(TFPreTrainedModel):
    config: MixtralConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.MixtralKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.MixtralKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.MixtralKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class TFMixtralModel(TFMixtralPreTrainedModel, _TFBareModel):
    config: MixtralConfig

class TFMixtralForCausalLM(TFMixtralPreTrainedModel, _TFCausalLM):
    config: MixtralConfig

class TFMixtralForSequenceClassification(TFMixtralPreTrainedModel, _TFSequenceClassification):
    config: MixtralConfig

class TFMixtralForTokenClassification(TFMixtralPreTrainedModel, _TFTokenClassification):
    config: MixtralConfig

class TFMixtralForQuestionAnswering(TFMixtralPreTrainedModel, _TFQuestionAnswering):
    config: MixtralConfig

class TFMixtralForSentenceEmbedding(TFMixtralPreTrainedModel, _TFSentenceEmbedding):
    config: MixtralConfig

class TFMobileNetV2PreTrainedModel(TFPreTrainedModel):
    config: MobileNetV2Config
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.MobileNetV2Keywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.MobileNetV2Keywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.MobileNetV2Keywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class TFMobileNetV2Model(TFMobileNetV2PreTrainedModel, _TFBareModel):
    config: MobileNetV2Config
    def call(  # type: ignore[override, unused-ignore]
        self,
        pixel_values: tf.Tensor | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> BaseModelOutput | FieldTuple: ...

class TFMobileNetV2ForImageClassification(TFMobileNetV2PreTrainedModel, _TFImageClassification):
    config: MobileNetV2Config
    def call(  # type: ignore[override, unused-ignore]
        self,
        pixel_values: tf.Tensor | None = None,
        labels: tf.Tensor | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> ImageClassifierOutput | FieldTuple: ...

class TFMobileNetV2ForSemanticSegmentation(TFMobileNetV2PreTrainedModel, _TFSemanticSegmentation):
    config: MobileNetV2Config
    def call(  # type: ignore[override, unused-ignore]
        self,
        pixel_values: tf.Tensor | None = None,
        labels: tf.Tensor | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> SemanticSegmenterOutput | FieldTuple: ...

class TFModernBertPreTrainedModel(TFPreTrainedModel):
    config: ModernBertConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.ModernBertKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.ModernBertKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.ModernBertKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class TFModernBertModel(TFModernBertPreTrainedModel, _TFBareModel):
    config: ModernBertConfig

class TFModernBertForMaskedLM(TFModernBertPreTrainedModel, _TFMaskedLM):
    config: ModernBertConfig

class TFModernBertForSequenceClassification(TFModernBertPreTrainedModel, _TFSequenceClassification):
    config: ModernBertConfig

class TFModernBertForMultipleChoice(TFModernBertPreTrainedModel, _TFMultipleChoice):
    config: ModernBertConfig

class TFModernBertForTokenClassification(TFModernBertPreTrainedModel, _TFTokenClassification):
    config: ModernBertConfig

class TFModernBertForQuestionAnswering(TFModernBertPreTrainedModel, _TFQuestionAnswering):
    config: ModernBertConfig

class TFModernBertForSentenceEmbedding(TFModernBertPreTrainedModel, _TFSentenceEmbedding):
    config: ModernBertConfig

class TFMoonshinePreTrainedModel(TFPreTrainedModel):
    config: MoonshineConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.MoonshineKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.MoonshineKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.MoonshineKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class TFMoonshineModel(TFMoonshinePreTrainedModel, _TFBareModel):
    config: MoonshineConfig
    def call(  # type: ignore[override, unused-ignore]
        self,
        input_values: tf.Tensor | None = None,
        attention_mask: tf.Tensor | None = None,
        decoder_input_ids: tf.Tensor | None = None,
        decoder_attention_mask: tf.Tensor | None = None,
        encoder_outputs: tf.Tensor | None = None,
        past_key_values: Cache | None = None,
        decoder_inputs_embeds: tf.Tensor | None = None,
        decoder_position_ids: tf.Tensor | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        output_router_logits: bool | None = None,
        training: bool | None = False,
    ) -> Seq2SeqModelOutput | FieldTuple: ...

class TFMoonshineForConditionalGeneration(TFMoonshinePreTrainedModel, _TFSpeechSeq2Seq):
    config: MoonshineConfig
    def call(
        self,
        input_values: tf.Tensor | None = None,
        attention_mask: tf.Tensor | None = None,
        decoder_input_ids: tf.Tensor | None = None,
        decoder_attention_mask: tf.Tensor | None = None,
        encoder_outputs: tf.Tensor | None = None,
        past_key_values: Cache | None = None,
        decoder_inputs_embeds: tf.Tensor | None = None,
        decoder_position_ids: tf.Tensor | None = None,
        labels: tf.Tensor | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> Seq2SeqLMOutput | FieldTuple: ...

class TFMPNetPreTrainedModel(TFPreTrainedModel):
    config: MPNetConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.MPNetKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.MPNetKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.MPNetKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class TFMPNetModel(TFMPNetPreTrainedModel, _TFBareModel):
    config: MPNetConfig

class TFMPNetForMaskedLM(TFMPNetPreTrainedModel, _TFMaskedLM):
    config: MPNetConfig

class TFMPNetForSequenceClassification(TFMPNetPreTrainedModel, _TFSequenceClassification):
    config: MPNetConfig

class TFMPNetForMultipleChoice(TFMPNetPreTrainedModel, _TFMultipleChoice):
    config: MPNetConfig

class TFMPNetForTokenClassification(TFMPNetPreTrainedModel, _TFTokenClassification):
    config: MPNetConfig

class TFMPNetForQuestionAnswering(TFMPNetPreTrainedModel, _TFQuestionAnswering):
    config: MPNetConfig

class TFMPNetForSentenceEmbedding(TFMPNetPreTrainedModel, _TFSentenceEmbedding):
    config: MPNetConfig

class TFMptPreTrainedModel(TFPreTrainedModel):
    config: MptConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.MptKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.MptKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.MptKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class TFMptModel(TFMptPreTrainedModel, _TFBareModel):
    config: MptConfig

class TFMptForCausalLM(TFMptPreTrainedModel, _TFCausalLM):
    config: MptConfig

class TFMptForSequenceClassification(TFMptPreTrainedModel, _TFSequenceClassification):
    config: MptConfig

class TFMptForTokenClassification(TFMptPreTrainedModel, _TFTokenClassification):
    config: MptConfig

class TFMptForQuestionAnswering(TFMptPreTrainedModel, _TFQuestionAnswering):
    config: MptConfig

class TFMptForSentenceEmbedding(TFMptPreTrainedModel, _TFSentenceEmbedding):
    config: MptConfig

class TFMT5PreTrainedModel(TFPreTrainedModel):
    config: MT5Config
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.MT5Keywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.MT5Keywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.MT5Keywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class TFMT5Model(TFMT5PreTrainedModel, _TFBareModel):
    config: MT5Config
    def call(  # type: ignore[override, unused-ignore]
        self,
        input_ids: tf.Tensor | None = None,
        attention_mask: tf.Tensor | None = None,
        decoder_input_ids: tf.Tensor | None = None,
        decoder_attention_mask: tf.Tensor | None = None,
        encoder_outputs: tf.Tensor | None = None,
        past_key_values: Cache | None = None,
        inputs_embeds: tf.Tensor | None = None,
        decoder_inputs_embeds: tf.Tensor | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        output_router_logits: bool | None = None,
        training: bool | None = False,
    ) -> BaseModelOutput | FieldTuple: ...

class TFMT5ForConditionalGeneration(TFMT5PreTrainedModel, _TFSeq2SeqLM):
    config: MT5Config

class TFMT5ForSequenceClassification(TFMT5PreTrainedModel, _TFSequenceClassification):
    config: MT5Config
    def call(  # type: ignore[override, unused-ignore]
        self,
        input_ids: tf.Tensor | None = None,
        attention_mask: tf.Tensor | None = None,
        decoder_input_ids: tf.Tensor | None = None,
        decoder_attention_mask: tf.Tensor | None = None,
        encoder_outputs: tf.Tensor | None = None,
        inputs_embeds: tf.Tensor | None = None,
        decoder_inputs_embeds: tf.Tensor | None = None,
        labels: tf.Tensor | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> Seq2SeqSequenceClassifierOutput | FieldTuple: ...

class TFMT5ForQuestionAnswering(TFMT5PreTrainedModel, _TFQuestionAnswering):
    config: MT5Config
    def call(  # type: ignore[override, unused-ignore]
        self,
        input_ids: tf.Tensor | None = None,
        attention_mask: tf.Tensor | None = None,
        decoder_input_ids: tf.Tensor | None = None,
        decoder_attention_mask: tf.Tensor | None = None,
        encoder_outputs: tf.Tensor | None = None,
        inputs_embeds: tf.Tensor | None = None,
        decoder_inputs_embeds: tf.Tensor | None = None,
        start_positions: tf.Tensor | None = None,
        end_positions: tf.Tensor | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> Seq2SeqQuestionAnsweringModelOutput | FieldTuple: ...

class TFMT5EncoderModel(TFMT5PreTrainedModel, _TFTextEncoding):
    config: MT5Config

class TFMT5ForTokenClassification(TFMT5PreTrainedModel, _TFTokenClassification):
    config: MT5Config
    def call(  # type: ignore[override, unused-ignore]
        self,
        input_ids: tf.Tensor | None = None,
        attention_mask: tf.Tensor | None = None,
        inputs_embeds: tf.Tensor | None = None,
        labels: tf.Tensor | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> TokenClassifierOutput | FieldTuple: ...

class TFMT5ForSentenceEmbedding(TFMT5PreTrainedModel, _TFSentenceEmbedding):
    config: MT5Config
    def call(  # type: ignore[override, unused-ignore]
        self,
        input_ids: tf.Tensor | None = None,
        attention_mask: tf.Tensor | None = None,
        inputs_embeds: tf.Tensor | None = None,
        pooling_mask: tf.Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> SentenceEmbeddingOutput | FieldTuple: ...

class TFNomicBertPreTrainedModel(TFPreTrainedModel):
    config: NomicBertConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.NomicBertKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.NomicBertKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.NomicBertKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class TFNomicBertModel(TFNomicBertPreTrainedModel, _TFBareModel):
    config: NomicBertConfig

class TFNomicBertForMaskedLM(TFNomicBertPreTrainedModel, _TFMaskedLM):
    config: NomicBertConfig

class TFNomicBertForSequenceClassification(TFNomicBertPreTrainedModel, _TFSequenceClassification):
    config: NomicBertConfig

class TFNomicBertForTokenClassification(TFNomicBertPreTrainedModel, _TFTokenClassification):
    config: NomicBertConfig

class TFNomicBertForSentenceEmbedding(TFNomicBertPreTrainedModel, _TFSentenceEmbedding):
    config: NomicBertConfig

class TFOlmoPreTrainedModel(TFPreTrainedModel):
    config: OlmoConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.OlmoKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.OlmoKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.OlmoKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class TFOlmoModel(TFOlmoPreTrainedModel, _TFBareModel):
    config: OlmoConfig

class TFOlmoForCausalLM(TFOlmoPreTrainedModel, _TFCausalLM):
    config: OlmoConfig

class TFOlmoForSequenceClassification(TFOlmoPreTrainedModel, _TFSequenceClassification):
    config: OlmoConfig

class TFOlmoForSentenceEmbedding(TFOlmoPreTrainedModel, _TFSentenceEmbedding):
    config: OlmoConfig

class TFOlmo2PreTrainedModel(TFPreTrainedModel):
    config: Olmo2Config
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.Olmo2Keywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.Olmo2Keywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.Olmo2Keywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class TFOlmo2Model(TFOlmo2PreTrainedModel, _TFBareModel):
    config: Olmo2Config

class TFOlmo2ForCausalLM(TFOlmo2PreTrainedModel, _TFCausalLM):
    config: Olmo2Config

class TFOlmo2ForSequenceClassification(TFOlmo2PreTrainedModel, _TFSequenceClassification):
    config: Olmo2Config

class TFOlmo2ForSentenceEmbedding(TFOlmo2PreTrainedModel, _TFSentenceEmbedding):
    config: Olmo2Config

class TFOlmo3PreTrainedModel(TFPreTrainedModel):
    config: Olmo3Config
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.Olmo3Keywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.Olmo3Keywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.Olmo3Keywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class TFOlmo3Model(TFOlmo3PreTrainedModel, _TFBareModel):
    config: Olmo3Config

class TFOlmo3ForCausalLM(TFOlmo3PreTrainedModel, _TFCausalLM):
    config: Olmo3Config

class TFOlmo3ForSequenceClassification(TFOlmo3PreTrainedModel, _TFSequenceClassification):
    config: Olmo3Config

class TFOlmo3ForSentenceEmbedding(TFOlmo3PreTrainedModel, _TFSentenceEmbedding):
    config: Olmo3Config

class TFOlmoePreTrainedModel(TFPreTrainedModel):
    config: OlmoeConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.OlmoeKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.OlmoeKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.OlmoeKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class TFOlmoeModel(TFOlmoePreTrainedModel, _TFBareModel):
    config: OlmoeConfig

class TFOlmoeForCausalLM(TFOlmoePreTrainedModel, _TFCausalLM):
    config: OlmoeConfig

class TFOlmoeForSentenceEmbedding(TFOlmoePreTrainedModel, _TFSentenceEmbedding):
    config: OlmoeConfig

class TFOPTPreTrainedModel(TFPreTrainedModel):
    config: OPTConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.OPTKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.OPTKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.OPTKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class TFOPTModel(TFOPTPreTrainedModel, _TFBareModel):
    config: OPTConfig

class TFOPTForCausalLM(TFOPTPreTrainedModel, _TFCausalLM):
    config: OPTConfig

class TFOPTForSequenceClassification(TFOPTPreTrainedModel, _TFSequenceClassification):
    config: OPTConfig

class TFOPTForQuestionAnswering(TFOPTPreTrainedModel, _TFQuestionAnswering):
    config: OPTConfig

class TFOPTForSentenceEmbedding(TFOPTPreTrainedModel, _TFSentenceEmbedding):
    config: OPTConfig

class TFParakeetPreTrainedModel(TFPreTrainedModel):
    config: Any
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.ParakeetKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.ParakeetKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.ParakeetKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class TFParakeetForCTC(TFParakeetPreTrainedModel, _TFCTC, _TFFrameWriter):
    config: ParakeetCTCConfig
    def call(
        self,
        input_features: tf.Tensor | None = None,
        attention_mask: tf.Tensor | None = None,
        labels: tf.Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> CausalLMOutput | FieldTuple: ...

class TFParakeetEncoder(TFParakeetPreTrainedModel, _TFAudioTower):
    config: ParakeetEncoderConfig
    def call(
        self,
        input_features: tf.Tensor | None = None,
        attention_mask: tf.Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> BaseModelOutput | FieldTuple: ...

class TFPegasusPreTrainedModel(TFPreTrainedModel):
    config: PegasusConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.PegasusKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.PegasusKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.PegasusKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class TFPegasusModel(TFPegasusPreTrainedModel, _TFBareModel):
    config: PegasusConfig
    def call(  # type: ignore[override, unused-ignore]
        self,
        input_ids: tf.Tensor | None = None,
        attention_mask: tf.Tensor | None = None,
        decoder_input_ids: tf.Tensor | None = None,
        decoder_attention_mask: tf.Tensor | None = None,
        encoder_outputs: tf.Tensor | None = None,
        past_key_values: Cache | None = None,
        inputs_embeds: tf.Tensor | None = None,
        decoder_inputs_embeds: tf.Tensor | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        output_router_logits: bool | None = None,
        training: bool | None = False,
    ) -> BaseModelOutput | FieldTuple: ...

class TFPegasusForConditionalGeneration(TFPegasusPreTrainedModel, _TFSeq2SeqLM):
    config: PegasusConfig

class TFPegasusForCausalLM(TFPegasusPreTrainedModel, _TFCausalLM):
    config: PegasusConfig
    def call(  # type: ignore[override, unused-ignore]
        self,
        input_ids: tf.Tensor | None = None,
        attention_mask: tf.Tensor | None = None,
        encoder_hidden_states: tf.Tensor | None = None,
        encoder_attention_mask: tf.Tensor | None = None,
        past_key_values: Cache | None = None,
        inputs_embeds: tf.Tensor | None = None,
        labels: tf.Tensor | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        logits_to_keep: int | tf.Tensor = 0,
        output_router_logits: bool | None = None,
        training: bool | None = False,
    ) -> CausalLMOutputWithCrossAttentions | MoeCausalLMOutputWithPast | FieldTuple: ...

class TFPhiPreTrainedModel(TFPreTrainedModel):
    config: PhiConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.PhiKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.PhiKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.PhiKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class TFPhiModel(TFPhiPreTrainedModel, _TFBareModel):
    config: PhiConfig

class TFPhiForCausalLM(TFPhiPreTrainedModel, _TFCausalLM):
    config: PhiConfig

class TFPhiForSequenceClassification(TFPhiPreTrainedModel, _TFSequenceClassification):
    config: PhiConfig

class TFPhiForTokenClassification(TFPhiPreTrainedModel, _TFTokenClassification):
    config: PhiConfig

class TFPhiForSentenceEmbedding(TFPhiPreTrainedModel, _TFSentenceEmbedding):
    config: PhiConfig

class TFPhi3PreTrainedModel(TFPreTrainedModel):
    config: Phi3Config
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.Phi3Keywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.Phi3Keywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.Phi3Keywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class TFPhi3Model(TFPhi3PreTrainedModel, _TFBareModel):
    config: Phi3Config

class TFPhi3ForCausalLM(TFPhi3PreTrainedModel, _TFCausalLM):
    config: Phi3Config

class TFPhi3ForSequenceClassification(TFPhi3PreTrainedModel, _TFSequenceClassification):
    config: Phi3Config

class TFPhi3ForTokenClassification(TFPhi3PreTrainedModel, _TFTokenClassification):
    config: Phi3Config

class TFPhi3ForSentenceEmbedding(TFPhi3PreTrainedModel, _TFSentenceEmbedding):
    config: Phi3Config

class TFPhimoePreTrainedModel(TFPreTrainedModel):
    config: PhimoeConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.PhimoeKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.PhimoeKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.PhimoeKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class TFPhimoeModel(TFPhimoePreTrainedModel, _TFBareModel):
    config: PhimoeConfig

class TFPhimoeForCausalLM(TFPhimoePreTrainedModel, _TFCausalLM):
    config: PhimoeConfig

class TFPhimoeForSequenceClassification(TFPhimoePreTrainedModel, _TFSequenceClassification):
    config: PhimoeConfig

class TFPhimoeForSentenceEmbedding(TFPhimoePreTrainedModel, _TFSentenceEmbedding):
    config: PhimoeConfig

class TFQwen2PreTrainedModel(TFPreTrainedModel):
    config: Qwen2Config
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.Qwen2Keywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.Qwen2Keywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.Qwen2Keywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class TFQwen2Model(TFQwen2PreTrainedModel, _TFBareModel):
    config: Qwen2Config

class TFQwen2ForCausalLM(TFQwen2PreTrainedModel, _TFCausalLM):
    config: Qwen2Config

class TFQwen2ForSequenceClassification(TFQwen2PreTrainedModel, _TFSequenceClassification):
    config: Qwen2Config

class TFQwen2ForTokenClassification(TFQwen2PreTrainedModel, _TFTokenClassification):
    config: Qwen2Config

class TFQwen2ForQuestionAnswering(TFQwen2PreTrainedModel, _TFQuestionAnswering):
    config: Qwen2Config

class TFQwen2ForSentenceEmbedding(TFQwen2PreTrainedModel, _TFSentenceEmbedding):
    config: Qwen2Config

class TFQwen2MoePreTrainedModel(TFPreTrainedModel):
    config: Qwen2MoeConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.Qwen2MoeKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.Qwen2MoeKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.Qwen2MoeKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class TFQwen2MoeModel(TFQwen2MoePreTrainedModel, _TFBareModel):
    config: Qwen2MoeConfig

class TFQwen2MoeForCausalLM(TFQwen2MoePreTrainedModel, _TFCausalLM):
    config: Qwen2MoeConfig

class TFQwen2MoeForSequenceClassification(TFQwen2MoePreTrainedModel, _TFSequenceClassification):
    config: Qwen2MoeConfig

class TFQwen2MoeForTokenClassification(TFQwen2MoePreTrainedModel, _TFTokenClassification):
    config: Qwen2MoeConfig

class TFQwen2MoeForQuestionAnswering(TFQwen2MoePreTrainedModel, _TFQuestionAnswering):
    config: Qwen2MoeConfig

class TFQwen2MoeForSentenceEmbedding(TFQwen2MoePreTrainedModel, _TFSentenceEmbedding):
    config: Qwen2MoeConfig

class TFQwen2VLPreTrainedModel(TFPreTrainedModel):
    config: Any
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.Qwen2VLKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.Qwen2VLKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.Qwen2VLKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class TFQwen2VLModel(TFQwen2VLPreTrainedModel, _TFBareModel):
    config: Qwen2VLConfig
    def call(  # type: ignore[override, unused-ignore]
        self,
        input_ids: tf.Tensor | None = None,
        attention_mask: tf.Tensor | None = None,
        position_ids: tf.Tensor | None = None,
        past_key_values: Cache | None = None,
        inputs_embeds: tf.Tensor | None = None,
        pixel_values: tf.Tensor | None = None,
        pixel_values_videos: tf.Tensor | None = None,
        image_grid_thw: tf.Tensor | None = None,
        video_grid_thw: tf.Tensor | None = None,
        mm_token_type_ids: tf.Tensor | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        output_router_logits: bool | None = None,
        training: bool | None = False,
    ) -> BaseModelOutput | FieldTuple: ...

class TFQwen2VLTextModel(TFQwen2VLPreTrainedModel, _TFBareModel):
    config: Qwen2VLTextConfig

class TFQwen2VLForConditionalGeneration(TFQwen2VLPreTrainedModel, _TFImageTextToText):
    config: Qwen2VLConfig

class TFQwen3PreTrainedModel(TFPreTrainedModel):
    config: Qwen3Config
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.Qwen3Keywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.Qwen3Keywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.Qwen3Keywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class TFQwen3Model(TFQwen3PreTrainedModel, _TFBareModel):
    config: Qwen3Config

class TFQwen3ForCausalLM(TFQwen3PreTrainedModel, _TFCausalLM):
    config: Qwen3Config

class TFQwen3ForSequenceClassification(TFQwen3PreTrainedModel, _TFSequenceClassification):
    config: Qwen3Config

class TFQwen3ForTokenClassification(TFQwen3PreTrainedModel, _TFTokenClassification):
    config: Qwen3Config

class TFQwen3ForQuestionAnswering(TFQwen3PreTrainedModel, _TFQuestionAnswering):
    config: Qwen3Config

class TFQwen3ForSentenceEmbedding(TFQwen3PreTrainedModel, _TFSentenceEmbedding):
    config: Qwen3Config

class TFQwen3MoePreTrainedModel(TFPreTrainedModel):
    config: Qwen3MoeConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.Qwen3MoeKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.Qwen3MoeKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.Qwen3MoeKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class TFQwen3MoeModel(TFQwen3MoePreTrainedModel, _TFBareModel):
    config: Qwen3MoeConfig

class TFQwen3MoeForCausalLM(TFQwen3MoePreTrainedModel, _TFCausalLM):
    config: Qwen3MoeConfig

class TFQwen3MoeForSequenceClassification(TFQwen3MoePreTrainedModel, _TFSequenceClassification):
    config: Qwen3MoeConfig

class TFQwen3MoeForTokenClassification(TFQwen3MoePreTrainedModel, _TFTokenClassification):
    config: Qwen3MoeConfig

class TFQwen3MoeForQuestionAnswering(TFQwen3MoePreTrainedModel, _TFQuestionAnswering):
    config: Qwen3MoeConfig

class TFQwen3MoeForSentenceEmbedding(TFQwen3MoePreTrainedModel, _TFSentenceEmbedding):
    config: Qwen3MoeConfig

class TFRemBertPreTrainedModel(TFPreTrainedModel):
    config: RemBertConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.RemBertKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.RemBertKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.RemBertKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class TFRemBertModel(TFRemBertPreTrainedModel, _TFBareModel):
    config: RemBertConfig

class TFRemBertForMaskedLM(TFRemBertPreTrainedModel, _TFMaskedLM):
    config: RemBertConfig

class TFRemBertForSequenceClassification(TFRemBertPreTrainedModel, _TFSequenceClassification):
    config: RemBertConfig

class TFRemBertForMultipleChoice(TFRemBertPreTrainedModel, _TFMultipleChoice):
    config: RemBertConfig

class TFRemBertForTokenClassification(TFRemBertPreTrainedModel, _TFTokenClassification):
    config: RemBertConfig

class TFRemBertForQuestionAnswering(TFRemBertPreTrainedModel, _TFQuestionAnswering):
    config: RemBertConfig

class TFRemBertForCausalLM(TFRemBertPreTrainedModel, _TFCausalLM):
    config: RemBertConfig

class TFRemBertForSentenceEmbedding(TFRemBertPreTrainedModel, _TFSentenceEmbedding):
    config: RemBertConfig

class TFResNetPreTrainedModel(TFPreTrainedModel):
    config: ResNetConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.ResNetKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.ResNetKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.ResNetKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class TFResNetModel(TFResNetPreTrainedModel, _TFBareModel):
    config: ResNetConfig
    def call(  # type: ignore[override, unused-ignore]
        self,
        pixel_values: tf.Tensor | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> BaseModelOutput | FieldTuple: ...

class TFResNetForImageClassification(TFResNetPreTrainedModel, _TFImageClassification):
    config: ResNetConfig
    def call(  # type: ignore[override, unused-ignore]
        self,
        pixel_values: tf.Tensor | None = None,
        labels: tf.Tensor | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> ImageClassifierOutput | FieldTuple: ...

class TFResNetBackbone(TFResNetPreTrainedModel, _TFBackbone):
    config: ResNetConfig
    def call(  # type: ignore[override, unused-ignore]
        self,
        pixel_values: tf.Tensor | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> BackboneOutput | FieldTuple: ...

class TFRobertaPreTrainedModel(TFPreTrainedModel):
    config: RobertaConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.RobertaKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.RobertaKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.RobertaKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class TFRobertaModel(TFRobertaPreTrainedModel, _TFBareModel):
    config: RobertaConfig

class TFRobertaForMaskedLM(TFRobertaPreTrainedModel, _TFMaskedLM):
    config: RobertaConfig

class TFRobertaForSequenceClassification(TFRobertaPreTrainedModel, _TFSequenceClassification):
    config: RobertaConfig

class TFRobertaForMultipleChoice(TFRobertaPreTrainedModel, _TFMultipleChoice):
    config: RobertaConfig

class TFRobertaForTokenClassification(TFRobertaPreTrainedModel, _TFTokenClassification):
    config: RobertaConfig

class TFRobertaForQuestionAnswering(TFRobertaPreTrainedModel, _TFQuestionAnswering):
    config: RobertaConfig

class TFRobertaForCausalLM(TFRobertaPreTrainedModel, _TFCausalLM):
    config: RobertaConfig

class TFRobertaForSentenceEmbedding(TFRobertaPreTrainedModel, _TFSentenceEmbedding):
    config: RobertaConfig

class TFRoFormerPreTrainedModel(TFPreTrainedModel):
    config: RoFormerConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.RoFormerKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.RoFormerKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.RoFormerKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class TFRoFormerModel(TFRoFormerPreTrainedModel, _TFBareModel):
    config: RoFormerConfig
    def call(  # type: ignore[override, unused-ignore]
        self,
        input_ids: tf.Tensor | None = None,
        attention_mask: tf.Tensor | None = None,
        past_key_values: Cache | None = None,
        inputs_embeds: tf.Tensor | None = None,
        token_type_ids: tf.Tensor | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        output_router_logits: bool | None = None,
        training: bool | None = False,
    ) -> BaseModelOutput | FieldTuple: ...

class TFRoFormerForMaskedLM(TFRoFormerPreTrainedModel, _TFMaskedLM):
    config: RoFormerConfig
    def call(  # type: ignore[override, unused-ignore]
        self,
        input_ids: tf.Tensor | None = None,
        attention_mask: tf.Tensor | None = None,
        token_type_ids: tf.Tensor | None = None,
        inputs_embeds: tf.Tensor | None = None,
        labels: tf.Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> MaskedLMOutput | FieldTuple: ...

class TFRoFormerForSequenceClassification(TFRoFormerPreTrainedModel, _TFSequenceClassification):
    config: RoFormerConfig
    def call(  # type: ignore[override, unused-ignore]
        self,
        input_ids: tf.Tensor | None = None,
        attention_mask: tf.Tensor | None = None,
        token_type_ids: tf.Tensor | None = None,
        past_key_values: Cache | None = None,
        inputs_embeds: tf.Tensor | None = None,
        labels: tf.Tensor | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> SequenceClassifierOutput | FieldTuple: ...

class TFRoFormerForMultipleChoice(TFRoFormerPreTrainedModel, _TFMultipleChoice):
    config: RoFormerConfig
    def call(  # type: ignore[override, unused-ignore]
        self,
        input_ids: tf.Tensor | None = None,
        attention_mask: tf.Tensor | None = None,
        token_type_ids: tf.Tensor | None = None,
        inputs_embeds: tf.Tensor | None = None,
        labels: tf.Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> MultipleChoiceModelOutput | FieldTuple: ...

class TFRoFormerForTokenClassification(TFRoFormerPreTrainedModel, _TFTokenClassification):
    config: RoFormerConfig
    def call(  # type: ignore[override, unused-ignore]
        self,
        input_ids: tf.Tensor | None = None,
        attention_mask: tf.Tensor | None = None,
        token_type_ids: tf.Tensor | None = None,
        inputs_embeds: tf.Tensor | None = None,
        labels: tf.Tensor | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> TokenClassifierOutput | FieldTuple: ...

class TFRoFormerForQuestionAnswering(TFRoFormerPreTrainedModel, _TFQuestionAnswering):
    config: RoFormerConfig
    def call(  # type: ignore[override, unused-ignore]
        self,
        input_ids: tf.Tensor | None = None,
        attention_mask: tf.Tensor | None = None,
        token_type_ids: tf.Tensor | None = None,
        inputs_embeds: tf.Tensor | None = None,
        start_positions: tf.Tensor | None = None,
        end_positions: tf.Tensor | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> QuestionAnsweringModelOutput | FieldTuple: ...

class TFRoFormerForCausalLM(TFRoFormerPreTrainedModel, _TFCausalLM):
    config: RoFormerConfig
    def call(  # type: ignore[override, unused-ignore]
        self,
        input_ids: tf.Tensor | None = None,
        attention_mask: tf.Tensor | None = None,
        past_key_values: Cache | None = None,
        inputs_embeds: tf.Tensor | None = None,
        token_type_ids: tf.Tensor | None = None,
        labels: tf.Tensor | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        logits_to_keep: int | tf.Tensor = 0,
        output_router_logits: bool | None = None,
        training: bool | None = False,
    ) -> CausalLMOutput | MoeCausalLMOutputWithPast | FieldTuple: ...

class TFRoFormerForSentenceEmbedding(TFRoFormerPreTrainedModel, _TFSentenceEmbedding):
    config: RoFormerConfig
    def call(  # type: ignore[override, unused-ignore]
        self,
        input_ids: tf.Tensor | None = None,
        attention_mask: tf.Tensor | None = None,
        token_type_ids: tf.Tensor | None = None,
        inputs_embeds: tf.Tensor | None = None,
        pooling_mask: tf.Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> SentenceEmbeddingOutput | FieldTuple: ...

class TFSegformerPreTrainedModel(TFPreTrainedModel):
    config: SegformerConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.SegformerKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.SegformerKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.SegformerKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class TFSegformerModel(TFSegformerPreTrainedModel, _TFBareModel):
    config: SegformerConfig
    def call(  # type: ignore[override, unused-ignore]
        self,
        pixel_values: tf.Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> BaseModelOutput | FieldTuple: ...

class TFSegformerForImageClassification(TFSegformerPreTrainedModel, _TFImageClassification):
    config: SegformerConfig

class TFSegformerForSemanticSegmentation(TFSegformerPreTrainedModel, _TFSemanticSegmentation):
    config: SegformerConfig

class TFSiglipPreTrainedModel(TFPreTrainedModel):
    config: Any
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.SiglipKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.SiglipKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.SiglipKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class TFSiglipModel(TFSiglipPreTrainedModel, _TFBareModel):
    config: SiglipConfig
    def call(  # type: ignore[override, unused-ignore]
        self,
        input_ids: tf.Tensor | None = None,
        pixel_values: tf.Tensor | None = None,
        attention_mask: tf.Tensor | None = None,
        position_ids: tf.Tensor | None = None,
        return_loss: bool | None = None,
        interpolate_pos_encoding: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> ContrastiveOutput | FieldTuple: ...
    def get_text_features(
        self,
        input_ids: tf.Tensor | None = None,
        attention_mask: tf.Tensor | None = None,
        position_ids: tf.Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> BaseModelOutput | FieldTuple: ...
    def get_image_features(
        self,
        pixel_values: tf.Tensor | None = None,
        interpolate_pos_encoding: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> BaseModelOutput | FieldTuple: ...

class TFSiglipTextModel(TFSiglipPreTrainedModel, _TFTextTower):
    config: SiglipTextConfig

class TFSiglipVisionModel(TFSiglipPreTrainedModel, _TFImageTower):
    config: SiglipVisionConfig

class TFSiglipForImageClassification(TFSiglipPreTrainedModel, _TFImageClassification):
    config: SiglipConfig
    def call(  # type: ignore[override, unused-ignore]
        self,
        pixel_values: tf.Tensor | None = None,
        labels: tf.Tensor | None = None,
        interpolate_pos_encoding: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> ImageClassifierOutput | FieldTuple: ...

class TFSiglip2PreTrainedModel(TFPreTrainedModel):
    config: Any
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.Siglip2Keywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.Siglip2Keywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.Siglip2Keywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class TFSiglip2Model(TFSiglip2PreTrainedModel, _TFBareModel):
    config: Siglip2Config
    def call(  # type: ignore[override, unused-ignore]
        self,
        input_ids: tf.Tensor | None = None,
        pixel_values: tf.Tensor | None = None,
        pixel_attention_mask: tf.Tensor | None = None,
        spatial_shapes: tf.Tensor | None = None,
        attention_mask: tf.Tensor | None = None,
        position_ids: tf.Tensor | None = None,
        return_loss: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> ContrastiveOutput | FieldTuple: ...
    def get_text_features(
        self,
        input_ids: tf.Tensor | None = None,
        attention_mask: tf.Tensor | None = None,
        position_ids: tf.Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> BaseModelOutput | FieldTuple: ...
    def get_image_features(
        self,
        pixel_values: tf.Tensor | None = None,
        pixel_attention_mask: tf.Tensor | None = None,
        spatial_shapes: tf.Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> BaseModelOutput | FieldTuple: ...

class TFSiglip2TextModel(TFSiglip2PreTrainedModel, _TFTextTower):
    config: Siglip2TextConfig

class TFSiglip2VisionModel(TFSiglip2PreTrainedModel, _TFImageTower):
    config: Siglip2VisionConfig
    def call(  # type: ignore[override, unused-ignore]
        self,
        pixel_values: tf.Tensor | None = None,
        pixel_attention_mask: tf.Tensor | None = None,
        spatial_shapes: tf.Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> BaseModelOutput | FieldTuple: ...

class TFSiglip2ForImageClassification(TFSiglip2PreTrainedModel, _TFImageClassification):
    config: Siglip2Config
    def call(  # type: ignore[override, unused-ignore]
        self,
        pixel_values: tf.Tensor | None = None,
        pixel_attention_mask: tf.Tensor | None = None,
        spatial_shapes: tf.Tensor | None = None,
        labels: tf.Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> ImageClassifierOutput | FieldTuple: ...

class TFSmolLM3PreTrainedModel(TFPreTrainedModel):
    config: SmolLM3Config
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.SmolLM3Keywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.SmolLM3Keywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.SmolLM3Keywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class TFSmolLM3Model(TFSmolLM3PreTrainedModel, _TFBareModel):
    config: SmolLM3Config

class TFSmolLM3ForCausalLM(TFSmolLM3PreTrainedModel, _TFCausalLM):
    config: SmolLM3Config

class TFSmolLM3ForSequenceClassification(TFSmolLM3PreTrainedModel, _TFSequenceClassification):
    config: SmolLM3Config

class TFSmolLM3ForTokenClassification(TFSmolLM3PreTrainedModel, _TFTokenClassification):
    config: SmolLM3Config

class TFSmolLM3ForQuestionAnswering(TFSmolLM3PreTrainedModel, _TFQuestionAnswering):
    config: SmolLM3Config

class TFSmolLM3ForSentenceEmbedding(TFSmolLM3PreTrainedModel, _TFSentenceEmbedding):
    config: SmolLM3Config

class TFStableLmPreTrainedModel(TFPreTrainedModel):
    config: StableLmConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.StableLmKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.StableLmKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.StableLmKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class TFStableLmModel(TFStableLmPreTrainedModel, _TFBareModel):
    config: StableLmConfig

class TFStableLmForCausalLM(TFStableLmPreTrainedModel, _TFCausalLM):
    config: StableLmConfig

class TFStableLmForSequenceClassification(TFStableLmPreTrainedModel, _TFSequenceClassification):
    config: StableLmConfig

class TFStableLmForTokenClassification(TFStableLmPreTrainedModel, _TFTokenClassification):
    config: StableLmConfig

class TFStableLmForSentenceEmbedding(TFStableLmPreTrainedModel, _TFSentenceEmbedding):
    config: StableLmConfig

class TFStarcoder2PreTrainedModel(TFPreTrainedModel):
    config: Starcoder2Config
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.Starcoder2Keywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.Starcoder2Keywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.Starcoder2Keywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class TFStarcoder2Model(TFStarcoder2PreTrainedModel, _TFBareModel):
    config: Starcoder2Config

class TFStarcoder2ForCausalLM(TFStarcoder2PreTrainedModel, _TFCausalLM):
    config: Starcoder2Config

class TFStarcoder2ForSequenceClassification(TFStarcoder2PreTrainedModel, _TFSequenceClassification):
    config: Starcoder2Config

class TFStarcoder2ForTokenClassification(TFStarcoder2PreTrainedModel, _TFTokenClassification):
    config: Starcoder2Config

class TFStarcoder2ForSentenceEmbedding(TFStarcoder2PreTrainedModel, _TFSentenceEmbedding):
    config: Starcoder2Config

class TFSwinPreTrainedModel(TFPreTrainedModel):
    config: SwinConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.SwinKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.SwinKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.SwinKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class TFSwinModel(TFSwinPreTrainedModel, _TFBareModel):
    config: SwinConfig
    def call(  # type: ignore[override, unused-ignore]
        self,
        pixel_values: tf.Tensor | None = None,
        bool_masked_pos: tf.Tensor | None = None,
        interpolate_pos_encoding: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> BaseModelOutput | FieldTuple: ...

class TFSwinForImageClassification(TFSwinPreTrainedModel, _TFImageClassification):
    config: SwinConfig
    def call(  # type: ignore[override, unused-ignore]
        self,
        pixel_values: tf.Tensor | None = None,
        labels: tf.Tensor | None = None,
        interpolate_pos_encoding: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> ImageClassifierOutput | FieldTuple: ...

class TFSwinForMaskedImageModeling(TFSwinPreTrainedModel, _TFMaskedImageModeling):
    config: SwinConfig
    def call(  # type: ignore[override, unused-ignore]
        self,
        pixel_values: tf.Tensor | None = None,
        bool_masked_pos: tf.Tensor | None = None,
        interpolate_pos_encoding: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> MaskedImageModelingOutput | FieldTuple: ...

class TFSwinBackbone(TFSwinPreTrainedModel, _TFBackbone):
    config: SwinConfig

class TFSwinv2PreTrainedModel(TFPreTrainedModel):
    config: Swinv2Config
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.Swinv2Keywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.Swinv2Keywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.Swinv2Keywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class TFSwinv2Model(TFSwinv2PreTrainedModel, _TFBareModel):
    config: Swinv2Config
    def call(  # type: ignore[override, unused-ignore]
        self,
        pixel_values: tf.Tensor | None = None,
        bool_masked_pos: tf.Tensor | None = None,
        interpolate_pos_encoding: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> BaseModelOutput | FieldTuple: ...

class TFSwinv2ForImageClassification(TFSwinv2PreTrainedModel, _TFImageClassification):
    config: Swinv2Config
    def call(  # type: ignore[override, unused-ignore]
        self,
        pixel_values: tf.Tensor | None = None,
        labels: tf.Tensor | None = None,
        interpolate_pos_encoding: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> ImageClassifierOutput | FieldTuple: ...

class TFSwinv2ForMaskedImageModeling(TFSwinv2PreTrainedModel, _TFMaskedImageModeling):
    config: Swinv2Config
    def call(  # type: ignore[override, unused-ignore]
        self,
        pixel_values: tf.Tensor | None = None,
        bool_masked_pos: tf.Tensor | None = None,
        interpolate_pos_encoding: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> MaskedImageModelingOutput | FieldTuple: ...

class TFSwinv2Backbone(TFSwinv2PreTrainedModel, _TFBackbone):
    config: Swinv2Config

class TFT5PreTrainedModel(TFPreTrainedModel):
    config: T5Config
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.T5Keywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.T5Keywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.T5Keywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class TFT5Model(TFT5PreTrainedModel, _TFBareModel):
    config: T5Config
    def call(  # type: ignore[override, unused-ignore]
        self,
        input_ids: tf.Tensor | None = None,
        attention_mask: tf.Tensor | None = None,
        decoder_input_ids: tf.Tensor | None = None,
        decoder_attention_mask: tf.Tensor | None = None,
        encoder_outputs: tf.Tensor | None = None,
        past_key_values: Cache | None = None,
        inputs_embeds: tf.Tensor | None = None,
        decoder_inputs_embeds: tf.Tensor | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        output_router_logits: bool | None = None,
        training: bool | None = False,
    ) -> BaseModelOutput | FieldTuple: ...

class TFT5ForConditionalGeneration(TFT5PreTrainedModel, _TFSeq2SeqLM):
    config: T5Config

class TFT5ForSequenceClassification(TFT5PreTrainedModel, _TFSequenceClassification):
    config: T5Config
    def call(  # type: ignore[override, unused-ignore]
        self,
        input_ids: tf.Tensor | None = None,
        attention_mask: tf.Tensor | None = None,
        decoder_input_ids: tf.Tensor | None = None,
        decoder_attention_mask: tf.Tensor | None = None,
        encoder_outputs: tf.Tensor | None = None,
        inputs_embeds: tf.Tensor | None = None,
        decoder_inputs_embeds: tf.Tensor | None = None,
        labels: tf.Tensor | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> Seq2SeqSequenceClassifierOutput | FieldTuple: ...

class TFT5ForQuestionAnswering(TFT5PreTrainedModel, _TFQuestionAnswering):
    config: T5Config
    def call(  # type: ignore[override, unused-ignore]
        self,
        input_ids: tf.Tensor | None = None,
        attention_mask: tf.Tensor | None = None,
        decoder_input_ids: tf.Tensor | None = None,
        decoder_attention_mask: tf.Tensor | None = None,
        encoder_outputs: tf.Tensor | None = None,
        inputs_embeds: tf.Tensor | None = None,
        decoder_inputs_embeds: tf.Tensor | None = None,
        start_positions: tf.Tensor | None = None,
        end_positions: tf.Tensor | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> Seq2SeqQuestionAnsweringModelOutput | FieldTuple: ...

class TFT5EncoderModel(TFT5PreTrainedModel, _TFTextEncoding):
    config: T5Config

class TFT5ForTokenClassification(TFT5PreTrainedModel, _TFTokenClassification):
    config: T5Config
    def call(  # type: ignore[override, unused-ignore]
        self,
        input_ids: tf.Tensor | None = None,
        attention_mask: tf.Tensor | None = None,
        inputs_embeds: tf.Tensor | None = None,
        labels: tf.Tensor | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> TokenClassifierOutput | FieldTuple: ...

class TFT5ForSentenceEmbedding(TFT5PreTrainedModel, _TFSentenceEmbedding):
    config: T5Config
    def call(  # type: ignore[override, unused-ignore]
        self,
        input_ids: tf.Tensor | None = None,
        attention_mask: tf.Tensor | None = None,
        inputs_embeds: tf.Tensor | None = None,
        pooling_mask: tf.Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> SentenceEmbeddingOutput | FieldTuple: ...

class TFT5GemmaPreTrainedModel(TFPreTrainedModel):
    config: T5GemmaConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.T5GemmaKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.T5GemmaKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.T5GemmaKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class TFT5GemmaModel(TFT5GemmaPreTrainedModel, _TFBareModel):
    config: T5GemmaConfig
    def call(  # type: ignore[override, unused-ignore]
        self,
        input_ids: tf.Tensor | None = None,
        attention_mask: tf.Tensor | None = None,
        position_ids: tf.Tensor | None = None,
        decoder_input_ids: tf.Tensor | None = None,
        decoder_attention_mask: tf.Tensor | None = None,
        decoder_position_ids: tf.Tensor | None = None,
        encoder_outputs: tf.Tensor | None = None,
        past_key_values: Cache | None = None,
        inputs_embeds: tf.Tensor | None = None,
        decoder_inputs_embeds: tf.Tensor | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        output_router_logits: bool | None = None,
        training: bool | None = False,
    ) -> Seq2SeqModelOutput | FieldTuple: ...

class TFT5GemmaForConditionalGeneration(TFT5GemmaPreTrainedModel, _TFSeq2SeqLM):
    config: T5GemmaConfig
    def call(  # type: ignore[override, unused-ignore]
        self,
        input_ids: tf.Tensor | None = None,
        attention_mask: tf.Tensor | None = None,
        position_ids: tf.Tensor | None = None,
        decoder_input_ids: tf.Tensor | None = None,
        decoder_attention_mask: tf.Tensor | None = None,
        decoder_position_ids: tf.Tensor | None = None,
        encoder_outputs: tf.Tensor | None = None,
        past_key_values: Cache | None = None,
        inputs_embeds: tf.Tensor | None = None,
        decoder_inputs_embeds: tf.Tensor | None = None,
        labels: tf.Tensor | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        logits_to_keep: int | tf.Tensor = 0,
        training: bool | None = False,
    ) -> Seq2SeqLMOutput | MoeCausalLMOutputWithPast | FieldTuple: ...

class TFT5GemmaEncoderModel(TFT5GemmaPreTrainedModel, _TFTextEncoding):
    config: T5GemmaConfig
    def call(  # type: ignore[override, unused-ignore]
        self,
        input_ids: tf.Tensor | None = None,
        attention_mask: tf.Tensor | None = None,
        position_ids: tf.Tensor | None = None,
        inputs_embeds: tf.Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> BaseModelOutput | FieldTuple: ...

class TFT5GemmaForSequenceClassification(TFT5GemmaPreTrainedModel, _TFSequenceClassification):
    config: T5GemmaConfig
    def call(  # type: ignore[override, unused-ignore]
        self,
        input_ids: tf.Tensor | None = None,
        attention_mask: tf.Tensor | None = None,
        position_ids: tf.Tensor | None = None,
        decoder_input_ids: tf.Tensor | None = None,
        decoder_attention_mask: tf.Tensor | None = None,
        decoder_position_ids: tf.Tensor | None = None,
        encoder_outputs: tf.Tensor | None = None,
        inputs_embeds: tf.Tensor | None = None,
        decoder_inputs_embeds: tf.Tensor | None = None,
        labels: tf.Tensor | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> SequenceClassifierOutput | FieldTuple: ...

class TFT5GemmaForTokenClassification(TFT5GemmaPreTrainedModel, _TFTokenClassification):
    config: T5GemmaConfig
    def call(  # type: ignore[override, unused-ignore]
        self,
        input_ids: tf.Tensor | None = None,
        attention_mask: tf.Tensor | None = None,
        position_ids: tf.Tensor | None = None,
        decoder_input_ids: tf.Tensor | None = None,
        decoder_attention_mask: tf.Tensor | None = None,
        decoder_position_ids: tf.Tensor | None = None,
        encoder_outputs: tf.Tensor | None = None,
        inputs_embeds: tf.Tensor | None = None,
        decoder_inputs_embeds: tf.Tensor | None = None,
        labels: tf.Tensor | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> TokenClassifierOutput | FieldTuple: ...

class TFT5GemmaForSentenceEmbedding(TFT5GemmaPreTrainedModel, _TFSentenceEmbedding):
    config: T5GemmaConfig
    def call(  # type: ignore[override, unused-ignore]
        self,
        input_ids: tf.Tensor | None = None,
        attention_mask: tf.Tensor | None = None,
        position_ids: tf.Tensor | None = None,
        inputs_embeds: tf.Tensor | None = None,
        pooling_mask: tf.Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> SentenceEmbeddingOutput | FieldTuple: ...

class TFUMT5PreTrainedModel(TFPreTrainedModel):
    config: UMT5Config
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.UMT5Keywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.UMT5Keywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.UMT5Keywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class TFUMT5Model(TFUMT5PreTrainedModel, _TFBareModel):
    config: UMT5Config
    def call(  # type: ignore[override, unused-ignore]
        self,
        input_ids: tf.Tensor | None = None,
        attention_mask: tf.Tensor | None = None,
        decoder_input_ids: tf.Tensor | None = None,
        decoder_attention_mask: tf.Tensor | None = None,
        encoder_outputs: tf.Tensor | None = None,
        past_key_values: Cache | None = None,
        inputs_embeds: tf.Tensor | None = None,
        decoder_inputs_embeds: tf.Tensor | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        output_router_logits: bool | None = None,
        training: bool | None = False,
    ) -> BaseModelOutput | FieldTuple: ...

class TFUMT5ForConditionalGeneration(TFUMT5PreTrainedModel, _TFSeq2SeqLM):
    config: UMT5Config

class TFUMT5ForSequenceClassification(TFUMT5PreTrainedModel, _TFSequenceClassification):
    config: UMT5Config
    def call(  # type: ignore[override, unused-ignore]
        self,
        input_ids: tf.Tensor | None = None,
        attention_mask: tf.Tensor | None = None,
        decoder_input_ids: tf.Tensor | None = None,
        decoder_attention_mask: tf.Tensor | None = None,
        encoder_outputs: tf.Tensor | None = None,
        inputs_embeds: tf.Tensor | None = None,
        decoder_inputs_embeds: tf.Tensor | None = None,
        labels: tf.Tensor | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> Seq2SeqSequenceClassifierOutput | FieldTuple: ...

class TFUMT5ForQuestionAnswering(TFUMT5PreTrainedModel, _TFQuestionAnswering):
    config: UMT5Config
    def call(  # type: ignore[override, unused-ignore]
        self,
        input_ids: tf.Tensor | None = None,
        attention_mask: tf.Tensor | None = None,
        decoder_input_ids: tf.Tensor | None = None,
        decoder_attention_mask: tf.Tensor | None = None,
        encoder_outputs: tf.Tensor | None = None,
        inputs_embeds: tf.Tensor | None = None,
        decoder_inputs_embeds: tf.Tensor | None = None,
        start_positions: tf.Tensor | None = None,
        end_positions: tf.Tensor | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> Seq2SeqQuestionAnsweringModelOutput | FieldTuple: ...

class TFUMT5EncoderModel(TFUMT5PreTrainedModel, _TFTextEncoding):
    config: UMT5Config

class TFUMT5ForTokenClassification(TFUMT5PreTrainedModel, _TFTokenClassification):
    config: UMT5Config
    def call(  # type: ignore[override, unused-ignore]
        self,
        input_ids: tf.Tensor | None = None,
        attention_mask: tf.Tensor | None = None,
        inputs_embeds: tf.Tensor | None = None,
        labels: tf.Tensor | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> TokenClassifierOutput | FieldTuple: ...

class TFUMT5ForSentenceEmbedding(TFUMT5PreTrainedModel, _TFSentenceEmbedding):
    config: UMT5Config
    def call(  # type: ignore[override, unused-ignore]
        self,
        input_ids: tf.Tensor | None = None,
        attention_mask: tf.Tensor | None = None,
        inputs_embeds: tf.Tensor | None = None,
        pooling_mask: tf.Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> SentenceEmbeddingOutput | FieldTuple: ...

class TFUniSpeechPreTrainedModel(TFPreTrainedModel):
    config: UniSpeechConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.UniSpeechKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.UniSpeechKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.UniSpeechKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class TFUniSpeechModel(TFUniSpeechPreTrainedModel, _TFBareModel):
    config: UniSpeechConfig
    def call(  # type: ignore[override, unused-ignore]
        self,
        input_values: tf.Tensor | None = None,
        attention_mask: tf.Tensor | None = None,
        mask_time_indices: tf.Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> BaseModelOutput | FieldTuple: ...

class TFUniSpeechForCTC(TFUniSpeechPreTrainedModel, _TFCTC):
    config: UniSpeechConfig

class TFUniSpeechForSequenceClassification(TFUniSpeechPreTrainedModel, _TFAudioClassification):
    config: UniSpeechConfig
    def call(
        self,
        input_values: tf.Tensor | None = None,
        attention_mask: tf.Tensor | None = None,
        labels: tf.Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> SequenceClassifierOutput | FieldTuple: ...

class TFUniSpeechForPreTraining(TFUniSpeechPreTrainedModel, _TFPreTraining):
    config: UniSpeechConfig
    def call(  # type: ignore[override, unused-ignore]
        self,
        input_values: tf.Tensor | None = None,
        attention_mask: tf.Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> Wav2Vec2ForPreTrainingOutput | FieldTuple: ...

class TFUniSpeechSatPreTrainedModel(TFPreTrainedModel):
    config: UniSpeechSatConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.UniSpeechSatKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.UniSpeechSatKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.UniSpeechSatKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class TFUniSpeechSatModel(TFUniSpeechSatPreTrainedModel, _TFBareModel):
    config: UniSpeechSatConfig
    def call(  # type: ignore[override, unused-ignore]
        self,
        input_values: tf.Tensor | None = None,
        attention_mask: tf.Tensor | None = None,
        mask_time_indices: tf.Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> BaseModelOutput | FieldTuple: ...

class TFUniSpeechSatForCTC(TFUniSpeechSatPreTrainedModel, _TFCTC):
    config: UniSpeechSatConfig

class TFUniSpeechSatForSequenceClassification(TFUniSpeechSatPreTrainedModel, _TFAudioClassification):
    config: UniSpeechSatConfig
    def call(
        self,
        input_values: tf.Tensor | None = None,
        attention_mask: tf.Tensor | None = None,
        labels: tf.Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> SequenceClassifierOutput | FieldTuple: ...

class TFUniSpeechSatForAudioFrameClassification(TFUniSpeechSatPreTrainedModel, _TFAudioFrameClassification):
    config: UniSpeechSatConfig

class TFUniSpeechSatForXVector(TFUniSpeechSatPreTrainedModel, _TFAudioXVector):
    config: UniSpeechSatConfig

class TFUniSpeechSatForPreTraining(TFUniSpeechSatPreTrainedModel, _TFPreTraining):
    config: UniSpeechSatConfig
    def call(  # type: ignore[override, unused-ignore]
        self,
        input_values: tf.Tensor | None = None,
        attention_mask: tf.Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> UniSpeechSatForPreTrainingOutput | FieldTuple: ...

class TFVideoMAEPreTrainedModel(TFPreTrainedModel):
    config: VideoMAEConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.VideoMAEKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.VideoMAEKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.VideoMAEKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class TFVideoMAEModel(TFVideoMAEPreTrainedModel, _TFBareModel):
    config: VideoMAEConfig
    def call(  # type: ignore[override, unused-ignore]
        self,
        pixel_values: tf.Tensor | None = None,
        bool_masked_pos: tf.Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> BaseModelOutput | FieldTuple: ...

class TFVideoMAEForPreTraining(TFVideoMAEPreTrainedModel, _TFPreTraining):
    config: VideoMAEConfig
    def call(  # type: ignore[override, unused-ignore]
        self,
        pixel_values: tf.Tensor | None = None,
        bool_masked_pos: tf.Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> VideoMAEForPreTrainingOutput | FieldTuple: ...

class TFVideoMAEForVideoClassification(TFVideoMAEPreTrainedModel, _TFVideoClassification):
    config: VideoMAEConfig

class TFViTPreTrainedModel(TFPreTrainedModel):
    config: ViTConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.ViTKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.ViTKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.ViTKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class TFViTModel(TFViTPreTrainedModel, _TFBareModel):
    config: ViTConfig
    def call(  # type: ignore[override, unused-ignore]
        self,
        pixel_values: tf.Tensor | None = None,
        bool_masked_pos: tf.Tensor | None = None,
        interpolate_pos_encoding: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> BaseModelOutput | FieldTuple: ...

class TFViTForImageClassification(TFViTPreTrainedModel, _TFImageClassification):
    config: ViTConfig
    def call(  # type: ignore[override, unused-ignore]
        self,
        pixel_values: tf.Tensor | None = None,
        labels: tf.Tensor | None = None,
        interpolate_pos_encoding: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> ImageClassifierOutput | FieldTuple: ...

class TFViTForMaskedImageModeling(TFViTPreTrainedModel, _TFMaskedImageModeling):
    config: ViTConfig
    def call(  # type: ignore[override, unused-ignore]
        self,
        pixel_values: tf.Tensor | None = None,
        bool_masked_pos: tf.Tensor | None = None,
        interpolate_pos_encoding: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> MaskedImageModelingOutput | FieldTuple: ...

class TFViTMAEPreTrainedModel(TFPreTrainedModel):
    config: ViTMAEConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.ViTMAEKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.ViTMAEKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.ViTMAEKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class TFViTMAEModel(TFViTMAEPreTrainedModel, _TFBareModel):
    config: ViTMAEConfig
    def call(  # type: ignore[override, unused-ignore]
        self,
        pixel_values: tf.Tensor | None = None,
        noise: tf.Tensor | None = None,
        interpolate_pos_encoding: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> ViTMAEModelOutput | FieldTuple: ...

class TFViTMAEForPreTraining(TFViTMAEPreTrainedModel, _TFPreTraining):
    config: ViTMAEConfig
    def call(  # type: ignore[override, unused-ignore]
        self,
        pixel_values: tf.Tensor | None = None,
        noise: tf.Tensor | None = None,
        interpolate_pos_encoding: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> MaskedAutoencoderOutput | FieldTuple: ...

class TFVitPosePreTrainedModel(TFPreTrainedModel):
    config: Any
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.VitPoseKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.VitPoseKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.VitPoseKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class TFVitPoseForPoseEstimation(TFVitPosePreTrainedModel, _TFPoseEstimation):
    config: VitPoseConfig

class TFVitPoseBackbone(TFVitPosePreTrainedModel, _TFBackbone):
    config: VitPoseBackboneConfig
    def call(  # type: ignore[override, unused-ignore]
        self,
        pixel_values: tf.Tensor | None = None,
        dataset_index: tf.Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> BackboneOutput | FieldTuple: ...

class TFWav2Vec2PreTrainedModel(TFPreTrainedModel):
    config: Wav2Vec2Config
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.Wav2Vec2Keywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.Wav2Vec2Keywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.Wav2Vec2Keywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class TFWav2Vec2Model(TFWav2Vec2PreTrainedModel, _TFBareModel):
    config: Wav2Vec2Config
    def call(  # type: ignore[override, unused-ignore]
        self,
        input_values: tf.Tensor | None = None,
        attention_mask: tf.Tensor | None = None,
        mask_time_indices: tf.Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> BaseModelOutput | FieldTuple: ...

class TFWav2Vec2ForCTC(TFWav2Vec2PreTrainedModel, _TFCTC):
    config: Wav2Vec2Config

class TFWav2Vec2ForSequenceClassification(TFWav2Vec2PreTrainedModel, _TFAudioClassification):
    config: Wav2Vec2Config
    def call(
        self,
        input_values: tf.Tensor | None = None,
        attention_mask: tf.Tensor | None = None,
        labels: tf.Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> SequenceClassifierOutput | FieldTuple: ...

class TFWav2Vec2ForAudioFrameClassification(TFWav2Vec2PreTrainedModel, _TFAudioFrameClassification):
    config: Wav2Vec2Config

class TFWav2Vec2ForXVector(TFWav2Vec2PreTrainedModel, _TFAudioXVector):
    config: Wav2Vec2Config

class TFWav2Vec2ForPreTraining(TFWav2Vec2PreTrainedModel, _TFPreTraining):
    config: Wav2Vec2Config
    def call(  # type: ignore[override, unused-ignore]
        self,
        input_values: tf.Tensor | None = None,
        attention_mask: tf.Tensor | None = None,
        mask_time_indices: tf.Tensor | None = None,
        sampled_negative_indices: tf.Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> Wav2Vec2ForPreTrainingOutput | FieldTuple: ...

class TFWav2Vec2BertPreTrainedModel(TFPreTrainedModel):
    config: Wav2Vec2BertConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.Wav2Vec2BertKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.Wav2Vec2BertKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.Wav2Vec2BertKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class TFWav2Vec2BertModel(TFWav2Vec2BertPreTrainedModel, _TFBareModel):
    config: Wav2Vec2BertConfig
    def call(  # type: ignore[override, unused-ignore]
        self,
        input_features: tf.Tensor | None = None,
        attention_mask: tf.Tensor | None = None,
        mask_time_indices: tf.Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> BaseModelOutput | FieldTuple: ...

class TFWav2Vec2BertForCTC(TFWav2Vec2BertPreTrainedModel, _TFCTC):
    config: Wav2Vec2BertConfig
    def call(
        self,
        input_features: tf.Tensor | None = None,
        attention_mask: tf.Tensor | None = None,
        labels: tf.Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> CausalLMOutput | FieldTuple: ...

class TFWav2Vec2BertForSequenceClassification(TFWav2Vec2BertPreTrainedModel, _TFAudioClassification):
    config: Wav2Vec2BertConfig
    def call(
        self,
        input_features: tf.Tensor | None = None,
        attention_mask: tf.Tensor | None = None,
        labels: tf.Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> SequenceClassifierOutput | FieldTuple: ...

class TFWav2Vec2BertForAudioFrameClassification(TFWav2Vec2BertPreTrainedModel, _TFAudioFrameClassification):
    config: Wav2Vec2BertConfig
    def call(
        self,
        input_features: tf.Tensor | None = None,
        attention_mask: tf.Tensor | None = None,
        labels: tf.Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> TokenClassifierOutput | FieldTuple: ...

class TFWav2Vec2BertForXVector(TFWav2Vec2BertPreTrainedModel, _TFAudioXVector):
    config: Wav2Vec2BertConfig
    def call(
        self,
        input_features: tf.Tensor | None = None,
        attention_mask: tf.Tensor | None = None,
        labels: tf.Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> XVectorOutput | FieldTuple: ...

class TFWav2Vec2ConformerPreTrainedModel(TFPreTrainedModel):
    config: Wav2Vec2ConformerConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.Wav2Vec2ConformerKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.Wav2Vec2ConformerKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.Wav2Vec2ConformerKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class TFWav2Vec2ConformerModel(TFWav2Vec2ConformerPreTrainedModel, _TFBareModel):
    config: Wav2Vec2ConformerConfig
    def call(  # type: ignore[override, unused-ignore]
        self,
        input_values: tf.Tensor | None = None,
        attention_mask: tf.Tensor | None = None,
        mask_time_indices: tf.Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> BaseModelOutput | FieldTuple: ...

class TFWav2Vec2ConformerForCTC(TFWav2Vec2ConformerPreTrainedModel, _TFCTC):
    config: Wav2Vec2ConformerConfig

class TFWav2Vec2ConformerForSequenceClassification(TFWav2Vec2ConformerPreTrainedModel, _TFAudioClassification):
    config: Wav2Vec2ConformerConfig
    def call(
        self,
        input_values: tf.Tensor | None = None,
        attention_mask: tf.Tensor | None = None,
        labels: tf.Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> SequenceClassifierOutput | FieldTuple: ...

class TFWav2Vec2ConformerForAudioFrameClassification(TFWav2Vec2ConformerPreTrainedModel, _TFAudioFrameClassification):
    config: Wav2Vec2ConformerConfig

class TFWav2Vec2ConformerForXVector(TFWav2Vec2ConformerPreTrainedModel, _TFAudioXVector):
    config: Wav2Vec2ConformerConfig

class TFWav2Vec2ConformerForPreTraining(TFWav2Vec2ConformerPreTrainedModel, _TFPreTraining):
    config: Wav2Vec2ConformerConfig
    def call(  # type: ignore[override, unused-ignore]
        self,
        input_values: tf.Tensor | None = None,
        attention_mask: tf.Tensor | None = None,
        mask_time_indices: tf.Tensor | None = None,
        sampled_negative_indices: tf.Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> Wav2Vec2ForPreTrainingOutput | FieldTuple: ...

class TFWavLMPreTrainedModel(TFPreTrainedModel):
    config: WavLMConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.WavLMKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.WavLMKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.WavLMKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class TFWavLMModel(TFWavLMPreTrainedModel, _TFBareModel):
    config: WavLMConfig
    def call(  # type: ignore[override, unused-ignore]
        self,
        input_values: tf.Tensor | None = None,
        attention_mask: tf.Tensor | None = None,
        mask_time_indices: tf.Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> BaseModelOutput | FieldTuple: ...

class TFWavLMForCTC(TFWavLMPreTrainedModel, _TFCTC):
    config: WavLMConfig

class TFWavLMForSequenceClassification(TFWavLMPreTrainedModel, _TFAudioClassification):
    config: WavLMConfig
    def call(
        self,
        input_values: tf.Tensor | None = None,
        attention_mask: tf.Tensor | None = None,
        labels: tf.Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> SequenceClassifierOutput | FieldTuple: ...

class TFWavLMForAudioFrameClassification(TFWavLMPreTrainedModel, _TFAudioFrameClassification):
    config: WavLMConfig

class TFWavLMForXVector(TFWavLMPreTrainedModel, _TFAudioXVector):
    config: WavLMConfig

class TFWhisperPreTrainedModel(TFPreTrainedModel):
    config: WhisperConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.WhisperKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.WhisperKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.WhisperKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class TFWhisperModel(TFWhisperPreTrainedModel, _TFBareModel):
    config: WhisperConfig
    def call(  # type: ignore[override, unused-ignore]
        self,
        input_features: tf.Tensor | None = None,
        attention_mask: tf.Tensor | None = None,
        decoder_input_ids: tf.Tensor | None = None,
        decoder_attention_mask: tf.Tensor | None = None,
        encoder_outputs: tf.Tensor | None = None,
        past_key_values: Cache | None = None,
        decoder_inputs_embeds: tf.Tensor | None = None,
        decoder_position_ids: tf.Tensor | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        output_router_logits: bool | None = None,
        training: bool | None = False,
    ) -> Seq2SeqModelOutput | FieldTuple: ...

class TFWhisperForConditionalGeneration(TFWhisperPreTrainedModel, _TFSpeechSeq2Seq):
    config: WhisperConfig

class TFWhisperForCausalLM(TFWhisperPreTrainedModel, _TFCausalLM):
    config: WhisperConfig
    def call(  # type: ignore[override, unused-ignore]
        self,
        input_ids: tf.Tensor | None = None,
        attention_mask: tf.Tensor | None = None,
        encoder_outputs: tf.Tensor | None = None,
        past_key_values: Cache | None = None,
        inputs_embeds: tf.Tensor | None = None,
        position_ids: tf.Tensor | None = None,
        labels: tf.Tensor | None = None,
        use_cache: bool | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        logits_to_keep: int | tf.Tensor = 0,
        output_router_logits: bool | None = None,
        training: bool | None = False,
    ) -> CausalLMOutputWithCrossAttentions | MoeCausalLMOutputWithPast | FieldTuple: ...

class TFWhisperForAudioClassification(TFWhisperPreTrainedModel, _TFAudioClassification):
    config: WhisperConfig

class TFXLMRobertaPreTrainedModel(TFPreTrainedModel):
    config: XLMRobertaConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.XLMRobertaKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.XLMRobertaKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.XLMRobertaKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class TFXLMRobertaModel(TFXLMRobertaPreTrainedModel, _TFBareModel):
    config: XLMRobertaConfig

class TFXLMRobertaForMaskedLM(TFXLMRobertaPreTrainedModel, _TFMaskedLM):
    config: XLMRobertaConfig

class TFXLMRobertaForSequenceClassification(TFXLMRobertaPreTrainedModel, _TFSequenceClassification):
    config: XLMRobertaConfig

class TFXLMRobertaForMultipleChoice(TFXLMRobertaPreTrainedModel, _TFMultipleChoice):
    config: XLMRobertaConfig

class TFXLMRobertaForTokenClassification(TFXLMRobertaPreTrainedModel, _TFTokenClassification):
    config: XLMRobertaConfig

class TFXLMRobertaForQuestionAnswering(TFXLMRobertaPreTrainedModel, _TFQuestionAnswering):
    config: XLMRobertaConfig

class TFXLMRobertaForCausalLM(TFXLMRobertaPreTrainedModel, _TFCausalLM):
    config: XLMRobertaConfig

class TFXLMRobertaForSentenceEmbedding(TFXLMRobertaPreTrainedModel, _TFSentenceEmbedding):
    config: XLMRobertaConfig

class TFXLMRobertaXLPreTrainedModel(TFPreTrainedModel):
    config: XLMRobertaXLConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.XLMRobertaXLKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.XLMRobertaXLKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.XLMRobertaXLKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class TFXLMRobertaXLModel(TFXLMRobertaXLPreTrainedModel, _TFBareModel):
    config: XLMRobertaXLConfig

class TFXLMRobertaXLForMaskedLM(TFXLMRobertaXLPreTrainedModel, _TFMaskedLM):
    config: XLMRobertaXLConfig

class TFXLMRobertaXLForSequenceClassification(TFXLMRobertaXLPreTrainedModel, _TFSequenceClassification):
    config: XLMRobertaXLConfig

class TFXLMRobertaXLForMultipleChoice(TFXLMRobertaXLPreTrainedModel, _TFMultipleChoice):
    config: XLMRobertaXLConfig

class TFXLMRobertaXLForTokenClassification(TFXLMRobertaXLPreTrainedModel, _TFTokenClassification):
    config: XLMRobertaXLConfig

class TFXLMRobertaXLForQuestionAnswering(TFXLMRobertaXLPreTrainedModel, _TFQuestionAnswering):
    config: XLMRobertaXLConfig

class TFXLMRobertaXLForCausalLM(TFXLMRobertaXLPreTrainedModel, _TFCausalLM):
    config: XLMRobertaXLConfig

class TFXLMRobertaXLForSentenceEmbedding(TFXLMRobertaXLPreTrainedModel, _TFSentenceEmbedding):
    config: XLMRobertaXLConfig

class TFYolosPreTrainedModel(TFPreTrainedModel):
    config: YolosConfig
    @overload  # type: ignore[override, unused-ignore]
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[True],
        **kwargs: Unpack[_keywords.YolosKeywords],
    ) -> tuple[Self, dict[str, Any]]: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: Literal[False] | None = None,
        **kwargs: Unpack[_keywords.YolosKeywords],
    ) -> Self: ...
    @overload
    @classmethod
    def from_pretrained(
        cls,
        pretrained_model_name_or_path: str | os.PathLike[str] | None,
        *model_args: Any,
        output_loading_info: bool | None,
        **kwargs: Unpack[_keywords.YolosKeywords],
    ) -> Self | tuple[Self, dict[str, Any]]: ...

class TFYolosModel(TFYolosPreTrainedModel, _TFBareModel):
    config: YolosConfig
    def call(  # type: ignore[override, unused-ignore]
        self,
        pixel_values: tf.Tensor | None = None,
        output_attentions: bool | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        training: bool | None = False,
    ) -> BaseModelOutput | FieldTuple: ...

class TFYolosForObjectDetection(TFYolosPreTrainedModel, _TFObjectDetection):
    config: YolosConfig
