# Made by tools/make_stubs.py from the configs of the families. Do not edit.
# What the signatures of __init__.pyi need; there is no such module to import.
from typing import Any, Literal, TypedDict

from loadstone.configs.load_keywords import LoadKeywords, PlanKeywords

class _SharedKeys(TypedDict, total=False):
    add_cross_attention: bool
    architectures: list[str] | None
    auto_map: dict[str, Any] | None
    chunk_size_feed_forward: Any
    cross_attention_hidden_size: Any
    finetuning_task: Any
    id2label: dict[int, str] | None
    is_decoder: bool
    label2id: dict[str, int] | None
    name_or_path: Any
    num_labels: int
    output_attentions: bool
    output_hidden_states: bool
    per_layer_config: Any
    prefix: Any
    problem_type: Literal["regression", "single_label_classification", "multi_label_classification"] | None
    pruned_heads: Any
    return_dict: bool
    task_specific_params: Any
    tie_encoder_decoder: Any
    tie_word_embeddings: bool
    tokenizer_class: Any
    torchscript: Any
    use_return_dict: Any

class AlbertKeywords(LoadKeywords, _SharedKeys, total=False):
    attention_probs_dropout_prob: float
    bos_token_id: int | None
    classifier_dropout_prob: float
    decoder_start_token_id: Any
    embedding_size: int
    eos_token_id: int | list[int] | None
    hidden_act: str
    hidden_dropout_prob: float
    hidden_size: int
    initializer_range: float
    inner_group_num: int
    intermediate_size: int
    is_encoder_decoder: Any
    layer_norm_eps: float
    max_position_embeddings: int
    num_attention_heads: int
    num_hidden_groups: int
    num_hidden_layers: int
    pad_token_id: int | None
    position_embedding_type: str | None
    sep_token_id: Any
    type_vocab_size: int
    use_cache: bool
    vocab_size: int

class ASTKeywords(LoadKeywords, _SharedKeys, total=False):
    attention_probs_dropout_prob: float
    bos_token_id: int | None
    decoder_start_token_id: Any
    eos_token_id: int | list[int] | None
    frequency_stride: int
    hidden_act: str
    hidden_dropout_prob: float
    hidden_size: int
    initializer_range: float
    intermediate_size: int
    is_encoder_decoder: Any
    layer_norm_eps: float
    num_attention_heads: int
    num_hidden_layers: int
    num_mel_bins: int
    pad_token_id: int | None
    patch_size: int
    qkv_bias: bool
    sep_token_id: Any
    time_stride: int
    use_cache: bool

class BartKeywords(LoadKeywords, _SharedKeys, total=False):
    activation_dropout: float
    activation_function: str
    attention_dropout: float
    bos_token_id: int | None
    classifier_dropout: float
    d_model: int
    decoder_attention_heads: int
    decoder_ffn_dim: int
    decoder_layerdrop: float
    decoder_layers: int
    decoder_start_token_id: int | None
    dropout: float
    encoder_attention_heads: int
    encoder_ffn_dim: int
    encoder_layerdrop: float
    encoder_layers: int
    eos_token_id: int | list[int] | None
    forced_eos_token_id: int | list[int] | None
    hidden_size: int
    init_std: float
    is_encoder_decoder: bool
    max_position_embeddings: int
    num_attention_heads: int
    num_hidden_layers: int
    num_key_value_heads: int
    pad_token_id: int | None
    scale_embedding: bool
    sep_token_id: Any
    use_cache: bool
    vocab_size: int

class BeitKeywords(LoadKeywords, _SharedKeys, total=False):
    add_fpn: bool
    attention_probs_dropout_prob: float
    auxiliary_channels: int
    auxiliary_concat_input: bool
    auxiliary_loss_weight: float
    auxiliary_num_convs: int
    bos_token_id: int | None
    decoder_start_token_id: Any
    drop_path_rate: float
    eos_token_id: int | list[int] | None
    hidden_act: str
    hidden_dropout_prob: float
    hidden_size: int
    image_size: int | list[int]
    initializer_range: float
    intermediate_size: int
    is_encoder_decoder: Any
    layer_norm_eps: float
    layer_scale_init_value: float
    num_attention_heads: int
    num_channels: int
    num_hidden_layers: int
    out_features: list[str] | None
    out_indices: list[int] | None
    pad_token_id: int | None
    patch_size: int | list[int]
    pool_scales: list[int]
    reshape_hidden_states: bool
    semantic_loss_ignore_index: int
    sep_token_id: Any
    use_absolute_position_embeddings: bool
    use_auxiliary_head: bool
    use_cache: bool
    use_mask_token: bool
    use_mean_pooling: bool
    use_relative_position_bias: bool
    use_shared_relative_position_bias: bool
    vocab_size: int

class BertKeywords(LoadKeywords, _SharedKeys, total=False):
    attention_probs_dropout_prob: float
    bos_token_id: int | None
    classifier_dropout: float | None
    decoder_start_token_id: Any
    eos_token_id: int | list[int] | None
    hidden_act: str
    hidden_dropout_prob: float
    hidden_size: int
    initializer_range: float
    intermediate_size: int
    is_encoder_decoder: Any
    layer_norm_eps: float
    max_position_embeddings: int
    num_attention_heads: int
    num_hidden_layers: int
    pad_token_id: int | None
    position_embedding_type: str | None
    sep_token_id: Any
    type_vocab_size: int
    use_cache: bool
    vocab_size: int

class BlenderbotKeywords(LoadKeywords, _SharedKeys, total=False):
    activation_dropout: float
    activation_function: str
    attention_dropout: float
    bos_token_id: int | None
    d_model: int
    decoder_attention_heads: int
    decoder_ffn_dim: int
    decoder_layerdrop: float
    decoder_layers: int
    decoder_start_token_id: int | None
    dropout: float
    encoder_attention_heads: int
    encoder_ffn_dim: int
    encoder_layerdrop: float
    encoder_layers: int
    encoder_no_repeat_ngram_size: int | None
    eos_token_id: int | list[int] | None
    forced_eos_token_id: int | list[int] | None
    hidden_size: int
    init_std: float
    is_encoder_decoder: bool
    max_position_embeddings: int
    num_attention_heads: int
    num_hidden_layers: int
    num_key_value_heads: int
    pad_token_id: int | None
    scale_embedding: bool
    sep_token_id: Any
    use_cache: bool
    vocab_size: int

class BlenderbotSmallKeywords(LoadKeywords, _SharedKeys, total=False):
    activation_dropout: float
    activation_function: str
    attention_dropout: float
    bos_token_id: int | None
    d_model: int
    decoder_attention_heads: int
    decoder_ffn_dim: int
    decoder_layerdrop: float
    decoder_layers: int
    decoder_start_token_id: int | None
    dropout: float
    encoder_attention_heads: int
    encoder_ffn_dim: int
    encoder_layerdrop: float
    encoder_layers: int
    eos_token_id: int | list[int] | None
    forced_eos_token_id: int | list[int] | None
    hidden_size: int
    init_std: float
    is_encoder_decoder: bool
    max_position_embeddings: int
    num_attention_heads: int
    num_hidden_layers: int
    num_key_value_heads: int
    pad_token_id: int | None
    scale_embedding: bool
    sep_token_id: Any
    use_cache: bool
    vocab_size: int

class BloomKeywords(LoadKeywords, _SharedKeys, total=False):
    apply_residual_connection_post_layernorm: bool
    attention_dropout: float
    bos_token_id: int | None
    classifier_dropout: float | None
    decoder_start_token_id: Any
    eos_token_id: int | list[int] | None
    hidden_dropout: float
    hidden_size: int
    initializer_range: float
    is_encoder_decoder: Any
    layer_norm_epsilon: float
    n_embed: int
    n_head: int
    n_inner: int | None
    n_layer: int
    num_attention_heads: int
    num_hidden_layers: int
    pad_token_id: int | None
    pretraining_tp: int
    sep_token_id: Any
    slow_but_exact: bool
    use_cache: bool
    vocab_size: int

class CamembertKeywords(LoadKeywords, _SharedKeys, total=False):
    attention_probs_dropout_prob: float
    bos_token_id: int | None
    classifier_dropout: float | None
    decoder_start_token_id: Any
    eos_token_id: int | list[int] | None
    hidden_act: str
    hidden_dropout_prob: float
    hidden_size: int
    initializer_range: float
    intermediate_size: int
    is_encoder_decoder: Any
    layer_norm_eps: float
    max_position_embeddings: int
    num_attention_heads: int
    num_hidden_layers: int
    pad_token_id: int | None
    position_embedding_type: str | None
    sep_token_id: Any
    type_vocab_size: int
    use_cache: bool
    vocab_size: int

class ChineseCLIPKeywords(LoadKeywords, _SharedKeys, total=False):
    attention_dropout: float
    attention_probs_dropout_prob: float
    bos_token_id: int | None
    classifier_dropout: float | None
    decoder_start_token_id: Any
    eos_token_id: int | list[int] | None
    hidden_act: str
    hidden_dropout_prob: float
    hidden_size: int
    image_size: int | list[int]
    initializer_factor: Any
    initializer_range: float
    intermediate_size: int
    is_encoder_decoder: Any
    layer_norm_eps: float
    logit_scale_init_value: float
    max_position_embeddings: int
    num_attention_heads: int
    num_channels: int
    num_hidden_layers: int
    pad_token_id: int | None
    patch_size: int | list[int]
    position_embedding_type: str | None
    projection_dim: int
    sep_token_id: Any
    text_config: Any
    type_vocab_size: int
    use_cache: bool
    vision_config: Any
    vocab_size: int

class CLIPKeywords(LoadKeywords, _SharedKeys, total=False):
    attention_dropout: float
    bos_token_id: int | None
    decoder_start_token_id: Any
    eos_token_id: int | list[int] | None
    hidden_act: str
    hidden_size: int
    image_size: int | list[int]
    initializer_factor: float
    initializer_range: float
    intermediate_size: int
    is_encoder_decoder: Any
    layer_norm_eps: float
    logit_scale_init_value: float
    max_position_embeddings: int
    num_attention_heads: int
    num_channels: int
    num_hidden_layers: int
    pad_token_id: int | None
    patch_size: int | list[int]
    projection_dim: int
    sep_token_id: Any
    text_config: Any
    use_cache: bool
    vision_config: Any
    vocab_size: int

class CLIPSegKeywords(LoadKeywords, _SharedKeys, total=False):
    attention_dropout: float
    bos_token_id: int | None
    conditional_layer: int
    decoder_attention_dropout: float
    decoder_hidden_act: str
    decoder_intermediate_size: int
    decoder_num_attention_heads: int
    decoder_start_token_id: Any
    eos_token_id: int | list[int] | None
    extract_layers: list[int]
    hidden_act: str
    hidden_size: int
    image_size: int | list[int]
    initializer_factor: float
    initializer_range: float
    intermediate_size: int
    is_encoder_decoder: Any
    layer_norm_eps: float
    logit_scale_init_value: float
    max_position_embeddings: int
    num_attention_heads: int
    num_channels: int
    num_hidden_layers: int
    pad_token_id: int | None
    patch_size: int | list[int]
    projection_dim: int
    reduce_dim: int
    sep_token_id: Any
    text_config: Any
    use_cache: bool
    use_complex_transposed_convolution: bool
    vision_config: Any
    vocab_size: int

class CodeGenKeywords(LoadKeywords, _SharedKeys, total=False):
    activation_function: str
    attn_pdrop: float
    bos_token_id: int | None
    decoder_start_token_id: Any
    embd_pdrop: float
    eos_token_id: int | list[int] | None
    hidden_size: int
    initializer_range: float
    is_encoder_decoder: Any
    layer_norm_epsilon: float
    max_position_embeddings: int
    n_ctx: int
    n_embd: int
    n_head: int
    n_inner: int | None
    n_layer: int
    n_positions: int
    num_attention_heads: int
    num_hidden_layers: int
    pad_token_id: int | None
    resid_pdrop: float
    rotary_dim: int
    sep_token_id: Any
    use_cache: bool
    vocab_size: int

class CohereKeywords(LoadKeywords, _SharedKeys, total=False):
    attention_bias: bool
    attention_dropout: float
    bos_token_id: int | None
    classifier_dropout: float | None
    decoder_start_token_id: Any
    eos_token_id: int | list[int] | None
    head_dim: int | None
    hidden_act: str
    hidden_size: int
    initializer_range: float
    intermediate_size: int
    is_encoder_decoder: Any
    layer_norm_eps: float
    logit_scale: float | None
    max_position_embeddings: int
    num_attention_heads: int
    num_hidden_layers: int
    num_key_value_heads: int | None
    pad_token_id: int | None
    rope_parameters: Any
    rope_scaling: dict[str, Any] | None
    rope_theta: float
    sep_token_id: Any
    use_cache: bool
    use_qk_norm: bool
    vocab_size: int

class Cohere2Keywords(LoadKeywords, _SharedKeys, total=False):
    attention_bias: bool
    attention_dropout: float
    bos_token_id: int | None
    classifier_dropout: float | None
    decoder_start_token_id: Any
    eos_token_id: int | list[int] | None
    head_dim: int | None
    hidden_act: str
    hidden_size: int
    initializer_range: float
    intermediate_size: int
    is_encoder_decoder: Any
    layer_norm_eps: float
    layer_types: list[str] | None
    logit_scale: float | None
    max_position_embeddings: int
    num_attention_heads: int
    num_hidden_layers: int
    num_key_value_heads: int | None
    pad_token_id: int | None
    rope_parameters: Any
    rope_scaling: dict[str, Any] | None
    rope_theta: float
    sep_token_id: Any
    sliding_window: int | None
    sliding_window_pattern: int | None
    use_cache: bool
    vocab_size: int

class ConvBertKeywords(LoadKeywords, _SharedKeys, total=False):
    attention_probs_dropout_prob: float
    bos_token_id: int | None
    classifier_dropout: float | None
    conv_kernel_size: int
    decoder_start_token_id: Any
    embedding_size: int
    eos_token_id: int | list[int] | None
    head_ratio: int
    hidden_act: str
    hidden_dropout_prob: float
    hidden_size: int
    initializer_range: float
    intermediate_size: int
    is_encoder_decoder: Any
    layer_norm_eps: float
    max_position_embeddings: int
    num_attention_heads: int
    num_groups: int
    num_hidden_layers: int
    pad_token_id: int | None
    position_embedding_type: str | None
    sep_token_id: Any
    summary_activation: str | None
    summary_first_dropout: float
    summary_last_dropout: float
    summary_type: str
    summary_use_proj: bool
    type_vocab_size: int
    use_cache: bool
    vocab_size: int

class ConvNextKeywords(LoadKeywords, _SharedKeys, total=False):
    bos_token_id: int | None
    decoder_start_token_id: Any
    depths: list[int]
    drop_path_rate: float
    eos_token_id: int | list[int] | None
    hidden_act: str
    hidden_sizes: list[int]
    image_size: int | list[int]
    initializer_range: float
    is_encoder_decoder: Any
    layer_norm_eps: float
    layer_scale_init_value: float
    num_channels: int
    num_hidden_layers: int | None
    num_stages: int | None
    out_features: list[str] | None
    out_indices: list[int] | None
    pad_token_id: int | None
    patch_size: int | list[int]
    sep_token_id: Any
    use_cache: bool

class ConvNextV2Keywords(LoadKeywords, _SharedKeys, total=False):
    bos_token_id: int | None
    decoder_start_token_id: Any
    depths: list[int]
    drop_path_rate: float
    eos_token_id: int | list[int] | None
    hidden_act: str
    hidden_sizes: list[int]
    image_size: int | list[int]
    initializer_range: float
    is_encoder_decoder: Any
    layer_norm_eps: float
    num_channels: int
    num_hidden_layers: int | None
    num_stages: int | None
    out_features: list[str] | None
    out_indices: list[int] | None
    pad_token_id: int | None
    patch_size: int | list[int]
    sep_token_id: Any
    use_cache: bool

class Data2VecAudioKeywords(LoadKeywords, _SharedKeys, total=False):
    activation_dropout: float
    adapter_kernel_size: int
    adapter_stride: int
    add_adapter: bool
    attention_dropout: float
    bos_token_id: int | None
    classifier_proj_size: int
    conv_bias: bool
    conv_dim: list[int]
    conv_kernel: list[int]
    conv_pos_kernel_size: int
    conv_stride: list[int]
    ctc_loss_reduction: str
    ctc_zero_infinity: bool
    decoder_start_token_id: Any
    eos_token_id: int | list[int] | None
    feat_extract_activation: str
    feat_proj_dropout: float
    final_dropout: float
    hidden_act: str
    hidden_dropout: float
    hidden_size: int
    initializer_range: float
    intermediate_size: int
    is_encoder_decoder: Any
    layer_norm_eps: float
    layerdrop: float
    mask_feature_length: int
    mask_feature_min_masks: int
    mask_feature_prob: float
    mask_time_length: int
    mask_time_min_masks: int
    mask_time_prob: float
    num_adapter_layers: int
    num_attention_heads: int
    num_conv_pos_embedding_groups: int
    num_conv_pos_embeddings: int
    num_feat_extract_layers: int | None
    num_hidden_layers: int
    output_hidden_size: int | None
    pad_token_id: int | None
    sep_token_id: Any
    tdnn_dilation: list[int]
    tdnn_dim: list[int]
    tdnn_kernel: list[int]
    use_cache: bool
    use_weighted_layer_sum: bool
    vocab_size: int | None
    xvector_output_dim: int

class Data2VecTextKeywords(LoadKeywords, _SharedKeys, total=False):
    attention_probs_dropout_prob: float
    bos_token_id: int | None
    classifier_dropout: float | None
    decoder_start_token_id: Any
    eos_token_id: int | list[int] | None
    hidden_act: str
    hidden_dropout_prob: float
    hidden_size: int
    initializer_range: float
    intermediate_size: int
    is_encoder_decoder: Any
    layer_norm_eps: float
    max_position_embeddings: int
    num_attention_heads: int
    num_hidden_layers: int
    pad_token_id: int | None
    position_embedding_type: str | None
    sep_token_id: Any
    type_vocab_size: int
    use_cache: bool
    vocab_size: int

class DebertaKeywords(LoadKeywords, _SharedKeys, total=False):
    attention_probs_dropout_prob: float
    bos_token_id: int | None
    classifier_dropout: float | None
    cls_dropout: float | None
    decoder_start_token_id: Any
    embedding_size: int | None
    eos_token_id: int | list[int] | None
    hidden_act: str
    hidden_dropout_prob: float
    hidden_size: int
    initializer_range: float
    intermediate_size: int
    is_encoder_decoder: Any
    layer_norm_eps: float
    legacy: bool
    max_position_embeddings: int
    max_relative_positions: int
    num_attention_heads: int
    num_hidden_layers: int
    pad_token_id: int | None
    pooler_dropout: float
    pooler_hidden_act: str
    pooler_hidden_size: int | None
    pos_att_type: str | list[str] | None
    position_biased_input: bool
    position_embedding_type: str | None
    relative_attention: bool
    sep_token_id: Any
    talking_head: bool
    type_vocab_size: int
    use_cache: bool
    vocab_size: int

class DebertaV2Keywords(LoadKeywords, _SharedKeys, total=False):
    attention_head_size: int | None
    attention_probs_dropout_prob: float
    bos_token_id: int | None
    classifier_dropout: float | None
    cls_dropout: float | None
    conv_act: str
    conv_groups: int
    conv_kernel_size: int
    decoder_start_token_id: Any
    embedding_size: int | None
    eos_token_id: int | list[int] | None
    hidden_act: str
    hidden_dropout_prob: float
    hidden_size: int
    initializer_range: float
    intermediate_size: int
    is_encoder_decoder: Any
    layer_norm_eps: float
    legacy: bool
    max_position_embeddings: int
    max_relative_positions: int
    norm_rel_ebd: str
    num_attention_heads: int
    num_hidden_layers: int
    pad_token_id: int | None
    pooler_dropout: float
    pooler_hidden_act: str
    pooler_hidden_size: int | None
    pos_att_type: str | list[str] | None
    position_biased_input: bool
    position_buckets: int
    position_embedding_type: str | None
    relative_attention: bool
    sep_token_id: Any
    share_att_key: bool
    type_vocab_size: int
    use_cache: bool
    vocab_size: int

class DeepseekV2Keywords(LoadKeywords, _SharedKeys, total=False):
    attention_bias: bool
    attention_dropout: float
    bos_token_id: int | None
    classifier_dropout: float | None
    decoder_start_token_id: Any
    eos_token_id: int | list[int] | None
    first_k_dense_replace: int
    head_dim: int
    hidden_act: str
    hidden_size: int
    initializer_range: float
    intermediate_size: int
    is_encoder_decoder: Any
    kv_lora_rank: int
    max_position_embeddings: int
    mlp_bias: bool
    moe_intermediate_size: int
    n_group: int | None
    n_routed_experts: int
    n_shared_experts: int
    norm_topk_prob: bool
    num_attention_heads: int
    num_experts: int
    num_experts_per_tok: int
    num_hidden_layers: int
    num_key_value_heads: int | None
    output_router_logits: bool
    pad_token_id: int | None
    pretraining_tp: int | None
    q_lora_rank: int | None
    qk_nope_head_dim: int
    qk_rope_head_dim: int
    rms_norm_eps: float
    rope_parameters: Any
    rope_scaling: dict[str, Any] | None
    rope_theta: float
    routed_scaling_factor: float
    sep_token_id: Any
    topk_group: int | None
    topk_method: str | None
    use_cache: bool
    v_head_dim: int
    vocab_size: int

class DeepseekV3Keywords(LoadKeywords, _SharedKeys, total=False):
    attention_bias: bool
    attention_dropout: float
    bos_token_id: int | None
    classifier_dropout: float | None
    decoder_start_token_id: Any
    eos_token_id: int | list[int] | None
    first_k_dense_replace: int
    head_dim: int
    hidden_act: str
    hidden_size: int
    initializer_range: float
    intermediate_size: int
    is_encoder_decoder: Any
    kv_lora_rank: int
    max_position_embeddings: int
    moe_intermediate_size: int
    n_group: int | None
    n_routed_experts: int
    n_shared_experts: int
    norm_topk_prob: bool
    num_attention_heads: int
    num_experts_per_tok: int
    num_hidden_layers: int
    num_key_value_heads: int | None
    num_local_experts: int
    num_mtp_layers: int | None
    num_nextn_predict_layers: int | None
    output_router_logits: bool
    pad_token_id: int | None
    pretraining_tp: int | None
    q_lora_rank: int | None
    qk_nope_head_dim: int
    qk_rope_head_dim: int
    rms_norm_eps: float
    rope_interleave: bool | None
    rope_parameters: Any
    rope_scaling: dict[str, Any] | None
    rope_theta: float
    routed_scaling_factor: float
    sep_token_id: Any
    topk_group: int | None
    use_cache: bool
    v_head_dim: int
    vocab_size: int

class DeiTKeywords(LoadKeywords, _SharedKeys, total=False):
    attention_probs_dropout_prob: float
    bos_token_id: int | None
    decoder_start_token_id: Any
    encoder_stride: int
    eos_token_id: int | list[int] | None
    hidden_act: str
    hidden_dropout_prob: float
    hidden_size: int
    image_size: int | list[int]
    initializer_range: float
    intermediate_size: int
    is_encoder_decoder: Any
    layer_norm_eps: float
    num_attention_heads: int
    num_channels: int
    num_hidden_layers: int
    pad_token_id: int | None
    patch_size: int | list[int]
    pooler_act: str
    pooler_output_size: int | None
    qkv_bias: bool
    sep_token_id: Any
    use_cache: bool

class DepthAnythingKeywords(LoadKeywords, _SharedKeys, total=False):
    backbone_config: Any
    bos_token_id: int | None
    decoder_start_token_id: Any
    depth_estimation_type: str
    eos_token_id: int | list[int] | None
    fusion_hidden_size: int
    head_hidden_size: int
    head_in_index: int
    initializer_range: float
    is_encoder_decoder: Any
    max_depth: float | None
    neck_hidden_sizes: list[int]
    pad_token_id: int | None
    patch_size: int | list[int]
    reassemble_factors: list[float]
    reassemble_hidden_size: int
    sep_token_id: Any
    use_cache: bool

class Dinov2Keywords(LoadKeywords, _SharedKeys, total=False):
    apply_layernorm: bool
    attention_probs_dropout_prob: float
    bos_token_id: int | None
    decoder_start_token_id: Any
    drop_path_rate: float
    eos_token_id: int | list[int] | None
    hidden_act: str
    hidden_dropout_prob: float
    hidden_size: int
    image_size: int | list[int]
    initializer_range: float
    is_encoder_decoder: Any
    layer_norm_eps: float
    layerscale_value: float
    mlp_ratio: float
    num_attention_heads: int
    num_channels: int
    num_hidden_layers: int
    out_features: list[str] | None
    out_indices: list[int] | None
    pad_token_id: int | None
    patch_size: int | list[int]
    qkv_bias: bool
    reshape_hidden_states: bool
    sep_token_id: Any
    use_cache: bool
    use_mask_token: bool
    use_swiglu_ffn: bool

class Dinov2WithRegistersKeywords(LoadKeywords, _SharedKeys, total=False):
    apply_layernorm: bool
    attention_probs_dropout_prob: float
    bos_token_id: int | None
    decoder_start_token_id: Any
    drop_path_rate: float
    eos_token_id: int | list[int] | None
    hidden_act: str
    hidden_dropout_prob: float
    hidden_size: int
    image_size: int | list[int]
    initializer_range: float
    is_encoder_decoder: Any
    layer_norm_eps: float
    layerscale_value: float
    mlp_ratio: float
    num_attention_heads: int
    num_channels: int
    num_hidden_layers: int
    num_register_tokens: int
    out_features: list[str] | None
    out_indices: list[int] | None
    pad_token_id: int | None
    patch_size: int | list[int]
    qkv_bias: bool
    reshape_hidden_states: bool
    sep_token_id: Any
    use_cache: bool
    use_swiglu_ffn: bool

class DINOv3ViTKeywords(LoadKeywords, _SharedKeys, total=False):
    apply_layernorm: bool
    attention_dropout: float
    bos_token_id: int | None
    decoder_start_token_id: Any
    drop_path_rate: float
    eos_token_id: int | list[int] | None
    hidden_act: str
    hidden_size: int
    image_size: int | list[int]
    initializer_range: float
    intermediate_size: int
    is_encoder_decoder: Any
    key_bias: bool
    layer_norm_eps: float
    layerscale_value: float
    mlp_bias: bool
    num_attention_heads: int
    num_channels: int
    num_hidden_layers: int
    num_register_tokens: int
    out_features: list[str] | None
    out_indices: list[int] | None
    pad_token_id: int | None
    patch_size: int | list[int]
    pos_embed_jitter: float | None
    pos_embed_rescale: float | None
    pos_embed_shift: float | None
    proj_bias: bool
    query_bias: bool
    reshape_hidden_states: bool
    return_class_token: bool
    rope_theta: float
    sep_token_id: Any
    use_cache: bool
    use_gated_mlp: bool
    value_bias: bool

class DistilBertKeywords(LoadKeywords, _SharedKeys, total=False):
    activation: str
    attention_dropout: float
    bos_token_id: int | None
    decoder_start_token_id: Any
    dim: int
    dropout: float
    eos_token_id: int | list[int] | None
    hidden_dim: int
    hidden_size: int
    initializer_range: float
    is_encoder_decoder: Any
    max_position_embeddings: int
    n_heads: int
    n_layers: int
    num_attention_heads: int
    num_hidden_layers: int
    pad_token_id: int | None
    qa_dropout: float
    sep_token_id: Any
    seq_classif_dropout: float
    sinusoidal_pos_embds: bool
    use_cache: bool
    vocab_size: int

class Dots1Keywords(LoadKeywords, _SharedKeys, total=False):
    attention_bias: bool
    attention_dropout: float
    bos_token_id: int | None
    classifier_dropout: float | None
    decoder_start_token_id: Any
    eos_token_id: int | list[int] | None
    first_k_dense_replace: int
    head_dim: int | None
    hidden_act: str
    hidden_size: int
    initializer_range: float
    intermediate_size: int
    is_encoder_decoder: Any
    layer_types: list[str] | None
    max_position_embeddings: int
    max_window_layers: int | None
    moe_intermediate_size: int
    n_group: int | None
    n_routed_experts: int
    n_shared_experts: int
    norm_topk_prob: bool
    num_attention_heads: int
    num_experts_per_tok: int
    num_hidden_layers: int
    num_key_value_heads: int | None
    num_local_experts: int
    output_router_logits: bool
    pad_token_id: int | None
    rms_norm_eps: float
    rope_parameters: Any
    rope_scaling: dict[str, Any] | None
    rope_theta: float
    routed_scaling_factor: float
    sep_token_id: Any
    sliding_window: int | None
    topk_group: int | None
    use_cache: bool
    vocab_size: int

class DPTKeywords(LoadKeywords, _SharedKeys, total=False):
    add_projection: bool
    attention_probs_dropout_prob: float | None
    auxiliary_loss_weight: float
    backbone_config: Any | None
    backbone_featmap_shape: list[int] | None
    backbone_out_indices: list[int] | None
    bos_token_id: int | None
    decoder_start_token_id: Any
    eos_token_id: int | list[int] | None
    fusion_hidden_size: int
    head_in_index: int
    hidden_act: str
    hidden_dropout_prob: float | None
    hidden_size: int
    image_size: int | list[int] | None
    initializer_range: float
    intermediate_size: int | None
    is_encoder_decoder: Any
    is_hybrid: bool
    layer_norm_eps: float | None
    neck_hidden_sizes: list[int]
    neck_ignore_stages: list[int]
    num_attention_heads: int | None
    num_channels: int | None
    num_hidden_layers: int | None
    pad_token_id: int | None
    patch_size: int | list[int] | None
    pooler_act: str
    pooler_output_size: int | None
    qkv_bias: bool | None
    readout_type: str
    reassemble_factors: list[float]
    semantic_classifier_dropout: float
    semantic_loss_ignore_index: int
    sep_token_id: Any
    use_auxiliary_head: bool | None
    use_batch_norm_in_fusion_residual: bool | None
    use_bias_in_fusion_residual: bool | None
    use_cache: bool

class ElectraKeywords(LoadKeywords, _SharedKeys, total=False):
    attention_probs_dropout_prob: float
    bos_token_id: int | None
    classifier_dropout: float | None
    decoder_start_token_id: Any
    embedding_size: int
    eos_token_id: int | list[int] | None
    hidden_act: str
    hidden_dropout_prob: float
    hidden_size: int
    initializer_range: float
    intermediate_size: int
    is_encoder_decoder: Any
    layer_norm_eps: float
    max_position_embeddings: int
    num_attention_heads: int
    num_hidden_layers: int
    pad_token_id: int | None
    position_embedding_type: str | None
    sep_token_id: Any
    summary_activation: str
    summary_last_dropout: float
    summary_type: str
    summary_use_proj: bool
    type_vocab_size: int
    use_cache: bool
    vocab_size: int

class Ernie4_5Keywords(LoadKeywords, _SharedKeys, total=False):
    attention_dropout: float
    bos_token_id: int | None
    classifier_dropout: float | None
    decoder_start_token_id: Any
    eos_token_id: int | list[int] | None
    head_dim: int | None
    hidden_act: str
    hidden_size: int
    initializer_range: float
    intermediate_size: int
    is_encoder_decoder: Any
    max_position_embeddings: int
    num_attention_heads: int
    num_hidden_layers: int
    num_key_value_heads: int | None
    pad_token_id: int | None
    rms_norm_eps: float
    rope_parameters: Any
    rope_scaling: dict[str, Any] | None
    rope_theta: float
    sep_token_id: Any
    use_bias: bool
    use_cache: bool
    vocab_size: int

class EsmKeywords(LoadKeywords, _SharedKeys, total=False):
    attention_probs_dropout_prob: float
    bos_token_id: int | None
    classifier_dropout: float | None
    decoder_start_token_id: Any
    emb_layer_norm_before: bool | None
    eos_token_id: int | list[int] | None
    esmfold_config: dict[str, Any] | None
    hidden_dropout_prob: float
    hidden_size: int
    initializer_range: float
    intermediate_size: int
    is_encoder_decoder: Any
    is_folding_model: bool | None
    layer_norm_eps: float
    mask_token_id: int | None
    max_position_embeddings: int
    num_attention_heads: int
    num_hidden_layers: int
    pad_token_id: int | None
    position_embedding_type: str | None
    rope_theta: float
    sep_token_id: Any
    token_dropout: bool | None
    use_cache: bool
    vocab_list: list[str] | None
    vocab_size: int

class Exaone4Keywords(LoadKeywords, _SharedKeys, total=False):
    attention_dropout: float
    bos_token_id: int | None
    classifier_dropout: float | None
    decoder_start_token_id: Any
    eos_token_id: int | list[int] | None
    head_dim: int | None
    hidden_act: str
    hidden_size: int
    initializer_range: float
    intermediate_size: int
    is_encoder_decoder: Any
    layer_types: list[str] | None
    max_position_embeddings: int
    num_attention_heads: int
    num_hidden_layers: int
    num_key_value_heads: int | None
    pad_token_id: int | None
    rms_norm_eps: float
    rope_parameters: Any
    rope_scaling: dict[str, Any] | None
    rope_theta: float
    sep_token_id: Any
    sliding_window: int | None
    sliding_window_pattern: str | int | None
    use_cache: bool
    vocab_size: int

class FalconKeywords(LoadKeywords, _SharedKeys, total=False):
    activation: str
    alibi: bool
    attention_dropout: float
    bias: bool
    bos_token_id: int | None
    classifier_dropout: float | None
    decoder_start_token_id: Any
    eos_token_id: int | list[int] | None
    ffn_hidden_size: int | None
    hidden_dropout: float
    hidden_size: int
    initializer_range: float
    is_encoder_decoder: Any
    layer_norm_epsilon: float
    max_position_embeddings: int
    multi_query: bool
    n_embed: int
    new_decoder_architecture: bool
    num_attention_heads: int
    num_hidden_layers: int
    num_kv_heads: int | None
    num_ln_in_parallel_attn: int | None
    pad_token_id: int | None
    parallel_attn: bool
    rope_parameters: Any
    rope_scaling: dict[str, Any] | None
    rope_theta: float
    sep_token_id: Any
    use_cache: bool
    vocab_size: int

class FNetKeywords(LoadKeywords, _SharedKeys, total=False):
    bos_token_id: int | None
    decoder_start_token_id: Any
    eos_token_id: int | list[int] | None
    hidden_act: str
    hidden_dropout_prob: float
    hidden_size: int
    initializer_range: float
    intermediate_size: int
    is_encoder_decoder: Any
    layer_norm_eps: float
    max_position_embeddings: int
    num_hidden_layers: int
    pad_token_id: int | None
    position_embedding_type: str | None
    sep_token_id: Any
    tpu_short_seq_length: int
    type_vocab_size: int
    use_cache: bool
    use_tpu_fourier_optimizations: bool
    vocab_size: int

class GemmaKeywords(LoadKeywords, _SharedKeys, total=False):
    attention_bias: bool
    attention_dropout: float
    bos_token_id: int | None
    classifier_dropout: float | None
    decoder_start_token_id: Any
    eos_token_id: int | list[int] | None
    head_dim: int | None
    hidden_act: str
    hidden_activation: str | None
    hidden_size: int
    initializer_range: float
    intermediate_size: int
    is_encoder_decoder: Any
    max_position_embeddings: int
    num_attention_heads: int
    num_hidden_layers: int
    num_key_value_heads: int | None
    pad_token_id: int | None
    rms_norm_eps: float
    rope_parameters: Any
    rope_scaling: dict[str, Any] | None
    rope_theta: float
    sep_token_id: Any
    use_bidirectional_attention: bool | None
    use_cache: bool
    vocab_size: int

class Gemma2Keywords(LoadKeywords, _SharedKeys, total=False):
    attention_bias: bool
    attention_dropout: float
    attn_logit_softcapping: float | None
    bos_token_id: int | None
    classifier_dropout: float | None
    decoder_start_token_id: Any
    eos_token_id: int | list[int] | None
    final_logit_softcapping: float | None
    head_dim: int | None
    hidden_activation: str
    hidden_size: int
    initializer_range: float
    intermediate_size: int
    is_encoder_decoder: Any
    layer_types: list[str] | None
    max_position_embeddings: int
    num_attention_heads: int
    num_hidden_layers: int
    num_key_value_heads: int | None
    pad_token_id: int | None
    query_pre_attn_scalar: float
    rms_norm_eps: float
    rope_parameters: Any
    rope_scaling: dict[str, Any] | None
    rope_theta: float
    sep_token_id: Any
    sliding_window: int | None
    use_bidirectional_attention: bool | None
    use_cache: bool
    vocab_size: int

class Gemma3TextKeywords(LoadKeywords, _SharedKeys, total=False):
    attention_bias: bool
    attention_dropout: float
    attn_logit_softcapping: float | None
    bos_token_id: int | None
    classifier_dropout: float | None
    decoder_start_token_id: Any
    eos_token_id: int | list[int] | None
    final_logit_softcapping: float | None
    head_dim: int | None
    hidden_activation: str
    hidden_size: int
    initializer_range: float
    intermediate_size: int
    is_encoder_decoder: Any
    layer_types: list[str] | None
    max_position_embeddings: int
    num_attention_heads: int
    num_hidden_layers: int
    num_key_value_heads: int | None
    pad_token_id: int | None
    query_pre_attn_scalar: float
    rms_norm_eps: float
    rope_local_base_freq: float
    rope_parameters: Any
    rope_scaling: dict[str, Any] | None
    rope_theta: float
    sep_token_id: Any
    sliding_window: int | None
    sliding_window_pattern: int | None
    use_bidirectional_attention: bool | None
    use_cache: bool
    vocab_size: int

class GlmKeywords(LoadKeywords, _SharedKeys, total=False):
    attention_bias: bool
    attention_dropout: float
    bos_token_id: int | None
    classifier_dropout: float | None
    decoder_start_token_id: Any
    eos_token_id: int | list[int] | None
    head_dim: int | None
    hidden_act: str
    hidden_size: int
    initializer_range: float
    intermediate_size: int
    is_encoder_decoder: Any
    max_position_embeddings: int
    num_attention_heads: int
    num_hidden_layers: int
    num_key_value_heads: int | None
    pad_token_id: int | None
    partial_rotary_factor: float
    rms_norm_eps: float
    rope_parameters: Any
    rope_scaling: dict[str, Any] | None
    rope_theta: float
    sep_token_id: Any
    use_cache: bool
    vocab_size: int

class Glm4Keywords(LoadKeywords, _SharedKeys, total=False):
    attention_bias: bool
    attention_dropout: float
    bos_token_id: int | None
    classifier_dropout: float | None
    decoder_start_token_id: Any
    eos_token_id: int | list[int] | None
    head_dim: int | None
    hidden_act: str
    hidden_size: int
    initializer_range: float
    intermediate_size: int
    is_encoder_decoder: Any
    max_position_embeddings: int
    num_attention_heads: int
    num_hidden_layers: int
    num_key_value_heads: int | None
    pad_token_id: int | None
    partial_rotary_factor: float
    rms_norm_eps: float
    rope_parameters: Any
    rope_scaling: dict[str, Any] | None
    rope_theta: float
    sep_token_id: Any
    use_cache: bool
    vocab_size: int

class Glm4MoeKeywords(LoadKeywords, _SharedKeys, total=False):
    attention_bias: bool
    attention_dropout: float
    bos_token_id: int | None
    classifier_dropout: float | None
    decoder_start_token_id: Any
    eos_token_id: int | list[int] | None
    first_k_dense_replace: int
    head_dim: int | None
    hidden_act: str
    hidden_size: int
    initializer_range: float
    intermediate_size: int
    is_encoder_decoder: Any
    max_position_embeddings: int
    moe_intermediate_size: int
    n_group: int | None
    n_routed_experts: int
    n_shared_experts: int
    norm_topk_prob: bool
    num_attention_heads: int
    num_experts_per_tok: int
    num_hidden_layers: int
    num_key_value_heads: int | None
    num_local_experts: int
    num_mtp_layers: int | None
    num_nextn_predict_layers: int | None
    output_router_logits: bool
    pad_token_id: int | None
    partial_rotary_factor: float
    rms_norm_eps: float
    rope_parameters: Any
    rope_scaling: dict[str, Any] | None
    rope_theta: float
    routed_scaling_factor: float
    sep_token_id: Any
    topk_group: int | None
    use_cache: bool
    use_qk_norm: bool
    vocab_size: int

class Glm4MoeLiteKeywords(LoadKeywords, _SharedKeys, total=False):
    attention_bias: bool
    attention_dropout: float
    bos_token_id: int | None
    classifier_dropout: float | None
    decoder_start_token_id: Any
    eos_token_id: int | list[int] | None
    head_dim: int
    hidden_act: str
    hidden_size: int
    initializer_range: float
    intermediate_size: int
    is_encoder_decoder: Any
    kv_lora_rank: int
    max_position_embeddings: int
    mlp_layer_types: list[str] | None
    moe_intermediate_size: int
    n_group: int | None
    n_routed_experts: int
    n_shared_experts: int
    norm_topk_prob: bool
    num_attention_heads: int
    num_experts_per_tok: int
    num_hidden_layers: int
    num_key_value_heads: int | None
    num_local_experts: int
    num_nextn_predict_layers: int | None
    output_router_logits: bool
    pad_token_id: int | None
    pretraining_tp: int | None
    q_lora_rank: int | None
    qk_nope_head_dim: int
    qk_rope_head_dim: int
    rms_norm_eps: float
    rope_interleave: bool
    rope_parameters: Any
    rope_scaling: dict[str, Any] | None
    rope_theta: float
    routed_scaling_factor: float
    sep_token_id: Any
    topk_group: int | None
    use_cache: bool
    v_head_dim: int
    vocab_size: int

class GPT2Keywords(LoadKeywords, _SharedKeys, total=False):
    activation_function: str
    attn_pdrop: float
    bos_token_id: int | None
    classifier_dropout: float | None
    decoder_start_token_id: Any
    embd_pdrop: float
    eos_token_id: int | list[int] | None
    hidden_dropout: float | None
    hidden_size: int
    initializer_range: float
    is_encoder_decoder: Any
    layer_norm_epsilon: float
    max_position_embeddings: int
    n_embd: int
    n_head: int
    n_inner: int | None
    n_layer: int
    n_positions: int
    num_attention_heads: int
    num_hidden_layers: int
    pad_token_id: int | None
    reorder_and_upcast_attn: bool
    resid_pdrop: float
    scale_attn_by_inverse_layer_idx: bool
    scale_attn_weights: bool
    sep_token_id: Any
    use_cache: bool
    vocab_size: int

class GPTBigCodeKeywords(LoadKeywords, _SharedKeys, total=False):
    activation_function: str
    attention_softmax_in_fp32: bool
    attn_pdrop: float
    bos_token_id: int | None
    classifier_dropout: float | None
    decoder_start_token_id: Any
    embd_pdrop: float
    eos_token_id: int | list[int] | None
    hidden_dropout: float | None
    hidden_size: int
    initializer_range: float
    is_encoder_decoder: Any
    layer_norm_epsilon: float
    max_position_embeddings: int
    multi_query: bool
    n_embd: int
    n_head: int
    n_inner: int | None
    n_layer: int
    n_positions: int
    num_attention_heads: int
    num_hidden_layers: int
    pad_token_id: int | None
    resid_pdrop: float
    scale_attention_softmax_in_fp32: bool
    scale_attn_weights: bool
    sep_token_id: Any
    use_cache: bool
    vocab_size: int

class GPTNeoKeywords(LoadKeywords, _SharedKeys, total=False):
    activation_function: str
    attention_dropout: float
    attention_types: list[Any] | None
    bos_token_id: int | None
    classifier_dropout: float | None
    decoder_start_token_id: Any
    embed_dropout: float
    eos_token_id: int | list[int] | None
    hidden_size: int
    initializer_range: float
    intermediate_size: int | None
    is_encoder_decoder: Any
    layer_norm_epsilon: float
    max_position_embeddings: int
    num_attention_heads: int
    num_heads: int
    num_hidden_layers: int
    num_layers: int
    pad_token_id: int | None
    resid_dropout: float
    sep_token_id: Any
    use_cache: bool
    vocab_size: int
    window_size: int

class GPTNeoXKeywords(LoadKeywords, _SharedKeys, total=False):
    attention_bias: bool
    attention_dropout: float
    bos_token_id: int | None
    classifier_dropout: float | None
    decoder_start_token_id: Any
    eos_token_id: int | list[int] | None
    hidden_act: str
    hidden_dropout: float
    hidden_size: int
    initializer_range: float
    intermediate_size: int
    is_encoder_decoder: Any
    layer_norm_eps: float
    max_position_embeddings: int
    num_attention_heads: int
    num_hidden_layers: int
    pad_token_id: int | None
    partial_rotary_factor: float
    rope_parameters: Any
    rope_scaling: dict[str, Any] | None
    rope_theta: float
    rotary_emb_base: float
    rotary_pct: float
    sep_token_id: Any
    use_cache: bool
    use_parallel_residual: bool
    vocab_size: int

class GptOssKeywords(LoadKeywords, _SharedKeys, total=False):
    attention_bias: bool
    attention_dropout: float
    bos_token_id: int | None
    classifier_dropout: float | None
    decoder_start_token_id: Any
    eos_token_id: int | list[int] | None
    head_dim: int | None
    hidden_act: str
    hidden_size: int
    initializer_range: float
    intermediate_size: int
    is_encoder_decoder: Any
    layer_types: list[str] | None
    max_position_embeddings: int
    num_attention_heads: int
    num_experts: int
    num_experts_per_tok: int
    num_hidden_layers: int
    num_key_value_heads: int | None
    num_local_experts: int
    output_router_logits: bool
    pad_token_id: int | None
    rms_norm_eps: float
    rope_parameters: Any
    rope_scaling: dict[str, Any] | None
    rope_theta: float
    router_aux_loss_coef: float
    sep_token_id: Any
    sliding_window: int | None
    swiglu_alpha: float
    swiglu_limit: float
    use_cache: bool
    vocab_size: int

class GPTJKeywords(LoadKeywords, _SharedKeys, total=False):
    activation_function: str
    attn_pdrop: float
    bos_token_id: int | None
    decoder_start_token_id: Any
    embd_pdrop: float
    eos_token_id: int | list[int] | None
    hidden_size: int
    initializer_range: float
    is_encoder_decoder: Any
    layer_norm_epsilon: float
    max_position_embeddings: int
    n_embd: int
    n_head: int
    n_inner: int | None
    n_layer: int
    n_positions: int
    num_attention_heads: int
    num_hidden_layers: int
    pad_token_id: int | None
    resid_pdrop: float
    rotary_dim: int
    sep_token_id: Any
    use_cache: bool
    vocab_size: int

class GraniteKeywords(LoadKeywords, _SharedKeys, total=False):
    attention_bias: bool
    attention_dropout: float
    attention_multiplier: float
    bos_token_id: int | None
    classifier_dropout: float | None
    decoder_start_token_id: Any
    embedding_multiplier: float
    eos_token_id: int | list[int] | None
    head_dim: int | None
    hidden_act: str
    hidden_size: int
    initializer_range: float
    intermediate_size: int
    is_encoder_decoder: Any
    logits_scaling: float
    max_position_embeddings: int
    mlp_bias: bool
    num_attention_heads: int
    num_hidden_layers: int
    num_key_value_heads: int | None
    pad_token_id: int | None
    residual_multiplier: float
    rms_norm_eps: float
    rope_parameters: Any
    rope_scaling: dict[str, Any] | None
    rope_theta: float
    sep_token_id: Any
    use_cache: bool
    vocab_size: int

class GraniteMoeKeywords(LoadKeywords, _SharedKeys, total=False):
    attention_bias: bool
    attention_dropout: float
    attention_multiplier: float
    bos_token_id: int | None
    classifier_dropout: float | None
    decoder_start_token_id: Any
    embedding_multiplier: float
    eos_token_id: int | list[int] | None
    head_dim: int | None
    hidden_act: str
    hidden_size: int
    initializer_range: float
    intermediate_size: int
    is_encoder_decoder: Any
    logits_scaling: float
    max_position_embeddings: int
    num_attention_heads: int
    num_experts: int
    num_experts_per_tok: int
    num_hidden_layers: int
    num_key_value_heads: int | None
    num_local_experts: int
    output_router_logits: bool
    pad_token_id: int | None
    residual_multiplier: float
    rms_norm_eps: float
    rope_parameters: Any
    rope_scaling: dict[str, Any] | None
    rope_theta: float
    router_aux_loss_coef: float
    sep_token_id: Any
    use_cache: bool
    vocab_size: int

class GteKeywords(LoadKeywords, _SharedKeys, total=False):
    attention_probs_dropout_prob: float
    bos_token_id: int | None
    classifier_dropout: float | None
    decoder_start_token_id: Any
    eos_token_id: int | list[int] | None
    head_dim: int | None
    hidden_act: str
    hidden_dropout_prob: float
    hidden_size: int
    initializer_range: float
    intermediate_size: int
    is_encoder_decoder: Any
    layer_norm_eps: float
    max_position_embeddings: int
    num_attention_heads: int
    num_hidden_layers: int
    pad_token_id: int | None
    position_embedding_type: str | None
    rope_parameters: Any
    rope_scaling: dict[str, Any] | None
    rope_theta: float
    sep_token_id: Any
    type_vocab_size: int
    use_cache: bool
    vocab_size: int

class HeliumKeywords(LoadKeywords, _SharedKeys, total=False):
    attention_bias: bool
    attention_dropout: float
    bos_token_id: int | None
    classifier_dropout: float | None
    decoder_start_token_id: Any
    eos_token_id: int | list[int] | None
    head_dim: int | None
    hidden_act: str
    hidden_size: int
    initializer_range: float
    intermediate_size: int
    is_encoder_decoder: Any
    max_position_embeddings: int
    mlp_bias: bool
    num_attention_heads: int
    num_hidden_layers: int
    num_key_value_heads: int | None
    pad_token_id: int | None
    rms_norm_eps: float
    rope_parameters: Any
    rope_scaling: dict[str, Any] | None
    rope_theta: float
    sep_token_id: Any
    use_cache: bool
    vocab_size: int

class HubertKeywords(LoadKeywords, _SharedKeys, total=False):
    activation_dropout: float
    apply_spec_augment: bool
    attention_dropout: float
    bos_token_id: int | None
    classifier_proj_size: int
    conv_bias: bool
    conv_dim: list[int]
    conv_kernel: list[int]
    conv_pos_batch_norm: bool
    conv_stride: list[int]
    ctc_loss_reduction: str
    ctc_zero_infinity: bool
    decoder_start_token_id: Any
    do_stable_layer_norm: bool
    eos_token_id: int | list[int] | None
    feat_extract_activation: str
    feat_extract_norm: str
    feat_proj_dropout: float
    feat_proj_layer_norm: bool
    final_dropout: float
    hidden_act: str
    hidden_dropout: float
    hidden_size: int
    initializer_range: float
    intermediate_size: int
    is_encoder_decoder: Any
    layer_norm_eps: float
    layerdrop: float
    mask_feature_length: int
    mask_feature_min_masks: int
    mask_feature_prob: float
    mask_time_length: int
    mask_time_min_masks: int
    mask_time_prob: float
    num_attention_heads: int
    num_conv_pos_embedding_groups: int
    num_conv_pos_embeddings: int
    num_feat_extract_layers: int | None
    num_hidden_layers: int
    pad_token_id: int | None
    sep_token_id: Any
    use_cache: bool
    use_weighted_layer_sum: bool
    vocab_size: int | None

class IJepaKeywords(LoadKeywords, _SharedKeys, total=False):
    attention_probs_dropout_prob: float
    bos_token_id: int | None
    decoder_start_token_id: Any
    eos_token_id: int | list[int] | None
    hidden_act: str
    hidden_dropout_prob: float
    hidden_size: int
    image_size: int | list[int]
    initializer_range: float
    intermediate_size: int
    is_encoder_decoder: Any
    layer_norm_eps: float
    num_attention_heads: int
    num_channels: int
    num_hidden_layers: int
    pad_token_id: int | None
    patch_size: int | list[int]
    pooler_act: str
    pooler_output_size: int | None
    qkv_bias: bool
    sep_token_id: Any
    use_cache: bool

class JinaEmbeddingsV3Keywords(LoadKeywords, _SharedKeys, total=False):
    attention_probs_dropout_prob: float
    bos_token_id: int | None
    classifier_dropout: float | None
    decoder_start_token_id: Any
    eos_token_id: int | list[int] | None
    head_dim: int | None
    hidden_act: str
    hidden_dropout_prob: float
    hidden_size: int
    initializer_range: float
    intermediate_size: int
    is_encoder_decoder: Any
    layer_norm_eps: float
    max_position_embeddings: int
    num_attention_heads: int
    num_hidden_layers: int
    pad_token_id: int | None
    position_embedding_type: str | None
    rope_parameters: Any
    rope_scaling: dict[str, Any] | None
    rope_theta: float
    rotary_emb_base: float
    sep_token_id: Any
    type_vocab_size: int
    use_cache: bool
    vocab_size: int

class LayoutLMKeywords(LoadKeywords, _SharedKeys, total=False):
    attention_probs_dropout_prob: float
    bos_token_id: int | None
    classifier_dropout: float | None
    decoder_start_token_id: Any
    eos_token_id: int | list[int] | None
    hidden_act: str
    hidden_dropout_prob: float
    hidden_size: int
    initializer_range: float
    intermediate_size: int
    is_encoder_decoder: Any
    layer_norm_eps: float
    max_2d_position_embeddings: int
    max_position_embeddings: int
    num_attention_heads: int
    num_hidden_layers: int
    pad_token_id: int | None
    position_embedding_type: str | None
    sep_token_id: Any
    type_vocab_size: int
    use_cache: bool
    vocab_size: int

class LayoutLMv3Keywords(LoadKeywords, _SharedKeys, total=False):
    attention_probs_dropout_prob: float
    bos_token_id: int | None
    classifier_dropout: float | None
    coordinate_size: int
    decoder_start_token_id: Any
    eos_token_id: int | list[int] | None
    has_relative_attention_bias: bool
    has_spatial_attention_bias: bool
    hidden_act: str
    hidden_dropout_prob: float
    hidden_size: int
    initializer_range: float
    input_size: int
    intermediate_size: int
    is_encoder_decoder: Any
    layer_norm_eps: float
    max_2d_position_embeddings: int
    max_position_embeddings: int
    max_rel_2d_pos: int
    max_rel_pos: int
    num_attention_heads: int
    num_channels: int
    num_hidden_layers: int
    pad_token_id: int | None
    patch_size: int
    position_embedding_type: str | None
    rel_2d_pos_bins: int
    rel_pos_bins: int
    sep_token_id: Any
    shape_size: int
    text_embed: bool
    type_vocab_size: int
    use_cache: bool
    visual_embed: bool
    vocab_size: int

class LlamaKeywords(LoadKeywords, _SharedKeys, total=False):
    attention_bias: bool
    attention_dropout: float
    bos_token_id: int | None
    classifier_dropout: float | None
    decoder_start_token_id: Any
    eos_token_id: int | list[int] | None
    head_dim: int | None
    hidden_act: str
    hidden_size: int
    initializer_range: float
    intermediate_size: int
    is_encoder_decoder: Any
    max_position_embeddings: int
    mlp_bias: bool
    num_attention_heads: int
    num_hidden_layers: int
    num_key_value_heads: int | None
    pad_token_id: int | None
    pretraining_tp: int
    rms_norm_eps: float
    rope_parameters: Any
    rope_scaling: dict[str, Any] | None
    rope_theta: float
    sep_token_id: Any
    use_cache: bool
    vocab_size: int

class LongformerKeywords(LoadKeywords, _SharedKeys, total=False):
    attention_probs_dropout_prob: float
    attention_window: list[int] | int
    bos_token_id: int | None
    classifier_dropout: float | None
    decoder_start_token_id: Any
    eos_token_id: int | list[int] | None
    hidden_act: str
    hidden_dropout_prob: float
    hidden_size: int
    initializer_range: float
    intermediate_size: int
    is_encoder_decoder: Any
    layer_norm_eps: float
    max_position_embeddings: int
    num_attention_heads: int
    num_hidden_layers: int
    pad_token_id: int | None
    position_embedding_type: str | None
    sep_token_id: int | None
    type_vocab_size: int
    use_cache: bool
    vocab_size: int

class M2M100Keywords(LoadKeywords, _SharedKeys, total=False):
    activation_dropout: float
    activation_function: str
    attention_dropout: float
    bos_token_id: int | None
    d_model: int
    decoder_attention_heads: int
    decoder_ffn_dim: int
    decoder_layerdrop: float
    decoder_layers: int
    decoder_start_token_id: int | None
    dropout: float
    encoder_attention_heads: int
    encoder_ffn_dim: int
    encoder_layerdrop: float
    encoder_layers: int
    eos_token_id: int | list[int] | None
    forced_eos_token_id: int | list[int] | None
    hidden_size: int
    init_std: float
    is_encoder_decoder: bool
    max_position_embeddings: int
    num_attention_heads: int
    num_hidden_layers: int
    num_key_value_heads: int
    pad_token_id: int | None
    scale_embedding: bool
    sep_token_id: Any
    use_cache: bool
    vocab_size: int

class MambaKeywords(LoadKeywords, _SharedKeys, total=False):
    bos_token_id: int | None
    conv_kernel: int
    decoder_start_token_id: Any
    eos_token_id: int | list[int] | None
    expand: int
    hidden_act: str
    hidden_size: int
    initializer_range: float
    intermediate_size: int | None
    is_encoder_decoder: Any
    layer_norm_epsilon: float
    num_hidden_layers: int
    pad_token_id: int | None
    rescale_prenorm_residual: bool
    residual_in_fp32: bool
    sep_token_id: Any
    state_size: int
    time_step_floor: float
    time_step_init_scheme: Literal["random", "constant"]
    time_step_max: float
    time_step_min: float
    time_step_rank: int | Literal["auto"]
    time_step_scale: float
    use_bias: bool
    use_cache: bool
    use_conv_bias: bool
    vocab_size: int

class MarianKeywords(LoadKeywords, _SharedKeys, total=False):
    activation_dropout: float
    activation_function: str
    attention_dropout: float
    bos_token_id: int | None
    d_model: int
    decoder_attention_heads: int
    decoder_ffn_dim: int
    decoder_layerdrop: float
    decoder_layers: int
    decoder_start_token_id: int | None
    decoder_vocab_size: int | None
    dropout: float
    encoder_attention_heads: int
    encoder_ffn_dim: int
    encoder_layerdrop: float
    encoder_layers: int
    eos_token_id: int | list[int] | None
    forced_eos_token_id: int | list[int] | None
    hidden_size: int
    init_std: float
    is_encoder_decoder: bool
    max_position_embeddings: int
    num_attention_heads: int
    num_hidden_layers: int
    num_key_value_heads: int
    pad_token_id: int | None
    scale_embedding: bool
    sep_token_id: Any
    share_encoder_decoder_embeddings: bool
    use_cache: bool
    vocab_size: int

class MBartKeywords(LoadKeywords, _SharedKeys, total=False):
    activation_dropout: float
    activation_function: str
    attention_dropout: float
    bos_token_id: int | None
    classifier_dropout: float
    d_model: int
    decoder_attention_heads: int
    decoder_ffn_dim: int
    decoder_layerdrop: float
    decoder_layers: int
    decoder_start_token_id: int | None
    dropout: float
    encoder_attention_heads: int
    encoder_ffn_dim: int
    encoder_layerdrop: float
    encoder_layers: int
    eos_token_id: int | list[int] | None
    forced_eos_token_id: int | list[int] | None
    hidden_size: int
    init_std: float
    is_encoder_decoder: bool
    max_position_embeddings: int
    num_attention_heads: int
    num_hidden_layers: int
    num_key_value_heads: int
    pad_token_id: int | None
    scale_embedding: bool
    sep_token_id: Any
    use_cache: bool
    vocab_size: int

class MistralKeywords(LoadKeywords, _SharedKeys, total=False):
    attention_dropout: float
    bos_token_id: int | None
    classifier_dropout: float | None
    decoder_start_token_id: Any
    eos_token_id: int | list[int] | None
    head_dim: int | None
    hidden_act: str
    hidden_size: int
    initializer_range: float
    intermediate_size: int
    is_encoder_decoder: Any
    max_position_embeddings: int
    num_attention_heads: int
    num_hidden_layers: int
    num_key_value_heads: int | None
    pad_token_id: int | None
    rms_norm_eps: float
    rope_parameters: Any
    rope_scaling: dict[str, Any] | None
    rope_theta: float
    sep_token_id: Any
    sliding_window: int | None
    use_cache: bool
    vocab_size: int

class MixtralKeywords(LoadKeywords, _SharedKeys, total=False):
    attention_dropout: float
    bos_token_id: int | None
    classifier_dropout: float | None
    decoder_start_token_id: Any
    eos_token_id: int | list[int] | None
    head_dim: int | None
    hidden_act: str
    hidden_size: int
    initializer_range: float
    intermediate_size: int
    is_encoder_decoder: Any
    max_position_embeddings: int
    num_attention_heads: int
    num_experts: int
    num_experts_per_tok: int
    num_hidden_layers: int
    num_key_value_heads: int | None
    num_local_experts: int
    output_router_logits: bool
    pad_token_id: int | None
    rms_norm_eps: float
    rope_parameters: Any
    rope_scaling: dict[str, Any] | None
    rope_theta: float
    router_aux_loss_coef: float
    router_jitter_noise: float
    sep_token_id: Any
    sliding_window: int | None
    use_cache: bool
    vocab_size: int

class MobileBertKeywords(LoadKeywords, _SharedKeys, total=False):
    attention_probs_dropout_prob: float
    bos_token_id: int | None
    classifier_activation: bool
    classifier_dropout: float | None
    decoder_start_token_id: Any
    embedding_size: int
    eos_token_id: int | list[int] | None
    hidden_act: str
    hidden_dropout_prob: float
    hidden_size: int
    initializer_range: float
    intermediate_size: int
    intra_bottleneck_size: int
    is_encoder_decoder: Any
    key_query_shared_bottleneck: bool
    layer_norm_eps: float
    max_position_embeddings: int
    normalization_type: Literal["no_norm", "layer_norm"]
    num_attention_heads: int
    num_feedforward_networks: int
    num_hidden_layers: int
    pad_token_id: int | None
    position_embedding_type: str | None
    sep_token_id: Any
    trigram_input: bool
    type_vocab_size: int
    use_bottleneck: bool
    use_bottleneck_attention: bool
    use_cache: bool
    vocab_size: int

class MobileNetV2Keywords(LoadKeywords, _SharedKeys, total=False):
    bos_token_id: int | None
    classifier_dropout_prob: float
    decoder_start_token_id: Any
    depth_divisible_by: int
    depth_multiplier: float
    eos_token_id: int | list[int] | None
    expand_ratio: float
    finegrained_output: bool
    first_layer_is_expansion: bool
    hidden_act: str
    image_size: int | list[int]
    initializer_range: float
    is_encoder_decoder: Any
    layer_norm_eps: float
    min_depth: int
    num_channels: int
    output_stride: int
    pad_token_id: int | None
    semantic_loss_ignore_index: int
    sep_token_id: Any
    tf_padding: bool
    use_cache: bool

class ModernBertKeywords(LoadKeywords, _SharedKeys, total=False):
    attention_bias: bool
    attention_dropout: float
    bos_token_id: int | None
    classifier_activation: str
    classifier_bias: bool
    classifier_dropout: float
    classifier_pooling: Literal["cls", "mean"]
    cls_token_id: int | None
    decoder_bias: bool
    decoder_start_token_id: Any
    embedding_dropout: float
    eos_token_id: int | list[int] | None
    global_attn_every_n_layers: int
    global_rope_theta: float
    hidden_activation: str
    hidden_size: int
    initializer_cutoff_factor: float | None
    initializer_range: float
    intermediate_size: int
    is_encoder_decoder: Any
    layer_types: list[str] | None
    local_attention: int
    local_rope_theta: float | None
    max_position_embeddings: int
    mlp_bias: bool
    mlp_dropout: float
    norm_bias: bool
    norm_eps: float
    num_attention_heads: int
    num_hidden_layers: int
    pad_token_id: int | None
    rope_parameters: Any
    rope_scaling: dict[str, Any] | None
    sep_token_id: int | None
    sliding_window: Any
    use_cache: bool
    vocab_size: int

class MoonshineKeywords(LoadKeywords, _SharedKeys, total=False):
    attention_bias: bool
    attention_dropout: float
    bos_token_id: int | None
    decoder_hidden_act: str
    decoder_num_attention_heads: int
    decoder_num_hidden_layers: int
    decoder_num_key_value_heads: int | None
    decoder_start_token_id: int | None
    encoder_hidden_act: str
    encoder_num_attention_heads: int
    encoder_num_hidden_layers: int
    encoder_num_key_value_heads: int | None
    eos_token_id: int | list[int] | None
    hidden_act: str
    hidden_size: int
    initializer_range: float
    intermediate_size: int
    is_encoder_decoder: bool
    max_position_embeddings: int
    num_attention_heads: int
    num_hidden_layers: int
    num_key_value_heads: int | None
    pad_head_dim_to_multiple_of: int | None
    pad_token_id: int | None
    partial_rotary_factor: float
    rope_parameters: Any
    rope_scaling: dict[str, Any] | None
    rope_theta: float
    sep_token_id: Any
    use_cache: bool
    vocab_size: int

class MPNetKeywords(LoadKeywords, _SharedKeys, total=False):
    attention_probs_dropout_prob: float
    bos_token_id: int | None
    classifier_dropout: float | None
    decoder_start_token_id: Any
    eos_token_id: int | list[int] | None
    hidden_act: str
    hidden_dropout_prob: float
    hidden_size: int
    initializer_range: float
    intermediate_size: int
    is_encoder_decoder: Any
    layer_norm_eps: float
    max_position_embeddings: int
    num_attention_heads: int
    num_hidden_layers: int
    pad_token_id: int | None
    position_embedding_type: str | None
    relative_attention_num_buckets: int
    sep_token_id: Any
    use_cache: bool
    vocab_size: int

class MptKeywords(LoadKeywords, _SharedKeys, total=False):
    attn_config: Any
    bos_token_id: int | None
    classifier_dropout: float | None
    d_model: int
    decoder_start_token_id: Any
    emb_pdrop: float
    embedding_fraction: float
    eos_token_id: int | list[int] | None
    expansion_ratio: int
    hidden_dropout: float | None
    hidden_size: int
    init_device: str
    initializer_range: float
    is_encoder_decoder: Any
    layer_norm_epsilon: float
    learned_pos_emb: bool
    logit_scale: float | str | None
    max_seq_len: int
    n_heads: int
    n_layers: int
    no_bias: bool
    norm_type: str
    num_attention_heads: int
    num_hidden_layers: int
    pad_token_id: int | None
    resid_pdrop: float
    sep_token_id: Any
    use_cache: bool
    vocab_size: int

class MT5Keywords(LoadKeywords, _SharedKeys, total=False):
    bos_token_id: int | None
    classifier_dropout: float
    d_ff: int
    d_kv: int
    d_model: int
    decoder_start_token_id: int | None
    dropout_rate: float
    eos_token_id: int | list[int] | None
    feed_forward_proj: str
    head_dim: int
    hidden_size: int
    initializer_factor: float
    is_encoder_decoder: bool
    layer_norm_epsilon: float
    num_attention_heads: int
    num_decoder_layers: int | None
    num_heads: int
    num_hidden_layers: int
    num_layers: int
    pad_token_id: int | None
    relative_attention_max_distance: int
    relative_attention_num_buckets: int
    scale_decoder_outputs: bool | None
    sep_token_id: Any
    use_cache: bool
    vocab_size: int

class NomicBertKeywords(LoadKeywords, _SharedKeys, total=False):
    attention_probs_dropout_prob: float
    attn_pdrop: float
    bos_token_id: int | None
    classifier_dropout: float | None
    decoder_start_token_id: Any
    eos_token_id: int | list[int] | None
    head_dim: int | None
    hidden_act: str
    hidden_dropout_prob: float
    hidden_size: int
    initializer_range: float
    intermediate_size: int
    is_encoder_decoder: Any
    layer_norm_eps: float
    layer_norm_epsilon: float
    max_position_embeddings: int
    max_trained_positions: int
    n_embd: int
    n_head: int
    n_inner: int
    n_layer: int
    num_attention_heads: int
    num_hidden_layers: int
    pad_token_id: int | None
    position_embedding_type: str | None
    resid_pdrop: float
    rope_parameters: Any
    rope_scaling: dict[str, Any] | None
    rope_theta: float
    rotary_emb_base: float
    rotary_scaling_factor: Any
    sep_token_id: Any
    type_vocab_size: int
    use_cache: bool
    vocab_size: int

class OlmoKeywords(LoadKeywords, _SharedKeys, total=False):
    attention_bias: bool
    attention_dropout: float
    bos_token_id: int | None
    classifier_dropout: float | None
    clip_qkv: float | None
    decoder_start_token_id: Any
    eos_token_id: int | list[int] | None
    head_dim: int | None
    hidden_act: str
    hidden_size: int
    initializer_range: float
    intermediate_size: int
    is_encoder_decoder: Any
    max_position_embeddings: int
    num_attention_heads: int
    num_hidden_layers: int
    num_key_value_heads: int | None
    pad_token_id: int | None
    rope_parameters: Any
    rope_scaling: dict[str, Any] | None
    rope_theta: float
    sep_token_id: Any
    use_cache: bool
    vocab_size: int

class Olmo2Keywords(LoadKeywords, _SharedKeys, total=False):
    attention_bias: bool
    attention_dropout: float
    bos_token_id: int | None
    classifier_dropout: float | None
    decoder_start_token_id: Any
    eos_token_id: int | list[int] | None
    head_dim: int | None
    hidden_act: str
    hidden_size: int
    initializer_range: float
    intermediate_size: int
    is_encoder_decoder: Any
    max_position_embeddings: int
    num_attention_heads: int
    num_hidden_layers: int
    num_key_value_heads: int | None
    pad_token_id: int | None
    rms_norm_eps: float
    rope_parameters: Any
    rope_scaling: dict[str, Any] | None
    rope_theta: float
    sep_token_id: Any
    use_cache: bool
    vocab_size: int

class Olmo3Keywords(LoadKeywords, _SharedKeys, total=False):
    attention_bias: bool
    attention_dropout: float
    bos_token_id: int | None
    classifier_dropout: float | None
    decoder_start_token_id: Any
    eos_token_id: int | list[int] | None
    head_dim: int | None
    hidden_act: str
    hidden_size: int
    initializer_range: float
    intermediate_size: int
    is_encoder_decoder: Any
    layer_types: list[str] | None
    max_position_embeddings: int
    num_attention_heads: int
    num_hidden_layers: int
    num_key_value_heads: int | None
    pad_token_id: int | None
    rms_norm_eps: float
    rope_parameters: Any
    rope_scaling: dict[str, Any] | None
    rope_theta: float
    sep_token_id: Any
    sliding_window: int | None
    use_cache: bool
    vocab_size: int

class OlmoeKeywords(LoadKeywords, _SharedKeys, total=False):
    attention_bias: bool
    attention_dropout: float
    bos_token_id: int | None
    classifier_dropout: float | None
    clip_qkv: float | None
    decoder_start_token_id: Any
    eos_token_id: int | list[int] | None
    head_dim: int | None
    hidden_act: str
    hidden_size: int
    initializer_range: float
    intermediate_size: int
    is_encoder_decoder: Any
    max_position_embeddings: int
    norm_topk_prob: bool
    num_attention_heads: int
    num_experts: int
    num_experts_per_tok: int
    num_hidden_layers: int
    num_key_value_heads: int | None
    num_local_experts: int
    output_router_logits: bool
    pad_token_id: int | None
    rms_norm_eps: float
    rope_parameters: Any
    rope_scaling: dict[str, Any] | None
    rope_theta: float
    router_aux_loss_coef: float
    sep_token_id: Any
    use_cache: bool
    vocab_size: int

class OPTKeywords(LoadKeywords, _SharedKeys, total=False):
    activation_function: str
    attention_dropout: float
    bos_token_id: int | None
    decoder_start_token_id: Any
    do_layer_norm_before: bool
    dropout: float
    enable_bias: bool
    eos_token_id: int | list[int] | None
    ffn_dim: int
    hidden_size: int
    init_std: float
    is_encoder_decoder: Any
    layer_norm_elementwise_affine: bool
    layerdrop: float
    max_position_embeddings: int
    num_attention_heads: int
    num_hidden_layers: int
    pad_token_id: int | None
    sep_token_id: Any
    use_cache: bool
    vocab_size: int
    word_embed_proj_dim: int | None

class ParakeetKeywords(LoadKeywords, _SharedKeys, total=False):
    activation_dropout: float
    attention_bias: bool
    attention_dropout: float
    bos_token_id: int | None
    conv_kernel_size: int
    convolution_bias: bool
    ctc_loss_reduction: str
    ctc_zero_infinity: bool
    decoder_start_token_id: Any
    dropout: float
    dropout_positions: float
    encoder_config: Any
    eos_token_id: int | list[int] | None
    hidden_act: str
    hidden_size: int
    initializer_range: float
    intermediate_size: int
    is_encoder_decoder: Any
    layerdrop: float
    max_position_embeddings: int
    num_attention_heads: int
    num_hidden_layers: int
    num_key_value_heads: int | None
    num_mel_bins: int
    pad_token_id: int | None
    scale_input: bool
    sep_token_id: Any
    subsampling_conv_channels: int
    subsampling_conv_kernel_size: int
    subsampling_conv_stride: int
    subsampling_factor: int
    use_cache: bool
    vocab_size: int

class PegasusKeywords(LoadKeywords, _SharedKeys, total=False):
    activation_dropout: float
    activation_function: str
    attention_dropout: float
    bos_token_id: int | None
    d_model: int
    decoder_attention_heads: int
    decoder_ffn_dim: int
    decoder_layerdrop: float
    decoder_layers: int
    decoder_start_token_id: int | None
    dropout: float
    encoder_attention_heads: int
    encoder_ffn_dim: int
    encoder_layerdrop: float
    encoder_layers: int
    eos_token_id: int | list[int] | None
    forced_eos_token_id: int | list[int] | None
    hidden_size: int
    init_std: float
    is_encoder_decoder: bool
    max_position_embeddings: int
    num_attention_heads: int
    num_hidden_layers: int
    num_key_value_heads: int
    pad_token_id: int | None
    scale_embedding: bool
    sep_token_id: Any
    use_cache: bool
    vocab_size: int

class PhiKeywords(LoadKeywords, _SharedKeys, total=False):
    attention_dropout: float
    bos_token_id: int | None
    classifier_dropout: float | None
    decoder_start_token_id: Any
    embd_pdrop: float
    eos_token_id: int | list[int] | None
    head_dim: int | None
    hidden_act: str
    hidden_size: int
    initializer_range: float
    intermediate_size: int
    is_encoder_decoder: Any
    layer_norm_eps: float
    max_position_embeddings: int
    num_attention_heads: int
    num_hidden_layers: int
    num_key_value_heads: int | None
    pad_token_id: int | None
    partial_rotary_factor: float
    qk_layernorm: bool
    resid_pdrop: float
    rope_parameters: Any
    rope_scaling: dict[str, Any] | None
    rope_theta: float
    sep_token_id: Any
    use_cache: bool
    vocab_size: int

class Phi3Keywords(LoadKeywords, _SharedKeys, total=False):
    attention_dropout: float
    bos_token_id: int | None
    classifier_dropout: float | None
    decoder_start_token_id: Any
    embd_pdrop: float
    eos_token_id: int | list[int] | None
    head_dim: int | None
    hidden_act: str
    hidden_size: int
    initializer_range: float
    intermediate_size: int
    is_encoder_decoder: Any
    max_position_embeddings: int
    num_attention_heads: int
    num_hidden_layers: int
    num_key_value_heads: int | None
    original_max_position_embeddings: int
    pad_token_id: int | None
    partial_rotary_factor: float | None
    resid_pdrop: float
    rms_norm_eps: float
    rope_parameters: Any
    rope_scaling: dict[str, Any] | None
    rope_theta: float
    sep_token_id: Any
    sliding_window: int | None
    use_cache: bool
    vocab_size: int

class PhimoeKeywords(LoadKeywords, _SharedKeys, total=False):
    attention_bias: bool
    attention_dropout: float
    bos_token_id: int | None
    classifier_dropout: float | None
    decoder_start_token_id: Any
    eos_token_id: int | list[int] | None
    head_dim: int | None
    hidden_act: str
    hidden_size: int
    initializer_range: float
    input_jitter_noise: float
    intermediate_size: int
    is_encoder_decoder: Any
    lm_head_bias: bool
    max_position_embeddings: int
    num_attention_heads: int
    num_experts: int
    num_experts_per_tok: int
    num_hidden_layers: int
    num_key_value_heads: int | None
    num_local_experts: int
    original_max_position_embeddings: int
    output_router_logits: bool
    pad_token_id: int | None
    rms_norm_eps: float
    rope_parameters: Any
    rope_scaling: dict[str, Any] | None
    rope_theta: float
    router_aux_loss_coef: float
    router_jitter_noise: float
    sep_token_id: Any
    sliding_window: int | None
    use_cache: bool
    vocab_size: int

class Qwen2Keywords(LoadKeywords, _SharedKeys, total=False):
    attention_dropout: float
    bos_token_id: int | None
    classifier_dropout: float | None
    decoder_start_token_id: Any
    eos_token_id: int | list[int] | None
    head_dim: int | None
    hidden_act: str
    hidden_size: int
    initializer_range: float
    intermediate_size: int
    is_encoder_decoder: Any
    layer_types: list[str] | None
    max_position_embeddings: int
    max_window_layers: int
    num_attention_heads: int
    num_hidden_layers: int
    num_key_value_heads: int | None
    pad_token_id: int | None
    rms_norm_eps: float
    rope_parameters: Any
    rope_scaling: dict[str, Any] | None
    rope_theta: float
    sep_token_id: Any
    sliding_window: int | None
    use_cache: bool
    use_sliding_window: bool
    vocab_size: int

class Qwen2MoeKeywords(LoadKeywords, _SharedKeys, total=False):
    attention_dropout: float
    bos_token_id: int | None
    classifier_dropout: float | None
    decoder_sparse_step: int
    decoder_start_token_id: Any
    eos_token_id: int | list[int] | None
    head_dim: int | None
    hidden_act: str
    hidden_size: int
    initializer_range: float
    intermediate_size: int
    is_encoder_decoder: Any
    layer_types: list[str] | None
    max_position_embeddings: int
    max_window_layers: int
    mlp_only_layers: list[int] | None
    moe_intermediate_size: int
    norm_topk_prob: bool
    num_attention_heads: int
    num_experts: int
    num_experts_per_tok: int
    num_hidden_layers: int
    num_key_value_heads: int | None
    output_router_logits: bool
    pad_token_id: int | None
    qkv_bias: bool
    rms_norm_eps: float
    rope_parameters: Any
    rope_scaling: dict[str, Any] | None
    rope_theta: float
    router_aux_loss_coef: float
    sep_token_id: Any
    shared_expert_intermediate_size: int
    sliding_window: int | None
    use_cache: bool
    use_sliding_window: bool
    vocab_size: int

class Qwen2VLKeywords(LoadKeywords, _SharedKeys, total=False):
    alibi: Any
    attention_chunk_size: Any
    attention_dropout: Any
    attention_multiplier: Any
    attn_logit_softcapping: Any
    bos_token_id: Any
    clip_qkv: Any
    decoder_start_token_id: Any
    embedding_multiplier: Any
    eos_token_id: Any
    final_logit_softcapping: Any
    head_dim: Any
    hidden_act: Any
    hidden_size: Any
    image_token_id: int
    initializer_range: Any
    intermediate_size: Any
    is_causal: Any
    is_encoder_decoder: Any
    layer_types: Any
    logit_scale: Any
    logits_scaling: Any
    max_position_embeddings: Any
    max_window_layers: Any
    num_attention_heads: Any
    num_hidden_layers: Any
    num_key_value_heads: Any
    pad_token_id: Any
    qk_layernorm: Any
    residual_multiplier: Any
    rms_norm_eps: Any
    rope_parameters: Any
    rope_scaling: Any
    rope_theta: Any
    sep_token_id: Any
    sliding_window: Any
    text_config: Any
    tie_last_hidden_states: Any
    token_classification_bias: Any
    use_bidirectional_attention: Any
    use_cache: Any
    use_qk_norm: Any
    use_sliding_window: Any
    video_token_id: int
    vision_config: Any
    vision_end_token_id: int
    vision_start_token_id: int
    vocab_size: Any

class Qwen3Keywords(LoadKeywords, _SharedKeys, total=False):
    attention_bias: bool
    attention_dropout: float
    bos_token_id: int | None
    classifier_dropout: float | None
    decoder_start_token_id: Any
    eos_token_id: int | list[int] | None
    head_dim: int | None
    hidden_act: str
    hidden_size: int
    initializer_range: float
    intermediate_size: int
    is_encoder_decoder: Any
    layer_types: list[str] | None
    max_position_embeddings: int
    max_window_layers: int
    num_attention_heads: int
    num_hidden_layers: int
    num_key_value_heads: int | None
    pad_token_id: int | None
    rms_norm_eps: float
    rope_parameters: Any
    rope_scaling: dict[str, Any] | None
    rope_theta: float
    sep_token_id: Any
    sliding_window: int | None
    use_cache: bool
    use_sliding_window: bool
    vocab_size: int

class Qwen3MoeKeywords(LoadKeywords, _SharedKeys, total=False):
    attention_bias: bool
    attention_dropout: float
    bos_token_id: int | None
    classifier_dropout: float | None
    decoder_sparse_step: int
    decoder_start_token_id: Any
    eos_token_id: int | list[int] | None
    head_dim: int | None
    hidden_act: str
    hidden_size: int
    initializer_range: float
    intermediate_size: int
    is_encoder_decoder: Any
    max_position_embeddings: int
    mlp_only_layers: list[int] | None
    moe_intermediate_size: int
    norm_topk_prob: bool
    num_attention_heads: int
    num_experts: int
    num_experts_per_tok: int
    num_hidden_layers: int
    num_key_value_heads: int | None
    num_local_experts: int
    output_router_logits: bool
    pad_token_id: int | None
    rms_norm_eps: float
    rope_parameters: Any
    rope_scaling: dict[str, Any] | None
    rope_theta: float
    router_aux_loss_coef: float
    sep_token_id: Any
    sliding_window: int | None
    use_cache: bool
    use_sliding_window: bool
    vocab_size: int

class RemBertKeywords(LoadKeywords, _SharedKeys, total=False):
    attention_probs_dropout_prob: float
    bos_token_id: int | None
    classifier_dropout_prob: float
    decoder_start_token_id: Any
    eos_token_id: int | list[int] | None
    hidden_act: str
    hidden_dropout_prob: float
    hidden_size: int
    initializer_range: float
    input_embedding_size: int
    intermediate_size: int
    is_encoder_decoder: Any
    layer_norm_eps: float
    max_position_embeddings: int
    num_attention_heads: int
    num_hidden_layers: int
    output_embedding_size: int
    pad_token_id: int | None
    position_embedding_type: str | None
    sep_token_id: Any
    type_vocab_size: int
    use_cache: bool
    vocab_size: int

class ResNetKeywords(LoadKeywords, _SharedKeys, total=False):
    bos_token_id: int | None
    decoder_start_token_id: Any
    depths: list[int]
    downsample_in_bottleneck: bool
    downsample_in_first_stage: bool
    embedding_size: int
    eos_token_id: int | list[int] | None
    hidden_act: str
    hidden_sizes: list[int]
    is_encoder_decoder: Any
    layer_type: Literal["basic", "bottleneck"]
    num_channels: int
    out_features: list[str] | None
    out_indices: list[int] | None
    pad_token_id: int | None
    sep_token_id: Any
    use_cache: bool

class RobertaKeywords(LoadKeywords, _SharedKeys, total=False):
    attention_probs_dropout_prob: float
    bos_token_id: int | None
    classifier_dropout: float | None
    decoder_start_token_id: Any
    eos_token_id: int | list[int] | None
    hidden_act: str
    hidden_dropout_prob: float
    hidden_size: int
    initializer_range: float
    intermediate_size: int
    is_encoder_decoder: Any
    layer_norm_eps: float
    max_position_embeddings: int
    num_attention_heads: int
    num_hidden_layers: int
    pad_token_id: int | None
    position_embedding_type: str | None
    sep_token_id: Any
    type_vocab_size: int
    use_cache: bool
    vocab_size: int

class RoFormerKeywords(LoadKeywords, _SharedKeys, total=False):
    attention_probs_dropout_prob: float
    bos_token_id: int | None
    classifier_dropout: float | None
    decoder_start_token_id: Any
    embedding_size: int | None
    eos_token_id: int | list[int] | None
    hidden_act: str
    hidden_dropout_prob: float
    hidden_size: int
    initializer_range: float
    intermediate_size: int
    is_encoder_decoder: Any
    layer_norm_eps: float
    max_position_embeddings: int
    num_attention_heads: int
    num_hidden_layers: int
    pad_token_id: int | None
    position_embedding_type: str | None
    rotary_value: bool
    sep_token_id: Any
    summary_activation: str | None
    summary_first_dropout: float
    summary_last_dropout: float
    summary_proj_to_labels: bool
    summary_type: str
    summary_use_proj: bool
    type_vocab_size: int
    use_cache: bool
    vocab_size: int

class SegformerKeywords(LoadKeywords, _SharedKeys, total=False):
    attention_probs_dropout_prob: float
    bos_token_id: int | None
    classifier_dropout_prob: float
    decoder_hidden_size: int
    decoder_start_token_id: Any
    depths: list[int]
    drop_path_rate: float
    eos_token_id: int | list[int] | None
    hidden_act: str
    hidden_dropout_prob: float
    hidden_sizes: list[int]
    initializer_range: float
    is_encoder_decoder: Any
    layer_norm_eps: float
    mlp_ratios: list[int]
    num_attention_heads: list[int]
    num_channels: int
    num_encoder_blocks: int | None
    num_hidden_layers: int | None
    pad_token_id: int | None
    patch_sizes: list[int]
    reshape_last_stage: bool
    semantic_loss_ignore_index: int
    sep_token_id: Any
    sr_ratios: list[int]
    strides: list[int]
    use_cache: bool

class SiglipKeywords(LoadKeywords, _SharedKeys, total=False):
    attention_dropout: float
    bos_token_id: int | None
    decoder_start_token_id: Any
    eos_token_id: int | list[int] | None
    hidden_act: str
    hidden_size: int
    image_size: int | list[int]
    initializer_factor: float
    intermediate_size: int
    is_encoder_decoder: Any
    layer_norm_eps: float
    max_position_embeddings: int
    num_attention_heads: int
    num_channels: int
    num_hidden_layers: int
    pad_token_id: int | None
    patch_size: int | list[int]
    projection_size: int | None
    sep_token_id: Any
    text_config: Any
    use_cache: bool
    vision_config: Any
    vision_use_head: bool
    vocab_size: int

class Siglip2Keywords(LoadKeywords, _SharedKeys, total=False):
    attention_dropout: float
    bos_token_id: int | None
    decoder_start_token_id: Any
    eos_token_id: int | list[int] | None
    hidden_act: str
    hidden_size: int
    initializer_factor: float
    intermediate_size: int
    is_encoder_decoder: Any
    layer_norm_eps: float
    max_position_embeddings: int
    num_attention_heads: int
    num_channels: int
    num_hidden_layers: int
    num_patches: int
    pad_token_id: int | None
    patch_size: int
    projection_size: int | None
    sep_token_id: Any
    text_config: Any
    use_cache: bool
    vision_config: Any
    vision_use_head: bool
    vocab_size: int

class SmolLM3Keywords(LoadKeywords, _SharedKeys, total=False):
    attention_bias: bool
    attention_dropout: float
    bos_token_id: int | None
    classifier_dropout: float | None
    decoder_start_token_id: Any
    eos_token_id: int | list[int] | None
    head_dim: int | None
    hidden_act: str
    hidden_size: int
    initializer_range: float
    intermediate_size: int
    is_encoder_decoder: Any
    layer_types: list[str] | None
    max_position_embeddings: int
    mlp_bias: bool
    no_rope_layer_interval: int
    no_rope_layers: list[int] | None
    num_attention_heads: int
    num_hidden_layers: int
    num_key_value_heads: int | None
    pad_token_id: int | None
    rms_norm_eps: float
    rope_parameters: Any
    rope_scaling: dict[str, Any] | None
    rope_theta: float
    sep_token_id: Any
    sliding_window: int | None
    use_cache: bool
    use_sliding_window: bool
    vocab_size: int

class StableLmKeywords(LoadKeywords, _SharedKeys, total=False):
    attention_dropout: float
    bos_token_id: int | None
    classifier_dropout: float | None
    decoder_start_token_id: Any
    eos_token_id: int | list[int] | None
    head_dim: int | None
    hidden_act: str
    hidden_dropout: float
    hidden_size: int
    initializer_range: float
    intermediate_size: int
    is_encoder_decoder: Any
    layer_norm_eps: float
    max_position_embeddings: int
    num_attention_heads: int
    num_hidden_layers: int
    num_key_value_heads: int | None
    pad_token_id: int | None
    partial_rotary_factor: float
    qk_layernorm: bool
    rope_parameters: Any
    rope_scaling: dict[str, Any] | None
    rope_theta: float
    sep_token_id: Any
    use_cache: bool
    use_parallel_residual: bool
    use_qkv_bias: bool
    vocab_size: int

class Starcoder2Keywords(LoadKeywords, _SharedKeys, total=False):
    attention_dropout: float
    bos_token_id: int | None
    classifier_dropout: float | None
    decoder_start_token_id: Any
    embedding_dropout: float
    eos_token_id: int | list[int] | None
    head_dim: int | None
    hidden_act: str
    hidden_size: int
    initializer_range: float
    intermediate_size: int
    is_encoder_decoder: Any
    max_position_embeddings: int
    norm_epsilon: float
    num_attention_heads: int
    num_hidden_layers: int
    num_key_value_heads: int | None
    pad_token_id: int | None
    residual_dropout: float
    rope_parameters: Any
    rope_scaling: dict[str, Any] | None
    rope_theta: float
    sep_token_id: Any
    sliding_window: int | None
    use_bias: bool
    use_cache: bool
    vocab_size: int

class SwinKeywords(LoadKeywords, _SharedKeys, total=False):
    attention_probs_dropout_prob: float
    bos_token_id: int | None
    decoder_start_token_id: Any
    depths: list[int]
    drop_path_rate: float
    embed_dim: int
    encoder_stride: int
    eos_token_id: int | list[int] | None
    hidden_act: str
    hidden_dropout_prob: float
    hidden_size: int | None
    image_size: int | list[int]
    initializer_range: float
    is_encoder_decoder: Any
    layer_norm_eps: float
    mlp_ratio: float
    num_attention_heads: list[int]
    num_channels: int
    num_heads: list[int]
    num_hidden_layers: int | None
    num_layers: int | None
    out_features: list[str] | None
    out_indices: list[int] | None
    pad_token_id: int | None
    patch_size: int | list[int]
    qkv_bias: bool
    sep_token_id: Any
    use_absolute_embeddings: bool
    use_cache: bool
    window_size: int

class Swinv2Keywords(LoadKeywords, _SharedKeys, total=False):
    attention_probs_dropout_prob: float
    bos_token_id: int | None
    decoder_start_token_id: Any
    depths: list[int]
    drop_path_rate: float
    embed_dim: int
    encoder_stride: int
    eos_token_id: int | list[int] | None
    hidden_act: str
    hidden_dropout_prob: float
    hidden_size: int | None
    image_size: int | list[int]
    initializer_range: float
    is_encoder_decoder: Any
    layer_norm_eps: float
    mlp_ratio: float
    num_attention_heads: list[int]
    num_channels: int
    num_heads: list[int]
    num_hidden_layers: int | None
    num_layers: int | None
    out_features: list[str] | None
    out_indices: list[int] | None
    pad_token_id: int | None
    patch_size: int | list[int]
    pretrained_window_sizes: list[int] | None
    qkv_bias: bool
    sep_token_id: Any
    use_absolute_embeddings: bool
    use_cache: bool
    window_size: int

class T5Keywords(LoadKeywords, _SharedKeys, total=False):
    bos_token_id: int | None
    classifier_dropout: float
    d_ff: int
    d_kv: int
    d_model: int
    decoder_start_token_id: int | None
    dropout_rate: float
    eos_token_id: int | list[int] | None
    feed_forward_proj: str
    head_dim: int
    hidden_size: int
    initializer_factor: float
    is_encoder_decoder: bool
    layer_norm_epsilon: float
    num_attention_heads: int
    num_decoder_layers: int | None
    num_heads: int
    num_hidden_layers: int
    num_layers: int
    pad_token_id: int | None
    relative_attention_max_distance: int
    relative_attention_num_buckets: int
    scale_decoder_outputs: bool | None
    sep_token_id: Any
    use_cache: bool
    vocab_size: int

class T5GemmaKeywords(LoadKeywords, _SharedKeys, total=False):
    attention_dropout: float
    bos_token_id: int | None
    classifier_dropout_rate: float
    decoder: Any
    decoder_start_token_id: Any
    dropout_rate: float
    encoder: Any
    eos_token_id: int | list[int] | None
    initializer_range: float | None
    is_encoder_decoder: bool
    pad_token_id: int | None
    sep_token_id: Any
    use_cache: bool
    vocab_size: int

class UMT5Keywords(LoadKeywords, _SharedKeys, total=False):
    bos_token_id: int | None
    classifier_dropout: float
    d_ff: int
    d_kv: int
    d_model: int
    decoder_start_token_id: int | None
    dropout_rate: float
    eos_token_id: int | list[int] | None
    feed_forward_proj: str
    head_dim: int
    hidden_size: int
    initializer_factor: float
    is_encoder_decoder: bool
    layer_norm_epsilon: float
    num_attention_heads: int
    num_decoder_layers: int | None
    num_heads: int
    num_hidden_layers: int
    num_layers: int
    pad_token_id: int | None
    relative_attention_max_distance: int
    relative_attention_num_buckets: int
    scale_decoder_outputs: bool | None
    sep_token_id: Any
    use_cache: bool
    vocab_size: int

class UniSpeechKeywords(LoadKeywords, _SharedKeys, total=False):
    activation_dropout: float
    apply_spec_augment: bool
    attention_dropout: float
    bos_token_id: int | None
    classifier_proj_size: int
    codevector_dim: int
    contrastive_logits_temperature: float
    conv_bias: bool
    conv_dim: list[int]
    conv_kernel: list[int]
    conv_stride: list[int]
    ctc_loss_reduction: str
    ctc_zero_infinity: bool
    decoder_start_token_id: Any
    diversity_loss_weight: float
    do_stable_layer_norm: bool
    eos_token_id: int | list[int] | None
    feat_extract_activation: str
    feat_extract_norm: str
    feat_proj_dropout: float
    feat_quantizer_dropout: float
    final_dropout: float
    hidden_act: str
    hidden_dropout: float
    hidden_size: int
    initializer_range: float
    intermediate_size: int
    is_encoder_decoder: Any
    layer_norm_eps: float
    layerdrop: float
    mask_feature_length: int
    mask_feature_min_masks: int
    mask_feature_prob: float
    mask_time_length: int
    mask_time_min_masks: int
    mask_time_prob: float
    num_attention_heads: int
    num_codevector_groups: int
    num_codevectors_per_group: int
    num_conv_pos_embedding_groups: int
    num_conv_pos_embeddings: int
    num_ctc_classes: int
    num_feat_extract_layers: int | None
    num_hidden_layers: int
    num_negatives: int
    pad_token_id: int | None
    proj_codevector_dim: int
    replace_prob: float
    sep_token_id: Any
    use_cache: bool
    use_weighted_layer_sum: bool
    vocab_size: int | None

class UniSpeechSatKeywords(LoadKeywords, _SharedKeys, total=False):
    activation_dropout: float
    apply_spec_augment: bool
    attention_dropout: float
    bos_token_id: int | None
    classifier_proj_size: int
    codevector_dim: int
    contrastive_logits_temperature: float
    conv_bias: bool
    conv_dim: list[int]
    conv_kernel: list[int]
    conv_stride: list[int]
    ctc_loss_reduction: str
    ctc_zero_infinity: bool
    decoder_start_token_id: Any
    diversity_loss_weight: float
    do_stable_layer_norm: bool
    eos_token_id: int | list[int] | None
    feat_extract_activation: str
    feat_extract_norm: str
    feat_proj_dropout: float
    feat_quantizer_dropout: float
    final_dropout: float
    hidden_act: str
    hidden_dropout: float
    hidden_size: int
    initializer_range: float
    intermediate_size: int
    is_encoder_decoder: Any
    layer_norm_eps: float
    layerdrop: float
    mask_feature_length: int
    mask_feature_min_masks: int
    mask_feature_prob: float
    mask_time_length: int
    mask_time_min_masks: int
    mask_time_prob: float
    num_attention_heads: int
    num_clusters: int
    num_codevector_groups: int
    num_codevectors_per_group: int
    num_conv_pos_embedding_groups: int
    num_conv_pos_embeddings: int
    num_feat_extract_layers: int | None
    num_hidden_layers: int
    num_negatives: int
    pad_token_id: int | None
    proj_codevector_dim: int
    sep_token_id: Any
    tdnn_dilation: list[int]
    tdnn_dim: list[int]
    tdnn_kernel: list[int]
    use_cache: bool
    use_weighted_layer_sum: bool
    vocab_size: int | None
    xvector_output_dim: int

class VideoMAEKeywords(LoadKeywords, _SharedKeys, total=False):
    attention_probs_dropout_prob: float
    bos_token_id: int | None
    decoder_hidden_size: int
    decoder_intermediate_size: int
    decoder_num_attention_heads: int
    decoder_num_hidden_layers: int
    decoder_start_token_id: Any
    eos_token_id: int | list[int] | None
    hidden_act: str
    hidden_dropout_prob: float
    hidden_size: int
    image_size: int | list[int]
    initializer_range: float
    intermediate_size: int
    is_encoder_decoder: Any
    layer_norm_eps: float
    norm_pix_loss: bool
    num_attention_heads: int
    num_channels: int
    num_frames: int
    num_hidden_layers: int
    pad_token_id: int | None
    patch_size: int | list[int]
    qkv_bias: bool
    qv_bias: bool
    sep_token_id: Any
    tubelet_size: int
    use_cache: bool
    use_mean_pooling: bool

class ViTKeywords(LoadKeywords, _SharedKeys, total=False):
    attention_probs_dropout_prob: float
    bos_token_id: int | None
    decoder_start_token_id: Any
    encoder_stride: int
    eos_token_id: int | list[int] | None
    hidden_act: str
    hidden_dropout_prob: float
    hidden_size: int
    image_size: int | list[int]
    initializer_range: float
    intermediate_size: int
    is_encoder_decoder: Any
    layer_norm_eps: float
    num_attention_heads: int
    num_channels: int
    num_hidden_layers: int
    pad_token_id: int | None
    patch_size: int | list[int]
    pooler_act: str
    pooler_output_size: int | None
    qkv_bias: bool
    sep_token_id: Any
    use_cache: bool

class ViTMAEKeywords(LoadKeywords, _SharedKeys, total=False):
    attention_probs_dropout_prob: float
    bos_token_id: int | None
    decoder_hidden_size: int
    decoder_intermediate_size: int
    decoder_num_attention_heads: int
    decoder_num_hidden_layers: int
    decoder_start_token_id: Any
    eos_token_id: int | list[int] | None
    hidden_act: str
    hidden_dropout_prob: float
    hidden_size: int
    image_size: int | list[int]
    initializer_range: float
    intermediate_size: int
    is_encoder_decoder: Any
    layer_norm_eps: float
    mask_ratio: float
    norm_pix_loss: bool
    num_attention_heads: int
    num_channels: int
    num_hidden_layers: int
    pad_token_id: int | None
    patch_size: int | list[int]
    qkv_bias: bool
    sep_token_id: Any
    use_cache: bool

class VitPoseKeywords(LoadKeywords, _SharedKeys, total=False):
    attention_probs_dropout_prob: float
    backbone_config: Any
    bos_token_id: int | None
    decoder_start_token_id: Any
    eos_token_id: int | list[int] | None
    hidden_act: str
    hidden_dropout_prob: float
    hidden_size: int
    image_size: int | list[int]
    initializer_range: float
    is_encoder_decoder: Any
    layer_norm_eps: float
    mlp_ratio: int
    num_attention_heads: int
    num_channels: int
    num_experts: int
    num_hidden_layers: int
    out_features: list[str] | None
    out_indices: list[int] | None
    pad_token_id: int | None
    part_features: int
    patch_size: int | list[int]
    qkv_bias: bool
    scale_factor: int
    sep_token_id: Any
    use_cache: bool
    use_simple_decoder: bool

class Wav2Vec2Keywords(LoadKeywords, _SharedKeys, total=False):
    activation_dropout: float
    adapter_attn_dim: int | None
    adapter_kernel_size: int
    adapter_stride: int
    add_adapter: bool
    apply_spec_augment: bool
    attention_dropout: float
    bos_token_id: int | None
    classifier_proj_size: int
    codevector_dim: int
    contrastive_logits_temperature: float
    conv_bias: bool
    conv_dim: list[int]
    conv_kernel: list[int]
    conv_stride: list[int]
    ctc_loss_reduction: str
    ctc_zero_infinity: bool
    decoder_start_token_id: Any
    diversity_loss_weight: float
    do_stable_layer_norm: bool
    eos_token_id: int | list[int] | None
    feat_extract_activation: str
    feat_extract_norm: str
    feat_proj_dropout: float
    feat_quantizer_dropout: float
    final_dropout: float
    hidden_act: str
    hidden_dropout: float
    hidden_size: int
    initializer_range: float
    intermediate_size: int
    is_encoder_decoder: Any
    layer_norm_eps: float
    layerdrop: float
    mask_feature_length: int
    mask_feature_min_masks: int
    mask_feature_prob: float
    mask_time_length: int
    mask_time_min_masks: int
    mask_time_prob: float
    num_adapter_layers: int
    num_attention_heads: int
    num_codevector_groups: int
    num_codevectors_per_group: int
    num_conv_pos_embedding_groups: int
    num_conv_pos_embeddings: int
    num_feat_extract_layers: int | None
    num_hidden_layers: int
    num_negatives: int
    output_hidden_size: int | None
    pad_token_id: int | None
    proj_codevector_dim: int
    sep_token_id: Any
    tdnn_dilation: list[int]
    tdnn_dim: list[int]
    tdnn_kernel: list[int]
    use_cache: bool
    use_weighted_layer_sum: bool
    vocab_size: int | None
    xvector_output_dim: int

class Wav2Vec2BertKeywords(LoadKeywords, _SharedKeys, total=False):
    activation_dropout: float
    adapter_act: str
    adapter_kernel_size: int
    adapter_stride: int
    add_adapter: bool
    apply_spec_augment: bool
    attention_dropout: float
    bos_token_id: int | None
    classifier_proj_size: int
    conformer_conv_dropout: float
    conv_depthwise_kernel_size: int
    ctc_loss_reduction: str
    ctc_zero_infinity: bool
    decoder_start_token_id: Any
    eos_token_id: int | list[int] | None
    feat_proj_dropout: float
    feature_projection_input_dim: int
    final_dropout: float
    hidden_act: str
    hidden_dropout: float
    hidden_size: int
    initializer_range: float
    intermediate_size: int
    is_encoder_decoder: Any
    layer_norm_eps: float
    layerdrop: float
    left_max_position_embeddings: int
    mask_feature_length: int
    mask_feature_min_masks: int
    mask_feature_prob: float
    mask_time_length: int
    mask_time_min_masks: int
    mask_time_prob: float
    max_source_positions: int
    num_adapter_layers: int
    num_attention_heads: int
    num_hidden_layers: int
    output_hidden_size: int | None
    pad_token_id: int | None
    position_embeddings_type: str | None
    right_max_position_embeddings: int
    rotary_embedding_base: int
    sep_token_id: Any
    tdnn_dilation: list[int]
    tdnn_dim: list[int]
    tdnn_kernel: list[int]
    use_cache: bool
    use_intermediate_ffn_before_adapter: bool
    use_weighted_layer_sum: bool
    vocab_size: int | None
    xvector_output_dim: int

class Wav2Vec2ConformerKeywords(LoadKeywords, _SharedKeys, total=False):
    activation_dropout: float
    adapter_kernel_size: int
    adapter_stride: int
    add_adapter: bool
    apply_spec_augment: bool
    attention_dropout: float
    bos_token_id: int | None
    classifier_proj_size: int
    codevector_dim: int
    conformer_conv_dropout: float
    contrastive_logits_temperature: float
    conv_bias: bool
    conv_depthwise_kernel_size: int
    conv_dim: list[int]
    conv_kernel: list[int]
    conv_stride: list[int]
    ctc_loss_reduction: str
    ctc_zero_infinity: bool
    decoder_start_token_id: Any
    diversity_loss_weight: float
    eos_token_id: int | list[int] | None
    feat_extract_activation: str
    feat_extract_norm: str
    feat_proj_dropout: float
    feat_quantizer_dropout: float
    final_dropout: float
    hidden_act: str
    hidden_dropout: float
    hidden_size: int
    initializer_range: float
    intermediate_size: int
    is_encoder_decoder: Any
    layer_norm_eps: float
    layerdrop: float
    mask_feature_length: int
    mask_feature_min_masks: int
    mask_feature_prob: float
    mask_time_length: int
    mask_time_min_masks: int
    mask_time_prob: float
    max_source_positions: int
    num_adapter_layers: int
    num_attention_heads: int
    num_codevector_groups: int
    num_codevectors_per_group: int
    num_conv_pos_embedding_groups: int
    num_conv_pos_embeddings: int
    num_feat_extract_layers: int | None
    num_hidden_layers: int
    num_negatives: int
    output_hidden_size: int | None
    pad_token_id: int | None
    position_embeddings_type: str | None
    proj_codevector_dim: int
    rotary_embedding_base: int
    sep_token_id: Any
    tdnn_dilation: list[int]
    tdnn_dim: list[int]
    tdnn_kernel: list[int]
    use_cache: bool
    use_weighted_layer_sum: bool
    vocab_size: int | None
    xvector_output_dim: int

class WavLMKeywords(LoadKeywords, _SharedKeys, total=False):
    activation_dropout: float
    adapter_kernel_size: int
    adapter_stride: int
    add_adapter: bool
    apply_spec_augment: bool
    attention_dropout: float
    bos_token_id: int | None
    classifier_proj_size: int
    codevector_dim: int
    contrastive_logits_temperature: float
    conv_bias: bool
    conv_dim: list[int]
    conv_kernel: list[int]
    conv_stride: list[int]
    ctc_loss_reduction: str
    ctc_zero_infinity: bool
    decoder_start_token_id: Any
    diversity_loss_weight: float
    do_stable_layer_norm: bool
    eos_token_id: int | list[int] | None
    feat_extract_activation: str
    feat_extract_norm: str
    feat_proj_dropout: float
    final_dropout: float
    hidden_act: str
    hidden_dropout: float
    hidden_size: int
    initializer_range: float
    intermediate_size: int
    is_encoder_decoder: Any
    layer_norm_eps: float
    layerdrop: float
    mask_feature_length: int
    mask_feature_min_masks: int
    mask_feature_prob: float
    mask_time_length: int
    mask_time_min_masks: int
    mask_time_prob: float
    max_bucket_distance: int
    num_adapter_layers: int
    num_attention_heads: int
    num_buckets: int
    num_codevector_groups: int
    num_codevectors_per_group: int
    num_conv_pos_embedding_groups: int
    num_conv_pos_embeddings: int
    num_ctc_classes: int
    num_feat_extract_layers: int | None
    num_hidden_layers: int
    num_negatives: int
    output_hidden_size: int | None
    pad_token_id: int | None
    proj_codevector_dim: int
    sep_token_id: Any
    tdnn_dilation: list[int]
    tdnn_dim: list[int]
    tdnn_kernel: list[int]
    use_cache: bool
    use_weighted_layer_sum: bool
    vocab_size: int | None
    xvector_output_dim: int

class WhisperKeywords(LoadKeywords, _SharedKeys, total=False):
    activation_dropout: float
    activation_function: str
    apply_spec_augment: bool
    attention_dropout: float
    begin_suppress_tokens: list[int] | None
    bos_token_id: int | None
    classifier_proj_size: int
    d_model: int
    decoder_attention_heads: int
    decoder_ffn_dim: int
    decoder_layerdrop: float
    decoder_layers: int
    decoder_start_token_id: int | None
    dropout: float
    encoder_attention_heads: int
    encoder_ffn_dim: int
    encoder_layerdrop: float
    encoder_layers: int
    eos_token_id: int | list[int] | None
    hidden_size: int
    init_std: float
    is_encoder_decoder: bool
    mask_feature_length: int
    mask_feature_min_masks: int
    mask_feature_prob: float
    mask_time_length: int
    mask_time_min_masks: int
    mask_time_prob: float
    max_source_positions: int
    max_target_positions: int
    median_filter_width: int
    num_attention_heads: int
    num_hidden_layers: int
    num_key_value_heads: int
    num_mel_bins: int
    pad_token_id: int | None
    scale_embedding: bool
    sep_token_id: Any
    suppress_tokens: list[int] | None
    use_cache: bool
    use_weighted_layer_sum: bool
    vocab_size: int

class XLMRobertaKeywords(LoadKeywords, _SharedKeys, total=False):
    attention_probs_dropout_prob: float
    bos_token_id: int | None
    classifier_dropout: float | None
    decoder_start_token_id: Any
    eos_token_id: int | list[int] | None
    hidden_act: str
    hidden_dropout_prob: float
    hidden_size: int
    initializer_range: float
    intermediate_size: int
    is_encoder_decoder: Any
    layer_norm_eps: float
    max_position_embeddings: int
    num_attention_heads: int
    num_hidden_layers: int
    pad_token_id: int | None
    position_embedding_type: str | None
    sep_token_id: Any
    type_vocab_size: int
    use_cache: bool
    vocab_size: int

class XLMRobertaXLKeywords(LoadKeywords, _SharedKeys, total=False):
    attention_probs_dropout_prob: float
    bos_token_id: int | None
    classifier_dropout: float | None
    decoder_start_token_id: Any
    eos_token_id: int | list[int] | None
    hidden_act: str
    hidden_dropout_prob: float
    hidden_size: int
    initializer_range: float
    intermediate_size: int
    is_encoder_decoder: Any
    layer_norm_eps: float
    max_position_embeddings: int
    num_attention_heads: int
    num_hidden_layers: int
    pad_token_id: int | None
    position_embedding_type: str | None
    sep_token_id: Any
    type_vocab_size: int
    use_cache: bool
    vocab_size: int

class YolosKeywords(LoadKeywords, _SharedKeys, total=False):
    attention_probs_dropout_prob: float
    auxiliary_loss: bool
    bbox_cost: float
    bbox_loss_coefficient: float
    bos_token_id: int | None
    class_cost: float
    decoder_start_token_id: Any
    eos_coefficient: float
    eos_token_id: int | list[int] | None
    giou_cost: float
    giou_loss_coefficient: float
    hidden_act: str
    hidden_dropout_prob: float
    hidden_size: int
    image_size: int | list[int]
    initializer_range: float
    intermediate_size: int
    is_encoder_decoder: Any
    layer_norm_eps: float
    num_attention_heads: int
    num_channels: int
    num_detection_tokens: int
    num_hidden_layers: int
    pad_token_id: int | None
    patch_size: int | list[int]
    qkv_bias: bool
    sep_token_id: Any
    use_cache: bool
    use_mid_position_embeddings: bool

class _KeysOfAnyFamily(_SharedKeys, total=False):
    activation: str
    activation_dropout: float
    activation_function: str
    adapter_act: str
    adapter_attn_dim: int | None
    adapter_kernel_size: int
    adapter_stride: int
    add_adapter: bool
    add_fpn: bool
    add_projection: bool
    alibi: Any
    apply_layernorm: bool
    apply_residual_connection_post_layernorm: bool
    apply_spec_augment: bool
    attention_bias: bool
    attention_chunk_size: Any
    attention_dropout: Any
    attention_head_size: int | None
    attention_multiplier: Any
    attention_probs_dropout_prob: Any
    attention_softmax_in_fp32: bool
    attention_types: list[Any] | None
    attention_window: list[int] | int
    attn_config: Any
    attn_logit_softcapping: Any
    attn_pdrop: float
    auxiliary_channels: int
    auxiliary_concat_input: bool
    auxiliary_loss: bool
    auxiliary_loss_weight: float
    auxiliary_num_convs: int
    backbone_config: Any
    backbone_featmap_shape: list[int] | None
    backbone_out_indices: list[int] | None
    bbox_cost: float
    bbox_loss_coefficient: float
    begin_suppress_tokens: list[int] | None
    bias: bool
    bos_token_id: Any
    class_cost: float
    classifier_activation: Any
    classifier_bias: bool
    classifier_dropout: Any
    classifier_dropout_prob: float
    classifier_dropout_rate: float
    classifier_pooling: Literal["cls", "mean"]
    classifier_proj_size: int
    clip_qkv: Any
    cls_dropout: float | None
    cls_token_id: int | None
    codevector_dim: int
    conditional_layer: int
    conformer_conv_dropout: float
    contrastive_logits_temperature: float
    conv_act: str
    conv_bias: bool
    conv_depthwise_kernel_size: int
    conv_dim: list[int]
    conv_groups: int
    conv_kernel: Any
    conv_kernel_size: int
    conv_pos_batch_norm: bool
    conv_pos_kernel_size: int
    conv_stride: list[int]
    convolution_bias: bool
    coordinate_size: int
    ctc_loss_reduction: str
    ctc_zero_infinity: bool
    d_ff: int
    d_kv: int
    d_model: int
    decoder: Any
    decoder_attention_dropout: float
    decoder_attention_heads: int
    decoder_bias: bool
    decoder_ffn_dim: int
    decoder_hidden_act: str
    decoder_hidden_size: int
    decoder_intermediate_size: int
    decoder_layerdrop: float
    decoder_layers: int
    decoder_num_attention_heads: int
    decoder_num_hidden_layers: int
    decoder_num_key_value_heads: int | None
    decoder_sparse_step: int
    decoder_start_token_id: Any
    decoder_vocab_size: int | None
    depth_divisible_by: int
    depth_estimation_type: str
    depth_multiplier: float
    depths: list[int]
    dim: int
    diversity_loss_weight: float
    do_layer_norm_before: bool
    do_stable_layer_norm: bool
    downsample_in_bottleneck: bool
    downsample_in_first_stage: bool
    drop_path_rate: float
    dropout: float
    dropout_positions: float
    dropout_rate: float
    emb_layer_norm_before: bool | None
    emb_pdrop: float
    embd_pdrop: float
    embed_dim: int
    embed_dropout: float
    embedding_dropout: float
    embedding_fraction: float
    embedding_multiplier: Any
    embedding_size: Any
    enable_bias: bool
    encoder: Any
    encoder_attention_heads: int
    encoder_config: Any
    encoder_ffn_dim: int
    encoder_hidden_act: str
    encoder_layerdrop: float
    encoder_layers: int
    encoder_no_repeat_ngram_size: int | None
    encoder_num_attention_heads: int
    encoder_num_hidden_layers: int
    encoder_num_key_value_heads: int | None
    encoder_stride: int
    eos_coefficient: float
    eos_token_id: Any
    esmfold_config: dict[str, Any] | None
    expand: int
    expand_ratio: float
    expansion_ratio: int
    extract_layers: list[int]
    feat_extract_activation: str
    feat_extract_norm: str
    feat_proj_dropout: float
    feat_proj_layer_norm: bool
    feat_quantizer_dropout: float
    feature_projection_input_dim: int
    feed_forward_proj: str
    ffn_dim: int
    ffn_hidden_size: int | None
    final_dropout: float
    final_logit_softcapping: Any
    finegrained_output: bool
    first_k_dense_replace: int
    first_layer_is_expansion: bool
    forced_eos_token_id: int | list[int] | None
    frequency_stride: int
    fusion_hidden_size: int
    giou_cost: float
    giou_loss_coefficient: float
    global_attn_every_n_layers: int
    global_rope_theta: float
    has_relative_attention_bias: bool
    has_spatial_attention_bias: bool
    head_dim: Any
    head_hidden_size: int
    head_in_index: int
    head_ratio: int
    hidden_act: Any
    hidden_activation: Any
    hidden_dim: int
    hidden_dropout: Any
    hidden_dropout_prob: Any
    hidden_size: Any
    hidden_sizes: list[int]
    image_size: Any
    image_token_id: int
    init_device: str
    init_std: float
    initializer_cutoff_factor: float | None
    initializer_factor: Any
    initializer_range: Any
    inner_group_num: int
    input_embedding_size: int
    input_jitter_noise: float
    input_size: int
    intermediate_size: Any
    intra_bottleneck_size: int
    is_causal: Any
    is_encoder_decoder: Any
    is_folding_model: bool | None
    is_hybrid: bool
    key_bias: bool
    key_query_shared_bottleneck: bool
    kv_lora_rank: int
    layer_norm_elementwise_affine: bool
    layer_norm_eps: Any
    layer_norm_epsilon: float
    layer_scale_init_value: float
    layer_type: Literal["basic", "bottleneck"]
    layer_types: Any
    layerdrop: float
    layerscale_value: float
    learned_pos_emb: bool
    left_max_position_embeddings: int
    legacy: bool
    lm_head_bias: bool
    local_attention: int
    local_rope_theta: float | None
    logit_scale: Any
    logit_scale_init_value: float
    logits_scaling: Any
    mask_feature_length: int
    mask_feature_min_masks: int
    mask_feature_prob: float
    mask_ratio: float
    mask_time_length: int
    mask_time_min_masks: int
    mask_time_prob: float
    mask_token_id: int | None
    max_2d_position_embeddings: int
    max_bucket_distance: int
    max_depth: float | None
    max_position_embeddings: Any
    max_rel_2d_pos: int
    max_rel_pos: int
    max_relative_positions: int
    max_seq_len: int
    max_source_positions: int
    max_target_positions: int
    max_trained_positions: int
    max_window_layers: Any
    median_filter_width: int
    min_depth: int
    mlp_bias: bool
    mlp_dropout: float
    mlp_layer_types: list[str] | None
    mlp_only_layers: list[int] | None
    mlp_ratio: Any
    mlp_ratios: list[int]
    moe_intermediate_size: int
    multi_query: bool
    n_ctx: int
    n_embd: int
    n_embed: int
    n_group: int | None
    n_head: int
    n_heads: int
    n_inner: Any
    n_layer: int
    n_layers: int
    n_positions: int
    n_routed_experts: int
    n_shared_experts: int
    neck_hidden_sizes: list[int]
    neck_ignore_stages: list[int]
    new_decoder_architecture: bool
    no_bias: bool
    no_rope_layer_interval: int
    no_rope_layers: list[int] | None
    norm_bias: bool
    norm_eps: float
    norm_epsilon: float
    norm_pix_loss: bool
    norm_rel_ebd: str
    norm_topk_prob: bool
    norm_type: str
    normalization_type: Literal["no_norm", "layer_norm"]
    num_adapter_layers: int
    num_attention_heads: Any
    num_buckets: int
    num_channels: Any
    num_clusters: int
    num_codevector_groups: int
    num_codevectors_per_group: int
    num_conv_pos_embedding_groups: int
    num_conv_pos_embeddings: int
    num_ctc_classes: int
    num_decoder_layers: int | None
    num_detection_tokens: int
    num_encoder_blocks: int | None
    num_experts: int
    num_experts_per_tok: int
    num_feat_extract_layers: int | None
    num_feedforward_networks: int
    num_frames: int
    num_groups: int
    num_heads: Any
    num_hidden_groups: int
    num_hidden_layers: Any
    num_key_value_heads: Any
    num_kv_heads: int | None
    num_layers: Any
    num_ln_in_parallel_attn: int | None
    num_local_experts: int
    num_mel_bins: int
    num_mtp_layers: int | None
    num_negatives: int
    num_nextn_predict_layers: int | None
    num_patches: int
    num_register_tokens: int
    num_stages: int | None
    original_max_position_embeddings: int
    out_features: list[str] | None
    out_indices: list[int] | None
    output_embedding_size: int
    output_hidden_size: int | None
    output_router_logits: bool
    output_stride: int
    pad_head_dim_to_multiple_of: int | None
    pad_token_id: Any
    parallel_attn: bool
    part_features: int
    partial_rotary_factor: Any
    patch_size: Any
    patch_sizes: list[int]
    pool_scales: list[int]
    pooler_act: str
    pooler_dropout: float
    pooler_hidden_act: str
    pooler_hidden_size: int | None
    pooler_output_size: int | None
    pos_att_type: str | list[str] | None
    pos_embed_jitter: float | None
    pos_embed_rescale: float | None
    pos_embed_shift: float | None
    position_biased_input: bool
    position_buckets: int
    position_embedding_type: str | None
    position_embeddings_type: str | None
    pretrained_window_sizes: list[int] | None
    pretraining_tp: Any
    proj_bias: bool
    proj_codevector_dim: int
    projection_dim: int
    projection_size: int | None
    q_lora_rank: int | None
    qa_dropout: float
    qk_layernorm: Any
    qk_nope_head_dim: int
    qk_rope_head_dim: int
    qkv_bias: Any
    query_bias: bool
    query_pre_attn_scalar: float
    qv_bias: bool
    readout_type: str
    reassemble_factors: list[float]
    reassemble_hidden_size: int
    reduce_dim: int
    rel_2d_pos_bins: int
    rel_pos_bins: int
    relative_attention: bool
    relative_attention_max_distance: int
    relative_attention_num_buckets: int
    reorder_and_upcast_attn: bool
    replace_prob: float
    rescale_prenorm_residual: bool
    reshape_hidden_states: bool
    reshape_last_stage: bool
    resid_dropout: float
    resid_pdrop: float
    residual_dropout: float
    residual_in_fp32: bool
    residual_multiplier: Any
    return_class_token: bool
    right_max_position_embeddings: int
    rms_norm_eps: Any
    rope_interleave: Any
    rope_local_base_freq: float
    rope_parameters: Any
    rope_scaling: Any
    rope_theta: Any
    rotary_dim: int
    rotary_emb_base: float
    rotary_embedding_base: int
    rotary_pct: float
    rotary_scaling_factor: Any
    rotary_value: bool
    routed_scaling_factor: float
    router_aux_loss_coef: float
    router_jitter_noise: float
    scale_attention_softmax_in_fp32: bool
    scale_attn_by_inverse_layer_idx: bool
    scale_attn_weights: bool
    scale_decoder_outputs: bool | None
    scale_embedding: bool
    scale_factor: int
    scale_input: bool
    semantic_classifier_dropout: float
    semantic_loss_ignore_index: int
    sep_token_id: Any
    seq_classif_dropout: float
    shape_size: int
    share_att_key: bool
    share_encoder_decoder_embeddings: bool
    shared_expert_intermediate_size: int
    sinusoidal_pos_embds: bool
    sliding_window: Any
    sliding_window_pattern: Any
    slow_but_exact: bool
    sr_ratios: list[int]
    state_size: int
    strides: list[int]
    subsampling_conv_channels: int
    subsampling_conv_kernel_size: int
    subsampling_conv_stride: int
    subsampling_factor: int
    summary_activation: Any
    summary_first_dropout: float
    summary_last_dropout: float
    summary_proj_to_labels: bool
    summary_type: str
    summary_use_proj: bool
    suppress_tokens: list[int] | None
    swiglu_alpha: float
    swiglu_limit: float
    talking_head: bool
    tdnn_dilation: list[int]
    tdnn_dim: list[int]
    tdnn_kernel: list[int]
    text_config: Any
    text_embed: bool
    tf_padding: bool
    tie_last_hidden_states: Any
    time_step_floor: float
    time_step_init_scheme: Literal["random", "constant"]
    time_step_max: float
    time_step_min: float
    time_step_rank: int | Literal["auto"]
    time_step_scale: float
    time_stride: int
    token_classification_bias: Any
    token_dropout: bool | None
    topk_group: int | None
    topk_method: str | None
    tpu_short_seq_length: int
    trigram_input: bool
    tubelet_size: int
    type_vocab_size: int
    use_absolute_embeddings: bool
    use_absolute_position_embeddings: bool
    use_auxiliary_head: Any
    use_batch_norm_in_fusion_residual: bool | None
    use_bias: bool
    use_bias_in_fusion_residual: bool | None
    use_bidirectional_attention: Any
    use_bottleneck: bool
    use_bottleneck_attention: bool
    use_cache: Any
    use_complex_transposed_convolution: bool
    use_conv_bias: bool
    use_gated_mlp: bool
    use_intermediate_ffn_before_adapter: bool
    use_mask_token: bool
    use_mean_pooling: bool
    use_mid_position_embeddings: bool
    use_parallel_residual: bool
    use_qk_norm: Any
    use_qkv_bias: bool
    use_relative_position_bias: bool
    use_shared_relative_position_bias: bool
    use_simple_decoder: bool
    use_sliding_window: Any
    use_swiglu_ffn: bool
    use_tpu_fourier_optimizations: bool
    use_weighted_layer_sum: bool
    v_head_dim: int
    value_bias: bool
    video_token_id: int
    vision_config: Any
    vision_end_token_id: int
    vision_start_token_id: int
    vision_use_head: bool
    visual_embed: bool
    vocab_list: list[str] | None
    vocab_size: Any
    window_size: int
    word_embed_proj_dim: int | None
    xvector_output_dim: int

class AnyKeywords(LoadKeywords, _KeysOfAnyFamily, total=False): ...
class AnyPlanKeywords(PlanKeywords, _KeysOfAnyFamily, total=False): ...
