"""What the general rules of ``tiny.py`` leave wrong: model type → changes to its small config.

``_arguments`` are what the config class is given where its own defaults do not do; in them ``{"_tiny": model type}`` is
the small config of that type. ``_whole`` is a config of which no default is taken. A type stands here because its class
demands something of its config that no rule knows: sums of widths, sections of heads, a backbone.
"""

from __future__ import annotations

from typing import Any

_STAGES = ["stage1", "stage2", "stage3", "stage4"]
_RESNET = {
    **{"model_type": "resnet", "embedding_size": 8, "hidden_sizes": [8, 8, 16, 16], "depths": [1, 1, 1, 1]},
    **{"layer_type": "basic", "out_features": _STAGES},
}
_RT_RESNET = {**_RESNET, "model_type": "rt_detr_resnet", "out_features": _STAGES[1:]}
_DETR = {"_arguments": {"backbone_config": _RESNET}, "backbone_config": _RESNET}
_SWIN = {"embed_dim": 16, "depths": [1, 1, 1, 1], "num_heads": [2, 2, 2, 2], "image_size": 128, "window_size": 4}
_HIERA = {
    **{"hidden_size": 16, "blocks_per_stage": [1, 1, 1, 1], "embed_dim_per_stage": [16, 32, 64, 128]},
    **{"num_attention_heads_per_stage": [1, 2, 4, 8], "global_attention_blocks": [2], "image_size": [256, 256]},
}
_SAM2_VISION = {
    "backbone_config": _HIERA,
    "backbone_channel_list": [128, 64, 32, 16],
    "backbone_feature_sizes": [[64, 64], [32, 32], [16, 16]],
}
_TIMM = {"architecture": "resnet18", "model_args": None, "hidden_size": 512}
_TIMM_VIT = {
    **{"architecture": "vit_tiny_patch16_224", "num_classes": 64},
    "model_args": {"depth": 2, "embed_dim": 64, "num_heads": 4, "img_size": 64},
}
_TIMM_PE = {
    **{"architecture": "vit_pe_core_tiny_patch16_384", "num_classes": 64},
    "model_args": {"depth": 2, "embed_dim": 64, "num_heads": 4, "img_size": 64},
}
_SERIES = {"_arguments": {"prediction_length": 4, "context_length": 8, "lags_sequence": [1, 2]}, "context_length": 8}
_SERIES |= {"lags_sequence": [1, 2], "prediction_length": 4}
_MAMBA2 = {"mamba_n_heads": 8, "mamba_d_head": 16, "mamba_expand": 2}
_GEMMA_SHARED = {"num_kv_shared_layers": 1, "layer_types": ["full_attention", "full_attention"], "num_hidden_layers": 2}
_GEMMA3N = {
    **{"num_kv_shared_layers": 2, "num_hidden_layers": 4, "hidden_size_per_layer_input": 16, "laurel_rank": 8},
    "layer_types": ["sliding_attention", "full_attention", "sliding_attention", "full_attention"],
    "intermediate_size": [96] * 4,
    "activation_sparsity_pattern": [0.95, 0.0, 0.0, 0.0],
}
_ROPES = {"full_attention": {"rope_type": "default", "rope_theta": 10000.0}}
_TTS_CODEC = {"num_filters": 16, "hidden_size": 64, "upsample_groups": 64}
_VIBEVOICE = {"num_filters": 4, "depths": [1] * 7}
_XDROPE = {"rope_type": "default", "rope_theta": 10000.0, "xdrope_section": [2, 2, 2, 2]}
_GEMMA_DRAFT = {"hidden_size_per_layer_input": 0, "vocab_size_per_layer_input": 0}


_PP_DET = {
    "intraclass_block_config": {
        **{"reduce_channel": [1, 1, 0], "return_channel": [1, 1, 0]},
        **{"vertical_long_to_small_conv_longratio": [[7, 1], [1, 1], [3, 0]]},
        **{"vertical_long_to_small_conv_midratio": [[5, 1], [1, 1], [2, 0]]},
        **{"vertical_long_to_small_conv_shortratio": [[3, 1], [1, 1], [1, 0]]},
        **{"horizontal_small_to_long_conv_longratio": [[1, 7], [1, 1], [0, 3]]},
        **{"horizontal_small_to_long_conv_midratio": [[1, 5], [1, 1], [0, 2]]},
        **{"horizontal_small_to_long_conv_shortratio": [[1, 3], [1, 1], [0, 1]]},
        **{"symmetric_conv_long_longratio": [[7, 7], [1, 1], [3, 3]]},
        **{"symmetric_conv_long_midratio": [[5, 5], [1, 1], [2, 2]]},
        **{"symmetric_conv_long_shortratio": [[3, 3], [1, 1], [1, 1]]},
    },
    "scale_factor_list": [1, 2, 4, 8],
    "kernel_list": [3, 2, 2],
}
_QSA = {
    **{"indexer_n_heads": 2, "indexer_kv_heads": 1, "indexer_head_dim": 16, "indexer_budget": 8},
    **{"indexer_compress_ratio": 2, "ngram_vocab_size_base": 50, "hc_lowrank": 8, "split_ngram_parts": 2},
}

OVERRIDES: dict[str, dict[str, Any]] = {
    "autoformer": _SERIES,
    "bit": {"num_groups": 1},
    "blt": {
        "encoder_hash_byte_group_vocab": 100,
        "encoder_config": {"hidden_size_global": 64},
        "decoder_config": {"hidden_size_global": 64},
    },
    "chameleon": {"vocabulary_map": {"<image>": 5}},
    "cohere_compass": {"text_config": {"rope_parameters": _ROPES}},
    "cohere_compass_text": {"rope_parameters": _ROPES},
    "conditional_detr": _DETR,
    "dab-detr": _DETR,
    "deepseek_ocr2": {
        "text_config": {"num_experts_per_tok": 2, "n_group": 1, "topk_group": 1, "mlp_layer_types": ["dense", "sparse"]}
    },
    "deformable_detr": _DETR,
    "detr": _DETR,
    "diffusion_gemma": {"text_config": {"num_experts": 4, "top_k_experts": 2, "moe_intermediate_size": 32}},
    "donut-swin": _SWIN,
    "dots1": {"n_routed_experts": 4, "n_shared_experts": 1, "num_experts_per_tok": 2, "first_k_dense_replace": 1},
    "emu3": {"vocabulary_map": {"<image>": 5}},
    "esm": {"vocab_size": 33, "pad_token_id": 1, "mask_token_id": 32, "position_embedding_type": "rotary"},
    "falcon_h1": {"mamba_d_head": 16},
    "fast_vlm": {"vision_config": _TIMM},
    "fun_asr_nano": {"adaptor_config": {"intermediate_size": 16}},
    "gemma3n": {"text_config": _GEMMA3N, "vision_config": {"architecture": "mobilenetv3_small_050"}},
    "gemma3n_text": _GEMMA3N,
    "gpt_neo": {"attention_types": [[["global", "local"], 1]], "num_layers": 2},
    "informer": _SERIES,
    "lfm2_moe": {"layer_types": ["conv", "full_attention"], "num_dense_layers": 1},
    "mamba2": {"num_heads": 8, "n_groups": 1},
    "maskformer-swin": _SWIN,
    "molmo2": {"adapter_config": {"vision_feature_layer": [1, 0]}},
    "moonshine_streaming": {"num_key_value_heads": 4},
    "perception_lm": {"vision_config": _TIMM_VIT},
    "pe_audio_video": {"audio_video_config": {"video_config": {"vision_config": _TIMM_PE}}},
    "pe_audio_video_encoder": {"video_config": {"vision_config": _TIMM_PE}},
    "pe_video": {"video_config": {"vision_config": _TIMM_PE}},
    "pe_video_encoder": {"vision_config": _TIMM_PE},
    "reformer": {"is_decoder": True},
    "sam2": {"vision_config": _SAM2_VISION},
    "sam2_hiera_det_model": _HIERA,
    "sam2_video": {"vision_config": _SAM2_VISION},
    "sam2_vision_model": _SAM2_VISION,
    "swin": _SWIN,
    "swin2sr": {"embed_dim": 16, "depths": [1, 1], "num_heads": [2, 2], "image_size": 32, "window_size": 4},
    "swinv2": _SWIN,
    "table-transformer": _DETR,
    "time_series_transformer": _SERIES,
    "timm_backbone": {"backbone": "resnet18"},
    "timm_wrapper": {"architecture": "resnet18"},
    "vibevoice": {"audio_config": _VIBEVOICE, "semantic_model_config": _VIBEVOICE},
    "vibevoice_acoustic_tokenizer": _VIBEVOICE,
    "vibevoice_acoustic_tokenizer_decoder": _VIBEVOICE,
    "vibevoice_acoustic_tokenizer_encoder": _VIBEVOICE,
    "vibevoice_asr": {
        "acoustic_tokenizer_chunk_size": 324,
        "acoustic_tokenizer_encoder_config": _VIBEVOICE,
        "semantic_tokenizer_encoder_config": _VIBEVOICE,
    },
    "wav2vec2-bert": {"vocab_size": 33},
    "wav2vec2-conformer": {"vocab_size": 33},
    "zamba": {
        "layers_block_type": ["linear_attention", "hybrid", "linear_attention", "hybrid"],
        "num_hidden_layers": 4,
        "attention_hidden_size": 128,
        "attention_head_dim": 32,
    },
    "dbrx": {"attn_config": {"rope_theta": 10000.0, "clip_qkv": 8.0}},
    "dots3_note": {"text_config": {"qk_nope_head_dim": 8}},
    "dots3_note_text": {"qk_nope_head_dim": 8},
    "pp_ocrv5_server_det": _PP_DET,
    "pp_ocrv6_medium_det": {
        **_PP_DET,
        "backbone_config": {"stem_channels": [3, 48, 96], "stage_out_channels": [96, 96, 192, 384]},
    },
    "efficientloftr": {
        "_whole": {
            "hidden_size": 64,
            "out_features": [16, 16, 32, 64],
            "stage_num_blocks": [1, 1, 1, 1],
            "num_attention_layers": 2,
            "num_attention_heads": 4,
        }
    },
    "gemma3n_vision": {"architecture": "mobilenetv3_small_050"},
    "gemma4_assistant": {"_arguments": {"text_config": {"model_type": "gemma4_text", **_GEMMA_DRAFT}}},
    "granite4_vision": {
        "deepstack_layer_map": [[-1, 0], [-2, 1]],
        "downsample_rate": "4/8",
        "spatial_target_layers": [0, 1],
    },
    "qwen4_exp": {"text_config": _QSA},
    "qwen4_exp_text": _QSA,
    "sapiens2": {
        "head_config": {
            "upsample_out_channels": [32, 32],
            "conv_out_channels": [32],
            "upsample_kernel_sizes": [4, 4],
            "conv_kernel_sizes": [1],
        }
    },
    "qwen3_omni_moe": {
        "talker_config": {"spatial_merge_size": 2, "text_config": {"shared_expert_intermediate_size": 96}}
    },
    "cvt": {"depth": [1, 2, 3]},
    "qwen2_5_omni": {"_files": ["spk_dict.pt"]},
    "rt_detr": {"backbone_config": _RT_RESNET, "encoder_in_channels": [8, 16, 16]},
    "rt_detr_v2": {"backbone_config": _RT_RESNET, "encoder_in_channels": [8, 16, 16]},
    "inkling2": {"quantization_config": None},
    "deepseek_v2": {"num_experts_per_tok": 2},
    "hunyuan_vl_text": {"rope_parameters": _XDROPE},
    "hunyuan_vl": {"text_config": {"rope_parameters": _XDROPE}},
    "lilt": {"hidden_size": 96},
    "layoutlmv3": {"coordinate_size": 10, "shape_size": 12},
    "mobilebert": {"intra_bottleneck_size": 64, "embedding_size": 64},
    "step3p7": {"text_config": {"sliding_window": 8}},
    "xmod": {"default_language": "en_XX", "languages": ["en_XX", "de_DE"]},
    "zamba2": {
        "mamba_ngroups": 1,
        "mamba_headdim": 16,
        "n_mamba_heads": 8,
        "attention_hidden_size": 128,
        "attention_head_dim": 32,
    },
    "moonshine": {"encoder_num_key_value_heads": 4, "decoder_num_key_value_heads": 4},
    "edgetam": {"vision_config": {"backbone_channel_list": [1024, 512, 256, 64]}},
    "edgetam_vision_model": {"backbone_channel_list": [1024, 512, 256, 64]},
    "pp_ocrv6_small_det": {"backbone_config": {"stem_channels": [3, 48, 96]}},
    "pp_ocrv6_small_rec": {"backbone_config": {"stem_channels": [3, 48, 96]}},
    "pp_ocrv6_tiny_rec": {"backbone_config": {"stem_channels": [3, 48, 96]}},
    "efficientnet": {"hidden_dim": 2560},
    "jamba": {
        "num_hidden_layers": 4,
        "attn_layer_period": 4,
        "attn_layer_offset": 2,
        "expert_layer_period": 2,
        "expert_layer_offset": 1,
    },
}
