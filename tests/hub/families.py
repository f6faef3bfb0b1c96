"""The backbones of keras-hub, each at a tiny size."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

STEPS: Final = 5
SIDE: Final = 16
VOCABULARY: Final = 11

TEXT: Final[Mapping[str, Any]] = {
    "vocabulary_size": VOCABULARY,
    "num_layers": 2,
    "num_heads": 2,
    "hidden_dim": 8,
    "intermediate_dim": 12,
}
GROUPED: Final[Mapping[str, Any]] = {
    "vocabulary_size": VOCABULARY,
    "num_layers": 2,
    "num_query_heads": 4,
    "num_key_value_heads": 2,
    "hidden_dim": 8,
    "intermediate_dim": 12,
}
IMAGE: Final = (SIDE, SIDE, 3)
PATCHES: Final[Mapping[str, Any]] = {
    "image_shape": IMAGE,
    "patch_size": 8,
    "num_layers": 2,
    "num_heads": 2,
    "hidden_dim": 8,
}


@dataclass(frozen=True)
class Family:
    """A backbone, and its settings.

    Parameters
    ----------
    name
        The name of its class, without ``Backbone``.
    settings
        What it is made with.
    lengths
        The shapes of inputs of which it leaves other axes open than that of the steps, by name.
    variant
        What tells it from another of its class.
    """

    name: str
    settings: Mapping[str, Any]
    lengths: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    variant: str = ""

    @property
    def label(self) -> str:
        """What a table calls it."""
        return f"{self.name} {self.variant}".rstrip()


FIRST: Final = (
    Family("Bert", {**TEXT, "max_sequence_length": STEPS}),
    Family("GPT2", {**TEXT, "max_sequence_length": STEPS}),
    Family("Llama", GROUPED),
    Family("ViT", {**PATCHES, "mlp_dim": 12}),
    Family(
        "ResNet",
        {
            "input_conv_filters": [64],
            "input_conv_kernel_sizes": [3],
            "stackwise_num_filters": [64, 64],
            "stackwise_num_blocks": [1, 1],
            "stackwise_num_strides": [1, 2],
            "block_type": "basic_block",
            "image_shape": IMAGE,
        },
    ),
)
REST: Final = (
    Family("Gemma", {**GROUPED, "head_dim": 4}),
    Family(
        "Gemma",
        {
            **GROUPED,
            "head_dim": 4,
            "use_post_ffw_norm": True,
            "use_post_attention_norm": True,
            "attention_logit_soft_cap": 50.0,
            "final_logit_soft_cap": 30.0,
            "use_sliding_window_attention": True,
            "sliding_window_size": 3,
        },
        variant="2",
    ),
    Family(
        "Gemma3",
        {
            **GROUPED,
            "head_dim": 4,
            "image_size": SIDE,
            "use_sliding_window_attention": True,
            "sliding_window_size": 3,
        },
    ),
    Family("Mistral", {**GROUPED, "sliding_window": 3}),
    Family(
        "Llama3",
        {
            **GROUPED,
            "rope_frequency_adjustment_factor": 8.0,
            "rope_low_freq_factor": 1.0,
            "rope_high_freq_factor": 4.0,
            "rope_pretraining_sequence_length": 32,
        },
    ),
    Family("Phi3", GROUPED),
    Family("Qwen", GROUPED),
    Family("Qwen2", GROUPED),
    Family("Qwen3", {**GROUPED, "head_dim": 4}),
    Family(
        "SmolLM3",
        {
            "vocabulary_size": VOCABULARY,
            "hidden_dim": 8,
            "intermediate_dim": 12,
            "num_layers": 2,
            "num_attention_heads": 4,
            "num_key_value_heads": 2,
            "attention_bias": False,
            "attention_dropout": 0.0,
            "rope_layer_enabled_list": [True, False],
            "layer_types": ["full_attention"] * 2,
            "mlp_bias": False,
            "layer_norm_epsilon": 1e-5,
            "max_position_embeddings": 16,
            "rope_theta": 10000.0,
            "partial_rotary_factor": 1.0,
        },
    ),
    Family("OPT", {**TEXT, "max_sequence_length": STEPS}),
    Family("Bloom", TEXT),
    Family("GPTNeoX", {**TEXT, "rotary_percentage": 0.5}),
    Family("Roberta", {**TEXT, "max_sequence_length": STEPS}),
    Family("XLMRoberta", {**TEXT, "max_sequence_length": STEPS}),
    Family("DistilBert", {**TEXT, "max_sequence_length": STEPS}),
    Family("Albert", {**TEXT, "embedding_dim": 4, "max_sequence_length": STEPS}),
    Family(
        "Electra",
        {
            "vocab_size": VOCABULARY,
            "num_layers": 2,
            "num_heads": 2,
            "hidden_dim": 8,
            "embedding_dim": 4,
            "intermediate_dim": 12,
            "max_sequence_length": STEPS,
        },
    ),
    Family("ESM", {**TEXT, "max_sequence_length": STEPS}),
    Family("RoformerV2", {**TEXT, "head_size": 4}),
    Family("T5", TEXT),
    Family("Bart", {**TEXT, "max_sequence_length": STEPS}),
    Family(
        "Whisper",
        {
            **TEXT,
            "num_mels": 3,
            "max_encoder_sequence_length": 2 * STEPS,
            "max_decoder_sequence_length": STEPS,
        },
        {"encoder_features": (2 * STEPS, 3)},
    ),
    Family(
        "EdRec",
        {
            "vocab_size": VOCABULARY,
            "num_layers_enc": 1,
            "num_layers_dec": 1,
            "hidden_dim": 8,
            "intermediate_dim": 12,
            "num_heads": 2,
        },
    ),
    Family("DeiT", {**PATCHES, "intermediate_dim": 12}),
    Family(
        "DINOV2",
        {
            **PATCHES,
            "intermediate_dim": 12,
            "position_embedding_shape": IMAGE,
            "num_register_tokens": 2,
        },
    ),
    Family(
        "MiT",
        {
            "layerwise_depths": [1, 1],
            "num_layers": 2,
            "layerwise_num_heads": [1, 2],
            "layerwise_sr_ratios": [2, 1],
            "max_drop_path_rate": 0.1,
            "layerwise_patch_sizes": [3, 3],
            "layerwise_strides": [4, 2],
            "image_shape": IMAGE,
            "hidden_dims": [4, 8],
        },
    ),
    Family(
        "VGG",
        {
            "stackwise_num_repeats": [1, 1],
            "stackwise_num_filters": [4, 8],
            "image_shape": IMAGE,
        },
    ),
    Family("DenseNet", {"stackwise_num_repeats": [1, 1], "growth_rate": 4, "image_shape": IMAGE}),
    Family(
        "EfficientNet",
        {
            "stackwise_width_coefficients": [0.25, 0.25],
            "stackwise_depth_coefficients": [1.0, 1.0],
            "stackwise_kernel_sizes": [3, 3],
            "stackwise_num_repeats": [1, 1],
            "stackwise_input_filters": [8, 8],
            "stackwise_output_filters": [8, 8],
            "stackwise_expansion_ratios": [1, 4],
            "stackwise_squeeze_and_excite_ratios": [0.0, 0.25],
            "stackwise_strides": [2, 1],
            "stackwise_block_types": ["fused", "unfused"],
            "stackwise_force_input_filters": [0, 0],
            "stackwise_nores_option": [False, False],
            "num_features": 1280,
            "input_shape": IMAGE,
        },
    ),
    Family(
        "MobileNet",
        {
            "stackwise_expansion": [[8]],
            "stackwise_num_blocks": [1],
            "stackwise_num_filters": [[8]],
            "stackwise_kernel_size": [[3]],
            "stackwise_num_strides": [[2]],
            "stackwise_se_ratio": [[0.25]],
            "stackwise_activation": [["relu"]],
            "stackwise_padding": [[1]],
            "output_num_filters": 8,
            "depthwise_filters": 8,
            "depthwise_stride": 2,
            "depthwise_residual": False,
            "last_layer_filter": 8,
            "image_shape": IMAGE,
            "input_num_filters": 4,
        },
    ),
    Family(
        "Xception",
        {
            "stackwise_conv_filters": [[4, 4], [8, 8]],
            "stackwise_pooling": [True, False],
            "image_shape": IMAGE,
        },
    ),
    Family(
        "HGNetV2",
        {
            "depths": [1, 1],
            "embedding_size": 4,
            "hidden_sizes": [8, 8],
            "stem_channels": [3, 4, 4],
            "hidden_act": "relu",
            "use_learnable_affine_block": True,
            "stackwise_stage_filters": [[4, 4, 8, 1, 1, 3], [8, 4, 8, 1, 1, 3]],
            "apply_downsample": [False, True],
            "use_lightweight_conv_block": [False, True],
            "image_shape": IMAGE,
        },
    ),
    Family("DINOV3", {**PATCHES, "intermediate_dim": 12, "num_register_tokens": 2}),
    Family(
        "FNet",
        {
            "vocabulary_size": VOCABULARY,
            "num_layers": 2,
            "hidden_dim": 8,
            "intermediate_dim": 12,
            "max_sequence_length": STEPS,
        },
    ),
)
REFUSED: Final = (
    (
        Family("Mixtral", {**GROUPED, "num_experts": 2, "top_k": 1}),
        "mixes the samples of a batch",
    ),
    (
        Family(
            "QwenMoe",
            {
                **GROUPED,
                "moe_intermediate_dim": 6,
                "shared_expert_intermediate_dim": 6,
                "num_experts": 2,
                "top_k": 1,
            },
        ),
        "mixes the samples of a batch",
    ),
    (
        Family(
            "Qwen3Moe",
            {**GROUPED, "moe_intermediate_dim": 6, "head_dim": 4, "num_experts": 2, "top_k": 1},
        ),
        "mixes the samples of a batch",
    ),
    (
        Family("GptOss", {**GROUPED, "num_experts": 3, "top_k": 2}),
        "mixes the samples of a batch",
    ),
    (
        Family(
            "Falcon",
            {
                "vocabulary_size": VOCABULARY,
                "num_layers": 2,
                "num_attention_heads": 2,
                "hidden_dim": 8,
                "intermediate_dim": 12,
            },
        ),
        "int32, which rounds and wraps around",
    ),
    (
        Family("DebertaV3", {**TEXT, "max_sequence_length": STEPS, "bucket_size": 4}),
        "input to a TensorFlow function",
    ),
    (
        Family("XLNet", TEXT),
        "mixes the samples of a batch",
    ),
    (
        Family(
            "Moonshine",
            {
                "vocabulary_size": VOCABULARY,
                "filter_dim": 8,
                "encoder_num_layers": 1,
                "decoder_num_layers": 1,
                "hidden_dim": 8,
                "intermediate_dim": 12,
                "encoder_num_heads": 2,
                "decoder_num_heads": 2,
            },
            {"encoder_input_values": (384, 1)},
        ),
        "open shape",
    ),
    (
        Family(
            "RWKV7",
            {
                "hidden_size": 8,
                "head_size": 4,
                "num_layers": 2,
                "vocabulary_size": VOCABULARY,
                "intermediate_dim": 12,
                "gate_lora": 4,
                "mv_lora": 4,
                "aaa_lora": 4,
                "decay_lora": 4,
            },
        ),
        "input to a TensorFlow function",
    ),
    (
        Family(
            "SwinTransformer",
            {
                "image_shape": IMAGE,
                "embed_dim": 4,
                "depths": [2, 2],
                "num_heads": [1, 2],
                "window_size": 2,
                "patch_size": 2,
            },
        ),
        "total size of the tensor",
    ),
    (
        Family(
            "ViTDet",
            {
                "hidden_size": 8,
                "num_layers": 2,
                "intermediate_dim": 12,
                "num_heads": 2,
                "global_attention_layer_indices": [1],
                "image_shape": IMAGE,
                "patch_size": 4,
                "num_output_channels": 4,
                "window_size": 2,
            },
        ),
        "mixes the samples of a batch",
    ),
)
"""Families that cannot be wired, and a part of the reason."""
