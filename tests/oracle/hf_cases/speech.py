"""Encoders of speech. Sizes as published on huggingface.co."""
import torch

from hf_cases import case


def samples(length=32000, batch=2):
    return lambda: {"input_values": torch.zeros(batch, length)}


RUN = {"inputs": samples(), "set": "batch=2 samples=32000"}


def wav2vec2(architecture, model_type="wav2vec2", hidden=768, layers=12, heads=12, ffn=3072, vocab=32, **more):
    return case(model_type, architecture, **{**RUN, **({"inputs": more.pop("inputs")} if "inputs" in more else {})}, **{
        "activation_dropout": 0.1, "apply_spec_augment": True, "attention_dropout": 0.1, "conv_bias": False,
        "conv_dim": [512] * 7, "conv_kernel": [10, 3, 3, 3, 3, 2, 2], "conv_stride": [5, 2, 2, 2, 2, 2, 2],
        "ctc_loss_reduction": "sum", "ctc_zero_infinity": False, "do_stable_layer_norm": False,
        "feat_extract_activation": "gelu", "feat_extract_dropout": 0.0, "feat_extract_norm": "group",
        "feat_proj_dropout": 0.1, "final_dropout": 0.1, "hidden_act": "gelu", "hidden_dropout": 0.1,
        "hidden_size": hidden, "initializer_range": 0.02, "intermediate_size": ffn, "layer_norm_eps": 1e-5,
        "layerdrop": 0.1, "mask_time_length": 10, "mask_time_prob": 0.05, "num_attention_heads": heads,
        "num_conv_pos_embedding_groups": 16, "num_conv_pos_embeddings": 128, "num_feat_extract_layers": 7,
        "num_hidden_layers": layers, "vocab_size": vocab, **more})


LARGE = {"hidden": 1024, "layers": 24, "heads": 16, "ffn": 4096}
STABLE = {"conv_bias": True, "do_stable_layer_norm": True, "feat_extract_norm": "layer"}

CASES = {
    "wav2vec2-base-960h": wav2vec2("Wav2Vec2ForCTC"),
    "wav2vec2-large-960h": wav2vec2("Wav2Vec2ForCTC", **LARGE),
    "wav2vec2-large-960h-lv60-self": wav2vec2("Wav2Vec2ForCTC", **LARGE, **STABLE),
    "wav2vec2-large-xlsr-53-english": wav2vec2("Wav2Vec2ForCTC", **LARGE, **STABLE, vocab=33),
    "wav2vec2-xls-r-1b": wav2vec2("Wav2Vec2Model", hidden=1280, layers=48, heads=16, ffn=5120, **STABLE),
    "wav2vec2-base": wav2vec2("Wav2Vec2ForPreTraining", codevector_dim=256, contrastive_logits_temperature=0.1,
                              diversity_loss_weight=0.1, num_codevector_groups=2, num_codevectors_per_group=320,
                              num_negatives=100, proj_codevector_dim=256, inputs=None),
    "wav2vec2-model": wav2vec2("Wav2Vec2Model"),
    "wav2vec2-emotion": wav2vec2("Wav2Vec2ForSequenceClassification", classifier_proj_size=256,
                                 id2label={str(i): f"L{i}" for i in range(4)}),
    "wav2vec2-defaults": case("wav2vec2", "Wav2Vec2ForCTC", **RUN),
    "hubert-base-ls960": wav2vec2("HubertModel", "hubert", feat_proj_layer_norm=True),
    "hubert-large-ls960-ft": wav2vec2("HubertForCTC", "hubert", **LARGE, **STABLE),
    "hubert-xlarge-ls960-ft": wav2vec2("HubertForCTC", "hubert", hidden=1280, layers=48, heads=16, ffn=5120, **STABLE),
    "wavlm-base": wav2vec2("WavLMModel", "wavlm", num_buckets=320, max_bucket_distance=800),
    "wavlm-large": wav2vec2("WavLMModel", "wavlm", **LARGE, conv_bias=False, do_stable_layer_norm=True,
                            feat_extract_norm="layer", num_buckets=320, max_bucket_distance=800),
}
